// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/md5.h"
#include "core/base/problem_codes.h"
#include "core/runtime/snapshot.h"
#include "core/sql/bound_expression.h"

#include <QtTest>

#include <array>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

namespace {

using Parameters = std::map<std::string, graph::ParameterValue>;
constexpr runtime::SourceBudget kBudget{};

/// The shard of a key in a stream of four even hash ranges.
std::size_t shardOf(const std::string &key)
{
    return md5(key)[0] >> 6U;
}

Given run(Parameters parameters, std::chrono::nanoseconds length,
          runtime::SourceBudget budget = kBudget)
{
    NodeWorld world;
    auto source = world.source("generator", std::move(parameters)).value();
    Given given;
    (void)source->restore({});
    const Status drained = drain(*source, world.clock, world.clock.mono() + length, budget, given);
    if (!drained)
        qFatal("%s", drained.error().message().c_str());
    return given;
}

} // namespace

class GeneratorTest : public QObject
{
    Q_OBJECT

private slots:
    void defaultClickstreamHasOneShardNearItsLimit()
    {
        const auto seconds = 60;
        const Given given = run({}, std::chrono::seconds(seconds) - 1ms);
        QVERIFY(std::abs(static_cast<double>(given.rows.size()) - 2600.0 * seconds) < 20);

        struct Load {
            double records = 0;
            double bytes = 0;
            double guests = 0;
        };
        std::array<Load, 4> shards;
        double dataBytes = 0;
        for (const Row &row : given.rows) {
            Load &load = shards[shardOf(row.key)];
            ++load.records;
            load.bytes += static_cast<double>(row.key.size() + row.data.size());
            load.guests += row.key == "guest" ? 1 : 0;
            dataBytes += static_cast<double>(row.data.size());
        }
        const std::size_t hot = shardOf("guest");
        for (std::size_t shard = 0; shard < shards.size(); ++shard) {
            const double load =
                std::max(shards[shard].bytes / seconds / runtime::kShardBytesPerSecond,
                         shards[shard].records / seconds / runtime::kShardRecordsPerSecond);
            qInfo("shard %zu: %.1f %% of its limit", shard, load * 100);
            if (shard == hot)
                QVERIFY(load > 0.93 && load < 0.98);
            else
                QVERIFY(load < 0.80);
        }
        const double share = shards[hot].guests / shards[hot].records;
        QVERIFY2(share > 0.68 && share < 0.73, qPrintable(QString::number(share)));
        const double mean = dataBytes / static_cast<double>(given.rows.size());
        QVERIFY2(mean > 850 && mean < 950, qPrintable(QString::number(mean)));
    }

    void theHotShardStaysBelowItsLimitInEverySecond()
    {
        NodeWorld world;
        auto source = world.source("generator", {}).value();
        QVERIFY(source->restore({}));
        const MonoTime start = world.clock.mono();
        for (int second = 1; second <= 60; ++second) {
            Given given;
            QVERIFY(
                drain(*source, world.clock, start + std::chrono::seconds(second), kBudget, given));
            double hot = 0;
            for (const Row &row : given.rows)
                hot += shardOf(row.key) == shardOf("guest") ? 1 : 0;
            QVERIFY2(hot > 880 && hot < 1000, qPrintable(QString::number(hot)));
        }
    }

    void everyDatasetObeysItsSchema_data()
    {
        QTest::addColumn<QString>("dataset");
        for (const char *dataset :
             {"clickstream", "iot-sensors", "card-transactions", "application-log"})
            QTest::newRow(dataset) << dataset;
    }
    void everyDatasetObeysItsSchema()
    {
        QFETCH(QString, dataset);
        NodeWorld world;
        auto source = world
                          .source("generator", {{"dataset", dataset.toStdString()},
                                                {"total", std::int64_t{2000}}})
                          .value();
        QVERIFY(source->restore({}));
        world.clock.advance(10s);
        record::RecordBatchBuilder builder;
        QVERIFY(source->step(kBudget, builder));
        const auto batch = builder.finish();
        QVERIFY(batch->count() > 500);
        QVERIFY(source->schema().has_value());

        const auto columns = sql::bindColumns(*source->schema());
        sql::EvaluationScratch scratch;
        std::vector<const sql::ColumnVector *> cells;
        std::vector<sql::RowError> errors;
        const runtime::Chunk chunk = runtime::Chunk::all(batch);
        columns->evaluate(*batch, chunk.rows, scratch, cells, errors);
        for (const sql::RowError &error : errors)
            QFAIL(error.reason.c_str());
        for (std::size_t column = 0; column < cells.size(); ++column) {
            for (std::size_t row = 0; row < batch->count(); ++row)
                QVERIFY2(!cells[column]->isNull(row),
                         source->schema()->fields[column].name.c_str());
        }
    }

    void recordsDependOnSeedAndNumberOnly()
    {
        const Parameters parameters = {{"total", std::int64_t{5000}}, {"ratePerSecond", 1000.0}};
        const Given whole = run(parameters, 10s);
        const Given inOnes = run(parameters, 10s, {.records = 1, .bytes = 1});
        QCOMPARE(whole.rows.size(), std::size_t{5000});
        QVERIFY(whole.rows == inOnes.rows);
        Parameters other = parameters;
        other["seed"] = std::int64_t{43};
        QVERIFY(run(other, 10s).rows != whole.rows);
    }

    void timeInsideComesFromTheSchedule()
    {
        const Given given = run({{"total", std::int64_t{3}}, {"ratePerSecond", 2.0}}, 10s);
        const std::string at = "\"event_time\":\"2026-01-01T00:00:0";
        QVERIFY(given.rows[0].data.find(at + "0.000Z") != std::string::npos);
        QVERIFY(given.rows[1].data.find(at + "0.500Z") != std::string::npos);
        QVERIFY(given.rows[2].data.find(at + "1.000Z") != std::string::npos);
    }

    void restoredAnywhereItGoesOn()
    {
        const Parameters parameters = {{"total", std::int64_t{3000}},
                                       {"pattern", std::string("burst")},
                                       {"ratePerSecond", 100.0},
                                       {"period", graph::Milliseconds(5000)},
                                       {"burstLength", graph::Milliseconds(1000)}};
        const Given whole = run(parameters, 60s);
        QCOMPARE(whole.rows.size(), std::size_t{3000});
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            NodeWorld world;
            Given given;
            QVERIFY(cutAndRestore([&] { return world.source("generator", parameters).value(); },
                                  world.clock, seed, given));
            QVERIFY(given.rows == whole.rows);
        }
    }

    void skewGoesFromEvenToOneKey()
    {
        const auto shareOf = [](const Given &given, const std::string &key) {
            const auto count = std::count_if(given.rows.begin(), given.rows.end(),
                                             [&](const Row &row) { return row.key == key; });
            return static_cast<double>(count) / static_cast<double>(given.rows.size());
        };
        const Parameters even = {{"skew", 0.0}, {"keys", std::int64_t{10}}};
        const Given flat = run(even, 4s);
        std::map<std::string, int> keys;
        for (const Row &row : flat.rows)
            ++keys[row.key];
        QCOMPARE(keys.size(), std::size_t{10});
        for (const auto &[key, count] : keys)
            QVERIFY(std::abs(count - 1040) < 110);
        QCOMPARE(shareOf(run({{"skew", 1.0}}, 1s), "guest"), 1.0);
        const double half = shareOf(run({{"skew", 0.5}}, 4s), "guest");
        QVERIFY(half > 0.49 && half < 0.52);
    }

    void paceMovesTheScheduleButNotTheRecords()
    {
        const Parameters parameters = {{"ratePerSecond", 100.0}, {"total", std::int64_t{1000}}};
        NodeWorld world;
        auto source = world.source("generator", parameters).value();
        QVERIFY(source->restore({}));
        source->setPace(5, world.clock.mono());
        Given given;
        QVERIFY(drain(*source, world.clock, world.clock.mono() + 1s, kBudget, given));
        QVERIFY(std::abs(static_cast<int>(given.rows.size()) - 500) <= 5);
        source->setPace(0.5, world.clock.mono());
        QVERIFY(drain(*source, world.clock, world.clock.mono() + 2s, kBudget, given));
        QVERIFY(std::abs(static_cast<int>(given.rows.size()) - 600) <= 5);
        const Given whole = run(parameters, 20s);
        QVERIFY(std::equal(given.rows.begin(), given.rows.end(), whole.rows.begin()));
    }

    /// What was missed came afterwards, up to two seconds of it, and every pause left the time
    /// inside the records farther behind.
    void aStandstillIsNotMadeUpForAndPassesInItsTimeToo()
    {
        const Parameters parameters = {{"ratePerSecond", 10.0}};
        NodeWorld world;
        auto source = world.source("generator", parameters).value();
        QVERIFY(source->restore({}));
        Given given;
        const MonoTime start = world.clock.mono();
        QVERIFY(drain(*source, world.clock, start + 950ms, kBudget, given));
        QCOMPARE(given.rows.size(), std::size_t{10});
        world.clock.advance(start + 950ms - world.clock.mono());
        source->setPace(0, world.clock.mono());
        QVERIFY(take(*source, kBudget, given)); // nor does a step in between
        world.clock.advance(1h);
        source->setPace(0, world.clock.mono());
        world.clock.advance(1500us);
        source->setPace(1, world.clock.mono());
        const MonoTime on = world.clock.mono();
        QVERIFY(take(*source, kBudget, given));
        QCOMPARE(given.rows.size(), std::size_t{10});
        QVERIFY(drain(*source, world.clock, on + 940ms, kBudget, given));
        QCOMPARE(given.rows.size(), std::size_t{19});
        QVERIFY2(given.rows[10].data.find("\"event_time\":\"2026-01-01T01:00:01.001Z") !=
                     std::string::npos,
                 given.rows[10].data.c_str());
        // Where it goes on does not hang on the process.
        auto restored = world.source("generator", parameters).value();
        QVERIFY(restored->restore(given.progress));
        Given later;
        QVERIFY(take(*restored, kBudget, later));
        QVERIFY2(later.rows.at(0).data.find("\"event_time\":\"2026-01-01T01:00:01.901Z") !=
                     std::string::npos,
                 later.rows[0].data.c_str());
    }

    /// A stream that takes nothing holds it up in the same way.
    void whatItWasHeldUpPassesInItsTimeToo()
    {
        class HeldUpClock final : public Clock
        {
        public:
            WallTime wall() const override { return manual.wall(); }
            MonoTime mono() const override { return manual.mono(); }
            bool isVirtual() const override { return false; }
            ManualClock manual;
        } clock;
        NodeWorld world;
        world.context.clock = &clock;
        auto source = world.source("generator", {{"ratePerSecond", 1.0}}).value();
        QVERIFY(source->restore({}));
        Given given;
        QVERIFY(take(*source, kBudget, given));
        clock.manual.advance(1h);
        QVERIFY(take(*source, kBudget, given)); // two seconds are made up for
        QCOMPARE(given.rows.size(), std::size_t{4});
        QVERIFY2(given.rows.back().data.find("\"event_time\":\"2026-01-01T01:00:00.000Z") !=
                     std::string::npos,
                 given.rows.back().data.c_str());
    }

    void changedSettingsBeginANewPattern()
    {
        NodeWorld world;
        auto fast = world.source("generator", {{"ratePerSecond", 1000.0}}).value();
        QVERIFY(fast->restore({}));
        Given given;
        QVERIFY(drain(*fast, world.clock, world.clock.mono() + 10s, kBudget, given));
        auto slow = world.source("generator", {{"ratePerSecond", 1.0}}).value();
        QVERIFY(slow->restore(given.progress));
        Given later;
        QVERIFY(take(*slow, kBudget, later));
        QCOMPARE(later.rows.size(), std::size_t{1});
        QVERIFY(later.rows[0].data.find("\"event_time\":\"2026-01-01T00:00:1") !=
                std::string::npos);
    }

    void damagedProgressIsRefused()
    {
        NodeWorld world;
        auto source = world.source("generator", {}).value();
        const Bytes damaged(3, std::byte{0xFF});
        const Status restored = source->restore(damaged);
        QVERIFY(!restored);
        QCOMPARE(restored.error().code(), Code::Corrupt);
    }
};

MILLRACE_TEST(GeneratorTest)
#include "generator_test.moc"
