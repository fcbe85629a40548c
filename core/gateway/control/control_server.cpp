// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateway/control/control_server.h"

#include "core/base/problem_codes.h"
#include "core/base/thread.h"
#include "core/gateway/control/codec.h"
#include "core/gateway/control/control_handlers.h"
#include "core/gateway/control/control_socket.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <functional>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Protocol = asio::local::stream_protocol;
using Stream = beast::basic_stream<Protocol>;
using Response = http::response<http::string_body>;

void nameThread(const std::string &name)
{
    ::pthread_setname_np(::pthread_self(), name.c_str()); // at most 15 characters
}

/// What a request that HTTP itself forbids is answered with; nothing when the connection is simply
/// over (closed, timed out, reset).
std::optional<HttpResponse> refusal(const beast::error_code &error,
                                    const ControlServerOptions &options)
{
    const auto tooLarge = [](const char *part, std::uint64_t limit, unsigned status) {
        HttpResponse response = failure(
            {Problem(Code::ControlTooLarge, {{"part", part}, {"limit", std::to_string(limit)}})});
        response.status = status;
        return response;
    };
    if (error == http::error::body_limit)
        return tooLarge("body", options.maxBodyBytes, 413);
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return tooLarge("header", options.maxHeaderBytes, 431);
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error.category() != make_error_code(http::error::bad_method).category())
        return {};
    return failure({Problem(Code::ControlMalformed, {{"reason", error.message()}})});
}

} // namespace

/// All of it but the handlers runs on the I/O thread, which owns the sessions.
class ControlServer::Impl
{
public:
    Impl(engine::Engine &engine, ControlSocket socket, ControlServerOptions options);
    ~Impl() { stop(); }

    void stop();
    const Path &socketPath() const { return m_socket.path(); }

private:
    class Session;
    void accept();
    void close(const std::shared_ptr<Session> &session);
    void goOn(asio::io_context &context);
    void report(const Problem &problem) const;
    void mendSessions();

    ControlSocket m_socket;
    const ControlServerOptions m_options;
    HttpResponse bodiesFull() const;

    const ControlHandlers m_handlers;
    asio::io_context m_io{1};
    asio::io_context m_work;
    asio::executor_work_guard<asio::io_context::executor_type> m_ioGuard{m_io.get_executor()};
    asio::executor_work_guard<asio::io_context::executor_type> m_workGuard{m_work.get_executor()};
    asio::basic_socket_acceptor<Protocol> m_acceptor{m_io};
    asio::steady_timer m_acceptAgain{m_io};
    std::set<std::shared_ptr<Session>> m_sessions;
    std::uint64_t m_bodiesBytes = 0; ///< claimed by the sessions
    bool m_accepting = false;        ///< or about to, a moment later
    bool m_acceptFails = false;      ///< and was reported
    bool m_stopping = false;
    std::once_flag m_stopped;
    std::vector<std::thread> m_workers;
    std::thread m_thread;
};

/// One connection: request, response, request, … until either side closes.
class ControlServer::Impl::Session : public std::enable_shared_from_this<Session>
{
public:
    Session(Impl &server, Protocol::socket socket)
        : m_server(server)
        , m_stream(std::move(socket))
    {}

    void start() { awaitRequest(); }

    /// Answers without reading, then closes.
    void refuse(const HttpResponse &response)
    {
        m_closeAfter = true;
        respond(response, 11, false);
    }

    /// Closes now, or after the response when a request has arrived or is arriving.
    void finish()
    {
        m_closeAfter = true;
        if (m_idle)
            shut();
    }

    void shut()
    {
        giveRoomBack();
        m_stream.close();
        m_server.close(shared_from_this());
    }

private:
    void awaitRequest()
    {
        m_parser.emplace();
        m_parser->header_limit(m_server.m_options.maxHeaderBytes);
        m_parser->body_limit(m_server.m_options.maxBodyBytes);
        if (m_buffer.size() > 0)
            return readHeader();
        m_idle = true;
        m_stream.expires_after(m_server.m_options.idleTimeout);
        m_stream.async_read_some(
            m_buffer.prepare(kFirstReadBytes),
            [self = shared_from_this()](const beast::error_code &error, std::size_t bytes) {
                self->m_idle = false;
                self->m_buffer.commit(bytes);
                if (error)
                    self->shut();
                else
                    self->readHeader();
            });
    }

    void readHeader()
    {
        m_stream.expires_after(m_server.m_options.requestTimeout);
        http::async_read_header(
            m_stream, m_buffer, *m_parser,
            [self = shared_from_this()](const beast::error_code &error, std::size_t) {
                if (error)
                    self->readFailed(error);
                else if (!self->takeRoom())
                    self->refuse(self->m_server.bodiesFull());
                else if (beast::iequals(self->m_parser->get()[http::field::expect], "100-continue"))
                    self->sendContinue();
                else
                    self->readBody();
            });
    }

    /// Claims memory for the body that follows. False when the others have it all.
    bool takeRoom()
    {
        const auto said = m_parser->content_length();
        const std::uint64_t most = m_server.m_options.maxBodyBytes;
        const std::uint64_t bytes = said                  ? std::min<std::uint64_t>(*said, most)
                                    : m_parser->chunked() ? most
                                                          : 0;
        if (bytes > m_server.m_options.maxBodiesBytes - m_server.m_bodiesBytes)
            return false;
        m_room = bytes;
        m_server.m_bodiesBytes += bytes;
        return true;
    }

    void giveRoomBack() { m_server.m_bodiesBytes -= std::exchange(m_room, 0); }

    void sendContinue()
    {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(m_stream, asio::buffer(kContinue),
                          [self = shared_from_this()](const beast::error_code &error, std::size_t) {
                              if (error)
                                  self->shut();
                              else
                                  self->readBody();
                          });
    }

    void readBody()
    {
        http::async_read(m_stream, m_buffer, *m_parser,
                         [self = shared_from_this()](const beast::error_code &error, std::size_t) {
                             if (error)
                                 self->readFailed(error);
                             else
                                 self->dispatch();
                         });
    }

    void readFailed(const beast::error_code &error)
    {
        if (const auto response = refusal(error, m_server.m_options)) {
            m_closeAfter = true;
            respond(*response, 11, false);
        } else {
            shut();
        }
    }

    void dispatch()
    {
        m_stream.expires_never(); // the engine takes the time it needs
        auto request = m_parser->release();
        const unsigned version = request.version();
        const bool keepAlive = request.keep_alive();
        asio::post(m_server.m_work,
                   [self = shared_from_this(), version, keepAlive,
                    plain = HttpRequest{std::string(request.method_string()),
                                        std::string(request.target()), std::move(request.body())}] {
                       HttpResponse response = self->m_server.m_handlers.handle(plain);
                       asio::post(self->m_server.m_io,
                                  [self, version, keepAlive, response = std::move(response)] {
                                      self->respond(response, version, keepAlive);
                                  });
                   });
    }

    void respond(const HttpResponse &plain, unsigned version, bool keepAlive)
    {
        m_parser.reset(); // what is left of the request; its body went with whoever answered it
        giveRoomBack();
        m_closeAfter = m_closeAfter || !keepAlive;
        m_response.emplace(http::status(plain.status), version);
        m_response->set(http::field::content_type, "application/json");
        m_response->set(http::field::cache_control, "no-store");
        if (!plain.allow.empty())
            m_response->set(http::field::allow, plain.allow);
        m_response->keep_alive(!m_closeAfter);
        m_response->body() = plain.body + "\n";
        m_response->prepare_payload();
        m_stream.expires_after(m_server.m_options.requestTimeout);
        http::async_write(m_stream, *m_response,
                          [self = shared_from_this()](const beast::error_code &error, std::size_t) {
                              const bool last = !self->m_response->keep_alive();
                              self->m_response.reset();
                              if (!error && last)
                                  self->drain();
                              else if (error || self->m_closeAfter)
                                  self->shut(); // the client was not told, and would stay
                              else
                                  self->awaitRequest();
                          });
    }

    /// Reads and drops what the client still sends: closing with unread bytes would throw away the
    /// response that it has not read yet. The timeout of the response bounds this too.
    void drain()
    {
        if (!m_drained) {
            beast::error_code ignored;
            m_stream.socket().shutdown(Protocol::socket::shutdown_send, ignored);
            m_drained = true;
        }
        m_buffer.clear();
        m_stream.async_read_some(
            m_buffer.prepare(kDrainBytes),
            [self = shared_from_this()](const beast::error_code &error, std::size_t) {
                if (error)
                    self->shut();
                else
                    self->drain();
            });
    }

    static constexpr std::size_t kFirstReadBytes = 4096;
    static constexpr std::size_t kDrainBytes = 64U << 10U;

    Impl &m_server;
    Stream m_stream;
    beast::flat_buffer m_buffer;
    std::optional<http::request_parser<http::string_body>> m_parser;
    std::optional<Response> m_response; ///< while it is being written
    bool m_idle = false;                ///< no byte of a request has come
    bool m_closeAfter = false;
    bool m_drained = false;
    std::uint64_t m_room = 0; ///< of the server's m_bodiesBytes
};

ControlServer::Impl::Impl(engine::Engine &engine, ControlSocket socket,
                          ControlServerOptions options)
    : m_socket(std::move(socket))
    , m_options(std::move(options))
    , m_handlers(engine, m_options.version, m_options.log)
{
    m_acceptor.assign(Protocol(), m_socket.takeDescriptor());
    accept();
    for (std::size_t i = 0; i < m_options.workers; ++i) {
        m_workers.emplace_back([this, i] {
            nameThread("control-wait-" + std::to_string(i));
            goOn(m_work);
        });
    }
    m_thread = std::thread([this] {
        nameThread("control-io");
        goOn(m_io);
    });
}

/// Handles what comes until nothing more can. What a handler throws (memory gives out) costs the
/// connection whose it was, no other one.
void ControlServer::Impl::goOn(asio::io_context &context)
{
    while (const auto problem = caught("the control socket", [&] { context.run(); })) {
        report(*problem);
        // Posting wants memory, too; then the next one to meet that, or the end, mends it.
        (void)caught("the control socket",
                     [this] { asio::post(m_io, [this] { mendSessions(); }); });
    }
}

void ControlServer::Impl::report(const Problem &problem) const
{
    // To tell it may want memory, too.
    if (m_options.log)
        (void)caught("the control socket", [&] { m_options.log(problem); });
}

/// Shuts the sessions that have lost their handler, and accepts again where that was lost.
void ControlServer::Impl::mendSessions()
{
    std::vector<std::shared_ptr<Session>> left;
    for (const auto &session : m_sessions) {
        if (session.use_count() == 1)
            left.push_back(session);
    }
    for (const auto &session : left)
        session->shut();
    if (!m_accepting && !m_stopping)
        accept();
}

HttpResponse ControlServer::Impl::bodiesFull() const
{
    return failure(
        {Problem(Code::ControlBusy, {{"reason", "the requests under way take the " +
                                                    std::to_string(m_options.maxBodiesBytes) +
                                                    " bytes that there are for all of them"}})});
}

void ControlServer::Impl::accept()
{
    m_accepting = true;
    m_acceptor.async_accept([this](const beast::error_code &error, Protocol::socket socket) {
        m_accepting = false;
        if (m_stopping || error == asio::error::operation_aborted)
            return;
        if (error) { // no descriptor left, for instance: it gets better when others close
            if (!std::exchange(m_acceptFails, true))
                report(Problem(Code::Io, {{"operation", "accept"}, {"reason", error.message()}},
                               m_socket.path()));
            m_acceptAgain.expires_after(std::chrono::milliseconds(100));
            m_accepting = true;
            m_acceptAgain.async_wait([this](const beast::error_code &cancelled) {
                if (!cancelled && !m_stopping)
                    accept();
            });
            return;
        }
        m_acceptFails = false;
        auto session = std::make_shared<Session>(*this, std::move(socket));
        const bool full = m_sessions.size() >= m_options.maxConnections;
        m_sessions.insert(session);
        if (full)
            session->refuse(failure(
                {Problem(Code::ControlBusy, {{"reason", std::to_string(m_options.maxConnections) +
                                                            " connections are open"}})}));
        else
            session->start();
        accept();
    });
}

void ControlServer::Impl::close(const std::shared_ptr<Session> &session)
{
    m_sessions.erase(session);
    if (m_stopping && m_sessions.empty())
        m_ioGuard.reset();
}

void ControlServer::Impl::stop()
{
    std::call_once(m_stopped, [this] {
        asio::post(m_io, [this] {
            m_stopping = true;
            beast::error_code ignored;
            m_acceptor.close(ignored);
            m_acceptAgain.cancel();
            mendSessions();
            const auto sessions = m_sessions; // finish() takes them out
            for (const auto &session : sessions)
                session->finish();
            if (m_sessions.empty())
                m_ioGuard.reset();
        });
        m_thread.join();
        m_workGuard.reset();
        for (std::thread &worker : m_workers)
            worker.join();
    });
}

ControlServer::ControlServer(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{}
ControlServer::~ControlServer() = default;

Result<std::unique_ptr<ControlServer>>
ControlServer::start(engine::Engine &engine, FileSystem &files, ControlServerOptions options)
{
    auto socket = ControlSocket::listen(files, options.dataDirectory, options.runtimeFolder);
    if (!socket)
        return std::move(socket).error();
    return std::unique_ptr<ControlServer>(
        new ControlServer(std::make_unique<Impl>(engine, *std::move(socket), std::move(options))));
}

void ControlServer::stop()
{
    m_impl->stop();
}

const Path &ControlServer::socketPath() const
{
    return m_impl->socketPath();
}

} // namespace millrace::gateway
