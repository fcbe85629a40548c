// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"

#include "ui/canvas/auto_place.h"

#include <QTest>

#include <set>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;

class AutoPlaceTest final : public QObject
{
    Q_OBJECT

private slots:
    void placedNodesStay() { QVERIFY(placesForUnplaced(clickstream(), testKinds()).empty()); }

    void columnsFollowTheWires()
    {
        graph::Document document = clickstream();
        document.layout.nodes.clear();
        const auto places = placesForUnplaced(document, testKinds());
        QCOMPARE(places.size(), document.nodes.size());
        for (const auto &[ends, wire] : document.wires)
            QVERIFY(places.at(ends.from.node).x() < places.at(ends.to.node).x());
        std::set<std::pair<qreal, qreal>> taken;
        for (const auto &[id, place] : places)
            QVERIFY(taken.emplace(place.x(), place.y()).second);
    }

    void manyNodesMakeAPictureNotAColumn()
    {
        graph::Document document; // 40 pairs, no node with a place
        for (int i = 0; i < 40; ++i) {
            graph::Node from;
            from.id.value = "from" + std::to_string(1000 + i);
            from.kind = "generator";
            graph::Node to;
            to.id.value = "to00" + std::to_string(1000 + i);
            to.kind = "data-stream";
            document.put(from);
            document.put(to);
            document.wires[{{from.id, "out"}, {to.id, "in"}}] = {};
        }
        const auto places = placesForUnplaced(document, testKinds());
        QCOMPARE(places.size(), 80U);
        QRectF all;
        for (const auto &[id, place] : places)
            all |= QRectF(place, QSizeF(176, 100));
        QVERIFY2(all.width() > all.height() && all.width() < 4 * all.height(),
                 qPrintable(QStringLiteral("%1 x %2").arg(all.width()).arg(all.height())));
        for (const auto &[ends, wire] : document.wires)
            QVERIFY(places.at(ends.from.node).x() < places.at(ends.to.node).x());
    }

    void partsThatNoWireJoinsStandApart()
    {
        graph::Document document; // 40 chains of 5
        for (int i = 0; i < 200; ++i) {
            graph::Node node;
            node.id.value = "node" + std::to_string(1000 + i);
            node.kind = "filter";
            document.put(node);
            if (i % 5 > 0) {
                const NodeId before{"node" + std::to_string(1000 + i - 1)};
                document.wires[{{before, "out"}, {node.id, "in"}}] = {};
            }
        }
        const auto places = placesForUnplaced(document, testKinds());
        QRectF all;
        for (const auto &[id, place] : places)
            all |= QRectF(place, QSizeF(200, 100));
        QVERIFY2(all.width() > all.height() && all.width() < 4 * all.height(),
                 qPrintable(QStringLiteral("%1 x %2").arg(all.width()).arg(all.height())));
        // Each chain is a row: its wires are straight.
        for (const auto &[ends, wire] : document.wires) {
            QCOMPARE(places.at(ends.from.node).y(), places.at(ends.to.node).y());
            QVERIFY(places.at(ends.to.node).x() - places.at(ends.from.node).x() < 400);
        }
    }

    void aStreamOfManyShardsHasRoomForItsBars()
    {
        graph::Document document;
        for (const char *id : {"stream01", "stream02"}) {
            graph::Node node;
            node.id.value = id;
            node.kind = "data-stream";
            node.parameters = {{"shards", std::int64_t{128}}};
            document.put(node);
        }
        const auto places = placesForUnplaced(document, testKinds());
        QVERIFY(places.at(NodeId{"stream02"}).y() - places.at(NodeId{"stream01"}).y() > 280);
    }

    void aCycleEnds()
    {
        graph::Document document = clickstream();
        document.layout.nodes.clear();
        document.wires[{{kMap, "out"}, {kStream, "in"}}] = {};
        QCOMPARE(placesForUnplaced(document, testKinds()).size(), document.nodes.size());
    }

    void unplacedOnesStandBelowThePlaced()
    {
        graph::Document document = clickstream();
        document.layout.nodes.erase(kTail);
        const auto places = placesForUnplaced(document, testKinds());
        QCOMPARE(places.size(), 1U);
        for (const auto &[id, layout] : document.layout.nodes)
            QVERIFY(places.at(kTail).y() > layout.position->y);
    }
};

MILLRACE_TEST(AutoPlaceTest)
#include "auto_place_test.moc"
