// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/node_item.h"
#include "ui/canvas/wire_item.h"
#include "ui/canvas/wire_router.h"
#include "ui/document/pipeline_document.h"

#include <QImage>
#include <QPainter>
#include <QTest>

#include <random>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

NodeId nodeId(int number)
{
    return NodeId{"node" + std::to_string(1000 + number)};
}

/// Nodes without places, wired from lower to higher numbers; some wires go far.
graph::Document randomPipeline(unsigned seed, int nodes)
{
    std::mt19937 random(seed);
    const auto below = [&random](int end) {
        return static_cast<int>(random() % static_cast<unsigned>(end));
    };
    static const std::vector<std::string> kinds = {"generator", "data-stream", "filter", "map",
                                                   "sqlite-table"};
    graph::Document document;
    for (int i = 0; i < nodes; ++i) {
        graph::Node node;
        node.id = nodeId(i);
        node.kind = kinds[static_cast<std::size_t>(below(static_cast<int>(kinds.size())))];
        document.put(node);
        for (int wire = below(3); i > 0 && wire >= 0; --wire) {
            const int back = below(4) == 0 ? below(i) : std::max(0, i - 1 - below(5));
            document.wires[{{nodeId(back), "out"}, {node.id, "in"}}] = {};
        }
    }
    return document;
}

/// What a wire runs over; empty: nothing.
QString crossing(const CanvasScene &scene, const graph::Document &document, const WireItem &wire)
{
    const WireGeometry &geometry = wire.geometry();
    const int steps = 100 * (static_cast<int>(geometry.way.size()) + 1);
    for (const auto &[id, node] : document.nodes) {
        const NodeItem *item = scene.itemFor(id);
        const QRectF card = item->mapRectToScene(item->layout().rect()).adjusted(1, 1, -1, -1);
        for (int i = 0; i <= steps; ++i) {
            if (card.contains(geometry.at(qreal(i) / steps)))
                return u"%1 to %2 runs over %3"_s.arg(
                    QString::fromStdString(wire.ends().from.node.value),
                    QString::fromStdString(wire.ends().to.node.value),
                    QString::fromStdString(id.value));
        }
    }
    return {};
}

} // namespace

class WireRouterTest final : public QObject
{
    Q_OBJECT

private slots:
    void noWireRunsOverACard_data()
    {
        QTest::addColumn<unsigned>("seed");
        QTest::addColumn<int>("nodes");
        for (const int nodes : {5, 8, 20, 60, 200}) {
            for (unsigned seed = 1; seed <= (nodes < 100 ? 10U : 2U); ++seed)
                QTest::addRow("%d nodes, seed %u", nodes, seed) << seed << nodes;
        }
    }

    void noWireRunsOverACard()
    {
        QFETCH(unsigned, seed);
        QFETCH(int, nodes);
        const graph::Document pipeline = randomPipeline(seed, nodes);
        PipelineDocument document(testKinds());
        CanvasScene scene(document);
        document.open(pipeline, u"/p/random.millrace"_s);
        std::map<graph::WireEnds, WireGeometry> first;
        for (const auto &[ends, wire] : pipeline.wires) {
            const WireItem *item = scene.itemFor(ends);
            QVERIFY(item);
            const QString wrong = crossing(scene, pipeline, *item);
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
            first[ends] = item->geometry();
        }
        document.open(pipeline, u"/p/random.millrace"_s);
        for (const auto &[ends, geometry] : first)
            QCOMPARE(scene.itemFor(ends)->geometry(), geometry);
    }

    void noWireStrikesThroughTheRateOfAnother()
    {
        graph::Document pipeline = randomPipeline(3, 20);
        PipelineDocument document(testKinds());
        CanvasScene scene(document);
        document.open(pipeline, u"/p/random.millrace"_s);
        auto snapshot = std::make_shared<runtime::Snapshot>();
        for (const auto &[ends, wire] : pipeline.wires) {
            runtime::WireFigures figures;
            figures.from = ends.from.node;
            figures.to = ends.to.node;
            figures.recordsPerSecond = 1234;
            snapshot->wires.push_back(figures);
        }
        scene.showSnapshot(snapshot);
        const auto pictureOf = [&scene](const QRectF &part) {
            QImage image(part.size().toSize(), QImage::Format_RGB32);
            QPainter painter(&image);
            scene.render(&painter, QRectF(QPointF(), QSizeF(image.size())), part);
            return image;
        };
        int crossed = 0;
        for (const auto &[ends, wire] : pipeline.wires) {
            const WireItem *labelled = scene.itemFor(ends);
            const QRectF inside = labelled->labelRect().adjusted(8, 3, -8, -3);
            std::vector<WireItem *> passing;
            bool covered = false; // by the rate of another, or by a card
            for (const auto &[others, each] : pipeline.wires) {
                WireItem *other = scene.itemFor(others);
                if (other == labelled)
                    continue;
                covered |= other->labelRect().intersects(labelled->labelRect());
                if (other->shape().intersects(inside))
                    passing.push_back(other);
            }
            if (covered || passing.empty())
                continue;
            ++crossed;
            const QImage with = pictureOf(inside);
            for (WireItem *each : passing)
                each->setVisible(false);
            QCOMPARE(with, pictureOf(inside));
            for (WireItem *each : passing)
                each->setVisible(true);
        }
        QVERIFY2(crossed > 0, "the pipeline shows nothing: take another seed");
    }

    void aFreeCurveStays()
    {
        WireRouter router({QRectF(0, 0, 100, 100), QRectF(300, 40, 100, 100)});
        QVERIFY(router.way({100, 50}, {300, 90}).empty());
    }

    void cardsInTheWayArePassedNearby()
    {
        WireRouter router({QRectF(0, 0, 100, 100), QRectF(200, -20, 100, 100),
                           QRectF(200, 120, 100, 300), QRectF(400, 0, 100, 100)});
        const std::vector<QPointF> way = router.way({100, 50}, {400, 50});
        QCOMPARE(way.size(), 2U);
        QCOMPARE(way[0].x(), 200.0);
        QCOMPARE(way[1].x(), 300.0);
        QCOMPARE(way[0].y(), way[1].y());
        QVERIFY2(way[0].y() > 80 && way[0].y() < 120, "not between the two");
        // A second wire keeps off the first.
        const std::vector<QPointF> second = router.way({100, 60}, {400, 60});
        QCOMPARE(second.size(), 2U);
        QVERIFY(qAbs(second[0].y() - way[0].y()) >= 8);
    }

    void aNarrowCardsWireLeavesItsColumnFirst()
    {
        // The card above is wider than the one the wire leaves.
        WireRouter router(
            {QRectF(0, 0, 100, 100), QRectF(0, -150, 250, 140), QRectF(400, -150, 100, 100)});
        const QPointF from(100, 50);
        const QPointF to(400, -100);
        const std::vector<QPointF> way = router.way(from, to);
        const WireGeometry geometry{from, to, way};
        for (int i = 0; i <= 300; ++i)
            QVERIFY(!QRectF(0, -150, 250, 140).contains(geometry.at(i / 300.0)));
    }

    void aLabelStandsOnTheWay()
    {
        const WireGeometry geometry{{0, 0}, {600, 0}, {{200, 150}, {400, 150}}};
        QCOMPARE(geometry.middle(), QPointF(300, 150));
        QCOMPARE(geometry.at(0), geometry.from);
        QCOMPARE(geometry.at(1), geometry.to);
        QCOMPARE(geometry.curve().currentPosition(), geometry.to);
    }
};

MILLRACE_TEST(WireRouterTest)
#include "wire_router_test.moc"
