// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateway/control/codec.h"

#include "core/base/problem_codes.h"
#include "core/gateway/control/request_fields.h"
#include "core/graph/file.h"

#include <array>
#include <map>

namespace millrace::gateway {
namespace {

/// Texts that are not UTF-8 (a file name in a problem's place) get U+FFFD: JSON cannot carry them.
std::string dump(const Json &json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class T>
Json written(const T &value)
{
    JsonWriter writer;
    visitFields(writer, value);
    return writer.take();
}

/// Nothing when `text` is no JSON. The parser keeps its own stack, so depth costs only memory, and
/// that is bounded by the size of the body.
std::optional<Json> parsed(std::string_view text)
{
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        return {};
    return json;
}

Problem malformed(std::string reason, std::string place = {})
{
    return Problem(Code::ControlMalformed, {{"reason", std::move(reason)}}, std::move(place));
}

Problem badReply(const JsonReading &reading)
{
    return Problem(Code::ControlBadReply, {{"reason", reading.reason}}, reading.path);
}

struct Route {
    std::string_view method;
    std::string_view path;
};

/// In the order of engine::Request's alternatives.
constexpr std::array<Route, std::variant_size_v<engine::Request>> kRoutes{{
    {"POST", "/v1/deploy"},
    {"POST", "/v1/run"},
    {"POST", "/v1/pause"},
    {"POST", "/v1/stop"},
    {"POST", "/v1/pace"},
    {"POST", "/v1/clear-problems"},
    {"POST", "/v1/records"},
    {"POST", "/v1/put"},
    {"GET", "/v1/producer"},
    {"GET", "/v1/streams"},
    {"POST", "/v1/history"},
}};

template <class T, class V>
struct IndexIn;
template <class T, class... Ts>
struct IndexIn<T, std::variant<Ts...>> {
    static constexpr std::size_t value = [] {
        std::size_t index = 0;
        (void)((std::same_as<T, Ts> || (++index, false)) || ...);
        return index;
    }();
};
template <class T>
constexpr std::string_view kPathOf = kRoutes[IndexIn<T, engine::Request>::value].path;
static_assert(kPathOf<engine::StreamsRequest> == "/v1/streams");
static_assert(kPathOf<engine::HistoryRequest> == "/v1/history");

std::string percentEncoded(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += "0123456789ABCDEF"[byte >> 4U];
            out += "0123456789ABCDEF"[byte & 15U];
        }
    }
    return out;
}

std::optional<std::string> percentDecoded(std::string_view text)
{
    const auto digit = [](char c) -> int {
        if (c >= '0' && c <= '9')
            return c - '0';
        if (c >= 'a' && c <= 'f')
            return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0)
            return {};
        out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
        i += 2;
    }
    return out;
}

/// "stream=clicks&producer=p1" → names and values.
Result<std::map<std::string, std::string>> parseQuery(std::string_view query)
{
    std::map<std::string, std::string> out;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = percentDecoded(pair.substr(0, equals));
        auto value = percentDecoded(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value)
            return malformed("a percent sign is not followed by two hexadecimal digits", "query");
        if (!out.emplace(std::move(*name), std::move(*value)).second)
            return malformed("a name stands there twice", "query");
    }
    return out;
}

DecodedRequest refused(Problem problem)
{
    DecodedRequest out;
    out.problems.push_back(std::move(problem));
    return out;
}

DecodedRequest decodeProducer(std::string_view query)
{
    auto values = parseQuery(query);
    if (!values)
        return refused(std::move(values).error());
    for (const auto &[name, value] : *values) {
        if (name != "stream" && name != "producer")
            return refused(malformed("it is unknown here", "query: " + name));
    }
    for (const char *name : {"stream", "producer"}) {
        if ((*values)[name].empty())
            return refused(malformed("it is missing", "query: " + std::string(name)));
    }
    return {engine::ProducerRequest{(*values)["stream"], (*values)["producer"]}, {}};
}

DecodedRequest decodeDeploy(const Json &json)
{
    JsonReading reading{.refuseUnknown = true};
    JsonReader reader(json, reading);
    std::string text;
    engine::DeployRequest deploy;
    reader("document", text);
    reader("documentFolder", deploy.documentFolder);
    reader.finish();
    if (reading.failed)
        return refused(malformed(reading.reason, reading.path));
    graph::ReadOutcome outcome = graph::readDocument(text);
    if (!outcome.document) {
        DecodedRequest out;
        for (Problem &problem : outcome.problems)
            out.problems.push_back(std::move(problem).at("document"));
        return out;
    }
    deploy.document = std::move(*outcome.document);
    return {std::move(deploy), {}};
}

/// Requests whose body is an object of fields (an empty body stands for an object without any).
template <class T>
DecodedRequest decodeFields(const Json &json)
{
    T value;
    JsonReading reading{.refuseUnknown = true};
    JsonReader reader(json, reading);
    if constexpr (!std::is_empty_v<T>)
        visitFields(reader, value);
    reader.finish();
    if (reading.failed)
        return refused(malformed(reading.reason, reading.path));
    return {std::move(value), {}};
}

DecodedRequest decodeBody(std::size_t index, std::string_view body)
{
    const auto json = body.empty() ? Json::object() : parsed(body);
    if (!json)
        return refused(malformed("the body is not JSON"));
    using Decoder = DecodedRequest (*)(const Json &);
    static constexpr std::array<std::pair<std::string_view, Decoder>, 9> kDecoders{{
        {kPathOf<engine::DeployRequest>, decodeDeploy},
        {kPathOf<engine::RunRequest>, decodeFields<engine::RunRequest>},
        {kPathOf<engine::PauseRequest>, decodeFields<engine::PauseRequest>},
        {kPathOf<engine::StopRequest>, decodeFields<engine::StopRequest>},
        {kPathOf<engine::PaceRequest>, decodeFields<engine::PaceRequest>},
        {kPathOf<engine::ClearProblemsRequest>, decodeFields<engine::ClearProblemsRequest>},
        {kPathOf<engine::RecordsRequest>, decodeFields<engine::RecordsRequest>},
        {kPathOf<engine::PutRequest>, decodeFields<engine::PutRequest>},
        {kPathOf<engine::HistoryRequest>, decodeFields<engine::HistoryRequest>},
    }};
    for (const auto &[path, decoder] : kDecoders) {
        if (path == kRoutes[index].path)
            return decoder(*json);
    }
    return {engine::StreamsRequest{}, {}}; // the only one left: GET without a query
}

template <class T>
Result<T> decodedAs(std::string_view body)
{
    T value;
    JsonReading reading{.refuseUnknown = false};
    if (const auto json = parsed(body)) {
        JsonReader reader(*json, reading);
        visitFields(reader, value);
    } else {
        reading.fail("the body is not JSON");
    }
    if (reading.failed)
        return badReply(reading);
    return value;
}

template <class T>
Result<engine::Reply> decodeReplyAs(const Json &json)
{
    T value;
    JsonReading reading{.refuseUnknown = false};
    JsonReader reader(json, reading);
    visitFields(reader, value);
    if (reading.failed)
        return badReply(reading);
    return engine::Reply{std::move(value), {}};
}

} // namespace

Result<HttpRequest> encodeRequest(const engine::Request &request)
{
    const Route &route = kRoutes[request.index()];
    HttpRequest http{std::string(route.method), std::string(route.path), {}};
    if (const auto *deploy = std::get_if<engine::DeployRequest>(&request)) {
        const auto document = graph::writeDocument(deploy->document);
        if (!document)
            return document.error();
        http.body = dump({{"document", *document}, {"documentFolder", deploy->documentFolder}});
        return http;
    }
    std::visit(
        [&](const auto &value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::same_as<T, engine::ProducerRequest>) {
                http.target += "?stream=" + percentEncoded(value.stream) +
                               "&producer=" + percentEncoded(value.producer);
            } else if constexpr (!std::is_empty_v<T> && !std::same_as<T, engine::DeployRequest>) {
                http.body = dump(written(value));
            }
        },
        request);
    return http;
}

DecodedRequest decodeRequest(const HttpRequest &http)
{
    const std::string_view target = http.target;
    const auto question = std::min(target.find('?'), target.size());
    const std::string_view path = target.substr(0, question);
    const std::string_view query = target.substr(std::min(question + 1, target.size()));
    std::string allowed = path == kHealthPath || path == kSnapshotPath ? "GET" : "";
    for (std::size_t i = 0; i < kRoutes.size(); ++i) {
        if (path != kRoutes[i].path)
            continue;
        if (http.method != kRoutes[i].method) {
            allowed = kRoutes[i].method;
            break;
        }
        if (path == kPathOf<engine::ProducerRequest>)
            return decodeProducer(query);
        if (!query.empty())
            return refused(malformed("this path takes no query", "query"));
        return decodeBody(i, http.body);
    }
    return refused(Problem(
        Code::ControlNoSuchPath,
        {{"method", http.method}, {"path", std::string(path)}, {"allowed", std::move(allowed)}}));
}

HttpResponse encodeReply(const engine::Reply &reply)
{
    if (!reply.ok())
        return failure(reply.problems);
    std::string body = std::visit(
        [](const auto &value) {
            if constexpr (std::same_as<std::decay_t<decltype(value)>, engine::DoneReply>)
                return std::string("{}");
            else
                return dump(written(value));
        },
        reply.value);
    return {200, std::move(body), {}};
}

Result<engine::Reply> decodeReply(const HttpResponse &http)
{
    const auto json = parsed(http.body);
    JsonReading reading{.refuseUnknown = false};
    if (!json || !json->is_object()) {
        reading.fail("the body is no JSON object");
        return badReply(reading);
    }
    if (json->contains("problems")) {
        engine::Reply reply;
        JsonReader reader(*json, reading);
        reader("problems", reply.problems);
        if (!reading.failed && reply.problems.empty())
            reading.fail("a failed request without a problem");
        if (reading.failed)
            return badReply(reading);
        return reply;
    }
    if (http.status != 200) {
        reading.fail("status " + std::to_string(http.status) + " without problems");
        return badReply(reading);
    }
    if (json->contains("rows"))
        return decodeReplyAs<engine::RecordsReply>(*json);
    if (json->contains("results"))
        return decodeReplyAs<engine::PutReply>(*json);
    if (json->contains("streams"))
        return decodeReplyAs<engine::StreamsReply>(*json);
    if (json->contains("points"))
        return decodeReplyAs<engine::HistoryReply>(*json);
    if (json->contains("deployment"))
        return decodeReplyAs<engine::DeployReply>(*json);
    return engine::Reply{};
}

std::string encodeSnapshot(const runtime::Snapshot &snapshot)
{
    return dump(written(snapshot));
}

Result<runtime::Snapshot> decodeSnapshot(std::string_view body)
{
    return decodedAs<runtime::Snapshot>(body);
}

std::string encodeHealth(const Health &health)
{
    return dump(written(health));
}

Result<Health> decodeHealth(std::string_view body)
{
    return decodedAs<Health>(body);
}

HttpResponse failure(const std::vector<Problem> &problems)
{
    Json list = Json::array();
    for (const Problem &problem : problems)
        list.push_back(toJson(problem));
    const Code first = problems.empty() ? Code::Io : problems.front().code();
    HttpResponse http{statusOf(first), dump({{"problems", std::move(list)}}), {}};
    if (first == Code::ControlNoSuchPath)
        http.allow = problems.front().argument("allowed");
    if (!http.allow.empty())
        http.status = 405; // the path exists, the method does not
    return http;
}

unsigned statusOf(Code code)
{
    switch (code) {
    case Code::InvalidArgument:
    case Code::ControlMalformed:
        return 400;
    case Code::PermissionDenied:
        return 403;
    case Code::NotFound:
    case Code::ControlNoSuchPath:
        return 404;
    case Code::AlreadyExists:
    case Code::Busy:
    case Code::DeploymentReplaced:
        return 409;
    case Code::ControlTooLarge:
        return 413;
    case Code::Io:
    case Code::Corrupt:
    case Code::DatabaseRefused:
        return 500;
    case Code::Cancelled:
    case Code::ControlBusy:
        return 503;
    case Code::DiskFull:
        return 507;
    default: // understood, and the engine says no
        return 422;
    }
}

} // namespace millrace::gateway
