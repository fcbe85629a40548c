// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/reference/engine_run.h"
#include "tests/reference/hooked_file_system.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstdio>
#include <unistd.h>

namespace millrace::test {

/// Seeds of a case: `few` of them, ten times as many in `./dev test --full`.
/// MILLRACE_TEST_FIRST_SEED moves them, for looking further by hand.
struct Seeds {
    explicit Seeds(std::uint64_t few)
        : first(1 + static_cast<std::uint64_t>(
                        qEnvironmentVariableIntValue("MILLRACE_TEST_FIRST_SEED")))
        , end(first + (qEnvironmentVariableIsSet("MILLRACE_TEST_FULL") ? few * 10 : few))
    {}
    std::uint64_t first;
    std::uint64_t end;
};

/// In memory where the system has such a folder: nothing here dies without its page cache, and
/// every commit of the catalog and of a table waits for its disk.
inline QString folderTemplate()
{
    const bool memory = access("/dev/shm", W_OK) == 0;
    return memory ? QStringLiteral("/dev/shm/millrace-XXXXXX") : QStringLiteral("millrace-XXXXXX");
}

/// A fault with its seed; all that is needed to look into it goes to standard error, because a
/// failure's message is cut.
inline reference::Fault inFull(std::uint64_t seed, const reference::Fault &fault,
                               const std::string &messages, const std::string &documents)
{
    if (!fault)
        return {};
    std::fputs((messages + documents).c_str(), stderr);
    return "seed " + std::to_string(seed) + ": " + *fault;
}

} // namespace millrace::test
