// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/gateway/fake_engine.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/gateway/control/control_client.h"
#include "core/gateway/control/control_server.h"
#include "core/gateway/control/control_socket.h"

#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace millrace;
using namespace millrace::gateway;
using millrace::test::FakeEngine;

namespace {

/// Bounds what must come, and the server's patience where a test is not about that: on a loaded
/// machine any thread may stand still for seconds.
constexpr std::chrono::milliseconds kPatience = std::chrono::minutes(2);

/// Speaks to the socket byte by byte, as a client that knows no HTTP might.
class RawClient
{
public:
    explicit RawClient(const Path &path)
        : m_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        m_connected =
            ::connect(m_fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    }
    ~RawClient() { ::close(m_fd); }
    RawClient(const RawClient &) = delete;
    RawClient &operator=(const RawClient &) = delete;

    bool connected() const { return m_connected; }
    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void endSending() { ::shutdown(m_fd, SHUT_WR); }
    /// Whether a byte is there, or the end: what the server sends waits for this.
    bool waitReadable() const
    {
        pollfd waiting{m_fd, POLLIN, 0};
        return ::poll(&waiting, 1, static_cast<int>(kPatience.count())) == 1;
    }
    /// Whether the server takes nothing more either, as opposed to having said its last word.
    bool closedWhole() const { return ::send(m_fd, "x", 1, MSG_NOSIGNAL) < 0; }
    /// Everything until the server closes.
    std::string readAll()
    {
        std::string out;
        char buffer[4096];
        for (;;) {
            if (!waitReadable())
                return out + "<nothing came>";
            const ssize_t got = ::recv(m_fd, buffer, sizeof buffer, 0);
            if (got <= 0)
                return out;
            out.append(buffer, static_cast<std::size_t>(got));
        }
    }

private:
    int m_fd;
    bool m_connected = false;
};

} // namespace

class ControlServerTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    FakeEngine m_engine;

    Path data() const { return m_folder.path().toStdString(); }
    ControlServerOptions options() const
    {
        ControlServerOptions options;
        options.dataDirectory = data();
        options.runtimeFolder = data() + "/runtime";
        options.version = "1.2.3";
        options.requestTimeout = kPatience;
        return options;
    }
    std::unique_ptr<ControlServer> serve(ControlServerOptions options)
    {
        auto server = ControlServer::start(m_engine, posixFileSystem(), std::move(options));
        if (!server)
            qFatal("%s", server.error().message().c_str());
        return *std::move(server);
    }
    ControlClient client() { return *ControlClient::find(posixFileSystem(), data()); }
    static engine::PutRequest put(std::vector<engine::PutEntry> entries)
    {
        engine::PutRequest put;
        put.stream = "clicks";
        put.entries = std::move(entries);
        return put;
    }

private slots:
    void initTestCase() { m_engine.createStream("clicks"); }

    void answersEveryKindOfRequest()
    {
        const auto server = serve(options());
        ControlClient client = this->client();
        QVERIFY(client.health()->version == "1.2.3");
        runtime::Snapshot snapshot;
        snapshot.generation = 77;
        m_engine.setSnapshot(snapshot);
        QCOMPARE(client.snapshot()->generation, std::uint64_t{77});
        QVERIFY(client.ask(engine::RunRequest{})->ok());
        QVERIFY(std::holds_alternative<engine::RunRequest>(m_engine.requests().back()));
        const auto streams = client.ask(engine::StreamsRequest{});
        QCOMPARE(std::get<engine::StreamsReply>(streams->value).streams.at(0).name,
                 std::string("clicks"));
        engine::PutRequest request = put({{"one", "k", {}}, {"two", "k", {}}});
        request.producer = "p";
        QCOMPARE(std::get<engine::PutReply>(client.ask(request)->value).producerNext,
                 std::uint64_t{2});
        request.entries.push_back({"three", "k", {}});
        const auto again = std::get<engine::PutReply>(client.ask(request)->value);
        QCOMPARE(again.skipped, std::uint64_t{2});
        QCOMPARE(again.results.size(), std::size_t{1});
        QCOMPARE(m_engine.entries("clicks").size(), std::size_t{3});
        const auto next = client.ask(engine::ProducerRequest{"clicks", "p"});
        QCOMPARE(std::get<engine::PutReply>(next->value).producerNext, std::uint64_t{3});
    }

    void givesTheEnginesProblems()
    {
        const auto server = serve(options());
        ControlClient client = this->client();
        engine::PutRequest request = put({});
        request.stream = "nowhere";
        const auto reply = client.ask(request);
        QVERIFY(reply.has_value());
        QVERIFY(reply->problems.at(0) == Problem(Code::NotFound, {{"what", "stream nowhere"}}));
        QCOMPARE(client.send({"GET", "/v1/producer?stream=nowhere&producer=p", {}})->status, 404U);
        m_engine.failWith({Problem(Code::DiskFull, {{"operation", "write"}}, "clicks")});
        QCOMPARE(client.send({"POST", "/v1/stop", {}})->status, 507U);
        m_engine.failWith({});
        QVERIFY(client.ask(engine::StopRequest{})->ok());
    }

    void carriesAPayloadOf64MiB()
    {
        const auto server = serve(options());
        const std::string payload(record::kMaxDataBytes, '\x81');
        ControlClient client = this->client();
        const auto reply = client.ask(put({{payload, "k", {}}}));
        QVERIFY2(reply.has_value(), reply ? "" : reply.error().message().c_str());
        QVERIFY(reply->ok());
        QVERIFY(m_engine.entries("clicks").back().data == payload);
    }

    void refusesWhatIsTooLarge()
    {
        ControlServerOptions small = options();
        small.maxBodyBytes = 1000;
        small.maxHeaderBytes = 500;
        const auto server = serve(small);
        ControlClient client = this->client();
        // The whole of it is sent before the client reads: the refusal must not be lost.
        const auto body = client.send({"POST", "/v1/put", std::string(5'000'000, ' ')});
        QVERIFY2(body.has_value(), body ? "" : body.error().message().c_str());
        QCOMPARE(body->status, 413U);
        QVERIFY(decodeReply(*body)->problems.at(0).code() == Code::ControlTooLarge);
        const auto header = client.send({"GET", "/v1/" + std::string(600, 'a'), {}});
        QVERIFY(header.has_value());
        QCOMPARE(header->status, 431U);
        QVERIFY(client.health().has_value());
    }

    void answersMalformedRequestsWith400_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::newRow("no HTTP") << QByteArray("hello\r\n\r\n");
        QTest::newRow("no version") << QByteArray("GET /v1/health\r\n\r\n");
        QTest::newRow("other version") << QByteArray("GET /v1/health HTTP/3.7\r\n\r\n");
        QTest::newRow("bad field") << QByteArray("GET /v1/health HTTP/1.1\r\nno colon\r\n\r\n");
        QTest::newRow("bad length")
            << QByteArray("POST /v1/run HTTP/1.1\r\nContent-Length: -4\r\n\r\n");
        QTest::newRow("two lengths") << QByteArray(
            "POST /v1/run HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n{}{}");
        QTest::newRow("bad chunk")
            << QByteArray("POST /v1/run HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n");
        QTest::newRow("zero bytes") << QByteArray(64, '\0');
    }
    void answersMalformedRequestsWith400()
    {
        QFETCH(QByteArray, request);
        const auto server = serve(options());
        RawClient raw(server->socketPath());
        raw.send({request.constData(), static_cast<std::size_t>(request.size())});
        const std::string answer = raw.readAll();
        QVERIFY2(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), answer.c_str());
        QVERIFY(answer.find("gateway.malformed-request") != std::string::npos);
        QVERIFY(client().health().has_value());
    }

    void answersRequestsInARow()
    {
        const auto server = serve(options());
        RawClient raw(server->socketPath());
        const std::string request = "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n";
        raw.send(request + request + "GET /v1/health HTTP/1.1\r\nConnection: close\r\n\r\n");
        const std::string answer = raw.readAll();
        std::size_t count = 0;
        for (auto found = answer.find("HTTP/1.1 200"); found != std::string::npos;
             found = answer.find("HTTP/1.1 200", found + 1))
            ++count;
        QCOMPARE(count, std::size_t{3});
    }

    void saysContinueToWhoAsks()
    {
        const auto server = serve(options());
        RawClient raw(server->socketPath());
        raw.send("POST /v1/run HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\n"
                 "Content-Length: 2\r\n\r\n{}");
        const std::string answer = raw.readAll();
        QVERIFY(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    }

    void leavesSlowClients()
    {
        ControlServerOptions quick = options();
        quick.requestTimeout = std::chrono::milliseconds(50);
        quick.idleTimeout = std::chrono::milliseconds(50);
        const auto server = serve(quick);
        RawClient half(server->socketPath());
        half.send("POST /v1/run HTTP/1.1\r\nContent-Length: 10\r\n\r\n{");
        QCOMPARE(half.readAll(), std::string());
        RawClient header(server->socketPath());
        header.send("POST /v1");
        QCOMPARE(header.readAll(), std::string());
        RawClient silent(server->socketPath());
        QCOMPARE(silent.readAll(), std::string());
    }

    void aClientGoesOnAfterItsIdleConnectionWasClosed()
    {
        // Closed by an end of the server: a short idle timeout would meet the new connection too.
        auto server = serve(options());
        ControlClient client = this->client();
        QVERIFY(client.health().has_value());
        server.reset();
        server = serve(options());
        QVERIFY(client.health().has_value());
    }

    void tellsFurtherConnectionsToComeBack()
    {
        ControlServerOptions few = options();
        few.maxConnections = 1;
        const auto server = serve(few);
        ControlClient first = client();
        QVERIFY(first.health().has_value());
        ControlClient second = client();
        const auto refused = second.health();
        QVERIFY(!refused);
        QVERIFY(refused.error().code() == Code::ControlBusy);
        QVERIFY(first.health().has_value());
    }

    /// What all clients together can take of the memory is bounded, and given back.
    void tellsFurtherBodiesToComeBack()
    {
        ControlServerOptions few = options();
        few.maxBodyBytes = 800;
        few.maxBodiesBytes = 1000;
        const auto server = serve(few);
        const std::string run = "POST /v1/run HTTP/1.1\r\nConnection: close\r\n";
        const std::string body = "{}" + std::string(598, ' ');
        RawClient first(server->socketPath());
        first.send(run + "Expect: 100-continue\r\nContent-Length: 600\r\n\r\n");
        QVERIFY(first.waitReadable()); // the server has seen its header
        for (const char *length : {"Content-Length: 600", "Transfer-Encoding: chunked"}) {
            RawClient second(server->socketPath());
            second.send(run + length + "\r\n\r\n");
            second.endSending();
            const std::string refused = second.readAll();
            QVERIFY2(refused.starts_with("HTTP/1.1 503 "), refused.c_str());
            QVERIFY(refused.find("gateway.busy") != std::string::npos);
            QVERIFY(refused.find("the 1000 bytes that there are") != std::string::npos);
        }
        QVERIFY(client().health().has_value()); // what has no body is answered
        first.send(body);
        QVERIFY(first.readAll().find("HTTP/1.1 200 OK") != std::string::npos);
        {
            RawClient gone(server->socketPath());
            gone.send(run + "Expect: 100-continue\r\nContent-Length: 600\r\n\r\n");
            QVERIFY(gone.waitReadable());
            gone.endSending();
            (void)gone.readAll();
        }
        RawClient third(server->socketPath());
        third.send(run + "Content-Length: 600\r\n\r\n" + body);
        QVERIFY(third.readAll().find("HTTP/1.1 200 OK") != std::string::npos);
    }

    void onlyItsUserMayConnect()
    {
        const mode_t before = ::umask(0);
        const auto server = serve(options());
        ::umask(before);
        struct stat st {
        };
        QCOMPARE(::stat(server->socketPath().c_str(), &st), 0);
        QCOMPARE(st.st_mode & 0777U, 0600U);
        QCOMPARE(server->socketPath(), data() + "/control.sock");
    }

    void replacesTheSocketOfAKilledEngine()
    {
        const Path path = data() + "/control.sock";
        {
            // What a killed engine leaves: the file, and nobody who listens.
            auto socket = ControlSocket::listen(posixFileSystem(), data(), data());
            QCOMPARE(socket->path(), path);
            ::close(socket->takeDescriptor());
            const auto dead = ControlClient(path).health();
            QVERIFY(dead.error().code() == Code::ControlUnreachable);
            const auto server = serve(options());
            QVERIFY(client().health().has_value());
        }
        QVERIFY(::access(path.c_str(), F_OK) != 0);
        const auto none = ControlClient::find(posixFileSystem(), data());
        QVERIFY(none.error().code() == Code::ControlUnreachable);
    }

    void theSocketIsThereOnlyOnceItListens()
    {
        const int watch = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        QVERIFY(::inotify_add_watch(watch, data().c_str(), IN_CREATE | IN_MOVED_TO) >= 0);
        const auto socket = ControlSocket::listen(posixFileSystem(), data(), data());
        QVERIFY(socket.has_value());
        std::vector<std::pair<std::uint32_t, std::string>> seen;
        alignas(inotify_event) char events[4096];
        const ssize_t got = ::read(watch, events, sizeof events);
        for (ssize_t at = 0; at < got;) {
            const auto *event = reinterpret_cast<const inotify_event *>(events + at);
            seen.emplace_back(event->mask, event->name);
            at += static_cast<ssize_t>(sizeof *event + event->len);
        }
        ::close(watch);
        // Made under another name, and given its own when it was done.
        QCOMPARE(seen.size(), std::size_t{2});
        QVERIFY(seen.front() == std::pair(std::uint32_t{IN_CREATE}, std::string("control.bind")));
        QVERIFY(seen.back() == std::pair(std::uint32_t{IN_MOVED_TO}, std::string("control.sock")));
        QVERIFY(::access((data() + "/control.bind").c_str(), F_OK) != 0);
    }

    void refusesToReplaceAFile()
    {
        QTemporaryDir folder;
        ControlServerOptions other = options();
        other.dataDirectory = folder.path().toStdString();
        QVERIFY(posixFileSystem()
                    .replaceFile(other.dataDirectory + "/control.sock", asBytes("precious"))
                    .has_value());
        const auto server = ControlServer::start(m_engine, posixFileSystem(), other);
        QVERIFY(server.error().code() == Code::ControlSocket);
        QVERIFY(posixFileSystem().exists(other.dataDirectory + "/control.sock"));
    }

    void aLongPathHasItsSocketElsewhere()
    {
        const Path deep = data() + "/" + std::string(100, 'd');
        QVERIFY(posixFileSystem().makeFolders(deep).has_value());
        ControlServerOptions other = options();
        other.dataDirectory = deep;
        {
            const auto server = serve(other);
            QVERIFY(server->socketPath().starts_with(other.runtimeFolder + "/control-"));
            auto found = ControlClient::find(posixFileSystem(), deep);
            QVERIFY(found.has_value());
            QVERIFY(found->health().has_value());
        }
        QVERIFY(!ControlClient::find(posixFileSystem(), deep));
        QCOMPARE(::chmod(other.runtimeFolder.c_str(), 0755), 0);
        const auto open = ControlServer::start(m_engine, posixFileSystem(), other);
        QVERIFY(open.error().code() == Code::ControlSocket);
    }

    void answersWhatHasArrivedBeforeItStops()
    {
        auto server = serve(options());
        const std::size_t before = m_engine.entries("clicks").size();
        std::future<Result<engine::Reply>> answer;
        std::future<void> stopped;
        m_engine.hold();
        const auto release = qScopeGuard([this] { m_engine.release(); }); // or they wait for ever
        answer = std::async(std::launch::async, [this] {
            ControlClient client = this->client();
            return client.ask(put({{"last", "k", {}}}));
        });
        ControlClient idle = client();
        QTRY_COMPARE_WITH_TIMEOUT(m_engine.waiting(), 1, kPatience.count());
        stopped = std::async(std::launch::async, [&] { server->stop(); });
        // A new connection is refused once the stop has begun; the one that waits is not dropped.
        QTRY_VERIFY_WITH_TIMEOUT(!RawClient(data() + "/control.sock").connected(),
                                 kPatience.count());
        m_engine.release();
        QVERIFY(answer.get()->ok());
        stopped.get();
        QCOMPARE(m_engine.entries("clicks").size(), before + 1);
        server.reset();
        QVERIFY(idle.health().error().code() == Code::ControlUnreachable);
    }

    void waitsForNobodyWhoHasItsAnswer()
    {
        FakeEngine engine;
        for (int i = 0; i < 20'000; ++i) // an answer that no socket's buffer holds
            engine.createStream("stream" + std::to_string(i));
        const auto server = *ControlServer::start(engine, posixFileSystem(), options());
        RawClient client(server->socketPath());
        client.send("GET /v1/streams HTTP/1.1\r\nHost: x\r\n\r\n");
        QVERIFY(client.waitReadable()); // it is being answered, and may ask again
        const auto stopped = std::async(std::launch::async, [&] { server->stop(); });
        QTRY_VERIFY_WITH_TIMEOUT(!RawClient(server->socketPath()).connected(), kPatience.count());
        const std::string answer = client.readAll();
        QVERIFY(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        QVERIFY(answer.ends_with("}\n"));
        QVERIFY(client.closedWhole());
    }

    /// It ended the process.
    void memoryThatGivesOutCostsOneConnection()
    {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("its own memory is without bound");
#endif
        std::mutex mutex;
        std::vector<Problem> said;
        ControlServerOptions logging = options();
        logging.log = [&](const Problem &problem) {
            const std::lock_guard guard(mutex);
            said.push_back(problem);
        };
        const auto server = serve(logging);
        ControlClient other = client();
        QVERIFY(other.health());
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_AS, &before), 0);
        {
            QFile statm(QStringLiteral("/proc/self/statm"));
            QVERIFY(statm.open(QIODevice::ReadOnly));
            const auto pages = statm.readAll().split(' ').first().toULongLong();
            rlimit tight = before;
            tight.rlim_cur = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + (32U << 20U);
            QCOMPARE(::setrlimit(RLIMIT_AS, &tight), 0);
            const auto loosen = qScopeGuard([&] { ::setrlimit(RLIMIT_AS, &before); });
            RawClient large(server->socketPath());
            large.send("POST /v1/puts HTTP/1.1\r\nHost: x\r\nContent-Length: 94371840\r\n\r\n{");
            QCOMPARE(large.readAll(), std::string());
        }
        QVERIFY(other.health());
        QVERIFY(client().health());
        const std::lock_guard guard(mutex);
        QCOMPARE(said.size(), std::size_t{1});
        QCOMPARE(said[0].code(), Code::InternalError);
    }

    void noDescriptorLeftIsToldAndGetsBetter()
    {
        std::atomic<int> told = 0;
        ControlServerOptions logging = options();
        logging.log = [&](const Problem &problem) { told += problem.code() == Code::Io ? 1 : 0; };
        const auto server = serve(logging);
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
        std::optional<RawClient> waiting;
        {
            rlimit tight = before;
            const int next = ::dup(0);
            tight.rlim_cur = static_cast<rlim_t>(next) + 1; // the client's end and no other
            ::close(next);
            QCOMPARE(::setrlimit(RLIMIT_NOFILE, &tight), 0);
            const auto loosen = qScopeGuard([&] { ::setrlimit(RLIMIT_NOFILE, &before); });
            waiting.emplace(server->socketPath());
            QTRY_VERIFY_WITH_TIMEOUT(told > 0, kPatience.count());
        }
        waiting->send("GET /v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        QVERIFY(waiting->readAll().starts_with("HTTP/1.1 200 OK\r\n"));
        QCOMPARE(told.load(), 1);
    }

    void aLostAnswerIsToldFromARefusedConnection()
    {
        auto socket = ControlSocket::listen(posixFileSystem(), data(), data());
        const int listener = socket->takeDescriptor();
        auto asked = std::async(std::launch::async, [this] { return client().health(); });
        const int connection = ::accept(listener, nullptr, nullptr);
        char byte = 0;
        QCOMPARE(::recv(connection, &byte, 1, 0), ssize_t{1});
        ::close(connection);
        QVERIFY(asked.get().error().code() == Code::ControlNoAnswer);
        ::close(listener);
    }
};

MILLRACE_TEST(ControlServerTest)
#include "control_server_test.moc"
