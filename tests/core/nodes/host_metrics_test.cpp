// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/nodes/producers/proc_figures.h"
#include "core/sql/bound_expression.h"

#include <QtTest>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

namespace {

struct ProcWorld : NodeWorld {
    void write(const std::string &path, const std::string &text)
    {
        (void)files.makeFolders(parentPath(path));
        const ByteView bytes = asBytes(text);
        files.setContent(path, Bytes(bytes.begin(), bytes.end()));
    }
    /// `n` is how far the counters have come.
    void measure(std::uint64_t n)
    {
        const auto at = [&](std::uint64_t perStep) { return std::to_string(1000 + n * perStep); };
        write("/proc/stat", "cpu  " + at(20) + " " + at(5) + " " + at(10) + " " + at(50) + " " +
                                at(10) + " " + at(3) + " " + at(2) + " " + at(0) +
                                " 0 0\ncpu0 1 2 3\ncpu1 1 2 3\n");
        write("/proc/meminfo", "MemTotal:  2000 kB\nMemFree: 1 kB\nMemAvailable:   500 kB\n"
                               "SwapTotal: 100 kB\nSwapFree: 40 kB\n");
        write("/proc/loadavg", "0.50 1.25 2.00 3/456 789\n");
        write("/proc/net/dev", "Inter-| x\n face |bytes\n  lo: 999999 0 0 0 0 0 0 0 999999 0\n"
                               "eth0:" +
                                   at(4096) + " 1 0 0 0 0 0 0 " + at(100) + " 1\n");
        write("/proc/diskstats", "8 0 sda 1 1 " + at(8) + " 1 1 1 " + at(2) +
                                     " 1\n"
                                     "8 1 sda1 1 1 " +
                                     at(800) + " 1 1 1 9 1\n7 0 loop0 1 1 77 1 1 1 77 1\n");
        write("/proc/uptime", "12345.67 9\n");
    }
};

} // namespace

class HostMetricsTest : public QObject
{
    Q_OBJECT

private slots:
    void measuresDifferences()
    {
        ProcWorld world;
        world.write("/proc/sys/kernel/hostname", "mill\n");
        auto source = world.source("host-metrics", {}).value();
        QVERIFY(source->restore({}));
        Given given;
        world.measure(0);
        const auto first = take(*source, {}, given);
        QVERIFY(first);
        QVERIFY(given.rows.empty()); // nothing to compare with yet
        QCOMPARE(first->wakeAt, world.clock.mono() + 1s);
        world.clock.advance(1s);
        world.measure(1);
        QVERIFY(take(*source, {}, given));
        QCOMPARE(given.rows.size(), std::size_t{1});
        QCOMPARE(given.rows[0].key, std::string("mill"));
        QCOMPARE(
            given.rows[0].data,
            std::string(
                R"({"event_time":"2026-01-01T00:00:01.000Z","host":"mill","cpu_percent":40.0,)"
                R"("cpu_user_percent":25.0,"cpu_system_percent":15.0,"cpu_waiting_percent":10.0,)"
                R"("processors":2,"load_1":0.50,"load_5":1.25,"load_15":2.00,"running":3,)"
                R"("processes":456,"memory_total_bytes":2048000,"memory_used_bytes":1536000,)"
                R"("memory_used_percent":75.0,"swap_used_bytes":61440,)"
                R"("received_bytes_per_second":4096,"sent_bytes_per_second":100,)"
                R"("disk_read_bytes_per_second":4096,"disk_written_bytes_per_second":1024,)"
                R"("uptime_seconds":12345.67})"));
    }

    void recordsObeyTheSchemaEvenWhenAlmostNothingIsTold()
    {
        ProcWorld world;
        world.write("/proc/stat", "nonsense\n");
        auto source = world.source("host-metrics", {}).value();
        QVERIFY(source->restore({}));
        Given given;
        QVERIFY(drain(*source, world.clock, world.clock.mono() + 3s, {}, given));
        QCOMPARE(given.rows.size(), std::size_t{3});
        record::RecordBatchBuilder builder;
        builder.append({.data = given.rows[0].data, .key = "k"});
        const auto batch = builder.finish();
        const auto columns = sql::bindColumns(*source->schema());
        sql::EvaluationScratch scratch;
        std::vector<const sql::ColumnVector *> cells;
        std::vector<sql::RowError> errors;
        columns->evaluate(*batch, runtime::Chunk::all(batch).rows, scratch, cells, errors);
        for (const auto &error : errors)
            QFAIL(error.reason.c_str());
        QVERIFY(cells[source->schema()->indexOf("cpu_percent")]->isNull(0));
        QVERIFY(!cells[source->schema()->indexOf("host")]->isNull(0));
    }

    void keepsItsBeat()
    {
        ProcWorld world;
        world.measure(0);
        auto source =
            world.source("host-metrics", {{"interval", graph::Milliseconds(500)}}).value();
        QVERIFY(source->restore({}));
        Given given;
        QVERIFY(drain(*source, world.clock, world.clock.mono() + 10s, {}, given));
        QCOMPARE(given.rows.size(), std::size_t{20});
        world.clock.advance(60s); // held up: missed beats are not made up for
        QVERIFY(drain(*source, world.clock, world.clock.mono() + 400ms, {}, given));
        QCOMPARE(given.rows.size(), std::size_t{21});
    }

    void withoutProcItFailsClearly()
    {
        ProcWorld world;
        auto source = world.source("host-metrics", {}).value();
        QVERIFY(source->restore({}));
        Given given;
        const auto step = take(*source, {}, given);
        QVERIFY(!step);
        QCOMPARE(step.error().code(), Code::NodeFileUnreadable);
    }

    void partitionsAndNestedDisksDoNotCountTwice()
    {
        const auto traffic = nodes::parseDiskstats("259 0 nvme0n1 1 1 10 1 1 1 20 1\n"
                                                   "259 1 nvme0n1p1 1 1 10 1 1 1 20 1\n"
                                                   "253 0 dm-0 1 1 10 1 1 1 20 1\n"
                                                   "179 0 mmcblk0 1 1 1 1 1 1 2 1\n"
                                                   "179 1 mmcblk0p1 1 1 1 1 1 1 2 1\n");
        QCOMPARE(traffic->inBytes, 11U * 512);
        QCOMPARE(traffic->outBytes, 22U * 512);
    }
};

MILLRACE_TEST(HostMetricsTest)
#include "host_metrics_test.moc"
