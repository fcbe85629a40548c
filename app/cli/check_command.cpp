// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/check_command.h"

#include "app/cli/run_command.h"

#include <fmt/format.h>

namespace millrace::cli {
namespace {

std::string counted(std::size_t count, std::string_view what)
{
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

ExitCode check(const Arguments &arguments, const Environment &environment)
{
    const std::string file = *arguments.positional(0);
    const auto checked = loadChecked(file, environment);
    if (const auto *code = std::get_if<ExitCode>(&checked))
        return *code;
    const graph::Document &document = std::get<CheckedDocument>(checked).document;
    fmt::print("{}: {}, {}, no errors\n", file, counted(document.nodes.size(), "node"),
               counted(document.wires.size(), "wire"));
    return ExitCode::Success;
}

} // namespace

Command checkCommand()
{
    return {
        {"check", {{"FILE"}}, {}},
        "say what is wrong with a pipeline",
        "Reads the file and checks nodes, parameters, wires and, where the columns are known "
        "before\n"
        "a run, expressions. Prints each problem with its place; ends with 0 when there are no\n"
        "errors (warnings may be) and 3 otherwise.\n",
        check};
}

} // namespace millrace::cli
