// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/runtime/fragment_world.h"
#include "tests/support/test_main.h"

#include <QTest>

using namespace millrace;
using namespace millrace::runtime;
using namespace millrace::test;
using namespace std::chrono_literals;

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

    /// What it asked for counts until it is written, and no longer, however the batch ends.
    void roomIsAskedForAndLeft()
    {
        World world;
        world.asksForRoom = true;
        world.table.refusals = {kFull, Problem(Code::NodeDestinationReplaced)};
        world.put(0, 10);
        world.begin();
        world.step(); // opens the sink
        world.step();
        QCOMPARE(world.roomAsked, std::uint64_t(10));
        QVERIFY(world.table.rows.empty());
        world.run();
        QCOMPARE(world.table.rows.size(), std::size_t(10));
        QCOMPARE(world.roomAsked, std::uint64_t(0));
        world.noRoom = kFull;
        world.put(10, 11);
        world.run(1s);
        QVERIFY(world.fragment->figures().state == NodeState::Retrying);
        QCOMPARE(world.table.rows.size(), std::size_t(10));
        QVERIFY(world.roomAsked > 0);
        world.fragment->close();
        QCOMPARE(world.roomAsked, std::uint64_t(0));
    }

    /// Its operators know fewer fields than the records have that were put since.
    void whatComesBehindAChangedSchemaIsNotReadUnderTheFormerOne()
    {
        constexpr std::size_t kMost = std::size_t{4} << 20U;
        World world;
        world.transforms = {std::make_shared<Inflate>(1, kMost)};
        Texts expected = world.put(0, 3);
        world.begin();
        world.run();
        QCOMPARE(world.table.rows, expected);
        QVERIFY(world.table.largestCommit < 1000);
        world.transforms = {std::make_shared<Inflate>(10'000, kMost)};
        ++*world.schemaChanges;
        for (const std::string &text : world.put(3, 6))
            expected.push_back(text);
        world.run();
        QCOMPARE(world.table.rows, expected);
        QVERIFY(world.table.largestCommit > 30'000);
        QCOMPARE(world.fragment->figures().nodes[0].counts.in, std::uint64_t(6));
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
