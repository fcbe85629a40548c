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
    void placedNodesStay() { QVERIFY(placesForUnplaced(clickstream()).empty()); }

    void columnsFollowTheWires()
    {
        graph::Document document = clickstream();
        document.layout.nodes.clear();
        const auto places = placesForUnplaced(document);
        QCOMPARE(places.size(), document.nodes.size());
        for (const auto &[ends, wire] : document.wires)
            QVERIFY(places.at(ends.from.node).x() < places.at(ends.to.node).x());
        std::set<std::pair<qreal, qreal>> taken;
        for (const auto &[id, place] : places)
            QVERIFY(taken.emplace(place.x(), place.y()).second);
    }

    void aCycleEnds()
    {
        graph::Document document = clickstream();
        document.layout.nodes.clear();
        document.wires[{{kMap, "out"}, {kStream, "in"}}] = {};
        QCOMPARE(placesForUnplaced(document).size(), document.nodes.size());
    }

    void unplacedOnesStandBelowThePlaced()
    {
        graph::Document document = clickstream();
        document.layout.nodes.erase(kTail);
        const auto places = placesForUnplaced(document);
        QCOMPARE(places.size(), 1U);
        for (const auto &[id, layout] : document.layout.nodes)
            QVERIFY(places.at(kTail).y() > layout.position->y);
    }
};

MILLRACE_TEST(AutoPlaceTest)
#include "auto_place_test.moc"
