// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/base/problem_codes.h"
#include "core/graph/file.h"

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/node_item.h"
#include "ui/canvas/wire_item.h"
#include "ui/charts/throughput_panel.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/panels/bottom_panel.h"
#include "ui/panels/records_panel.h"
#include "ui/shell/canvas_page.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class MainWindowTest final : public QObject
{
    Q_OBJECT

private slots:
    void showsFiguresOfTheSnapshot()
    {
        Studio studio;
        studio.tick(3);
        const CardContent &generator = studio.window.scene().itemFor(kGenerator)->content();
        QCOMPARE(generator.figure, u"1,894 rec/s"_s);
        QCOMPARE(generator.health, Health::Good);
        const CardContent &stream = studio.window.scene().itemFor(kStream)->content();
        QCOMPARE(stream.bars.size(), 4U);
        QVERIFY(stream.bars[2].hot());
        QCOMPARE(stream.attention, u"Shard 2 is hot: key “guest” is 71\u00a0% of it"_s);
        QCOMPARE(stream.health, Health::Warning);
        const WireItem *wire =
            studio.window.scene().itemFor(graph::WireEnds{{kGenerator, "out"}, {kStream, "in"}});
        QVERIFY(wire);
        QCOMPARE(wire->content().label, u"1,894/s"_s);
        QCOMPARE(studio.find<QLabel>(u"topbar.rate"_s)->text(), u"2,370 rec/s"_s);
        QCOMPARE(studio.find<QLabel>(u"topbar.clock"_s)->text(), u"running 5 min"_s);
        QCOMPARE(studio.find<QLabel>(u"status.disk"_s)->text(),
                 u"Disk 104\u00a0MB of 2\u00a0GB (zstd 7.9×)"_s);
    }

    /// They are somebody's texts, and may be somebody else's.
    void namesAreNoHtml()
    {
        Studio studio;
        PipelineDocument &document = studio.window.document();
        const std::string name = "<h1>Big</h1> <img src='/etc/passwd'> 5 < 6";
        QVERIFY(document.edit({graph::SetProjectName{name}}, u"Rename"_s));
        for (const NodeId &node : {kStream, kFilter})
            QVERIFY(document.edit({graph::RenameNode{node, name}}, u"Rename"_s));
        studio.tick(2);
        for (const NodeId &node : {kFilter, kStream}) {
            studio.clickNode(node);
            for (const QLabel *label : studio.window.findChildren<QLabel *>())
                QVERIFY2(label->textFormat() == Qt::PlainText, qPrintable(label->text()));
            for (const QWidget *widget : studio.window.findChildren<QWidget *>())
                QVERIFY2(!widget->toolTip().contains(u"<h1>"_s), qPrintable(widget->toolTip()));
        }
        QVERIFY(studio.find<QLabel>(u"inspector.title"_s)->toolTip().contains(u"&lt;h1&gt;"_s));
        for (const QGraphicsItem *item : studio.window.scene().items())
            QVERIFY2(!item->toolTip().contains(u"<h1>"_s), qPrintable(item->toolTip()));
    }

    void aWireThatIsClickedIsShown()
    {
        Studio studio;
        studio.tick(3);
        const graph::WireEnds ends{{kMap, "out"}, {kPages, "in"}};
        const WireItem *wire = studio.window.scene().itemFor(ends);
        CanvasView &view = studio.window.canvas().view();
        auto *title = studio.find<QLabel>(u"inspector.title"_s);
        const auto click = [&](const QPointF &at) {
            QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, view.mapFromScene(at));
        };
        for (const QPointF &at :
             {wire->geometry().curve().pointAtPercent(0.1), wire->labelRect().center()}) {
            studio.clickNode(kFilter);
            QCOMPARE(title->accessibleName(), u"Errors"_s);
            click(at);
            QCOMPARE(title->accessibleName(), u"Page views → Page counts"_s);
            QCOMPARE(studio.window.scene().selectedWire(), std::optional(ends));
            QVERIFY(!studio.window.scene().selectedNode());
        }
        picture(studio.window, u"wire"_s);
        studio.tick(); // and stays
        QCOMPARE(title->accessibleName(), u"Page views → Page counts"_s);
        QTest::keyClick(&view, Qt::Key_Right); // to where it ends
        QCOMPARE(studio.window.scene().selectedNode(), std::optional(kPages));
        QTest::keyClick(&view, Qt::Key_W); // and back by keys
        QCOMPARE(title->accessibleName(), u"Page views → Page counts"_s);
        QVERIFY(studio.find<QWidget>(u"inspector.wire"_s)->isVisible());
    }

    void recordsAndChartFollowTheSelectedStream()
    {
        Studio studio;
        studio.tick(2);
        QCOMPARE(studio.window.throughput().stream(), std::optional(kStream)); // the only one
        studio.clickNode(kFilter);
        QCOMPARE(studio.window.throughput().stream(), std::optional(kStream)); // stays
        QVERIFY(studio.window.records().model().rowCount() > 0);
        QCOMPARE(studio.find<QLabel>(u"inspector.title"_s)->text(), u"Errors"_s);
    }

    void closingStopsTheEngine()
    {
        Studio studio;
        studio.tick();
        QTest::keyClick(&studio.window, Qt::Key_W, Qt::ControlModifier);
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 1);
    }

    void aPipelinesStreamIsSelectedAndTheCanvasHasTheKeys()
    {
        Studio studio;
        QVERIFY(QTest::qWaitForWindowActive(&studio.window));
        QCOMPARE(studio.window.windowTitle(), u"Clickstream – Millrace"_s);
        QCOMPARE(studio.window.scene().selectedNode(), std::optional(kStream));
        QTest::keyClick(studio.window.focusWidget(), Qt::Key_Left);
        QCOMPARE(studio.window.scene().selectedNode(), std::optional(kGenerator));
    }

    void theDashesFlowWhileItRuns()
    {
        Studio studio;
        studio.tick();
        CanvasView &view = studio.window.canvas().view();
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.bottom().height(), 366,
                                  60'000); // the canvas has its size
        QCOMPARE(view.viewportUpdateMode(), QGraphicsView::FullViewportUpdate);
        const QImage before = view.grab().toImage();
        QTRY_VERIFY_WITH_TIMEOUT(view.grab().toImage() != before,
                                 60'000); // the snapshot is the same
    }

    void anotherPipelineBeginsWithItsPanels()
    {
        Studio studio;
        studio.window.bottom().open(BottomPanel::Page::Problems);
        QVERIFY(!studio.window.records().isVisible());
        studio.openFile(writeTemporary(u"next.millrace"_s, *graph::writeDocument(clickstream())));
        QVERIFY(studio.window.records().isVisible());
    }

    void closingGoesBackToTheStartPage()
    {
        Studio studio;
        studio.tick(2);
        QSignalSpy closed(&studio.window.document(), &PipelineDocument::closed);
        QTest::keyClick(&studio.window, Qt::Key_W, Qt::ControlModifier);
        QCOMPARE(closed.count(), 1);
        QVERIFY(studio.find<QLabel>(u"start.headline"_s)->isVisible());
        QVERIFY(!studio.window.document().isOpen());
        QVERIFY(!studio.window.bottom().isVisible());
        QVERIFY(!studio.window.inspector().isVisible());
        QCOMPARE(studio.window.windowTitle(), u"Millrace"_s);
        QCOMPARE(studio.window.problems().activeCount(), 0);
        QVERIFY(!studio.window.actions().action(u"file.close"_s)->isEnabled());
        studio.openFile(writeTemporary(u"again.millrace"_s, *graph::writeDocument(clickstream())));
        QVERIFY(studio.window.canvas().isVisible());
    }

    void troubleIsSeen()
    {
        Studio studio;
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        for (runtime::NodeFigures &node : snapshot.nodes) {
            if (node.id == kStream) {
                for (std::uint32_t i = 4; i < 12; ++i) {
                    runtime::ShardFigures shard = node.shards[i % 4];
                    shard.shard = ShardIndex(i);
                    shard.bytesInPerSecond *= 0.5;
                    node.shards.push_back(shard);
                }
            } else if (node.id == kErrors) {
                node.state = runtime::NodeState::Failed;
                node.attention =
                    Problem(Code::PermissionDenied, {{"operation", "write errors.db"}});
            } else if (node.id == kMap) {
                node.state = runtime::NodeState::BackPressured;
            } else if (node.id == kTail) {
                node.state = runtime::NodeState::Finished;
            }
        }
        for (runtime::WireFigures &wire : snapshot.wires)
            wire.backPressured = wire.from == kMap;
        studio.show(snapshot);
        const CardContent &failed = studio.window.scene().itemFor(kErrors)->content();
        QCOMPARE(failed.health, Health::Error);
        QCOMPARE(failed.attention, u"No permission to write errors.db"_s);
        QCOMPARE(studio.window.scene().itemFor(kStream)->content().bars.size(), 8U);
        const graph::WireEnds ends{{kMap, "out"}, {kPages, "in"}};
        QVERIFY(studio.window.scene().itemFor(ends)->content().backPressured);
        picture(studio.window, u"trouble"_s);
    }
};

MILLRACE_TEST(MainWindowTest)
#include "main_window_test.moc"
