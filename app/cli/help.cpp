// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/help.h"

#include "app/cli/reference.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <fmt/format.h>

namespace millrace::cli {
namespace {

constexpr std::string_view kExitCodes =
    "Exit codes:\n"
    "    0  it did what was asked\n"
    "    1  something went wrong while it ran, also when a node of a run could not store its\n"
    "       records when the time was over; the message says what\n"
    "    2  the command line is not understood\n"
    "    3  the pipeline file, or an expression, has errors, or the pipeline has nothing to do\n"
    "    4  the data directory is in use, of a newer version, or not usable\n"
    "    5  the stream or the input that was named does not exist\n"
    "  129  ended in good order when the terminal was closed (SIGHUP)\n"
    "  130  ended in good order after Ctrl-C (SIGINT); records --follow ends with 0\n"
    "  143  ended in good order after SIGTERM\n"
    "\n"
    "Messages stand on standard error, one line each: \"millrace: place: sentence [id]\". The id "
    "in\n"
    "brackets is stable; the sentence may get better.\n";

std::string helpOf(const Command &command)
{
    const Syntax &syntax = command.syntax;
    std::string out = "millrace " + std::string(syntax.command) + ": " +
                      std::string(command.summary) + "\n\nUsage: " + wrapped(syntax.usage(), 7) +
                      "\n";
    if (!syntax.options.empty())
        out += "\n";
    for (const Option &option : syntax.options) {
        const std::string head = std::string(option.name) + (option.value.empty() ? "" : " ") +
                                 std::string(option.value);
        out += fmt::format("  {:<22}  {}\n", head, wrapped(option.help, 26));
    }
    if (!command.details.empty())
        out += "\n" + std::string(command.details);
    return out;
}

} // namespace

std::string overview()
{
    std::string out = "Millrace runs streaming pipelines on this computer.\n\n"
                      "Usage: millrace COMMAND …\n\n";
    for (const Command &command : commands())
        out += fmt::format("  {:<10}  {}\n", command.syntax.command, command.summary);
    out += fmt::format("  {:<10}  {}\n", "help",
                       "explain a command, or: exit-codes, kinds, functions");
    out += fmt::format("  {:<10}  {}\n", "--version", "say which version this is");
    return out;
}

Problem unknownCommand(const std::string &name)
{
    std::vector<std::string_view> known{"help", "--version"};
    for (const Command &command : commands())
        known.push_back(command.syntax.command);
    return Problem(Code::CliUnknownCommand, {{"command", name}, {"hint", didYouMean(name, known)}});
}

ExitCode help(std::span<const std::string> words)
{
    if (words.empty() || (words.size() == 1 && words.front() == "help")) {
        fmt::print("{}", overview());
        return ExitCode::Success;
    }
    if (words.size() > (words.front() == "kinds" ? 2U : 1U)) {
        printProblem(Problem(Code::CliUnexpectedArgument,
                             {{"argument", words.back()},
                              {"usage", "millrace help [COMMAND | exit-codes | functions | kinds "
                                        "[KIND]]"}},
                             "help"));
        return ExitCode::Usage;
    }
    if (words.front() == "exit-codes") {
        fmt::print("{}", kExitCodes);
        return ExitCode::Success;
    }
    if (words.front() == "functions") {
        fmt::print("{}", functionsReference());
        return ExitCode::Success;
    }
    if (words.front() == "kinds") {
        const auto text = words.size() > 1 ? kindReference(words[1]) : kindsReference();
        if (text)
            fmt::print("{}", *text);
        else
            printProblem(Problem(Code::CliBadValue,
                                 {{"option", "KIND"},
                                  {"value", words[1]},
                                  {"expected", "one of those that millrace help kinds lists"}},
                                 "help kinds"));
        return text ? ExitCode::Success : ExitCode::Usage;
    }
    for (const Command &command : commands()) {
        if (command.syntax.command == words.front()) {
            fmt::print("{}", helpOf(command));
            return ExitCode::Success;
        }
    }
    printProblem(unknownCommand(words.front()));
    return ExitCode::Usage;
}

} // namespace millrace::cli
