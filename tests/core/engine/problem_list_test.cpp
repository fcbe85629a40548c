// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/engine/problem_list.h"

#include <QTest>

#include <algorithm>

using namespace millrace;
using namespace millrace::engine;
using namespace std::chrono_literals;

namespace {

Problem numbered(std::size_t n)
{
    return Problem(Code::Io, {{"operation", "x"}, {"reason", "y"}}, "place " + std::to_string(n));
}

bool lists(const std::vector<runtime::ProblemEntry> &entries, const Problem &problem)
{
    return std::any_of(entries.begin(), entries.end(),
                       [&](const auto &entry) { return entry.problem.place() == problem.place(); });
}

} // namespace

class ProblemListTest : public QObject
{
    Q_OBJECT
private slots:
    void aFullListTakesANewProblemForTheOldestThatIsOver()
    {
        ProblemList list;
        WallTime now{1000s};
        // The very first one still holds; the second is the oldest that is over.
        const std::vector<Problem> holding = {numbered(0)};
        list.hold(holding, now);
        for (std::size_t n = 1; n < ProblemList::kMaxEntries; ++n)
            list.report(numbered(n), now += 1ms);
        now += 1min;
        list.hold(holding, now);
        QCOMPARE(list.entries(now).size(), ProblemList::kMaxEntries);
        list.report(numbered(9999), now);
        list.hold(holding, now);
        const auto entries = list.entries(now);
        QVERIFY(lists(entries, numbered(9999)));
        QVERIFY(lists(entries, numbered(0)));
        QVERIFY(!lists(entries, numbered(1)));
        QVERIFY(lists(entries, numbered(2)));
        QCOMPARE(entries.size(), ProblemList::kMaxEntries + 1);
        QCOMPARE(entries.back().problem.code(), Code::ProblemsDropped);
        QCOMPARE(entries.back().problem.argument("count"), std::string_view("1"));
        list.clear();
        list.hold({}, now);
        QVERIFY(list.entries(now).empty());
    }

    /// A node reports what is wrong with it, and says from then on that it holds.
    void whatWasReportedIsNotToldAgainWhenItHolds()
    {
        ProblemList list;
        const WallTime now{1000s};
        list.report(numbered(1), now);
        list.hold({numbered(1), numbered(2)}, now + 1s);
        QCOMPARE(list.entries(now + 1s).size(), std::size_t(2));
        QCOMPARE(list.takeEvents().size(), std::size_t(2)); // each once
        list.hold({}, now + 2s);
        list.hold({numbered(2)}, now + 3s); // once more, and nobody reported it
        QCOMPARE(list.takeEvents().size(), std::size_t(1));
    }

    /// Ids of nodes are alike in many documents.
    void theSamePlaceInAnotherProjectIsAnotherOne()
    {
        const Uuid first = Uuid::parse("00000000-0000-4000-8000-000000000001").value();
        const Uuid second = Uuid::parse("00000000-0000-4000-8000-000000000002").value();
        const Problem atNode(Code::Cancelled, {}, "node f81k2m0a");
        const WallTime now{1000s};
        ProblemList list;
        list.setProject(first);
        list.report(numbered(1), now); // in no document
        list.hold({atNode}, now);
        list.report(atNode, now, second); // such as a deploy of it that was refused
        auto entries = list.entries(now);
        QCOMPARE(entries.size(), std::size_t(3));
        QCOMPARE(entries[0].project, Uuid());
        QCOMPARE(entries[1].project, first);
        QCOMPARE(entries[2].project, second);
        list.setProject(second);
        list.hold({}, now + 1min);
        QVERIFY(!list.entries(now + 1min)[1].active); // it held while that project ran
        list.hold({atNode}, now + 2min);
        entries = list.entries(now + 2min);
        QCOMPARE(entries.size(), std::size_t(3));
        QCOMPARE(entries[0].project, second);
        QVERIFY(entries[0].active);
        QCOMPARE(entries[0].count, std::uint64_t(2));
        QVERIFY(!entries[2].active);
    }

    void droppedEventsAreCounted()
    {
        ProblemList list;
        for (std::size_t n = 0; n < ProblemList::kMaxEvents + 3; ++n)
            list.report(numbered(7), WallTime{1s});
        const auto events = list.takeEvents();
        QCOMPARE(events.size(), ProblemList::kMaxEvents + 1);
        QCOMPARE(events.front().problem.code(), Code::EventsDropped);
        QCOMPARE(events.front().problem.argument("count"), std::string_view("3"));
        list.report(numbered(7), WallTime{1s});
        QCOMPARE(list.takeEvents().size(), std::size_t{1});
    }
};

MILLRACE_TEST(ProblemListTest)
#include "problem_list_test.moc"
