// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/engine_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/engine/document_check.h"

#include <set>

using namespace millrace;
using namespace millrace::test;

namespace {

/// The errors of the document, "place: id", in any order.
std::set<std::string> said(const Pipeline &pipeline)
{
    std::set<std::string> out;
    for (const Problem &problem : checkDocumentFile(pipeline.document, {}))
        if (problem.severity() == Severity::Error)
            out.insert(problem.place() + ": " + std::string(describe(problem.code()).id));
    return out;
}

using Said = std::set<std::string>;

} // namespace

/// What is wrong with the graph does not hide what is wrong with the expressions.
class DocumentCheckTest : public QObject
{
    Q_OBJECT

private slots:
    void aWireIntoNowhereHidesNoExpression()
    {
        Pipeline pipeline;
        pipeline.wire("stream01", "nowhere1");
        pipeline.document.nodes.at({"filter01"}).parameters["condition"] =
            std::string("stats >= 500");
        QCOMPARE(
            said(pipeline),
            (Said{"wire stream01.out -> nowhere1.in: graph.wire-node-missing",
                  "node filter01: parameter condition: line 1, column 1: sql.unknown-column"}));
    }

    void aNodeOfAnUnknownKindHidesNoExpression()
    {
        Pipeline pipeline;
        pipeline.add("strange1", "teleport", {});
        pipeline.wire("filter01", "strange1");
        pipeline.document.nodes.at({"filter01"}).parameters["condition"] = std::string("stats > 1");
        QCOMPARE(
            said(pipeline),
            (Said{"node strange1: graph.unknown-kind",
                  "node filter01: parameter condition: line 1, column 1: sql.unknown-column"}));
    }

    /// With its end gone, a chain leads nowhere; it is followed all the same.
    void aChainThatLeadsNowhereIsFollowed()
    {
        Pipeline pipeline;
        pipeline.document.nodes.erase({"sqlite01"});
        pipeline.add("mapper01", "map", {{"select", std::string("status AS s")}});
        pipeline.add("filter02", "filter", {{"condition", std::string("status > 1")}});
        pipeline.wire("filter01", "mapper01");
        pipeline.wire("mapper01", "filter02");
        pipeline.wire("filter02", "nowhere1");
        QCOMPARE(
            said(pipeline),
            (Said{"wire filter01.out -> sqlite01.in: graph.wire-node-missing",
                  "wire filter02.out -> nowhere1.in: graph.wire-node-missing",
                  "node filter02: parameter condition: line 1, column 1: sql.unknown-column"}));
    }

    /// What comes to the filter is known in part only: a column that it lacks may be in the rest.
    void whatLacksAPartOfItsInputIsReadForItsSyntaxAlone()
    {
        Pipeline pipeline;
        pipeline.add("strange1", "teleport", {});
        pipeline.wire("strange1", "stream01");
        auto &condition = pipeline.document.nodes.at({"filter01"}).parameters["condition"];
        condition = std::string("stats >= 500");
        QCOMPARE(said(pipeline), (Said{"node strange1: graph.unknown-kind"}));
        condition = std::string("stats >=");
        QCOMPARE(said(pipeline),
                 (Said{"node strange1: graph.unknown-kind",
                       "node filter01: parameter condition: line 1, column 9: sql.syntax"}));
    }

    void aNodeWithAWrongParameterIsReadForItsSyntaxAlone()
    {
        Pipeline pipeline;
        auto &filter = pipeline.document.nodes.at({"filter01"});
        filter.parameters["colour"] = std::string("red");
        filter.parameters["condition"] = std::string("status >");
        QCOMPARE(said(pipeline),
                 (Said{"node filter01: parameter colour: graph.parameter-unknown",
                       "node filter01: parameter condition: line 1, column 9: sql.syntax"}));
    }

    void aCircleHidesNoExpression()
    {
        Pipeline pipeline;
        pipeline.add("round001", "filter", {{"condition", std::string("TRUE")}});
        pipeline.add("round002", "filter", {{"condition", std::string("1 +")}});
        pipeline.wire("round001", "round002");
        pipeline.wire("round002", "round001");
        pipeline.document.nodes.at({"filter01"}).parameters["condition"] = std::string("stats > 1");
        QCOMPARE(
            said(pipeline),
            (Said{"node round001: graph.cycle-without-stream",
                  "node round002: parameter condition: line 1, column 4: sql.syntax",
                  "node filter01: parameter condition: line 1, column 1: sql.unknown-column"}));
    }

    /// Nobody finds that wire again by its place.
    void aWireWithAPortNobodyReadsBackHidesNoSyntax_data()
    {
        QTest::addColumn<QString>("port");
        QTest::newRow("arrow") << "a -> b";
        QTest::newRow("colon") << "a: b";
    }
    void aWireWithAPortNobodyReadsBackHidesNoSyntax()
    {
        QFETCH(QString, port);
        Pipeline pipeline;
        pipeline.document.wires.insert(
            {{{{"stream01"}, port.toStdString()}, {{"filter02"}, "in"}}, {}});
        pipeline.add("filter02", "filter", {{"condition", std::string("status >")}});
        pipeline.document.nodes.at({"filter01"}).parameters["condition"] = std::string("1 +");
        QCOMPARE(said(pipeline),
                 (Said{"wire stream01." + port.toStdString() +
                           " -> filter02.in: graph.wire-port-unknown",
                       "node filter01: parameter condition: line 1, column 4: sql.syntax",
                       "node filter02: parameter condition: line 1, column 9: sql.syntax"}));
    }

    /// One after the other in a chain: the second is read for its syntax at least.
    void aWrongExpressionHidesNoOther()
    {
        Pipeline pipeline;
        pipeline.document.wires.erase({{{"filter01"}, "out"}, {{"sqlite01"}, "in"}});
        pipeline.add("filter02", "filter", {{"condition", std::string("status >")}});
        pipeline.wire("filter01", "filter02");
        pipeline.wire("filter02", "sqlite01");
        pipeline.document.nodes.at({"filter01"}).parameters["condition"] = std::string("stats > 1");
        QCOMPARE(said(pipeline),
                 (Said{"node filter01: parameter condition: line 1, column 1: sql.unknown-column",
                       "node filter02: parameter condition: line 1, column 9: sql.syntax"}));
    }
};

MILLRACE_TEST(DocumentCheckTest)
#include "document_check_test.moc"
