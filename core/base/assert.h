// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <cstdlib>

namespace millrace {

/// Ends the program after saying where; for bugs of our own, never for input.
[[noreturn]] inline void assertFailed(const char *condition, const char *file, int line)
{
    std::fprintf(stderr, "millrace: internal error: %s does not hold (%s:%d)\n", condition, file,
                 line);
    std::abort();
}

} // namespace millrace

/// Checked in every build: an invariant that does not hold must not reach the log.
#define MILLRACE_ASSERT(condition)                                                                 \
    (static_cast<bool>(condition) ? void(0)                                                        \
                                  : ::millrace::assertFailed(#condition, __FILE__, __LINE__))
