// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/log/log_fixture.h"
#include "tests/support/missing_sync.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/log/recovery.h"

#include <QTest>

#include <algorithm>
#include <optional>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;
using Unsynced = MemoryFileSystem::Unsynced;
using Step = MemoryFileSystem::Step;

namespace {

/// What was sent, and what of it was acknowledged: the oracle outside the log.
struct Sent {
    Shards rows;
    std::uint64_t progress = 0;
    bool acknowledged = false;
};

/// Puts, seals, rewrites and expires until the file system stops it. The clock runs, so that the
/// oldest records expire towards the end when `expires`.
class Scenario
{
public:
    explicit Scenario(LogFixture &fixture)
        : m_f(fixture)
    {}

    void run(bool expires, std::uint64_t puts = 14)
    {
        for (std::uint64_t i = 0; i < puts && !m_f.fileSystem.crashed(); ++i) {
            put();
            if (i % 4 == 3)
                (void)m_f.log().seal();
            if (i % 5 == 4)
                (void)m_f.log().rewriteOne();
            if (expires) {
                m_f.clock.advance(4h);
                (void)m_f.log().expire();
            }
        }
        if (expires && !m_f.fileSystem.crashed()) { // several segments in a row
            m_f.clock.advance(1000h);
            (void)m_f.log().expire();
        }
    }

    void put()
    {
        const std::uint64_t n = ++m_next;
        Sent sent;
        sent.progress = n;
        sent.rows[static_cast<std::uint32_t>(n % 3)] = someRows(1 + n % 4, n, 30);
        if (n % 2 == 0)
            sent.rows[7] = someRows(2, n + 1000, n % 6 == 0 ? 3000 : 10);
        sent.acknowledged = m_f.put(sent.rows, {progressOf("p", 1, n)});
        m_sent.push_back(std::move(sent));
    }

    /// Empty when what the log holds is what was acknowledged, in order, once, whole commits only,
    /// with the progress that fits; one commit that was never answered may stand at the end.
    /// `expired`: how many of the first commits may be gone.
    template <class Source>
    std::string verdict(Source &source, bool mayExpire)
    {
        std::vector<Problem> problems;
        const Shards found = m_f.readAll(source, &problems);
        if (!problems.empty())
            return "cannot be read: " + problems.front().message();
        std::uint64_t progress = 0;
        for (const auto &entry : source.producers())
            progress = progressNumber(entry);
        // The commits that stand are those up to the progress; acknowledged ones must be there.
        Shards expected;
        for (const Sent &sent : m_sent) {
            if (sent.acknowledged && sent.progress > progress)
                return "acknowledged progress is lost";
            if (sent.acknowledged || sent.progress == progress) {
                for (const auto &[shard, rows] : sent.rows)
                    expected[shard].insert(expected[shard].end(), rows.begin(), rows.end());
            }
        }
        for (const auto &[shard, rows] : expected) {
            const auto it = found.find(shard);
            const std::vector<Row> have = it == found.end() ? std::vector<Row>{} : it->second;
            if (have.size() > rows.size())
                return "shard " + std::to_string(shard) + " has more than was sent";
            if (!mayExpire && have.size() != rows.size())
                return "shard " + std::to_string(shard) + " lacks records";
            if (source.bounds(ShardIndex(shard)).end.value != rows.size())
                return "shard " + std::to_string(shard) + " ends elsewhere";
            if (!std::equal(have.rbegin(), have.rend(), rows.rbegin()))
                return "shard " + std::to_string(shard) + " has other records";
            // From its horizon on a shard is complete.
            if (source.bounds(ShardIndex(shard)).trimHorizon.value != rows.size() - have.size())
                return "shard " + std::to_string(shard) + " has a hole";
        }
        return {};
    }

    /// A commit that a crash left without an answer: from now on it stands or it does not.
    void settle(log::Log &source)
    {
        const auto entry = source.producer("p");
        const std::uint64_t progress = entry ? progressNumber(*entry) : 0;
        std::erase_if(m_sent, [&](const Sent &sent) {
            return !sent.acknowledged && sent.progress != progress;
        });
        for (Sent &sent : m_sent)
            sent.acknowledged = true;
        m_next = std::max(m_next, progress);
    }

private:
    LogFixture &m_f;
    std::uint64_t m_next = 0;
    std::vector<Sent> m_sent;
};

bool isAlarm(const Problem &problem)
{
    return problem.code() != Code::TornTail;
}

/// Runs the scenario, stops the computer after `steps` steps, restarts it twice, goes on, and says
/// what is wrong, if anything. `note` is told of each step when it is over.
std::string crashAt(std::uint64_t steps, Unsynced unsynced, std::uint64_t seed, bool expires,
                    const IgnoreSync &ignore = {},
                    const std::function<void(const Step &)> &note = {})
{
    LogFixture f;
    f.options.segmentAge = 1000h;
    f.open();
    std::optional<Step> last;
    f.fileSystem.failSteps([&](const Step &step) -> const Problem * {
        if (note && last)
            note(*last);
        last = step;
        return nullptr;
    });
    f.fileSystem.ignoreSyncs(ignore);
    Scenario scenario(f);
    f.fileSystem.crashAfter(steps);
    scenario.run(expires);
    f.close();
    f.fileSystem.restart(unsynced, seed);

    const auto check = [&](const char *when) -> std::string {
        const auto wrong = [&](const std::string &what) {
            return "step " + std::to_string(steps) + ", seed " + std::to_string(seed) + ", " +
                   when + ": " + what;
        };
        auto opened = f.tryOpen();
        if (!opened)
            return wrong(opened.error().message());
        const auto &problems = (*opened)->recovery().problems;
        const auto alarm = std::find_if(problems.begin(), problems.end(), isAlarm);
        if (alarm != problems.end())
            return wrong(alarm->message());
        if (auto lost = scenario.verdict(**opened, expires); !lost.empty())
            return wrong(lost);
        scenario.settle(**opened);
        const auto reader = log::LogReader::open(f.options.folder, f.fileSystem);
        if (!reader)
            return wrong(reader.error().message());
        if (auto lost = scenario.verdict(**reader, expires); !lost.empty())
            return wrong("by a reader: " + lost);
        return {};
    };
    if (auto wrong = check("after the crash"); !wrong.empty())
        return wrong;
    // What recovery gave out survives that nothing more was synced.
    f.fileSystem.restart(Unsynced::Lost);
    if (auto wrong = check("after the second crash"); !wrong.empty())
        return wrong;
    f.open();
    scenario.run(expires, 5);
    f.close();
    f.fileSystem.restart(unsynced, seed + 1);
    return check("after going on");
}

/// Runs the scenario in a process that is killed after `steps` steps, on a computer that goes on:
/// the page cache keeps what was written. Another process recovers, goes on or does not, and then
/// the computer crashes.
std::string killAt(std::uint64_t steps, const IgnoreSync &ignore)
{
    static const Problem killed(Code::Io, {{"operation", "any"}, {"reason", "killed"}});
    for (const bool goesOn : {false, true}) {
        LogFixture f;
        f.options.segmentAge = 1000h;
        f.open();
        f.fileSystem.ignoreSyncs(ignore);
        Scenario scenario(f);
        std::uint64_t left = steps;
        f.fileSystem.failSteps(
            [&](const Step &) { return left == 0 ? &killed : (--left, nullptr); });
        scenario.run(false);
        f.close();
        f.fileSystem.failSteps({});
        const auto wrong = [&](const char *when, const std::string &what) {
            return "killed at step " + std::to_string(steps) + ", " + when + ": " + what;
        };
        auto &recovered = f.open();
        if (auto lost = scenario.verdict(recovered, false); !lost.empty())
            return wrong("recovered", lost);
        scenario.settle(recovered); // it was given out, and must not be taken back
        if (goesOn)
            scenario.put();
        f.close();
        f.fileSystem.restart(Unsynced::Lost);
        if (auto lost = scenario.verdict(f.open(), false); !lost.empty())
            return wrong(goesOn ? "gone on and crashed" : "crashed", lost);
    }
    return {};
}

/// A process is killed at each step of making a log; another finds what it left, appends, and the
/// computer crashes.
std::string killWhileMaking(const IgnoreSync &ignore)
{
    static const Problem killed(Code::Io, {{"operation", "any"}, {"reason", "killed"}});
    bool made = false;
    for (std::uint64_t at = 0; !made; ++at) {
        LogFixture f;
        (void)f.fileSystem.makeFolders(parentPath(f.options.folder));
        f.fileSystem.ignoreSyncs(ignore);
        std::uint64_t left = at;
        f.fileSystem.failSteps(
            [&](const Step &) { return left == 0 ? &killed : (--left, nullptr); });
        made = f.tryOpen().has_value();
        f.fileSystem.failSteps({});
        f.open();
        Scenario scenario(f);
        scenario.put();
        f.close();
        f.fileSystem.restart(Unsynced::Lost);
        if (auto lost = scenario.verdict(f.open(), false); !lost.empty())
            return "killed at step " + std::to_string(at) + " of making the log: " + lost;
    }
    return {};
}

std::uint64_t stepsOfScenario(bool expires)
{
    LogFixture f;
    f.options.segmentAge = 1000h;
    f.open();
    const auto before = f.fileSystem.steps();
    Scenario(f).run(expires);
    return f.fileSystem.steps() - before;
}

} // namespace

class CrashTest : public QObject
{
    Q_OBJECT
private slots:
    void keepsItsPromisesAtEveryStep_data();
    void keepsItsPromisesAtEveryStep();
    void recoversWhenRecoveryCrashes();
    void everySyncIsMissed();
    void theFolderOfARewrittenSegmentMayWait();
    void killedProcessLosesNothing();
    void aSegmentThatCouldNotBeBegunLeavesNothingOut();
    void aRemoveThatWasNotSyncedIsMadeUpFor();
};

void CrashTest::keepsItsPromisesAtEveryStep_data()
{
    QTest::addColumn<int>("unsynced");
    QTest::addColumn<int>("seed");
    QTest::addColumn<bool>("expires");
    for (const bool expires : {false, true}) {
        const char *what = expires ? "expiring" : "keeping";
        QTest::addRow("lost, %s", what) << int(Unsynced::Lost) << 0 << expires;
        QTest::addRow("kept, %s", what) << int(Unsynced::Kept) << 0 << expires;
        for (int seed = 1; seed <= 6; ++seed)
            QTest::addRow("torn %d, %s", seed, what) << int(Unsynced::Torn) << seed << expires;
    }
}

void CrashTest::keepsItsPromisesAtEveryStep()
{
    QFETCH(int, unsynced);
    QFETCH(int, seed);
    QFETCH(bool, expires);
    const std::uint64_t steps = stepsOfScenario(expires);
    QVERIFY(steps > 40);
    for (std::uint64_t at = 0; at <= steps; ++at) {
        const std::string wrong = crashAt(at, static_cast<Unsynced>(unsynced),
                                          static_cast<std::uint64_t>(seed) * 1000 + at, expires);
        QVERIFY2(wrong.empty(), wrong.c_str());
    }
}

/// Recovery after a torn commit writes a segment of its own; stopped at each of its steps, the next
/// recovery comes to the same.
void CrashTest::recoversWhenRecoveryCrashes()
{
    int tornTails = 0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        for (std::uint64_t at = 0; at < 9; ++at) {
            LogFixture f;
            f.open();
            Scenario scenario(f);
            scenario.run(false, 4);
            f.fileSystem.crashAfter(3); // room, write, sync; then a write of many sectors
            scenario.put();
            scenario.put();
            f.close();
            f.fileSystem.restart(Unsynced::Torn, seed);
            f.fileSystem.crashAfter(at);
            if (const auto first = f.tryOpen(); first && !(*first)->recovery().problems.empty())
                ++tornTails;
            f.fileSystem.restart(Unsynced::Torn, seed + 100);
            auto &recovered = f.open();
            const auto wrong = scenario.verdict(recovered, false);
            QVERIFY2(wrong.empty(), wrong.c_str());
            scenario.settle(recovered);
            scenario.run(false, 2);
            f.close();
            f.fileSystem.restart();
            const auto later = scenario.verdict(f.open(), false);
            QVERIFY2(later.empty(), later.c_str());
        }
    }
    QVERIFY(tornTails > 5); // the case that the test is about
}

/// The last table of CRASHES.md: whichever sync is taken out, some crash then breaks a promise.
void CrashTest::everySyncIsMissed()
{
    const auto losses = lossesWithoutEachSync([](const IgnoreSync &ignore) -> std::string {
        if (auto wrong = killWhileMaking(ignore); !wrong.empty())
            return wrong;
        const std::uint64_t kills = stepsOfScenario(false);
        for (std::uint64_t at = 0; at <= kills; ++at) {
            if (auto wrong = killAt(at, ignore); !wrong.empty())
                return wrong;
        }
        for (const bool expires : {false, true}) {
            const std::uint64_t steps = stepsOfScenario(expires);
            for (std::uint64_t at = 0; at <= steps; ++at) {
                for (std::uint64_t seed = 0; seed < 6; ++seed) {
                    const auto unsynced = seed == 0 ? Unsynced::Lost : Unsynced::Torn;
                    if (auto wrong = crashAt(at, unsynced, seed, expires, ignore); !wrong.empty())
                        return wrong;
                }
            }
        }
        return {};
    });
    const std::string unmissed = unnoticed(losses, MILLRACE_CORE "/log");
    QVERIFY2(unmissed.empty(), unmissed.c_str());
}

/// The call of CRASHES.md that no promise rests on, of a line on which others do.
void CrashTest::theFolderOfARewrittenSegmentMayWait()
{
    int ignored = 0;
    const std::uint64_t steps = stepsOfScenario(false);
    for (std::uint64_t at = 0; at <= steps; ++at) {
        std::string before;
        const auto afterRename = [&](const Step &sync) {
            const bool taken = sync.call == "syncFolder" && before == "rename";
            ignored += taken ? 1 : 0;
            return taken;
        };
        const auto note = [&](const Step &step) { before = step.call; };
        const auto wrong = crashAt(at, Unsynced::Lost, 0, false, afterRename, note);
        QVERIFY2(wrong.empty(), wrong.c_str());
    }
    QVERIFY(ignored > 0);
}

/// A process that dies between any two calls, on a computer that goes on and crashes later.
void CrashTest::killedProcessLosesNothing()
{
    const std::uint64_t steps = stepsOfScenario(false);
    for (std::uint64_t at = 0; at <= steps; ++at) {
        const std::string wrong = killAt(at, {});
        QVERIFY2(wrong.empty(), wrong.c_str());
    }
}

/// The fsync of the folder fails once behind a whole header; the file is removed, and a power cut
/// brings it back. What was acknowledged in between must stand.
void CrashTest::aSegmentThatCouldNotBeBegunLeavesNothingOut()
{
    static const Problem refused(Code::Io, {{"operation", "fsync"}, {"reason", "refused"}});
    LogFixture f;
    f.options.segmentAge = 1000h;
    f.open();
    QVERIFY(f.put({{0, someRows(3, 1)}}, {progressOf("p", 1, 1)}));
    f.clock.advance(25h); // all of the open segment is expired: it is sealed
    f.fileSystem.failSteps(
        [](const Step &step) { return step.call == "syncFolder" ? &refused : nullptr; });
    QVERIFY(!f.log().expire().has_value());
    f.fileSystem.failSteps({});
    const Shards rows{{0, someRows(2, 2)}};
    QVERIFY(f.put(rows, {progressOf("p", 1, 2)}));
    f.close();
    f.fileSystem.restart(Unsynced::Lost);
    auto &recovered = f.open();
    QVERIFY(recovered.recovery().problems.empty());
    QCOMPARE(recovered.bounds(ShardIndex(0)).end, Ordinal(5));
    QCOMPARE(progressNumber(*recovered.producer("p")), 2U);
    QVERIFY(recovered.expire().has_value());
    QCOMPARE(f.readAll(recovered), rows);
}

/// The fsync behind a remove fails and has done nothing. What is removed next must not be gone
/// while the older segment is there again.
void CrashTest::aRemoveThatWasNotSyncedIsMadeUpFor()
{
    static const Problem refused(Code::Io, {{"operation", "fsync"}, {"reason", "refused"}});
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        LogFixture f;
        f.options.segmentAge = 1000h;
        f.open();
        for (std::uint64_t i = 0; i < 4; ++i) {
            QVERIFY(f.put({{0, someRows(3, i)}}));
            QVERIFY(f.log().seal().has_value());
        }
        const auto isFolderSync = [](const Step &step) { return step.call == "syncFolder"; };
        f.fileSystem.ignoreSyncs(isFolderSync);
        f.fileSystem.failSteps(
            [&](const Step &step) { return isFolderSync(step) ? &refused : nullptr; });
        QVERIFY(!f.log().dropOldestSegment().has_value());
        f.fileSystem.ignoreSyncs({});
        f.fileSystem.failSteps({});
        f.fileSystem.crashAfter(seed % 4);
        (void)f.log().dropOldestSegment();
        f.close();
        f.fileSystem.restart(Unsynced::Torn, seed);
        const auto &problems = f.open().recovery().problems;
        QVERIFY2(problems.empty(), problems.empty() ? "" : problems.front().message().c_str());
    }
}

MILLRACE_TEST(CrashTest)
#include "crash_test.moc"
