// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/memory_file_system.h"
#include "core/base/problem_codes.h"
#include "core/base/thread.h"
#include "core/engine/scheduler.h"

#include <QTest>

#include <pthread.h>
#include <semaphore>

using namespace millrace;
using namespace millrace::engine;
using namespace std::chrono_literals;
using runtime::TaskNext;

namespace {

/// Real time to the scheduler, but moved by hand; it lies so far back that no waiting takes long.
class HandClock final : public Clock
{
public:
    WallTime wall() const override { return {}; }
    MonoTime mono() const override { return now; }
    bool isVirtual() const override { return false; }
    MonoTime now{};
};

/// A task made of a function.
class FunctionTask final : public runtime::Task
{
public:
    using Step = std::function<TaskNext(FunctionTask &)>;
    FunctionTask(Clock &clock, Wake wake, Step step)
        : Task(clock, std::move(wake), [](const Problem &) {})
        , m_step(std::move(step))
    {}
    void close() override { closed = true; }
    bool midway() const override { return inBatch; }
    std::atomic<bool> closed = false;
    std::atomic<bool> inBatch = false;
    std::atomic<bool> failThrows = false;
    using Task::put;

protected:
    TaskNext step() override { return m_step(*this); }
    TaskNext fail(Problem problem) override
    {
        if (failThrows)
            throw std::bad_alloc();
        setState(runtime::NodeState::Failed, std::move(problem));
        return {TaskNext::Kind::Done, {}};
    }

private:
    const Step m_step;
};

std::shared_ptr<FunctionTask> start(Scheduler &scheduler, const Scheduler::SlotPtr &slot,
                                    Clock &clock, FunctionTask::Step step)
{
    auto task = std::make_shared<FunctionTask>(clock, scheduler.wakeOf(slot), std::move(step));
    scheduler.start(slot, task);
    return task;
}

} // namespace

class SchedulerTest : public QObject
{
    Q_OBJECT
private slots:
    /// A worker that waits for a far timer must see a nearer one that another thread put in.
    void aNearerTimerIsNoticedByAWorkerThatWaits()
    {
        SystemClock clock;
        Scheduler scheduler(clock, 1, [](const Problem &) {});
        std::binary_semaphore busy(0);
        std::binary_semaphore go(0);
        std::binary_semaphore ran(0);
        start(scheduler, scheduler.makeSlot(), clock, [&](FunctionTask &) -> TaskNext {
            busy.release();
            go.acquire();
            return {TaskNext::Kind::WaitUntil, clock.mono() + 1h};
        });
        busy.acquire(); // the only worker
        bool first = true;
        start(scheduler, scheduler.makeSlot(), clock, [&](FunctionTask &) -> TaskNext {
            if (!std::exchange(first, false)) {
                ran.release();
                return {TaskNext::Kind::Done, {}};
            }
            go.release();
            // The far timer is in, and with it the worker waits before it lets go of the lock.
            while (!scheduler.nextWake())
                std::this_thread::yield();
            return {TaskNext::Kind::WaitUntil, clock.mono() + 20ms};
        });
        QVERIFY(scheduler.runOne());
        QVERIFY(ran.try_acquire_for(60s));
    }

    /// A destination's write transaction is not held for as long as a pause.
    void aPauseLetsABatchThatIsMidwayComeToItsEnd()
    {
        SystemClock clock;
        Scheduler scheduler(clock, 0, [](const Problem &) {});
        int steps = 0;
        start(scheduler, scheduler.makeSlot(), clock, [&](FunctionTask &self) -> TaskNext {
            self.inBatch = ++steps == 1;
            return {TaskNext::Kind::Again, {}};
        });
        QVERIFY(scheduler.runOne());
        start(scheduler, scheduler.makeSlot(), clock, [&](FunctionTask &) -> TaskNext {
            steps = 100; // never while paused
            return {TaskNext::Kind::Done, {}};
        });
        scheduler.setPaused(true);
        QVERIFY(scheduler.runOne());
        QCOMPARE(steps, 2);
        QVERIFY(!scheduler.runOne());
        scheduler.setPaused(false);
        QVERIFY(scheduler.runOne());
        QCOMPARE(steps, 100);
    }

    void aWorkerThatPausesIsWokenForABatchThatIsMidway()
    {
        SystemClock clock;
        Scheduler scheduler(clock, 1, [](const Problem &) {});
        std::binary_semaphore begun(0);
        std::binary_semaphore ended(0);
        const auto slot = scheduler.makeSlot();
        start(scheduler, slot, clock, [&](FunctionTask &self) -> TaskNext {
            self.inBatch = !self.inBatch;
            self.inBatch ? begun.release() : ended.release();
            return {TaskNext::Kind::Wait, {}}; // for a put, say
        });
        QVERIFY(begun.try_acquire_for(60s));
        scheduler.setPaused(true);
        scheduler.wakeOf(slot)();
        QVERIFY(ended.try_acquire_for(60s));
    }

    /// The rest of what a pipe takes by and by is printed before the end.
    void aStopWaitsForABatchThatAsksForMoments()
    {
        HandClock clock;
        Scheduler scheduler(clock, 0, [](const Problem &) {});
        int steps = 0;
        const auto slot = scheduler.makeSlot();
        const auto task = start(scheduler, slot, clock, [&](FunctionTask &self) -> TaskNext {
            self.inBatch = ++steps < 20;
            return {TaskNext::Kind::WaitUntil, clock.now += 1ms};
        });
        QVERIFY(scheduler.runOne());
        scheduler.stop(slot, nullptr, clock.now + 1s);
        QCOMPARE(steps, 20);
        QVERIFY(task->closed);
    }

    void aStopWaitsForNothingThatDoesNotComeToItsEnd_data()
    {
        QTest::addColumn<int>("pauseMs");
        QTest::addColumn<int>("steps"); // with the one before the stop, and a few last ones
        QTest::newRow("takes nothing") << 10 << 1 + 50 + 4;
        QTest::newRow("asks for long") << 1000 << 1 + 4;
    }
    void aStopWaitsForNothingThatDoesNotComeToItsEnd()
    {
        QFETCH(int, pauseMs);
        HandClock clock;
        Scheduler scheduler(clock, 0, [](const Problem &) {});
        int steps = 0;
        const auto slot = scheduler.makeSlot();
        const auto task = start(scheduler, slot, clock, [&](FunctionTask &self) -> TaskNext {
            self.inBatch = true;
            if (++steps > 1 && pauseMs < 1000)
                clock.now += std::chrono::milliseconds(pauseMs); // as if it had been waited for
            return {TaskNext::Kind::WaitUntil, clock.now + std::chrono::milliseconds(pauseMs)};
        });
        QVERIFY(scheduler.runOne());
        scheduler.stop(slot, nullptr, clock.now + 500ms + 1ns);
        QVERIFY(task->closed);
        QTEST(steps, "steps");
    }

    void whatAStepThrowsStopsThatTaskOnly()
    {
        SystemClock clock;
        Scheduler scheduler(clock, 1, [](const Problem &) {});
        std::binary_semaphore ran(0);
        const auto bad = start(scheduler, scheduler.makeSlot(), clock,
                               [](FunctionTask &) -> TaskNext { throw std::bad_alloc(); });
        start(scheduler, scheduler.makeSlot(), clock, [&](FunctionTask &) -> TaskNext {
            ran.release();
            return {TaskNext::Kind::Done, {}};
        });
        QVERIFY(ran.try_acquire_for(60s)); // of the same worker
        QVERIFY(bad->figures().state == runtime::NodeState::Failed);
        QCOMPARE(bad->figures().attention->code(), Code::InternalError);
    }

    void aThreadHasItsNameAndSurvivesWhatItsLoopThrows()
    {
        std::mutex mutex;
        std::vector<Problem> problems;
        std::string name;
        std::binary_semaphore again(0);
        int begun = 0;
        const auto thread = namedThread(
            "tested",
            [&](const Problem &problem) {
                const std::lock_guard guard(mutex);
                problems.push_back(problem);
            },
            [&](const std::stop_token &stop) {
                if (++begun == 1)
                    throw std::bad_alloc();
                char text[16] = {};
                pthread_getname_np(pthread_self(), text, sizeof text);
                name = text;
                again.release();
                while (!stop.stop_requested())
                    std::this_thread::yield();
            });
        QVERIFY(again.try_acquire_for(60s));
        const std::lock_guard guard(mutex);
        QCOMPARE(name, std::string("tested"));
        QCOMPARE(problems.size(), std::size_t{1});
        QCOMPARE(problems[0].code(), Code::InternalError);
    }

    void aTaskThatCannotEvenFailIsStopped()
    {
        SystemClock clock;
        std::binary_semaphore told(0);
        Scheduler scheduler(clock, 1, [&](const Problem &) { told.release(); });
        const auto slot = scheduler.makeSlot();
        const auto task = start(scheduler, slot, clock, [](FunctionTask &self) -> TaskNext {
            self.failThrows = true;
            throw std::bad_alloc();
        });
        QVERIFY(told.try_acquire_for(60s));
        scheduler.stop(slot, {}, clock.mono()); // does not wait for it for ever
        QVERIFY(task->closed);
    }

    /// A worker takes a task that has more to do again before anybody else gets the lock.
    void aStopDoesNotWaitUntilThereIsNothingMoreToDo()
    {
        SystemClock clock;
        Scheduler scheduler(clock, 1, [](const Problem &) {});
        constexpr int kBacklog = 300'000'000; // most of a minute's work
        std::atomic<int> steps = 0;
        std::binary_semaphore running(0);
        const auto slot = scheduler.makeSlot();
        const auto task = start(scheduler, slot, clock, [&](FunctionTask &) -> TaskNext {
            if (++steps == 1)
                running.release();
            return {steps < kBacklog ? TaskNext::Kind::Again : TaskNext::Kind::Done, {}};
        });
        QVERIFY(running.try_acquire_for(60s));
        scheduler.stop(slot, {}, clock.mono());
        QVERIFY(task->closed);
        QVERIFY2(steps < kBacklog, "the whole backlog was worked off first");
    }

    void aStopWaitsForThePutThatIsUnderWay()
    {
        MemoryFileSystem files;
        SystemClock clock;
        SeededRandom random(1);
        store::StreamEntry entry;
        entry.id = Uuid::random(random);
        entry.name = "s";
        log::LogOptions options;
        options.folder = "/data/s";
        options.stream = entry.id;
        stream::DataStream stream(
            entry, *log::Log::open(options, files, clock, random, [](const Problem &) {}), clock,
            [] {});
        const auto producer = stream.openProducer("p");

        Scheduler scheduler(clock, 1, [](const Problem &) {});
        const auto slot = scheduler.makeSlot();
        std::binary_semaphore queued(0);
        const auto task = start(scheduler, slot, clock, [&](FunctionTask &self) -> TaskNext {
            (void)self.put(stream, producer, nullptr, Bytes{std::byte{1}});
            queued.release();
            return {TaskNext::Kind::Wait, {}};
        });
        QVERIFY(queued.try_acquire_for(60s));
        QVERIFY(task->inFlight());
        std::jthread stopping([&] { scheduler.stop(slot, {}, clock.mono()); });
        QVERIFY(!task->closed);
        QVERIFY(stream.commit());
        stopping.join();
        QVERIFY(task->closed);
        QVERIFY(!stream.openProducer("p").progress.empty());
    }
};

MILLRACE_TEST(SchedulerTest)
#include "scheduler_test.moc"
