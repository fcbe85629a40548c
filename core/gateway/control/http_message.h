// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace millrace::gateway {

/// One HTTP request and its response as plain values: what the handlers see, whatever carries them
/// (a Unix socket today). Header fields do not matter to a handler.
struct HttpRequest {
    std::string method; ///< "GET"
    std::string target; ///< path and query, as sent: "/v1/producer?stream=clicks"
    std::string body;
};
struct HttpResponse {
    unsigned status = 200;
    std::string body;  ///< JSON
    std::string allow; ///< of a 405: the method that the path takes
};

} // namespace millrace::gateway
