// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateway/control/control_handlers.h"

#include "core/base/problem_codes.h"
#include "core/gateway/control/codec.h"

#include <exception>
#include <new>

namespace millrace::gateway {

HttpResponse ControlHandlers::handle(const HttpRequest &http) const
{
    try {
        if (http.method == "GET" && http.target == kHealthPath)
            return {200, encodeHealth({m_version, m_engine.snapshot()->state}), {}};
        if (http.method == "GET" && http.target == kSnapshotPath)
            return {200, encodeSnapshot(*m_engine.snapshot()), {}};
        DecodedRequest decoded = decodeRequest(http);
        if (!decoded.request)
            return failure(decoded.problems);
        return encodeReply(m_engine.wait(m_engine.request(*std::move(decoded.request))));
    } catch (const std::bad_alloc &exception) { // no memory for this request: others may fit
        return own(Problem(Code::ControlBusy, {{"reason", exception.what()}}));
    } catch (const std::exception &exception) {
        return own(
            Problem(Code::InternalError, {{"where", http.target}, {"reason", exception.what()}}));
    }
}

/// The answer to a request that failed by something here.
HttpResponse ControlHandlers::own(const Problem &problem) const
{
    if (m_log)
        m_log(problem);
    return failure({problem});
}

} // namespace millrace::gateway
