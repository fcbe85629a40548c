// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateway/control/codec.h"

#include <array>
#include <cstdint>
#include <cstdlib>

using namespace millrace::gateway;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void tryRequest(const HttpRequest &http)
{
    const DecodedRequest decoded = decodeRequest(http);
    require(decoded.request.has_value() == decoded.problems.empty());
    if (!decoded.request) {
        require(failure(decoded.problems).status >= 400);
        return;
    }
    const auto once = encodeRequest(*decoded.request);
    require(once.has_value());
    const DecodedRequest again = decodeRequest(*once);
    require(again.request.has_value());
    const auto twice = encodeRequest(*again.request);
    require(twice && twice->target == once->target && twice->body == once->body);
}

void tryReply(std::string_view body)
{
    const auto decoded = decodeReply({200, std::string(body), {}});
    if (!decoded)
        return;
    const HttpResponse once = encodeReply(*decoded);
    const auto again = decodeReply(once);
    require(again && encodeReply(*again).body == once.body);
}

void trySnapshot(std::string_view body)
{
    const auto decoded = decodeSnapshot(body);
    if (!decoded)
        return;
    const std::string once = encodeSnapshot(*decoded);
    const auto again = decodeSnapshot(once);
    require(again && encodeSnapshot(*again) == once);
}

} // namespace

/// The first byte chooses what the rest is taken for; whatever is understood is written and read
/// back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static constexpr std::array<std::string_view, 8> kPosted{
        "/v1/deploy", "/v1/run",  "/v1/pause",   "/v1/pace",
        "/v1/put",    "/v1/stop", "/v1/records", "/v1/history"};
    if (size == 0)
        return 0;
    const std::string_view rest(reinterpret_cast<const char *>(data + 1), size - 1);
    const std::size_t choice = data[0];
    if (choice < kPosted.size())
        tryRequest({"POST", std::string(kPosted[choice]), std::string(rest)});
    else if (choice == kPosted.size())
        tryRequest({"GET", "/v1/producer?" + std::string(rest), {}});
    else if (choice == kPosted.size() + 1)
        tryRequest({"GET", std::string(rest), {}});
    else if (choice == kPosted.size() + 2)
        trySnapshot(rest);
    else
        tryReply(rest);
    return 0;
}
