// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/memory_file_system.h"
#include "core/base/problem_codes.h"
#include "core/runtime/fragment.h"

#include <QTest>

#include <algorithm>
#include <deque>
#include <set>

using namespace millrace;
using namespace millrace::runtime;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

/// A destination that a test looks into and makes trouble in. It outlives the sinks over it.
struct Table {
    Texts rows;
    std::optional<FragmentProgress> progress;
    std::set<std::string> refusedRows; ///< payloads that are dead
    std::deque<Problem> refusals;      ///< of the next commits
    std::deque<Problem> unanswered;    ///< of the next checks, which then find no row dead
    std::vector<Problem> notices;      ///< of the next open()
    std::optional<WallTime> due;       ///< until the next commit
    int opened = 0;
    int commits = 0;
    std::size_t largestCommit = 0; ///< bytes
    bool locked = false;           ///< between check() and commit() or giveUp()
};

class TableSink final : public Sink
{
public:
    explicit TableSink(Table &table)
        : m_table(table)
    {}
    Result<Opened> open() override
    {
        ++m_table.opened;
        return Opened{m_table.progress, m_table.notices};
    }
    SinkResult check(std::span<const Chunk> chunks) override
    {
        m_table.locked = true;
        SinkResult out;
        if (!m_table.unanswered.empty()) {
            out.failure = m_table.unanswered.front();
            m_table.unanswered.pop_front();
        }
        for (const Chunk &chunk : chunks) {
            auto &dead = out.dead.emplace_back();
            if (out.failure)
                continue;
            for (const std::uint32_t row : chunk.rows) {
                if (m_table.refusedRows.contains(std::string(chunk.batch->data(row))))
                    dead.push_back({row, Problem(Code::NodeRowError, {{"reason", "test"}})});
            }
        }
        return out;
    }
    void giveUp() override { m_table.locked = false; }
    Status commit(std::span<const Chunk> chunks, const FragmentProgress &progress) override
    {
        m_table.locked = false;
        if (!m_table.refusals.empty()) {
            const Problem refusal = m_table.refusals.front();
            m_table.refusals.pop_front();
            return refusal;
        }
        std::size_t bytes = 0;
        for (const Chunk &chunk : chunks) {
            for (const std::uint32_t row : chunk.rows) {
                const std::string_view data = chunk.batch->data(row);
                m_table.rows.emplace_back(data.substr(0, data.find(' ')));
                bytes += data.size();
            }
        }
        m_table.largestCommit = std::max(m_table.largestCommit, bytes);
        m_table.progress = progress;
        m_table.due.reset();
        ++m_table.commits;
        return Done{};
    }
    std::optional<WallTime> due() const override { return m_table.due; }
    Status close() override { return Done{}; }

private:
    Table &m_table;
};

/// Makes a payload of its number and so many bytes more, except of those it refuses. Takes as many
/// rows as give `most` bytes.
class Inflate final : public Transform
{
public:
    Inflate(std::size_t bytes, std::size_t most)
        : m_bytes(bytes)
        , m_most(most)
    {}
    std::unique_ptr<TransformState> newState() const override
    {
        return std::make_unique<TransformState>();
    }
    Result<TransformOutput> process(const Chunk &in, TransformState &) const override
    {
        TransformOutput out;
        record::RecordBatchBuilder builder;
        std::vector<std::uint32_t> rows;
        for (; out.taken < in.count() && builder.bytes() < m_most; ++out.taken) {
            const std::uint32_t row = in.rows[out.taken];
            std::string text(in.batch->data(row));
            text = text.substr(0, text.find(' '));
            if (text.ends_with('7')) {
                out.dead.push_back({row, Problem(Code::NodeRowError, {{"reason", "seven"}})});
                continue;
            }
            text += ' ' + std::string(m_bytes, 'x');
            const record::Origin origin = in.batch->origin(row);
            builder.append({.data = text, .key = "k", .origin = &origin});
            rows.push_back(row);
        }
        out.processed = rows.size();
        out.chunk = Chunk::all(builder.finishDerived(*in.batch, rows));
        return out;
    }

private:
    std::size_t m_bytes;
    std::size_t m_most;
};

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
    std::vector<Cursor> beginning; ///< of a fragment that its end does not know
    std::optional<Problem> refuseBeginning;
    std::vector<Problem> reports;
    std::shared_ptr<Fragment> fragment;
    bool committed = false; ///< in the last step

private:
    SeededRandom m_random{2};
};

const Problem kBusy(Code::Busy, {{"what", "the table"}});
const Problem kFull(Code::DiskFull, {{"operation", "store"}});

} // namespace

class FragmentTest : public QObject
{
    Q_OBJECT
private slots:
    void aRefusedCommitIsTriedAgainWithGrowingPauses()
    {
        World world;
        const Texts all = world.put(0, 10);
        world.table.refusals.assign(3, kFull);
        world.begin();
        const MonoTime before = world.clock.mono();
        world.run(200ms);
        QVERIFY(world.table.rows.empty());
        QVERIFY(world.fragment->figures().state == NodeState::Retrying);
        QCOMPARE(world.fragment->figures().nodes[0].counts.inFlight, std::uint64_t(10));
        world.run();
        QVERIFY(world.clock.mono() - before >= 50ms + 100ms + 200ms);
        QCOMPARE(world.table.rows, all);
        QVERIFY(world.fragment->figures().state == NodeState::Running);
        QVERIFY(world.fragment->caughtUp());
    }

    /// Once, however often it is tried, and once more when it comes back.
    void whatHoldsUpIsSaidOnce()
    {
        World world;
        world.put(0, 3);
        world.table.refusals.assign(7, kBusy);
        world.begin();
        world.run();
        QCOMPARE(world.table.rows.size(), std::size_t(3));
        QCOMPARE(world.reports, std::vector<Problem>{kBusy});
        world.table.refusals = {kBusy};
        world.put(3, 4);
        world.run();
        QCOMPARE(world.reports, (std::vector<Problem>{kBusy, kBusy}));
    }

    /// Another writer is done at some moment; who waits seconds then waits for nothing.
    void aBusyDestinationIsAskedSoonHoweverLongItWas()
    {
        World world;
        world.put(0, 3);
        world.table.refusals.assign(1000, kBusy);
        world.begin();
        world.run(20s);
        QVERIFY(world.table.rows.empty());
        world.table.refusals.clear();
        world.run(250ms);
        QCOMPARE(world.table.rows.size(), std::size_t(3));
    }

    /// Other tasks have the worker meanwhile, and the node says what it waits for.
    void aReaderThatStallsIsAskedALittleLater()
    {
        World world;
        world.put(0, 3);
        const Problem stalled(Code::NodeOutputStalled);
        world.table.refusals.assign(1000, stalled);
        world.begin();
        world.step();
        const TaskNext next = world.step();
        QVERIFY(next.kind == TaskNext::Kind::WaitUntil);
        QVERIFY(next.at == world.clock.mono() + 10ms);
        QVERIFY(world.fragment->figures().state == NodeState::BackPressured);
        QVERIFY(!world.fragment->figures().attention); // any pipe is full for a moment
        QVERIFY(world.step().kind == TaskNext::Kind::WaitUntil);
        QCOMPARE(world.table.refusals.size(), std::size_t(999)); // not asked before
        world.run(990ms);
        QVERIFY(!world.fragment->figures().attention);
        world.run(10ms);
        QVERIFY(world.fragment->figures().attention == stalled);
        world.table.refusals.clear();
        world.run();
        QCOMPARE(world.table.rows.size(), std::size_t(3));
        QVERIFY(!world.fragment->figures().attention);
        QVERIFY(world.reports.empty());
    }

    void outputManyTimesTheInputIsCommittedInParts_data()
    {
        QTest::addColumn<std::vector<std::size_t>>("bytes");
        QTest::newRow("the first") << std::vector<std::size_t>{400'000};
        QTest::newRow("the second") << std::vector<std::size_t>{1, 400'000};
        QTest::newRow("each") << std::vector<std::size_t>{200'000, 400'000, 1};
    }
    void outputManyTimesTheInputIsCommittedInParts()
    {
        QFETCH(std::vector<std::size_t>, bytes);
        constexpr std::size_t kMost = std::size_t{4} << 20U;
        World world;
        for (const std::size_t one : bytes)
            world.transforms.push_back(std::make_shared<Inflate>(one, kMost));
        Texts expected;
        Texts dead;
        for (const std::string &text : world.put(0, 200))
            (text.ends_with('7') ? dead : expected).push_back(text);
        world.begin();
        world.run();
        QCOMPARE(world.table.rows, expected);
        QCOMPARE(World::contents(*world.dead), dead);
        // 72 MB in all, of 32 MiB and what one step more makes.
        const bool large = bytes.back() > 1;
        QVERIFY(!large || world.table.commits >= 2);
        QVERIFY(world.table.largestCommit < (std::size_t{37} << 20U));
        const auto nodes = world.fragment->figures().nodes;
        QCOMPARE(nodes[0].counts.in, std::uint64_t(200));
        QCOMPARE(nodes[0].counts.dead, std::uint64_t(20));
        QCOMPARE(nodes[bytes.size()].counts.in, std::uint64_t(180));
        QVERIFY(world.fragment->caughtUp());
        // The cursor stands behind what was committed, not behind what was gathered.
        world.table.rows.clear();
        world.begin();
        world.run();
        QCOMPARE(world.table.rows, Texts());
    }

    /// Dead letters carry what the node saw, and that may be large as well.
    void largeDeadLettersAreCommittedInParts()
    {
        World world;
        world.transforms.push_back(std::make_shared<Inflate>(400'000, std::size_t{4} << 20U));
        for (int i = 0; i < 200; ++i)
            world.table.refusedRows.insert(std::to_string(i) + ' ' + std::string(400'000, 'x'));
        world.put(0, 200);
        world.begin();
        std::size_t steps = 0;
        while (world.step().kind == TaskNext::Kind::Again || world.committed)
            ++steps;
        QVERIFY(steps >= 4); // two batches at least, each committed behind its dead letters
        QCOMPARE(World::contents(*world.dead).size(), std::size_t(200));
        QVERIFY(world.table.rows.empty());
    }

    /// What is taken out of a wire empties the directory; refused, it would stay full for ever.
    void aFullDirectoryTakesWhatComesOutOfAWire()
    {
        World world;
        world.target = world.open("target", store::LimitMode::Off);
        world.put(0, 10);
        world.target->setFull(Problem(Code::BudgetExhausted));
        world.begin();
        world.run(10s);
        QVERIFY(World::contents(*world.target).empty());
        QVERIFY(world.fragment->figures().state == NodeState::Retrying);
        world.source = world.open("a wire", store::LimitMode::Off, store::StreamRole::Wire);
        const Texts all = world.put(0, 10);
        world.begin();
        world.run(10s);
        QCOMPARE(World::contents(*world.target), all);
    }

    /// Records that go while the end cannot be opened had a reader: they are its loss.
    void whatExpiresBeforeTheEndCanBeOpenedIsCounted()
    {
        World world;
        world.refuseBeginning = kBusy;
        world.begin();
        world.put(0, 10);
        world.run(200ms);
        QVERIFY(world.source->log().seal().has_value());
        QVERIFY(*world.source->log().dropOldestSegment() > 0);
        const Texts rest = world.put(10, 15);
        world.refuseBeginning.reset();
        world.run();
        QCOMPARE(world.table.rows, rest);
        QCOMPARE(world.fragment->figures().nodes[0].counts.expired, std::uint64_t(10));
        QCOMPARE(world.reportedExpired(), std::uint64_t(10));
    }

    void aNewFragmentBeginsWhereItIsTold()
    {
        World world;
        const Texts all = world.put(0, 10);
        world.beginning = {{world.source->id(), ShardIndex(0), Ordinal(4)}};
        world.refuseBeginning = kBusy;
        world.begin();
        world.run(200ms);
        QVERIFY(world.table.rows.empty());
        world.refuseBeginning.reset();
        world.run();
        QCOMPARE(world.table.rows, Texts(all.begin() + 4, all.end()));
        QCOMPARE(world.fragment->figures().nodes[0].counts.in, std::uint64_t(6));
        world.beginning = {{world.source->id(), ShardIndex(0), Ordinal(0)}}; // the end knows now
        world.begin();
        world.run();
        QCOMPARE(world.table.rows.size(), std::size_t(6));
    }

    void aReplacedDestinationIsOpenedAnewAndFilledAgain()
    {
        World world;
        Texts all = world.put(0, 10);
        world.begin();
        world.run();
        world.table.rows.clear();
        world.table.progress.reset();
        world.table.refusals = {Problem(Code::NodeDestinationReplaced, {{"path", "t"}})};
        world.table.notices = {world.table.refusals.front()};
        for (const std::string &text : world.put(10, 15))
            all.push_back(text);
        world.run();
        QCOMPARE(world.table.rows, all);
        QCOMPARE(world.table.opened, 2);
        // That it is new is said once, though the new sink finds so too.
        // The counters begin anew where the cursors do.
        QCOMPARE(world.fragment->figures().nodes[0].counts.in, std::uint64_t(15));
        QCOMPARE(world.reports.size(), std::size_t(1));
    }

    void aDestinationThatIsUnusableIsNotTriedAgain()
    {
        World world;
        world.put(0, 3);
        world.begin();
        world.table.refusals.assign(
            2, Problem(Code::NodeDestinationUnusable, {{"path", "t"}, {"reason", "r"}}));
        world.run(10s);
        QVERIFY(world.fragment->figures().state == NodeState::Failed);
        QCOMPARE(world.table.refusals.size(), std::size_t(1));
        QCOMPARE(world.reports.size(), std::size_t(1));
    }

    void deadLettersStandOnceAfterACrashBetweenThemAndTheEnd()
    {
        World world;
        world.put(0, 6);
        world.table.refusedRows = {"1", "4"};
        world.table.refusals.assign(1000, kBusy);
        world.begin();
        world.run(10s);
        QCOMPARE(World::contents(*world.dead), (Texts{"1", "4"}));
        QVERIFY(world.table.rows.empty());
        world.table.refusals.clear();
        world.put(6, 8);
        world.table.refusedRows.insert("7");
        world.begin();
        world.run();
        QCOMPARE(World::contents(*world.dead), (Texts{"1", "4", "7"}));
        QCOMPARE(world.table.rows, (Texts{"0", "2", "3", "5", "6"}));
        QCOMPARE(world.fragment->figures().nodes[0].counts.dead, std::uint64_t(3));
    }

    /// Row 1 would be found dead behind the dead letters of its batch, which all stand by then.
    void deadLettersWaitUntilTheDestinationWasAsked()
    {
        World world;
        world.transforms = {std::make_shared<Inflate>(1, 1000)};
        world.put(0, 9);
        world.table.refusedRows = {"1 x"};
        world.table.unanswered.assign(3, kBusy);
        world.begin();
        world.run(10s);
        QCOMPARE(world.table.rows, (Texts{"0", "2", "3", "4", "5", "6", "8"}));
        QCOMPARE(World::contents(*world.dead).size(), std::size_t(2));
        QVERIFY(world.table.unanswered.empty());
    }

    /// What it has staged of a batch that is read again would stand there twice.
    void theDestinationIsLetGoWhileItWasNotAsked()
    {
        World world;
        world.transforms = {std::make_shared<Inflate>(1, 1000)};
        world.put(0, 9);
        world.table.unanswered = {kBusy};
        world.begin();
        for (int i = 0; i < 20 && world.reports.empty(); ++i)
            world.step();
        QVERIFY(world.fragment->figures().state == NodeState::Retrying);
        QVERIFY(!world.table.locked);
    }

    void theDestinationIsLetGoBehindRowsWhoseDeadLettersStand()
    {
        World world;
        world.put(0, 2);
        world.table.refusedRows = {"0", "1"};
        world.table.refusals.assign(1000, kBusy);
        world.begin();
        world.run(10s);
        world.table.refusals.clear();
        world.begin();
        world.step(); // opens
        world.step(); // reads
        QCOMPARE(world.fragment->figures().nodes[0].counts.in, std::uint64_t{2});
        QVERIFY(!world.table.locked);
    }

    void aRowRefusedBehindItsBatchsDeadLettersIsADeadLetterToo_data()
    {
        QTest::addColumn<bool>("crash");
        QTest::newRow("goes on") << false;
        QTest::newRow("crash") << true;
    }
    void aRowRefusedBehindItsBatchsDeadLettersIsADeadLetterToo()
    {
        QFETCH(bool, crash);
        World world;
        world.transforms = {std::make_shared<Inflate>(0, std::size_t(1) << 20U)};
        world.put(5, 10);
        world.table.refusals = {Problem(Code::NodeRowConstraint, {{"reason", "test"}})};
        world.begin();
        for (int i = 0; i < 20 && world.reports.empty(); ++i)
            world.step();
        QVERIFY(world.table.refusals.empty());
        QCOMPARE(World::contents(*world.dead), (Texts{"7"}));
        world.table.refusedRows = {"8 "};
        if (crash)
            world.begin();
        world.run();
        QCOMPARE(world.table.rows, (Texts{"5", "6", "9"}));
        QCOMPARE(World::contents(*world.dead), (Texts{"7", "8 "}));
    }

    /// While dead letters are refused, others write to the destination.
    void theDestinationIsAskedAgainBehindRefusedDeadLetters()
    {
        World world;
        world.put(0, 3);
        world.table.refusedRows = {"1"};
        world.dead->setFull(Problem(Code::BudgetExhausted));
        world.begin();
        world.run(3s);
        world.table.refusedRows = {"1", "2"};
        world.dead->setFull({});
        world.run();
        QCOMPARE(world.table.rows, (Texts{"0"}));
        QCOMPARE(World::contents(*world.dead), (Texts{"1", "2"}));
    }

    void theDestinationIsLetGoWhileDeadLettersAreRefused()
    {
        World world;
        world.put(0, 3);
        world.table.refusedRows = {"1"};
        world.dead->setFull(Problem(Code::BudgetExhausted));
        world.begin();
        world.run(3s);
        QVERIFY(world.fragment->figures().state == NodeState::Retrying);
        QVERIFY(!world.table.locked);
        QVERIFY(world.table.rows.empty());
        world.dead->setFull({});
        world.run();
        QCOMPARE(world.table.rows, (Texts{"0", "2"}));
        QCOMPARE(World::contents(*world.dead), (Texts{"1"}));
    }

    void aDestinationThatIsDueIsCommittedWithoutRecords()
    {
        World world;
        world.put(0, 3);
        world.begin();
        world.run();
        const int commits = world.table.commits;
        world.table.due = world.clock.wall() + 5s;
        world.run(4s);
        QCOMPARE(world.table.commits, commits);
        world.run();
        QCOMPARE(world.table.commits, commits + 1);
        QCOMPARE(world.table.rows.size(), std::size_t(3));
    }

    /// A batch that is too large for the limit is given up and read again in smaller ones.
    void anEnforcedLimitLosesAndDoublesNothing()
    {
        World world;
        world.target = world.open("limited", store::LimitMode::Enforced);
        world.put(0, 100);
        QVERIFY(world.source->log().seal().has_value());
        world.begin();
        world.run(0s);
        QVERIFY(world.fragment->caughtUp());
        world.put(100, 130);
        QVERIFY(world.source->log().seal().has_value());
        Texts all = World::contents(*world.target);
        for (const std::string &text : world.put(130, 4000))
            all.push_back(text);
        // What stood before 130 goes, of which 30 records were not read.
        for (int i = 0; i < 2; ++i)
            QVERIFY(*world.source->log().dropOldestSegment() > 0);
        const MonoTime before = world.clock.mono();
        world.run(0s);
        QVERIFY(world.target->counters(ShardIndex(0)).refused > 0);
        QVERIFY(world.fragment->figures().state == NodeState::BackPressured);
        world.run();
        for (const std::string &text : world.put(4000, 4500))
            all.push_back(text);
        world.run();
        QVERIFY(world.clock.mono() - before > 2s); // 1,000 a second, with a debt for a large batch
        QCOMPARE(World::contents(*world.target), all);
        QVERIFY(world.fragment->caughtUp());
        QCOMPARE(world.reportedExpired(), std::uint64_t(30)); // told once
    }

    void aFullStreamBehindHoldsTheFragmentUpAndLosesNothing()
    {
        World world;
        world.target = world.open("wire", store::LimitMode::Off);
        const Texts all = world.put(0, 20);
        world.target->setFull(Problem(Code::BudgetExhausted));
        world.begin();
        world.run(30s);
        QVERIFY(World::contents(*world.target).empty());
        QVERIFY(!world.fragment->caughtUp());
        world.target->setFull({});
        world.run();
        QCOMPARE(World::contents(*world.target), all);
        QVERIFY(world.fragment->caughtUp());
    }

    void aNewerIncarnationEndsTheOldOne()
    {
        World world;
        world.target = world.open("target", store::LimitMode::Off);
        world.begin();
        world.run();
        (void)world.target->openProducer("fragment");
        world.put(0, 2);
        world.run();
        QVERIFY(world.fragment->figures().state == NodeState::Failed);
        QVERIFY(World::contents(*world.target).empty());
    }

    void damagedRecordsAreExpiredAndTheRestArrives_data()
    {
        QTest::addColumn<int>("damaged"); // of the three commits
        QTest::newRow("in the middle") << 1;
        QTest::newRow("nothing behind it") << 2;
    }
    void damagedRecordsAreExpiredAndTheRestArrives()
    {
        QFETCH(int, damaged);
        World world;
        std::vector<std::size_t> ends;
        Path path;
        const auto size = [&] {
            std::uint64_t out = 0;
            for (const auto &step : world.files.history()) {
                if (step.call == "write" && step.path.starts_with("/data/streams/source"))
                    path = step.path;
            }
            const Bytes content = world.files.content(path);
            for (std::size_t i = 0; i < content.size(); ++i) {
                if (content[i] != std::byte{0})
                    out = i + 1;
            }
            return static_cast<std::size_t>(out);
        };
        for (int i = 0; i < 3; ++i) {
            world.put(i * 10, i * 10 + 10);
            ends.push_back(size());
        }
        QVERIFY(world.source->log().seal().has_value());
        world.source.reset();
        Bytes content = world.files.content(path);
        const std::size_t at = (ends[static_cast<std::size_t>(damaged) - 1] +
                                ends[static_cast<std::size_t>(damaged)]) /
                               2;
        content[at] ^= std::byte{0x40};
        world.files.setContent(path, content);
        world.source = world.open("source", store::LimitMode::Off);
        world.begin();
        world.run();
        const FateCounts counts = world.fragment->figures().nodes[0].counts;
        QCOMPARE(counts.in, std::uint64_t(30));
        QCOMPARE(counts.expired, std::uint64_t(10));
        QCOMPARE(world.table.rows.size(), std::size_t(20));
        QVERIFY(world.fragment->caughtUp());
    }

    void whatAStepThrowsFailsTheFragment()
    {
        World world;
        world.put(0, 1);
        world.begin();
        world.table.refusals.clear();
        FragmentSpec spec = world.fragment->spec();
        spec.make = []() -> Result<std::optional<Operators>> { throw std::bad_alloc(); };
        world.fragment = std::make_shared<Fragment>(
            std::move(spec), world.clock, [] {},
            [&](const Problem &p) { world.reports.push_back(p); });
        world.run();
        QVERIFY(world.fragment->figures().state == NodeState::Failed);
        QCOMPARE(world.reports.back().code(), Code::InternalError);
    }
};

MILLRACE_TEST(FragmentTest)
#include "fragment_test.moc"
