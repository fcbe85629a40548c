// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/engine/put_service.h"

#include <QTemporaryDir>
#include <QTest>

using namespace millrace;
using namespace millrace::engine;

namespace {

/// A stream that commits when it is told to.
class World
{
public:
    World()
    {
        stream::StreamStoreOptions options;
        options.dataDirectory = m_dir.path().toStdString();
        options.threads = false;
        store = *stream::StreamStore::open(options, posixFileSystem(), m_clock, m_random,
                                           [](const Problem &) {});
        store::StreamEntry wanted;
        wanted.name = "clicks";
        MILLRACE_ASSERT(store->ensure(wanted).has_value());
        service = std::make_unique<PutService>(*store, [] {});
    }
    ~World() { store.reset(); }

    void put(std::uint64_t first, std::size_t count, PutService::Answer answer)
    {
        PutRequest request;
        request.stream = "clicks";
        request.producer = "p";
        request.firstIndex = first;
        for (std::size_t i = 0; i < count; ++i)
            request.entries.push_back({.data = "{}", .key = "k", .explicitHash = {}});
        service->put(std::move(request), std::move(answer));
    }

    std::unique_ptr<PutService> service;
    std::unique_ptr<stream::StreamStore> store;

private:
    QTemporaryDir m_dir;
    ManualClock m_clock;
    SeededRandom m_random{1};
};

class PutServiceTest : public QObject
{
    Q_OBJECT
private slots:
    void putsOfAProducerAreStoredOneAfterTheOther()
    {
        World world;
        std::vector<std::uint64_t> next;
        const auto note = [&](const Reply &reply) {
            QVERIFY(reply.ok());
            next.push_back(std::get<PutReply>(reply.value).producerNext);
        };
        world.put(0, 2, note);
        world.put(2, 3, note);
        world.service->next({"clicks", "p"}, note);
        QVERIFY(next.empty());
        world.store->commitAll();
        QCOMPARE(next, (std::vector<std::uint64_t>{2, 5, 5}));
    }

    /// Every id that was ever asked for stayed for the life of the engine.
    void aProducerWithNothingUnderWayIsForgotten()
    {
        World world;
        const auto stream = world.store->find("clicks");
        const auto epoch = [&] { return stream->log().producer("put/p")->epoch; };
        const auto put = [&](std::uint64_t first) {
            bool stored = false;
            world.put(first, 1, [&](const Reply &reply) { stored = reply.ok(); });
            world.store->commitAll();
            return stored;
        };
        QVERIFY(put(0));
        const Epoch before = epoch();
        for (int i = 0; i < 10; ++i)
            world.service->next({"clicks", "asked " + std::to_string(i)}, [](const Reply &) {});
        QVERIFY(put(1)); // as a new incarnation that goes on from the log, and so do the asked ones
        QCOMPARE(epoch() - before, std::uint64_t{11});
        // Those that follow each other while one is under way are one.
        const Epoch last = epoch();
        world.put(2, 1, [](const Reply &) {});
        QVERIFY(put(3));
        QCOMPARE(epoch() - last, std::uint64_t{1});
    }

    /// However many wait, each takes the place of the one before.
    void thousandsOfRefusedPutsTakeNoStack()
    {
        World world;
        std::size_t answered = 0;
        std::size_t refused = 0;
        world.put(0, 1, [&](const Reply &) { ++answered; });
        constexpr std::size_t kMany = 200'000;
        for (std::size_t i = 0; i < kMany; ++i)
            world.put(10, 1, [&](const Reply &reply) {
                refused += !reply.ok() && reply.problems[0].code() == Code::ProducerGap ? 1 : 0;
            });
        QCOMPARE(answered + refused, std::size_t(0));
        world.store->commitAll();
        QCOMPARE(answered, std::size_t(1));
        QCOMPARE(refused, kMany);
    }

    void anAnswerThatThrowsPassesTheTurn()
    {
        World world;
        bool stored = false;
        world.put(5, 1, [](const Reply &) { throw std::bad_alloc(); }); // refused at once
        world.put(0, 1, [](const Reply &) { throw std::bad_alloc(); });
        world.put(1, 1, [&](const Reply &reply) { stored = reply.ok(); });
        world.store->commitAll();
        QVERIFY(stored);
    }

    void whoIsStillWaitingWhenTheEngineEndsIsAnswered()
    {
        int answers = 0;
        {
            World world;
            for (std::uint64_t i = 0; i < 3; ++i)
                world.put(i, 1, [&](const Reply &) { ++answers; });
            QCOMPARE(answers, 0);
        }
        QCOMPARE(answers, 3);
    }
};

} // namespace

MILLRACE_TEST(PutServiceTest)
#include "put_service_test.moc"
