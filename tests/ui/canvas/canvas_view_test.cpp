// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/canvas_view.h"
#include "ui/canvas/node_item.h"
#include "ui/canvas/wire_item.h"
#include "ui/document/pipeline_document.h"
#include "ui/style/style.h"

#include <QPainter>
#include <QScrollBar>
#include <QSet>
#include <QSignalSpy>
#include <QStyleOptionGraphicsItem>
#include <QTest>
#include <QWheelEvent>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;

namespace {

/// The clickstream pipeline on a canvas in a window of its own.
struct Canvas {
    PipelineDocument document{testKinds()};
    CanvasScene scene{document};
    CanvasView view{scene};

    Canvas()
    {
        document.open(clickstream(), {});
        view.resize(900, 600);
        view.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&view);
    }

    QPoint pixelOf(const NodeId &id) const
    {
        return view.mapFromScene(scene.itemFor(id)->sceneBoundingRect().center());
    }
    void click(const QPoint &at) { QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, at); }
};

void zooms()
{
    QTest::addColumn<qreal>("zoom");
    QTest::newRow("50 %") << 0.5;
    QTest::newRow("100 %") << 1.0;
    QTest::newRow("200 %") << 2.0;
}

} // namespace

class CanvasViewTest final : public QObject
{
    Q_OBJECT

private slots:
    void fitShowsAllOfALargePipeline()
    {
        Canvas canvas;
        graph::Document document = clickstream();
        document.layout.nodes[kPages].position = graph::Point{30'000, 20'000};
        canvas.document.open(document, {});
        canvas.view.fit();
        const QRectF sight = canvas.view.mapToScene(canvas.view.viewport()->rect()).boundingRect();
        QVERIFY(sight.contains(canvas.scene.contentRect()));
        const qreal fitted = canvas.view.zoom();
        QVERIFY(fitted < kMinZoom);
        canvas.view.zoomOut(); // no farther than all of it
        QCOMPARE(canvas.view.zoom(), fitted);
    }

    void labelsDoNotHideBehindCards()
    {
        Canvas canvas;
        graph::Document document = clickstream();
        // The filter's wire to its table passes behind the map.
        document.layout.nodes[kFilter].position = graph::Point{0, 600};
        document.layout.nodes[kMap].position = graph::Point{420, 600};
        document.layout.nodes[kErrors].position = graph::Point{900, 600};
        canvas.document.open(document, {});
        canvas.scene.showSnapshot(
            std::make_shared<const runtime::Snapshot>(clickstreamSnapshot(60)));
        const WireItem *wire = canvas.scene.itemFor({{kFilter, "out"}, {kErrors, "in"}});
        QVERIFY(!wire->labelRect().isNull());
        for (const auto &[id, node] : document.nodes) {
            const NodeItem *card = canvas.scene.itemFor(id);
            QVERIFY2(!wire->labelRect().intersects(card->mapRectToScene(card->layout().rect())),
                     id.value.c_str());
        }
    }

    void everyNodeAndWireHasAnItem()
    {
        Canvas canvas;
        const graph::Document document = clickstream();
        QCOMPARE(canvas.scene.nodeCount(), document.nodes.size());
        for (const auto &[ends, wire] : document.wires) {
            const WireItem *item = canvas.scene.itemFor(ends);
            QVERIFY(item);
            // A wire begins and ends at its cards' sides.
            const QRectF from = canvas.scene.itemFor(ends.from.node)
                                    ->layout()
                                    .rect()
                                    .translated(canvas.scene.itemFor(ends.from.node)->pos());
            const QRectF to = canvas.scene.itemFor(ends.to.node)
                                  ->layout()
                                  .rect()
                                  .translated(canvas.scene.itemFor(ends.to.node)->pos());
            QCOMPARE(item->geometry().from.x(), from.right());
            QCOMPARE(item->geometry().to.x(), to.left());
            QVERIFY(from.top() < item->geometry().from.y() &&
                    item->geometry().from.y() < from.bottom());
        }
    }

    void clickSelects_data() { zooms(); }
    void clickSelects()
    {
        QFETCH(qreal, zoom);
        Canvas canvas;
        QSignalSpy changed(&canvas.scene, &CanvasScene::selectedNodeChanged);
        canvas.view.zoomAt(canvas.pixelOf(kStream), zoom);
        canvas.view.centerOn(canvas.scene.itemFor(kStream));
        canvas.click(canvas.pixelOf(kStream));
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kStream));
        canvas.view.centerOn(canvas.scene.itemFor(kMap));
        canvas.click(canvas.pixelOf(kMap));
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kMap));
        const QPointF empty = canvas.scene.contentRect().topLeft() - QPointF(60, 60);
        canvas.view.centerOn(empty);
        canvas.click(canvas.view.mapFromScene(empty));
        QCOMPARE(canvas.scene.selectedNode(), std::optional<NodeId>());
        QCOMPARE(changed.count(), 3);
    }

    void arrowKeysWalk()
    {
        Canvas canvas;
        canvas.scene.select(kStream);
        QTest::keyClick(&canvas.view, Qt::Key_Right);
        QVERIFY(canvas.scene.selectedNode() == std::optional(kFilter) ||
                canvas.scene.selectedNode() == std::optional(kMap));
        canvas.scene.select(kFilter);
        QTest::keyClick(&canvas.view, Qt::Key_Down);
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kMap));
        QTest::keyClick(&canvas.view, Qt::Key_Up);
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kFilter));
        QTest::keyClick(&canvas.view, Qt::Key_Right);
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kErrors));
        QTest::keyClick(&canvas.view, Qt::Key_Right); // nothing further: it stays
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kErrors));
        QTest::keyClick(&canvas.view, Qt::Key_Escape);
        QCOMPARE(canvas.scene.selectedNode(), std::optional<NodeId>());
    }

    void wheelZoomsAtThePointer_data() { zooms(); }
    void wheelZoomsAtThePointer()
    {
        QFETCH(qreal, zoom);
        Canvas canvas;
        canvas.view.zoomAt({450, 300}, zoom);
        const QPoint pointer(620, 210);
        const QPointF before = canvas.view.mapToScene(pointer);
        QWheelEvent wheel(pointer, canvas.view.viewport()->mapToGlobal(pointer), {}, {0, 120},
                          Qt::NoButton, {}, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(canvas.view.viewport(), &wheel);
        QCOMPARE(canvas.view.zoom(), zoom * 1.25);
        const QPointF after = canvas.view.mapToScene(pointer);
        QVERIFY((after - before).manhattanLength() < 2 / zoom);
    }

    void middleButtonPans()
    {
        Canvas canvas;
        const QPointF before = canvas.view.mapToScene(QPoint(0, 0));
        const QPoint from(400, 300);
        const QPoint to(340, 260);
        QTest::mousePress(canvas.view.viewport(), Qt::MiddleButton, {}, from);
        QMouseEvent move(QEvent::MouseMove, to, canvas.view.viewport()->mapToGlobal(to),
                         Qt::NoButton, Qt::MiddleButton, {});
        QCoreApplication::sendEvent(canvas.view.viewport(), &move);
        QTest::mouseRelease(canvas.view.viewport(), Qt::MiddleButton, {}, to);
        QCOMPARE(canvas.view.mapToScene(QPoint(0, 0)) - before, QPointF(60, 40));
    }

    void spaceAndDragPans()
    {
        Canvas canvas;
        const QPointF before = canvas.view.mapToScene(QPoint(0, 0));
        QTest::keyPress(&canvas.view, Qt::Key_Space);
        QTest::mousePress(canvas.view.viewport(), Qt::LeftButton, {}, {400, 300});
        QMouseEvent move(QEvent::MouseMove, QPointF(410, 330),
                         canvas.view.viewport()->mapToGlobal(QPoint(410, 330)), Qt::NoButton,
                         Qt::LeftButton, {});
        QCoreApplication::sendEvent(canvas.view.viewport(), &move);
        QTest::mouseRelease(canvas.view.viewport(), Qt::LeftButton, {}, {410, 330});
        QTest::keyRelease(&canvas.view, Qt::Key_Space);
        QCOMPARE(canvas.view.mapToScene(QPoint(0, 0)) - before, QPointF(-10, -30));
    }

    void fitShowsEverythingAtMostAtHundred()
    {
        Canvas canvas;
        canvas.view.fit();
        QVERIFY(canvas.view.zoom() <= 1);
        const QRectF sight = canvas.view.mapToScene(canvas.view.viewport()->rect()).boundingRect();
        QVERIFY(sight.contains(canvas.scene.contentRect()));
        canvas.view.resize(2400, 1600);
        canvas.view.fit();
        QCOMPARE(canvas.view.zoom(), 1.0);
    }

    void zoomStaysInItsBounds()
    {
        Canvas canvas;
        canvas.view.zoomAt({1, 1}, 100);
        QCOMPARE(canvas.view.zoom(), kMaxZoom);
        canvas.view.zoomAt({1, 1}, 0.0001);
        QCOMPARE(canvas.view.zoom(), kMinZoom);
    }

    void selectionOutlivesARebuild()
    {
        Canvas canvas;
        canvas.scene.select(kMap);
        QVERIFY(canvas.document.edit({graph::RenameNode{kMap, "Renamed"}}, QStringLiteral("Rename"))
                    .has_value());
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kMap));
        QCOMPARE(canvas.scene.itemFor(kMap)->content().title, QStringLiteral("Renamed"));
        QSignalSpy changed(&canvas.scene, &CanvasScene::selectedNodeChanged);
        QVERIFY(
            canvas.document.edit({graph::RemoveNode{kMap}}, QStringLiteral("Delete")).has_value());
        QCOMPARE(canvas.scene.selectedNode(), std::optional<NodeId>());
        QCOMPARE(changed.count(), 1);
    }

    void farAwayCardsAreDrawnWithoutText()
    {
        Canvas canvas;
        canvas.scene.showSnapshot(
            std::make_shared<const runtime::Snapshot>(clickstreamSnapshot(60)));
        const auto coloursAt = [&](qreal zoom) {
            canvas.view.zoomAt({450, 300}, zoom);
            canvas.view.centerOn(canvas.scene.itemFor(kStream));
            const QImage image = canvas.view.grab().toImage();
            const QRect card =
                canvas.view
                    .mapFromScene(canvas.scene.itemFor(kStream)->layout().rect().translated(
                        canvas.scene.itemFor(kStream)->pos()))
                    .boundingRect()
                    .adjusted(3, 3, -3, -3);
            QSet<QRgb> seen;
            for (int y = card.top(); y < card.bottom(); ++y) {
                for (int x = card.left(); x < card.right(); ++x)
                    seen.insert(image.pixel(x, y));
            }
            return seen.size();
        };
        QVERIFY(coloursAt(1) > 20);   // text, bars, anti-aliasing
        QVERIFY(coloursAt(0.3) <= 4); // two flat areas
    }

    void dashesFlowOnlyWhereRecordsDo()
    {
        Canvas canvas;
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        for (runtime::WireFigures &wire : snapshot.wires) {
            if (wire.from == kTail)
                wire.recordsPerSecond = 0;
        }
        canvas.scene.showSnapshot(std::make_shared<const runtime::Snapshot>(snapshot));
        const auto picture = [&](const NodeId &from) {
            WireItem *wire = canvas.scene.itemFor(graph::WireEnds{{from, "out"}, {kStream, "in"}});
            QImage image(wire->boundingRect().size().toSize(), QImage::Format_RGB32);
            image.fill(theme().canvas);
            QPainter painter(&image);
            painter.translate(-wire->boundingRect().topLeft());
            QStyleOptionGraphicsItem option;
            wire->paint(&painter, &option, nullptr);
            return image;
        };
        canvas.scene.flow(0, true);
        const QImage moving = picture(kGenerator);
        const QImage still = picture(kTail);
        canvas.scene.flow(0.1, true);
        QVERIFY(picture(kGenerator) != moving);
        QCOMPARE(picture(kTail), still);
        canvas.scene.flow(0, false); // reduced motion
        const QImage calm = picture(kGenerator);
        canvas.scene.flow(0.1, false);
        QCOMPARE(picture(kGenerator), calm);
    }
};

MILLRACE_TEST(CanvasViewTest)
#include "canvas_view_test.moc"
