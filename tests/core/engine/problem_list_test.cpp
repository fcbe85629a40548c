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
        (void)list.entries(holding, now);
        for (std::size_t n = 1; n < ProblemList::kMaxEntries; ++n)
            list.report(numbered(n), now += 1ms);
        now += 1min;
        QCOMPARE(list.entries(holding, now).size(), ProblemList::kMaxEntries);
        list.report(numbered(9999), now);
        const auto entries = list.entries(holding, now);
        QVERIFY(lists(entries, numbered(9999)));
        QVERIFY(lists(entries, numbered(0)));
        QVERIFY(!lists(entries, numbered(1)));
        QVERIFY(lists(entries, numbered(2)));
        QCOMPARE(entries.size(), ProblemList::kMaxEntries + 1);
        QCOMPARE(entries.back().problem.code(), Code::ProblemsDropped);
        QCOMPARE(entries.back().problem.argument("count"), std::string_view("1"));
        list.clear();
        QVERIFY(list.entries({}, now).empty());
    }

    /// Who reports something waits for it from then on: one event. What nobody reported is one,
    /// too.
    void whatHoldsAfterItWasReportedIsNoSecondEvent()
    {
        ProblemList list;
        const WallTime now{1000s};
        list.report(numbered(1), now);
        const auto entries = list.entries({numbered(1), numbered(2)}, now + 100ms);
        QCOMPARE(entries.size(), std::size_t{2});
        QCOMPARE(entries[0].count + entries[1].count, std::uint64_t{2});
        QCOMPARE(list.takeEvents().size(), std::size_t{2});
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
