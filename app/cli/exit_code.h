// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace millrace::cli {

/// What the program ends with; scripts rely on the numbers (`millrace help exit-codes`).
enum class ExitCode : std::uint8_t {
    Success = 0,
    Failure = 1,         ///< something went wrong while it ran, or still did when a run ended (a
                         ///< node could not store what it had); the message says what
    Usage = 2,           ///< the command line is not understood
    InvalidPipeline = 3, ///< the pipeline or an expression has errors, or nothing to do
    DataDirectory = 4,   ///< in use by another engine, of a newer version, or not usable
    NotFound = 5,        ///< the stream, record or input that was named does not exist
    HungUp = 129,        ///< ended in good order when the terminal was closed (SIGHUP)
    Interrupted = 130,   ///< ended in good order after Ctrl-C (SIGINT)
    Terminated = 143,    ///< ended in good order after SIGTERM
};

} // namespace millrace::cli
