// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"
#include "tests/ui/support/ink.h"

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

#include <array>

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
        QSignalSpy changed(&canvas.scene, &CanvasScene::selectedChanged);
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

    void keysReachTheWiresOfACardAndTheirEnds()
    {
        Canvas canvas;
        const auto press = [&](Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
            QTest::keyClick(&canvas.view, key, modifiers);
        };
        const auto isWire = [&](const NodeId &from, const NodeId &to) {
            return !canvas.scene.selectedNode() &&
                   canvas.scene.selectedWire() ==
                       std::optional(graph::WireEnds{{from, "out"}, {to, "in"}});
        };
        press(Qt::Key_W); // of no card: nothing
        QVERIFY(!canvas.scene.selectedWire());
        // Those that leave it first, each side from top to bottom, and round.
        canvas.scene.select(kStream);
        for (int round = 0; round < 2; ++round) {
            press(Qt::Key_W);
            QVERIFY(isWire(kStream, kFilter));
            press(Qt::Key_W);
            QVERIFY(isWire(kStream, kMap));
            press(Qt::Key_W);
            QVERIFY(isWire(kGenerator, kStream));
            press(Qt::Key_W);
            QVERIFY(isWire(kTail, kStream));
        }
        QVERIFY2(canvas.view.accessibleDescription() ==
                     QStringLiteral("Wire from nginx access log to clicks"),
                 qPrintable(canvas.view.accessibleDescription()));
        press(Qt::Key_W, Qt::ShiftModifier);
        QVERIFY(isWire(kGenerator, kStream));
        press(Qt::Key_Left);
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kGenerator));
        press(Qt::Key_W);
        QVERIFY(isWire(kGenerator, kStream));
        press(Qt::Key_Right);
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kStream));
        press(Qt::Key_W, Qt::ShiftModifier); // the last
        QVERIFY(isWire(kTail, kStream));
        press(Qt::Key_Up); // the tail stands below the stream
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kStream));
        // One that was clicked is one of the card that it leaves.
        canvas.scene.select(kErrors);
        const WireItem *wire = canvas.scene.itemFor({{kStream, "out"}, {kMap, "in"}});
        const WireGeometry &line = wire->geometry();
        canvas.view.centerOn((line.from + line.to) / 2);
        canvas.click(canvas.view.mapFromScene((line.from + line.to) / 2));
        QVERIFY(isWire(kStream, kMap));
        press(Qt::Key_W);
        QVERIFY(isWire(kGenerator, kStream));
        press(Qt::Key_Escape);
        QVERIFY(!canvas.scene.selectedWire());
        QVERIFY(!canvas.scene.selectedNode());
    }

    void aSelectedWireComesIntoSight()
    {
        Canvas canvas;
        canvas.scene.select(kErrors);
        canvas.view.centerOn(canvas.scene.itemFor(kGenerator));
        QTest::keyClick(&canvas.view, Qt::Key_W);
        const WireItem *wire = canvas.scene.itemFor({{kFilter, "out"}, {kErrors, "in"}});
        QVERIFY(canvas.view.mapToScene(canvas.view.viewport()->rect())
                    .boundingRect()
                    .contains(wire->sceneBoundingRect()));
    }

    void theSelectedCardIsTold()
    {
        Canvas canvas;
        canvas.scene.showSnapshot(
            std::make_shared<const runtime::Snapshot>(clickstreamSnapshot(60)));
        QVERIFY(canvas.view.accessibleDescription().contains(QStringLiteral("arrow keys")));
        canvas.scene.select(kGenerator);
        QCOMPARE(canvas.view.accessibleDescription(),
                 QStringLiteral("Clickstream: Generator · Clickstream. running. 1,894 rec/s"));
        canvas.scene.select(kStream);
        QVERIFY2(canvas.view.accessibleDescription().contains(
                     QStringLiteral("2,362 rec/s · lag 0.2 s · 3 consumers. Shard 2 is hot")),
                 qPrintable(canvas.view.accessibleDescription()));
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

    void shiftAndWheelPanSideways()
    {
        Canvas canvas;
        const qreal zoom = canvas.view.zoom();
        const QPointF before = canvas.view.mapToScene(QPoint(0, 0));
        QWheelEvent wheel(QPointF(400, 300), canvas.view.viewport()->mapToGlobal(QPointF(400, 300)),
                          {}, {0, 120}, Qt::NoButton, Qt::ShiftModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(canvas.view.viewport(), &wheel);
        QCOMPARE(canvas.view.zoom(), zoom);
        QCOMPARE(canvas.view.mapToScene(QPoint(0, 0)) - before, QPointF(-120, 0));
    }

    void spaceIsLetGoWithTheFocus()
    {
        Canvas canvas;
        QVERIFY(QTest::qWaitForWindowActive(&canvas.view));
        canvas.view.setFocus();
        QTest::keyPress(&canvas.view, Qt::Key_Space);
        QCOMPARE(canvas.view.viewport()->cursor().shape(), Qt::OpenHandCursor);
        canvas.view.clearFocus();
        QCOMPARE(canvas.view.viewport()->cursor().shape(), Qt::ArrowCursor);
    }

    void walkingBringsTheCardIntoSight()
    {
        Canvas canvas;
        canvas.view.resize(500, 300);
        canvas.view.zoomToHundred();
        canvas.view.centerOn(canvas.scene.itemFor(kFilter));
        canvas.scene.select(kFilter);
        const auto sight = [&] {
            return canvas.view.mapToScene(canvas.view.viewport()->rect()).boundingRect();
        };
        QVERIFY(!sight().contains(canvas.scene.itemFor(kErrors)->sceneBoundingRect()));
        QTest::keyClick(&canvas.view, Qt::Key_Right);
        QCOMPARE(canvas.scene.selectedNode(), std::optional(kErrors));
        QVERIFY(sight().contains(canvas.scene.itemFor(kErrors)->sceneBoundingRect()));
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
        QSignalSpy changed(&canvas.scene, &CanvasScene::selectedChanged);
        QVERIFY(
            canvas.document.edit({graph::RemoveNode{kMap}}, QStringLiteral("Delete")).has_value());
        QCOMPARE(canvas.scene.selectedNode(), std::optional<NodeId>());
        QCOMPARE(changed.count(), 1);
    }

    void theGroundIsDotted()
    {
        Canvas canvas;
        QVERIFY(ink(canvas.view.grab().toImage(), theme().gridDot) > 500);
    }

    void theSelectedCardIsOutlined()
    {
        Canvas canvas;
        canvas.view.zoomToHundred();
        canvas.view.centerOn(canvas.scene.itemFor(kMap));
        const int before = ink(canvas.view.grab().toImage(), theme().selection);
        canvas.scene.select(kMap);
        QVERIFY(ink(canvas.view.grab().toImage(), theme().selection) > before + 200);
    }

    void aCardShowsAllOfItsContent()
    {
        Canvas canvas;
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        canvas.scene.showSnapshot(std::make_shared<const runtime::Snapshot>(snapshot));
        canvas.view.zoomToHundred();
        const NodeItem *item = canvas.scene.itemFor(kStream);
        canvas.view.centerOn(item);
        const QImage image = canvas.view.grab().toImage();
        const auto at = [&](const QRectF &part) {
            return canvas.view.mapFromScene(item->mapRectToScene(part)).boundingRect();
        };
        const CardLayout &layout = item->layout();
        QVERIFY(ink(image, theme().strip(Health::Warning), at(layout.strip)) > 500);
        QVERIFY(ink(image, theme().warning, at(layout.health)) > 10);
        QVERIFY(ink(image, theme().shard(0), at(layout.bars[0].track)) > 100);
        QVERIFY(ink(image, theme().error, at(layout.bars[2].track)) > 50); // hatched: it is hot
        QVERIFY(ink(image, theme().warning, at(layout.bars[2].sign)) > 10);
        QVERIFY(ink(image, theme().error, at(layout.bars[0].track)) == 0);
        const QPointF port = layout.anchorOut(0, item->wiresOut());
        QVERIFY(ink(image, theme().canvas, at(QRectF(port - QPointF(2, 2), QSizeF(4, 4)))) > 4);
    }

    void aDisabledNodeIsFaded()
    {
        Canvas canvas;
        graph::Document document = clickstream();
        document.nodes.at(kFilter).state = graph::NodeState::Disabled;
        canvas.document.open(document, {});
        QVERIFY(canvas.scene.itemFor(kFilter)->opacity() < 0.6);
        QCOMPARE(canvas.scene.itemFor(kMap)->opacity(), 1.0);
    }

    void tooltipsHaveTheExactFigures()
    {
        Canvas canvas;
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        for (runtime::WireFigures &wire : snapshot.wires) {
            if (wire.from == kMap) {
                wire.queued = 1;
                wire.backPressured = true;
            }
        }
        canvas.scene.showSnapshot(std::make_shared<const runtime::Snapshot>(snapshot));
        QVERIFY(
            canvas.scene.itemFor(kMap)->toolTip().contains(QStringLiteral("In: 141,720 records")));
        QCOMPARE(canvas.scene.itemFor({{kMap, "out"}, {kPages, "in"}})->toolTip(),
                 QStringLiteral("2,362 rec/s, 2.37\u00a0MiB/s\n141,720 records so far\n"
                                "A stream of its own, with 1 record waiting\n"
                                "It holds back what comes before it"));
    }

    void wiresFollowACardThatGrows()
    {
        Canvas canvas;
        const NodeItem *stream = canvas.scene.itemFor(kStream);
        const QSizeF before = stream->layout().size;
        canvas.scene.showSnapshot(
            std::make_shared<const runtime::Snapshot>(clickstreamSnapshot(60)));
        QVERIFY(stream->layout().size.height() > before.height()); // its bars came
        for (const NodeId &from : {kGenerator, kTail}) {
            const WireItem *wire = canvas.scene.itemFor({{from, "out"}, {kStream, "in"}});
            const int index = from == kGenerator ? 0 : 1;
            QCOMPARE(wire->geometry().to, stream->mapToScene(stream->layout().anchorIn(index, 2)));
        }
    }

    void wiresLeaveInTheOrderOfWhatTheyLeadTo()
    {
        Canvas canvas;
        graph::Document document = clickstream();
        std::swap(document.layout.nodes[kFilter].position, document.layout.nodes[kMap].position);
        canvas.document.open(document, {});
        const auto leaves = [&](const NodeId &to) {
            return canvas.scene.itemFor({{kStream, "out"}, {to, "in"}})->geometry().from.y();
        };
        QVERIFY(leaves(kMap) < leaves(kFilter)); // they do not cross
    }

    void theDashesMoveByThemselvesWhileItRuns()
    {
        Canvas canvas;
        canvas.scene.showSnapshot(
            std::make_shared<const runtime::Snapshot>(clickstreamSnapshot(60)));
        const QImage still = canvas.view.grab().toImage();
        canvas.view.setRunning(true);
        QTRY_VERIFY_WITH_TIMEOUT(canvas.view.grab().toImage() != still, 60'000);
        Style::instance().setReducedMotion(true);
        QTRY_VERIFY_WITH_TIMEOUT(canvas.view.grab().toImage() == still, 60'000);
        Style::instance().setReducedMotion(false);
        QTRY_VERIFY_WITH_TIMEOUT(canvas.view.grab().toImage() != still, 60'000);
        canvas.view.setRunning(false);
    }

    void aFarCardKeepsItsName()
    {
        Canvas canvas;
        const auto letters = [&](qreal zoom) {
            canvas.view.resetTransform();
            canvas.view.scale(zoom, zoom);
            const NodeItem *item = canvas.scene.itemFor(kGenerator);
            canvas.view.centerOn(item);
            const QRectF card = item->layout().rect();
            const QRectF body = card.adjusted(0, item->layout().head.height(), 0, 0);
            const QRect where = canvas.view.mapFromScene(item->mapRectToScene(body)).boundingRect();
            return ink(canvas.view.viewport()->grab().toImage(), theme().text, where, 90);
        };
        QVERIFY(letters(0.3) > 10);
        QCOMPARE(letters(0.15), 0); // would be a smear
    }

    void manyWiresStandStill()
    {
        Canvas canvas;
        graph::Document document = clickstream();
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        for (int i = 0; i < kMaxFlowingWires; ++i) {
            graph::Node node;
            node.id.value = "many" + std::to_string(1000 + i);
            node.kind = "filter";
            document.put(node);
            document.layout.nodes[node.id].position =
                graph::Point{900.0 + 230 * (i / 12), 400.0 + 130 * (i % 12)};
            document.wires[{{kStream, "out"}, {node.id, "in"}}] = {};
        }
        canvas.view.resize(2600, 2400);
        canvas.document.open(document, {});
        canvas.scene.showSnapshot(std::make_shared<const runtime::Snapshot>(snapshot));
        canvas.view.fit();
        QVERIFY(canvas.view.zoom() >= kDetailZoom);
        const QImage still = canvas.view.grab().toImage();
        canvas.view.setRunning(true);
        Canvas few; // begins later, so when it has moved the other would have, too
        few.scene.showSnapshot(std::make_shared<const runtime::Snapshot>(snapshot));
        const QImage before = few.view.grab().toImage();
        few.view.setRunning(true);
        QTRY_VERIFY_WITH_TIMEOUT(few.view.grab().toImage() != before, 60'000);
        QCOMPARE(canvas.view.grab().toImage(), still);
    }

    void aWireSaysWhatHoldsItBack()
    {
        Canvas canvas;
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        const graph::WireEnds ends{{kMap, "out"}, {kPages, "in"}};
        const auto inked = [&](bool backPressured) {
            for (runtime::WireFigures &wire : snapshot.wires)
                wire.backPressured = backPressured && wire.from == kMap;
            canvas.scene.showSnapshot(std::make_shared<const runtime::Snapshot>(snapshot));
            canvas.view.zoomToHundred();
            canvas.view.centerOn(canvas.scene.itemFor(ends));
            const WireItem *wire = canvas.scene.itemFor(ends);
            const auto at = [&](const QRectF &part) {
                return canvas.view.mapFromScene(part).boundingRect();
            };
            const QRect label = at(wire->mapRectToScene(wire->labelRect()));
            // The line itself, left of its label.
            const QRect line(at(wire->sceneBoundingRect()).topLeft(), label.bottomLeft());
            const QImage image = canvas.view.grab().toImage();
            return std::array{ink(image, Theme::blend(theme().error, theme().canvas, 0.35),
                                  line.adjusted(0, 0, -6, 0)),
                              ink(image, theme().raised, label), ink(image, theme().stream, label)};
        };
        const auto [noHatch, label, drum] = inked(false);
        QCOMPARE(noHatch, 0);
        QVERIFY(label > 200);
        QVERIFY(drum > 5);                // it is a stream of its own
        const int hatch = inked(true)[0]; // between its stripes
        QVERIFY2(hatch > 0, qPrintable(QString::number(hatch)));
    }

    void fromVeryFarCardsAreDrawnWithoutText()
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
        QVERIFY(coloursAt(1) > 20);    // text, bars, anti-aliasing
        QVERIFY(coloursAt(0.15) <= 4); // two flat areas
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
