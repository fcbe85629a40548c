// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateway/control/control_client.h"

#include "core/base/problem_codes.h"
#include "core/gateway/control/control_socket.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <limits>
#include <sys/socket.h>

namespace millrace::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Protocol = asio::local::stream_protocol;

} // namespace

/// One connection; every step runs the loop until it is done or out of time.
class ControlClient::Connection
{
public:
    beast::error_code connect(const Path &socket, std::chrono::milliseconds timeout)
    {
        return step(timeout,
                    [&](auto done) { m_stream.async_connect(Protocol::endpoint(socket), done); });
    }

    /// False when the server closed it since the last answer.
    bool usable()
    {
        char byte = 0;
        const ssize_t got =
            ::recv(m_stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }

    beast::error_code write(const HttpRequest &plain, std::chrono::milliseconds timeout)
    {
        http::request<http::string_body> request;
        request.version(11);
        request.method_string(plain.method);
        request.target(plain.target);
        request.set(http::field::host, "localhost");
        if (!plain.body.empty())
            request.set(http::field::content_type, "application/json");
        request.body() = plain.body;
        request.prepare_payload();
        return step(timeout, [&](auto done) { http::async_write(m_stream, request, done); });
    }

    beast::error_code read(HttpResponse &plain, bool &keepAlive, std::chrono::milliseconds timeout)
    {
        http::response_parser<http::string_body> parser;
        parser.body_limit(std::numeric_limits<std::uint64_t>::max()); // our own engine's answer
        const auto error =
            step(timeout, [&](auto done) { http::async_read(m_stream, m_buffer, parser, done); });
        if (!error) {
            auto response = parser.release();
            keepAlive = response.keep_alive();
            plain = {response.result_int(), std::move(response.body()),
                     std::string(response[http::field::allow])};
        }
        return error;
    }

private:
    template <class F>
    beast::error_code step(std::chrono::milliseconds timeout, F &&begin)
    {
        beast::error_code result;
        m_stream.expires_after(timeout);
        begin([&result](const beast::error_code &error, auto...) { result = error; });
        m_io.restart();
        m_io.run();
        return result;
    }

    asio::io_context m_io{1};
    beast::basic_stream<Protocol> m_stream{m_io};
    beast::flat_buffer m_buffer;
};

ControlClient::ControlClient(Path socket, std::chrono::milliseconds timeout)
    : m_socket(std::move(socket))
    , m_timeout(timeout)
{}

ControlClient::~ControlClient() = default;
ControlClient::ControlClient(ControlClient &&) noexcept = default;
ControlClient &ControlClient::operator=(ControlClient &&) noexcept = default;

Result<ControlClient> ControlClient::find(FileSystem &files, const Path &dataDirectory)
{
    auto socket = findControlSocket(files, dataDirectory);
    if (!socket)
        return std::move(socket).error();
    return ControlClient(*std::move(socket));
}

Result<HttpResponse> ControlClient::send(const HttpRequest &request)
{
    const auto problem = [&](Code code, const beast::error_code &error) {
        m_connection.reset();
        return Problem(code, {{"socket", m_socket}, {"reason", error.message()}});
    };
    if (m_connection && !m_connection->usable())
        m_connection.reset();
    if (!m_connection) {
        m_connection = std::make_unique<Connection>();
        if (const auto error = m_connection->connect(m_socket, m_timeout))
            return problem(Code::ControlUnreachable, error);
    }
    // A server that refuses a request may answer before it has read all of it: look for the answer
    // even when sending failed.
    const auto writeError = m_connection->write(request, m_timeout);
    HttpResponse response;
    bool keepAlive = false;
    if (const auto error = m_connection->read(response, keepAlive, m_timeout))
        return problem(Code::ControlNoAnswer, writeError ? writeError : error);
    if (writeError || !keepAlive)
        m_connection.reset();
    return response;
}

Result<engine::Reply> ControlClient::ask(const engine::Request &request)
{
    auto http = encodeRequest(request);
    if (!http)
        return std::move(http).error();
    return send(*http).and_then([](HttpResponse &&response) { return decodeReply(response); });
}

Result<std::string> ControlClient::get(std::string_view path)
{
    auto response = send({"GET", std::string(path), {}});
    if (!response)
        return std::move(response).error();
    if (response->status == 200)
        return std::move(response->body);
    auto reply = decodeReply(*response); // with another status it is problems, or unintelligible
    return reply ? reply->problems.front() : std::move(reply).error();
}

Result<runtime::Snapshot> ControlClient::snapshot()
{
    return get(kSnapshotPath).and_then([](std::string &&body) { return decodeSnapshot(body); });
}

Result<Health> ControlClient::health()
{
    return get(kHealthPath).and_then([](std::string &&body) { return decodeHealth(body); });
}

} // namespace millrace::gateway
