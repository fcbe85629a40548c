// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// How bad a problem is for the person who sees it.
enum class Severity : std::uint8_t { Information = 1, Warning, Error };

/// Everything that can go wrong, one stable number each; zero is no code. The enumerators stand in
/// problem_codes.h, so that a new one is compiled only where codes are named.
enum class Code : std::uint16_t;

/// What problem_codes.inc says of a code. `text` has {named} arguments; the studio translates it.
struct CodeInfo {
    Code code;
    std::string_view id;
    Severity severity;
    std::string_view text;
};

/// Looks `code` up. A number no build knows (from a newer peer) gives id "unknown".
const CodeInfo &describe(Code code);

/// All codes in the order of their numbers, for translators and tests.
const std::vector<CodeInfo> &allCodes();

/// An error, warning or notice as a value: a stable code, named arguments, and the place it is
/// about. Core never translates; `text()` is English for logs and the command line, the studio
/// makes its own sentence from the code and the arguments.
///
/// Thread-safety: a plain value.
class Problem
{
public:
    using Argument = std::pair<std::string, std::string>;

    Problem(Code code, std::initializer_list<Argument> arguments, std::string place = {});
    Problem(Code code, std::vector<Argument> arguments, std::string place = {});
    explicit Problem(Code code)
        : Problem(code, std::vector<Argument>{})
    {}

    Code code() const { return m_code; }
    Severity severity() const { return describe(m_code).severity; }
    const std::vector<Argument> &arguments() const { return m_arguments; }
    std::string_view argument(std::string_view name) const; ///< empty when absent

    /// "clicks/00000000000000000007.log @ byte 65536", "node f81k2m0a: parameter rate", "line 3,
    /// column 14"; empty when it is about nothing in particular.
    const std::string &place() const { return m_place; }

    /// This problem with `place` put in front of its place. Use it while a problem travels up.
    [[nodiscard]] Problem at(std::string_view place) &&;

    std::string text() const;    ///< the English sentence with the arguments filled in
    std::string message() const; ///< "place: sentence [stable.id]"

    friend bool operator==(const Problem &, const Problem &) = default;

private:
    Code m_code;
    std::vector<Argument> m_arguments;
    std::string m_place;
};

/// A problem of code InvalidArgument with a sentence of its own.
Problem invalidArgument(std::string what, std::string place = {});

} // namespace millrace
