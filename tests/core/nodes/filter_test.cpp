// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"

#include <QtTest>

using namespace millrace;
using namespace millrace::test;

namespace {

record::BatchPtr batchOf(std::initializer_list<const char *> payloads)
{
    record::RecordBatchBuilder builder;
    for (const char *payload : payloads)
        builder.append({.data = payload, .key = "k"});
    return builder.finish();
}

} // namespace

class FilterTest : public QObject
{
    Q_OBJECT

private slots:
    void passesWhatIsTrueAndNothingElse()
    {
        NodeWorld world;
        world.context.inputSchema = record::parseSchema("status INT, page STRING").value();
        const auto filter =
            world.transform("filter", {{"condition", std::string("status >= 500")}}).value();
        const auto state = filter->newState();
        const auto batch = batchOf({R"({"status":200})", R"({"status":503})", R"({"page":"/"})",
                                    R"({"status":"many"})", R"({"status":500})", "no json"});
        const auto out = filter->process(runtime::Chunk::all(batch), *state);
        QVERIFY(out);
        QCOMPARE(out->chunk.batch, batch);
        QCOMPARE(out->chunk.rows, (std::vector<std::uint32_t>{1, 4}));
        QCOMPARE(out->processed, 2U);
        QCOMPARE(out->filtered, 2U);
        QCOMPARE(out->late, 0U);
        QCOMPARE(out->dead.size(), std::size_t{2});
        QCOMPARE(out->dead[0].row, 3U);
        QCOMPARE(out->dead[1].row, 5U);
        QCOMPARE(out->dead[0].reason.code(), Code::NodeRowError);
        QCOMPARE(out->dead[0].reason.text(),
                 std::string("condition: field status: expected INT, found string"));
        QVERIFY(filter->outputSchema() == world.context.inputSchema);
    }

    void looksAtTheChunksRowsOnly()
    {
        NodeWorld world;
        world.context.inputSchema = record::parseSchema("n INT").value();
        const auto filter =
            world.transform("filter", {{"condition", std::string("n > 1")}}).value();
        const auto state = filter->newState();
        const auto batch = batchOf({R"({"n":5})", R"({"n":1})", R"({"n":7})"});
        const auto out = filter->process({batch, {1, 2}}, *state);
        QCOMPARE(out->chunk.rows, (std::vector<std::uint32_t>{2}));
        QCOMPARE(out->filtered, 1U);
    }

    void aBadConditionNamesItsPlace()
    {
        NodeWorld world;
        world.context.inputSchema = record::parseSchema("status INT").value();
        const auto filter =
            world.transform("filter", {{"condition", std::string("statos >= 500")}});
        QVERIFY(!filter);
        QVERIFY(filter.error().place().starts_with("node node0001: parameter condition: line 1"));
    }
};

MILLRACE_TEST(FilterTest)
#include "filter_test.moc"
