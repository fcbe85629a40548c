// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/core/runtime/table_sink.h"

#include "core/base/memory_file_system.h"
#include "core/base/problem_codes.h"
#include "core/runtime/fragment.h"

#include <QTest>

namespace millrace::test {

using namespace millrace::runtime;
using namespace std::chrono_literals;

/// As the clock of a run in real time, moved by hand all the same.
class RealClock final : public Clock
{
public:
    explicit RealClock(ManualClock &clock)
        : m_clock(clock)
    {}
    WallTime wall() const override { return m_clock.wall(); }
    MonoTime mono() const override { return m_clock.mono(); }
    bool isVirtual() const override { return false; }

private:
    ManualClock &m_clock;
};

/// A fragment with its streams in memory, driven by hand in virtual time.
class World
{
public:
    World()
    {
        source = open("source", store::LimitMode::Off);
        dead = open("dead", store::LimitMode::Off);
    }

    std::shared_ptr<stream::DataStream> open(const std::string &name, store::LimitMode limits,
                                             store::StreamRole role = store::StreamRole::Data)
    {
        store::StreamEntry entry;
        entry.role = role;
        SeededRandom random(name.size());
        entry.id = Uuid::random(random);
        entry.name = name;
        entry.limits = limits;
        entry.retention = std::chrono::hours(1000);
        log::LogOptions options;
        options.folder = "/data/streams/" + name;
        options.stream = entry.id;
        options.retention = entry.retention;
        auto log = log::Log::open(options, files, clock, m_random, [](const Problem &) {});
        return std::make_shared<stream::DataStream>(entry, *std::move(log), clock, [] {});
    }

    /// Puts "from" to "to - 1", in one commit, and gives them.
    Texts put(int from, int to)
    {
        Texts out;
        record::RecordBatchBuilder builder;
        for (int i = from; i < to; ++i) {
            out.push_back(std::to_string(i));
            builder.append({.data = out.back(), .key = "k"});
        }
        stream::Put put;
        put.batch = builder.finish();
        source->put(std::move(put), [](const auto &done) { QVERIFY(done.has_value()); });
        source->commit();
        return out;
    }

    /// Anew, as after a crash or a stop.
    void begin()
    {
        fragment.reset();
        FragmentSpec spec;
        spec.id = "fragment";
        spec.source = source;
        spec.target = target;
        for (std::size_t i = 0; i < transforms.size(); ++i)
            spec.nodes.push_back(NodeId{"map0000" + std::to_string(i)});
        if (!target)
            spec.sink = NodeId{"sink0000"};
        spec.deadLetters = dead;
        spec.schemaChanges = schemaChanges;
        if (asksForRoom) {
            spec.room = [this](const Path &, std::uint64_t bytes) -> std::optional<Problem> {
                roomAsked += bytes;
                return noRoom;
            };
            spec.written = [this] { roomAsked = 0; };
        }
        spec.begin = [this](const std::vector<Cursor> &known) -> Result<Beginning> {
            if (refuseBeginning)
                return *refuseBeginning;
            return Beginning{known.empty() ? beginning : known, {}};
        };
        spec.make = [this]() -> Result<std::optional<Operators>> {
            Operators operators;
            operators.transforms = transforms;
            if (!target)
                operators.sink = std::make_unique<TableSink>(table);
            return std::optional(std::move(operators));
        };
        fragment = std::make_shared<Fragment>(
            std::move(spec), realClock, [] {}, [this](const Problem &p) { reports.push_back(p); });
    }

    /// One step, and the commits that it asks for.
    TaskNext step()
    {
        const TaskNext next = fragment->run();
        committed = dead->commit();
        committed = (target && target->commit()) || committed;
        if (!fragment->figures().nodes.empty() &&
            !fragment->figures().nodes.front().counts.lawHolds())
            qFatal("a record has no fate, or two");
        return next;
    }

    /// Until nothing will happen by itself, but `most` of time at most.
    void run(std::chrono::nanoseconds most = 1h)
    {
        const MonoTime until = clock.mono() + most;
        for (;;) {
            const TaskNext next = step();
            if (committed || next.kind == TaskNext::Kind::Again)
                continue;
            if (next.kind != TaskNext::Kind::WaitUntil || next.at > until)
                return;
            clock.advance(next.at - clock.mono());
        }
    }

    static Texts contents(stream::DataStream &stream)
    {
        Texts out;
        Ordinal at = stream.bounds(ShardIndex(0)).trimHorizon;
        while (const auto batch = *stream.read(ShardIndex(0), at)) {
            for (std::size_t row = 0; row < batch->count(); ++row)
                out.emplace_back(batch->data(row));
            at = batch->endOrdinal();
        }
        return out;
    }

    std::uint64_t reportedExpired() const
    {
        std::uint64_t out = 0;
        for (const Problem &problem : reports) {
            if (problem.code() == Code::RecordsExpired)
                out += std::stoull(std::string(problem.argument("records")));
        }
        return out;
    }

    MemoryFileSystem files;
    ManualClock clock;
    RealClock realClock{clock};
    std::shared_ptr<stream::DataStream> source;
    std::shared_ptr<stream::DataStream> target; ///< null: the fragment ends in `table`
    std::shared_ptr<stream::DataStream> dead;
    Table table;
    std::vector<std::shared_ptr<const Transform>> transforms;
    bool asksForRoom = false;
    std::optional<Problem> noRoom;
    std::uint64_t roomAsked = 0; ///< bytes, since what was asked for was written
    std::shared_ptr<std::atomic<std::uint64_t>> schemaChanges =
        std::make_shared<std::atomic<std::uint64_t>>(0);
    std::vector<Cursor> beginning; ///< of a fragment that its end does not know
    std::optional<Problem> refuseBeginning;
    std::vector<Problem> reports;
    std::shared_ptr<Fragment> fragment;
    bool committed = false; ///< in the last step

private:
    SeededRandom m_random{2};
};

inline const Problem kBusy(Code::Busy, {{"what", "the table"}});
inline const Problem kFull(Code::DiskFull, {{"operation", "store"}});

} // namespace millrace::test
