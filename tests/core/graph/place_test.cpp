// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/graph/sample_pipeline.h"
#include "tests/support/test_main.h"

#include "core/graph/place.h"

#include <set>

using namespace millrace;
using namespace millrace::graph;
using namespace millrace::graph::test;

class PlaceTest : public QObject
{
    Q_OBJECT

private slots:
    void readsBackWhatItSpells()
    {
        QVERIFY(parsePlace(nodePlace(id("gen"))) == Place{.node = id("gen")});
        QVERIFY(parsePlace(parameterPlace(id("gen"), "rate")) ==
                (Place{.node = id("gen"), .parameter = "rate"}));
        QVERIFY(parsePlace(wirePlace(wire("gen.out", "sink.in"))) ==
                Place{.wire = wire("gen.out", "sink.in")});
        QVERIFY(parsePlace(annotationPlace(AnnotationId{"frame001"})) ==
                Place{.annotation = AnnotationId{"frame001"}});
    }

    void spellsAsTheHeaderSays()
    {
        QCOMPARE(parameterPlace(id("gen"), "rate"), "node gen00000: parameter rate");
        QCOMPARE(wirePlace(wire("gen.out", "sink.in")), "wire gen00000.out -> sink0000.in");
    }

    void keepsADetailBehindIt()
    {
        QVERIFY(
            parsePlace(parameterPlace(id("map"), "condition") + ": line 1, column 14") ==
            (Place{.node = id("map"), .parameter = "condition", .detail = "line 1, column 14"}));
        QVERIFY(parsePlace(nodePlace(id("map")) + ": shard 3") ==
                (Place{.node = id("map"), .detail = "shard 3"}));
        QVERIFY(parsePlace(wirePlace(wire("a.out", "b.in")) + ": slow") ==
                (Place{.wire = wire("a.out", "b.in"), .detail = "slow"}));
    }

    void readsNothingElse_data()
    {
        QTest::addColumn<QString>("place");
        for (const char *place :
             {"", "node", "node ", "node Gen00000", "node gen000000", "wire", "wire a.b",
              "wire gen00000.out -> ", "wire gen00000 -> sink0000.in", "annotation x",
              "nodes/gen00000", "clicks/00000000000000000007.log @ byte 65536"})
            QTest::newRow(place) << QString(place);
    }
    void readsNothingElse()
    {
        QFETCH(QString, place);
        QVERIFY(!parsePlace(place.toStdString()));
    }

    void drawsIdsOfTheRightSpelling()
    {
        SeededRandom random(7);
        std::set<NodeId> ids;
        std::set<char> letters;
        for (int i = 0; i < 1000; ++i) {
            const NodeId drawn = newNodeId(random);
            QVERIFY(isNodeId(drawn.value));
            letters.insert(drawn.value.begin(), drawn.value.end());
            ids.insert(drawn);
        }
        QCOMPARE(ids.size(), std::size_t(1000));
        QCOMPARE(letters.size(), std::size_t(36));
        SeededRandom one(7);
        SeededRandom two(7);
        QVERIFY(newNodeId(one) == newNodeId(two));
    }
};

MILLRACE_TEST(PlaceTest)
#include "place_test.moc"
