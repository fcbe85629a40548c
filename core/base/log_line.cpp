// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log_line.h"

#include "core/base/clock.h"

#include <cstdio>
#include <ctime>

namespace millrace {

LogSink standardErrorLog()
{
    return [](const Problem &problem) {
        const auto now = SystemClock().wall().time_since_epoch();
        const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
        std::tm utc{};
        gmtime_r(&seconds, &utc);
        char stamp[32];
        std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
        static constexpr const char *kNames[] = {"", "information", "warning", "error"};
        std::fprintf(stderr, "%s.%03dZ %s %s\n", stamp, static_cast<int>(now.count() % 1000),
                     kNames[static_cast<int>(problem.severity())], problem.message().c_str());
    };
}

} // namespace millrace
