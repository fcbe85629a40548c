// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_command.h"
#include "app/cli/check_command.h"
#include "app/cli/command.h"
#include "app/cli/help.h"
#include "app/cli/put_command.h"
#include "app/cli/records_command.h"
#include "app/cli/run_command.h"
#include "app/cli/standard_streams.h"
#include "app/cli/streams_command.h"
#include "app/cli/terminal.h"

#include "core/base/problem_codes.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <system_error>

namespace millrace::cli {
namespace {

constexpr std::size_t kShownBytes = 4000;

/// Messages quote what somebody gave, and are one line each all the same: what is no text or would
/// move the cursor is replaced, and of a huge one the middle is left out, not the id at its end.
std::string onOneLine(std::string_view message)
{
    if (message.size() <= kShownBytes)
        return cut(message, kShownBytes);
    const auto half = kShownBytes / 2;
    return cut(firstBytes(message, half), half) + " … " + cut(lastBytes(message, half), half);
}

bool wantsHelp(std::span<const std::string> words)
{
    const auto end = std::find(words.begin(), words.end(), "--");
    return std::any_of(words.begin(), end,
                       [](const std::string &word) { return word == "--help" || word == "-h"; });
}

} // namespace

const std::vector<Command> &commands()
{
    static const std::vector<Command> all{runCommand(),     checkCommand(),   putCommand(),
                                          recordsCommand(), streamsCommand(), benchCommand()};
    return all;
}

namespace {

ExitCode runWords(std::span<const std::string> words, const Environment &environment)
{
    if (words.empty()) {
        fmt::print(stderr, "{}", overview());
        return ExitCode::Usage;
    }
    const std::string &name = words.front();
    const auto rest = words.subspan(1);
    if (name == "--version") {
        fmt::print("millrace {}\n", MILLRACE_VERSION);
        return ExitCode::Success;
    }
    if (name == "help" || name == "--help" || name == "-h")
        return help(rest);
    for (const Command &command : commands()) {
        if (command.syntax.command != name)
            continue;
        if (wantsHelp(rest))
            return help(words.first(1));
        const auto arguments = Arguments::parse(command.syntax, rest);
        if (!arguments) {
            printProblem(arguments.error());
            return ExitCode::Usage;
        }
        return command.run(*arguments, environment);
    }
    printProblem(unknownCommand(name));
    return ExitCode::Usage;
}

} // namespace

ExitCode runCommandLine(std::span<const std::string> words, const Environment &environment)
{
    openStandardDescriptors();
    ExitCode code = ExitCode::Success;
    try {
        code = runWords(words, environment);
    } catch (const std::system_error &) {
        if (std::ferror(stdout) == 0)
            throw;
        // fmt throws when it cannot print; outputStands() says what that means.
    }
    return !outputStands() && code == ExitCode::Success ? ExitCode::Failure : code;
}

void printProblem(const Problem &problem)
{
    fmt::print(stderr, "millrace: {}\n", onOneLine(problem.message()));
}

void printProblems(const std::vector<Problem> &problems)
{
    for (const Problem &problem : problems)
        printProblem(problem);
}

ExitCode exitCodeOf(const Problem &problem)
{
    switch (problem.code()) {
    case Code::CliBadValue:
    case Code::CliWhichDirectory:
    case Code::NoDataHome:
        return ExitCode::Usage;
    case Code::NotFound:
    case Code::CliNoStream:
    case Code::UnknownStream:
        return ExitCode::NotFound;
    case Code::Busy:
    case Code::DirectoryBusy:
    case Code::NotDataDirectory:
    case Code::CatalogLost:
    case Code::NewerFormat:
    case Code::NetworkFileSystem:
    case Code::ControlUnreachable:
        return ExitCode::DataDirectory;
    default:
        return ExitCode::Failure;
    }
}

} // namespace millrace::cli
