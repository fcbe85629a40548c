// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/ink.h"
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include "ui/inspector/inspector_panel.h"
#include "ui/panels/bottom_panel.h"
#include "ui/shell/canvas_page.h"
#include "ui/style/style.h"

#include <QLabel>
#include <QMouseEvent>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class DocksTest final : public QObject
{
    Q_OBJECT

private slots:
    void cleanup() { Style::instance().setScale(1); }

    void theCanvasKeepsHalfOfASmallWindow()
    {
        Studio studio({1366, 768});
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.bottom().height(), 240, 60'000);
        const QSize canvas = studio.window.canvas().size();
        QVERIFY2(2 * canvas.width() * canvas.height() >= 1366 * 768,
                 qPrintable(u"%1x%2"_s.arg(canvas.width()).arg(canvas.height())));
        Studio large({1600, 1000});
        QCoreApplication::processEvents();
        QTRY_COMPARE_WITH_TIMEOUT(large.window.inspector().width(), 311, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(large.window.bottom().height(), 366, 60'000);
        // The same when the pipeline is opened in a window that was there before.
        MainWindow late(testKinds(), {});
        late.resize(1600, 1000);
        late.show();
        QVERIFY(QTest::qWaitForWindowExposed(&late));
        openFile(late, writeTemporary(u"late.millrace"_s, *graph::writeDocument(clickstream())));
        QTRY_COMPARE_WITH_TIMEOUT(late.bottom().height(), 366, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(late.inspector().width(), 311, 60'000);
    }

    void noShardIsCutInASmallWindow()
    {
        Studio studio({1366, 768});
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.bottom().height(), 240, 60'000);
        studio.tick();
        QCoreApplication::processEvents(); // layouts follow
        auto *area = studio.find<QScrollArea>(u"inspector.shards"_s);
        QVERIFY(area->isVisible());
        QVERIFY(!area->verticalScrollBar()->isVisible());
        QVERIFY(area->widget()->sizeHint().height() <= area->viewport()->height());
        for (const std::uint32_t shard : {0U, 1U, 2U, 3U})
            QVERIFY(ink(area->grab().toImage(), theme().shard(shard)) > 200);
        picture(studio.window, u"shards-at-768"_s);
        // What cannot fit says that there is more.
        runtime::Snapshot many = clickstreamSnapshot(302);
        for (runtime::NodeFigures &node : many.nodes) {
            while (node.id == kStream && node.shards.size() < 12) {
                runtime::ShardFigures shard = node.shards.front();
                shard.shard = ShardIndex(static_cast<std::uint32_t>(node.shards.size()));
                node.shards.push_back(shard);
            }
        }
        studio.show(many);
        QCoreApplication::processEvents();
        const auto *bar = area->verticalScrollBar();
        QVERIFY(bar->isVisible());
        QVERIFY(ink(area->grab().toImage(), theme().scrollHandle(),
                    {area->width() - bar->width(), 0, bar->width(), area->height()}) > 200);
        picture(studio.window, u"many-shards-at-768"_s);
        // Where there is room, a ring tells of all of them.
        studio.window.resize(1600, 1000);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.bottom().height(), 366, 60'000);
        studio.tick();
        QCoreApplication::processEvents();
        QVERIFY(area->widget()->sizeHint().height() > 400);
        picture(studio.window, u"shards-at-1000"_s);
    }

    /// A larger interface is a smaller window.
    void theInspectorFoldsWithTheInterfaceSize()
    {
        Studio studio({1366, 768});
        QVERIFY(studio.window.inspector().isVisible());
        studio.clickMenu({u"menu.view"_s, u"menu.size"_s}, u"view.size.150"_s);
        QVERIFY(!studio.window.inspector().isVisible());
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier); // when it is wanted
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.inspector().width(), 327, 60'000);
        picture(studio.window, u"size-150"_s);
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier);
        Style::instance().setScale(1);
        QVERIFY(!studio.window.inspector().isVisible()); // as a person left it
        Studio another({1366, 768});
        Style::instance().setScale(1.5);
        QVERIFY(!another.window.inspector().isVisible());
        Style::instance().setScale(1);
        QVERIFY(another.window.inspector().isVisible());
    }

    void aLongNameTakesNoRoom()
    {
        Studio studio({1366, 768});
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.bottom().height(), 240, 60'000);
        studio.tick();
        const int inspector = studio.window.inspector().width();
        graph::Document document = clickstream();
        document.nodes.at(kStream).name = std::string(200, 'W');
        studio.openFile(writeTemporary(u"long.millrace"_s, *graph::writeDocument(document)));
        studio.answerQuestion(u"dialog.stop.stop.button"_s);
        studio.tick();
        QCoreApplication::processEvents();
        auto *title = studio.find<QLabel>(u"inspector.title"_s);
        QVERIFY(title->text().endsWith(u'…'));
        QCOMPARE(title->toolTip().size(), 200);
        QCOMPARE(studio.window.inspector().width(), inspector);
        QCOMPARE(studio.window.size(), QSize(1366, 768));
        QVERIFY(studio.find<QLabel>(u"records.title"_s)->text().endsWith(u"…, newest first"_s));
        picture(studio.window, u"long-name"_s);
    }

    void aLineThatWasDraggedStays()
    {
        Studio studio({1600, 1000});
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.bottom().height(), 366, 60'000);
        const int line = studio.find<QWidget>(u"dock.bottom"_s)->geometry().top() - 1;
        const QPoint from(400, line);
        const QPoint to(400, line - 120);
        QTest::mousePress(&studio.window, Qt::LeftButton, {}, from);
        QMouseEvent move(QEvent::MouseMove, to, studio.window.mapToGlobal(to), Qt::NoButton,
                         Qt::LeftButton, {});
        QCoreApplication::sendEvent(&studio.window, &move);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.bottom().height(), 486, 60'000);
        QTest::mouseRelease(&studio.window, Qt::LeftButton, {}, to);
        studio.window.resize(1590, 1000); // what would have put it back
        QTRY_COMPARE_WITH_TIMEOUT(
            studio.window.canvas().width() + studio.window.inspector().width(), 1589, 60'000);
        Studio other({1600, 1000}); // its docks follow later than those of the first would have
        QTRY_COMPARE_WITH_TIMEOUT(other.window.bottom().height(), 366, 60'000);
        QCOMPARE(studio.window.bottom().height(), 486);
    }

    void docksFollowTheWindowBothWays()
    {
        Studio studio({1600, 1000});
        studio.tick(3);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.bottom().height(), 366, 60'000);
        QTest::mouseClick(studio.find<QWidget>(u"topbar"_s), Qt::LeftButton); // drags no line
        studio.window.resize(960, 600);
        QTRY_VERIFY_WITH_TIMEOUT(!studio.window.inspector().isVisible(), 60'000);
        const auto canvas = [&] { return studio.window.canvas().size(); };
        QTRY_VERIFY2_WITH_TIMEOUT(
            2 * canvas().width() * canvas().height() >= 960 * 600,
            qPrintable(u"%1x%2"_s.arg(canvas().width()).arg(canvas().height())), 60'000);
        picture(studio.window, u"small"_s);
        // A person may have it all the same.
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier);
        QVERIFY(studio.window.inspector().isVisible());
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier);
        QVERIFY(!studio.window.inspector().isVisible());
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier);
        studio.window.resize(1600, 1000);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.bottom().height(), 366, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.inspector().width(), 311, 60'000);
        picture(studio.window, u"large-again"_s);
    }
};

MILLRACE_TEST(DocksTest)
#include "docks_test.moc"
