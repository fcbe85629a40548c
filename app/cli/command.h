// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/exit_code.h"
#include "app/cli/options.h"

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/log_line.h"
#include "core/engine/engine.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::cli {

/// How a command wants its engine.
struct EngineWishes {
    Path dataDirectory;
    bool create = true;            ///< false: one that is there, or NotFound
    std::uint64_t budgetBytes = 0; ///< 0: the engine's own default
    bool virtualTime = false;
    std::optional<std::chrono::milliseconds> virtualFor = {}; ///< as LocalEngineOptions has it
    LogSink log; ///< what the engine reports before and beside its events
};

/// What the commands use of the world; main() fills it, tests fill it with doubles.
struct Environment {
    FileSystem *files = nullptr;
    Clock *clock = nullptr;
    RandomSource *random = nullptr;
    /// Takes the lock of the data directory. Errors: as the engine's.
    std::function<Result<std::unique_ptr<engine::Engine>>(EngineWishes)> openEngine;
    /// Errors and warnings of a document, expressions included; `folder` is where its relative
    /// paths start.
    std::function<std::vector<Problem>(const graph::Document &, const Path &folder)> checkDocument;
};

/// One command of the program. The table of them is in commands.cpp.
struct Command {
    Syntax syntax;
    std::string_view summary; ///< one line of `millrace help`
    std::string_view details; ///< the rest of `millrace help COMMAND`
    ExitCode (*run)(const Arguments &arguments, const Environment &environment);
};

/// All commands in the order of `millrace help`.
const std::vector<Command> &commands();

/// Runs the program with the words behind its name, prints what is to be said, and gives what it
/// ends with.
ExitCode runCommandLine(std::span<const std::string> words, const Environment &environment);

/// "millrace: place: sentence [id]" on standard error.
void printProblem(const Problem &problem);
void printProblems(const std::vector<Problem> &problems);
/// The code of a command that could not open its data directory or its stream.
ExitCode exitCodeOf(const Problem &problem);

} // namespace millrace::cli
