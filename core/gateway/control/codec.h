// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"
#include "core/gateway/control/http_message.h"

#include <string>
#include <string_view>

namespace millrace::gateway {

/// Where the requests that are no engine request live.
inline constexpr std::string_view kHealthPath = "/v1/health";
inline constexpr std::string_view kSnapshotPath = "/v1/snapshot";

/// An engine request as HTTP, and back: each kind has one method and path (FORMAT.md, "Requests").
///
/// Errors of decoding: ControlMalformed (place names the field, "entries[3].key"),
/// ControlNoSuchPath (also for a wrong method; argument "allowed" then has the right one), and for
/// a deploy all problems of its document. Errors of encoding: what writeDocument says.
/// Thread-safety: pure functions.
Result<HttpRequest> encodeRequest(const engine::Request &request);
struct DecodedRequest {
    std::optional<engine::Request> request;
    std::vector<Problem> problems; ///< empty exactly when there is a request
};
DecodedRequest decodeRequest(const HttpRequest &http);

/// A reply as HTTP, and back. The status of a failed one follows from its first problem
/// (statusOf); the kind of a successful one from the members of its body.
/// Errors of decoding: ControlBadReply.
HttpResponse encodeReply(const engine::Reply &reply);
Result<engine::Reply> decodeReply(const HttpResponse &http);

/// Errors of decoding: ControlBadReply.
std::string encodeSnapshot(const runtime::Snapshot &snapshot);
Result<runtime::Snapshot> decodeSnapshot(std::string_view body);

/// The answer of kHealthPath: {"version": "0.1.0", "state": "running"}.
struct Health {
    std::string version; ///< of the program that runs the engine
    runtime::RunState state = runtime::RunState::Stopped;
    friend bool operator==(const Health &, const Health &) = default;
};
std::string encodeHealth(const Health &health);
/// Errors: ControlBadReply.
Result<Health> decodeHealth(std::string_view body);

/// {"problems": […]} with the status of the first one.
HttpResponse failure(const std::vector<Problem> &problems);
/// 4xx where the caller can do something about it, 5xx where the engine or its disk must.
unsigned statusOf(Code code);

} // namespace millrace::gateway
