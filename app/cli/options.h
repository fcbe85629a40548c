// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::cli {

/// One option of a command: "--data DIR".
struct Option {
    std::string_view name;  ///< with its dashes
    std::string_view value; ///< what to call its value in help; empty: it takes none
    std::string_view help;
};

/// One word without dashes: "FILE".
struct Positional {
    std::string_view name;
    bool required = true;
};

/// What a command takes; the parser, the help and the messages are made from it.
struct Syntax {
    std::string_view command; ///< "run"
    std::vector<Positional> positionals;
    std::vector<Option> options;

    std::string usage() const; ///< "millrace run FILE [--data DIR] [--dashboard]"
};

/// What was given. Only names of the syntax may be asked for.
class Arguments
{
public:
    /// Options and positionals in any order; "--data DIR" or "--data=DIR"; "--" ends the options;
    /// "-" is a positional.
    ///
    /// Errors: CliUnknownOption (naming the nearest known one), CliMissingValue (an empty one too),
    /// CliUnexpectedValue, CliOptionTwice, CliMissingArgument (likewise), CliUnexpectedArgument.
    /// Places name the command.
    static Result<Arguments> parse(const Syntax &syntax, std::span<const std::string> words);

    bool has(std::string_view option) const;
    std::optional<std::string> value(std::string_view option) const;
    std::optional<std::string> positional(std::size_t index) const;

    /// The value of an option in its own spelling; nothing when it was not given.
    /// Errors: CliBadValue.
    Result<std::optional<std::chrono::milliseconds>> duration(std::string_view option) const;
    Result<std::optional<std::uint64_t>> bytes(std::string_view option) const;
    Result<std::optional<std::uint64_t>> count(std::string_view option, std::uint64_t least) const;

private:
    Problem badValue(std::string_view option, std::string expected) const;

    std::string m_command;
    std::map<std::string, std::string, std::less<>> m_options;
    std::vector<std::string> m_positionals;
};

/// "30s", "500ms", "2m", "1h", "1.5s"; nothing when it is no such text.
std::optional<std::chrono::milliseconds> parseDuration(std::string_view text);
/// "2GB", "512MiB", "100kB", "4096"; nothing when it is no such text.
std::optional<std::uint64_t> parseBytes(std::string_view text);
/// "; did you mean --data?" when one of the candidates is near to `word`, or nothing.
std::string didYouMean(std::string_view word, std::span<const std::string_view> candidates);

} // namespace millrace::cli
