// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/gateway/control/put_sender.h"

#include <QTest>

#include <deque>
#include <set>

using namespace millrace;
using namespace millrace::gateway;
using namespace std::chrono_literals;

namespace {

/// An engine that a test makes trouble in, and what became of the records.
class World
{
public:
    PutSender sender(PutSender::Options options = {})
    {
        options.stream = "clicks";
        return {options,
                {.ask = [this](const engine::Request &request) { return answer(request); },
                 .wait =
                     [this](std::chrono::milliseconds pause) {
                         waits.push_back(pause);
                         clock.advance(pause);
                         return waits.size() < giveUpAfter;
                     },
                 .stored = [this](std::span<const std::uint64_t> numbers) -> Status {
                     stored.insert(stored.end(), numbers.begin(), numbers.end());
                     return Done{};
                 },
                 .report = [this](const Problem &problem) { reports.push_back(problem); }},
                clock};
    }
    /// Adds records "0", "1", … up to `count`, those that stand left out.
    static Status addAll(PutSender &sender, std::uint64_t count)
    {
        for (std::uint64_t i = 0; i < count; ++i) {
            if (const auto number = sender.next())
                MILLRACE_TRY(sender.add(std::to_string(*number), "k"));
        }
        return sender.flush();
    }

    ManualClock clock;
    std::uint64_t producerNext = 0;
    std::deque<Problem> refusals;         ///< of the next requests
    std::set<std::string> refusedOnce;    ///< payloads over the limit
    std::size_t giveUpAfter = 1000;       ///< waits
    std::uint64_t skips = 0;              ///< entries of each put that stand already
    std::vector<engine::PutRequest> puts; ///< that were taken, whole or in part
    std::vector<std::chrono::milliseconds> waits;
    std::vector<std::uint64_t> stored;
    std::vector<Problem> reports;
    int asked = 0;

private:
    Result<engine::Reply> answer(const engine::Request &request)
    {
        ++asked;
        if (!refusals.empty()) {
            const Problem refusal = refusals.front();
            refusals.pop_front();
            if (refusal.code() == Code::ControlNoAnswer ||
                refusal.code() == Code::ControlUnreachable)
                return refusal;
            engine::Reply reply;
            reply.problems = {refusal};
            return reply;
        }
        engine::PutReply out;
        out.producerNext = producerNext;
        if (const auto *put = std::get_if<engine::PutRequest>(&request)) {
            puts.push_back(*put);
            out.skipped = skips;
            for (const engine::PutEntry &entry : put->entries)
                out.results.push_back({{}, {}, refusedOnce.erase(entry.data) > 0});
        }
        engine::Reply reply;
        reply.value = out;
        return reply;
    }
};

std::vector<std::uint64_t> upTo(std::uint64_t count, std::uint64_t from = 0)
{
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = from; i < count; ++i)
        out.push_back(i);
    return out;
}

} // namespace

class PutSenderTest : public QObject
{
    Q_OBJECT
private slots:
    void recordsGoInBatches()
    {
        World world;
        auto sender = world.sender({.batchRecords = 4});
        QVERIFY(sender.begin());
        QVERIFY(World::addAll(sender, 10));
        QCOMPARE(world.puts.size(), std::size_t(3));
        QCOMPARE(world.puts[1].firstIndex, std::uint64_t(4));
        QCOMPARE(world.puts[1].stream, std::string("clicks"));
        QCOMPARE(world.puts[2].entries.size(), std::size_t(2));
        QCOMPARE(world.stored, upTo(10));
        QCOMPARE(sender.storedRecords(), std::uint64_t(10));
        QVERIFY(sender.flush()); // nothing is left
        QCOMPARE(world.puts.size(), std::size_t(3));
    }

    void aBatchEndsWhereItIsLargeEnough()
    {
        World world;
        auto sender = world.sender({.batchBytes = 100});
        for (int i = 0; i < 4; ++i) {
            QVERIFY(sender.next());
            QVERIFY(sender.add(std::string(60, 'x'), "k"));
        }
        QCOMPARE(world.puts.size(), std::size_t(2));
    }

    void whatTheEngineHasOfAProducerIsPassed()
    {
        World world;
        world.producerNext = 7;
        auto sender = world.sender({.producer = "p"});
        QVERIFY(sender.begin());
        QVERIFY(World::addAll(sender, 10));
        QCOMPARE(sender.passedRecords(), std::uint64_t(7));
        QCOMPARE(world.stored, upTo(10, 7));
        QCOMPARE(world.puts.at(0).firstIndex, std::uint64_t(7));
        QCOMPARE(world.puts.at(0).producer, std::string("p"));
    }

    /// Two senders of one producer: what the other one was faster with is not counted as new.
    void whatAnotherSenderStoredMeanwhileIsPassed()
    {
        World world;
        auto sender = world.sender({.producer = "p", .batchRecords = 5});
        QVERIFY(sender.begin());
        world.skips = 3;
        QVERIFY(World::addAll(sender, 10));
        QCOMPARE(sender.storedRecords(), std::uint64_t(4));
        QCOMPARE(sender.passedRecords(), std::uint64_t(6));
        QCOMPARE(world.stored, upTo(10));
    }

    void entriesOverTheLimitAreSentAgain()
    {
        World world;
        world.refusedOnce = {"1", "3"};
        auto sender = world.sender();
        QVERIFY(World::addAll(sender, 5));
        QCOMPARE(world.stored, (std::vector<std::uint64_t>{0, 2, 4, 1, 3}));
        QCOMPARE(world.puts.size(), std::size_t(2));
        QCOMPARE(world.puts[1].entries.size(), std::size_t(2));
        QCOMPARE(world.puts[1].entries[1].data, std::string("3"));
        QCOMPARE(world.waits, std::vector<std::chrono::milliseconds>{1000ms});
    }

    /// A limit passes for sure, so it is waited for without patience.
    void aPutOverTheLimitIsSentAgainWithGrowingPauses()
    {
        World world;
        world.refusals.assign(8, Problem(Code::ThroughputExceeded));
        auto sender = world.sender();
        QVERIFY(World::addAll(sender, 1));
        QCOMPARE(world.waits, (std::vector<std::chrono::milliseconds>{
                                  20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1000ms, 1000ms}));
        QCOMPARE(world.stored, upTo(1));
    }

    void whatMayPassIsWaitedForAsLongAsThePatienceLasts()
    {
        World world;
        auto sender = world.sender({.patience = 5s});
        world.refusals.assign(5, Problem(Code::ControlUnreachable));
        QVERIFY(World::addAll(sender, 1));
        world.refusals.assign(1000, Problem(Code::ControlUnreachable));
        world.waits.clear();
        const Status over = World::addAll(sender, 1);
        QVERIFY(!over);
        QCOMPARE(over.error().code(), Code::ControlUnreachable);
        std::chrono::milliseconds waited{0};
        for (const auto pause : world.waits)
            waited += pause;
        QVERIFY(waited >= 5s && waited <= 6s);
        auto hasty = world.sender();
        world.waits.clear();
        QVERIFY(!World::addAll(hasty, 1));
        QVERIFY(world.waits.empty());
    }

    void whatNeverPassesIsNotSentAgain()
    {
        World world;
        world.refusals = {Problem(Code::RecordTooLarge)};
        auto sender = world.sender({.patience = 5s});
        const Status refused = World::addAll(sender, 1);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code(), Code::RecordTooLarge);
        QCOMPARE(world.asked, 1);
        QVERIFY(!PutSender::mayPass(Code::RecordTooLarge));
        QVERIFY(PutSender::mayPass(Code::DiskFull));
    }

    /// Without one the records might stand already, and stand twice then.
    void whatWasNotAnsweredIsSentAgainOnlyWithAProducer()
    {
        World world;
        world.refusals = {Problem(Code::ControlNoAnswer)};
        auto sender = world.sender({.patience = 5s});
        const Status lost = World::addAll(sender, 1);
        QVERIFY(!lost);
        QCOMPARE(lost.error().code(), Code::ControlNoAnswer);
        world.refusals = {Problem(Code::ControlNoAnswer)};
        auto careful = world.sender({.producer = "p", .patience = 5s});
        QVERIFY(World::addAll(careful, 1));
        QCOMPARE(world.stored, upTo(1));
    }

    void whatWantsHelpIsSaidOnce()
    {
        for (const Code code :
             {Code::DiskFull, Code::BudgetExhausted, Code::BudgetTaken, Code::SmallDisk}) {
            World world;
            world.refusals.assign(4, Problem(code));
            auto sender = world.sender({.patience = 60s});
            QVERIFY(World::addAll(sender, 1));
            QCOMPARE(world.reports.size(), std::size_t(1));
            QCOMPARE(world.reports[0].code(), code);
        }
    }

    // It has as many bodies as it takes; they become fewer by themselves.
    void aBusyEngineIsWaitedForWithoutPatience()
    {
        World world;
        world.refusals.assign(4, Problem(Code::ControlBusy));
        auto sender = world.sender({.patience = 0s});
        QVERIFY(World::addAll(sender, 1));
        QVERIFY(world.reports.empty());
    }

    void whoDoesNotWantToWaitIsNotKept()
    {
        World world;
        world.giveUpAfter = 3;
        world.refusals.assign(1000, Problem(Code::ThroughputExceeded));
        auto sender = world.sender();
        const Status cancelled = World::addAll(sender, 1);
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().code(), Code::Cancelled);
        QCOMPARE(world.waits.size(), std::size_t(3));
    }
};

MILLRACE_TEST(PutSenderTest)
#include "put_sender_test.moc"
