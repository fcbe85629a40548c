// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/function.h"
#include "core/sql/functions/regex.h"
#include "core/sql/utf8.h"

#include <algorithm>

namespace millrace::sql {
namespace {

using Text = std::string_view;

struct PatternData {
    std::shared_ptr<const Regex> regex; ///< of a constant pattern
};

/// Compiles a constant pattern once; the pattern is the second argument.
Prepared preparePattern(std::span<const NodePtr> arguments, const Expression &)
{
    auto data = std::make_shared<PatternData>();
    const Value *pattern = arguments[1]->constant();
    if (pattern != nullptr && pattern->text() != nullptr) {
        std::string problem;
        data->regex = Regex::compile(*pattern->text(), problem);
        if (!data->regex)
            return {nullptr, std::move(problem), {}};
    }
    return {std::move(data), {}, {}};
}

/// The row's pattern, or null where it is none. [Flink, SqlFunctionUtils: such a pattern matches
/// nothing; a constant one is a problem of the text here, before any record is read.]
const Regex *patternOf(RowCall &call, Text pattern)
{
    if (const auto &prepared = call.data<PatternData>(); prepared.regex)
        return prepared.regex.get();
    std::string problem;
    return call.context().regexMemory().compiled(pattern, problem);
}

bool found(RowCall &call, const Regex &regex, Text text, std::size_t from)
{
    const RegexOutcome outcome = call.context().regexMemory().search(regex, text, from);
    if (outcome == RegexOutcome::GaveUp)
        call.fail("the regular expression takes too many steps on this text");
    return outcome == RegexOutcome::Match;
}

/// [Flink, SqlFunctionUtils.regExp: an empty pattern is found nowhere]
bool regexp(RowCall &call, Text text, Text pattern)
{
    const Regex *regex = pattern.empty() ? nullptr : patternOf(call, pattern);
    return regex != nullptr && found(call, *regex, text, 0);
}

Text regexpExtract(RowCall &call, Text text, Text pattern, std::int64_t index)
{
    const Regex *regex = patternOf(call, pattern);
    if (regex != nullptr && index >= 0 && index <= regex->groups() &&
        found(call, *regex, text, 0)) {
        const auto group = call.context().regexMemory().group(static_cast<std::uint32_t>(index));
        if (group)
            return text.substr(group->first, group->second - group->first);
    }
    call.setNull();
    return {};
}

Text regexpExtractWhole(RowCall &call, Text text, Text pattern)
{
    return regexpExtract(call, text, pattern, 0);
}

/// The replacement is taken as it is: $ and \ mean nothing in it [Flink,
/// SqlFunctionUtils.regexpReplace, Matcher.quoteReplacement].
Text regexpReplace(RowCall &call, Text text, Text pattern, Text with)
{
    const Regex *regex = patternOf(call, pattern);
    if (regex == nullptr) {
        call.setNull();
        return {};
    }
    std::string out;
    std::size_t at = 0;
    while (at <= text.size() && found(call, *regex, text, at)) {
        const auto whole = *call.context().regexMemory().group(0);
        if (whole.first < at) // \K may move the start: nothing sensible to do
            break;
        out += text.substr(at, whole.first - at);
        out += with;
        if (!call.mayMake(out.size()))
            return {};
        at = whole.second;
        if (whole.second == whole.first) { // an empty match: go on behind the next character
            const std::size_t next =
                at + std::max<std::size_t>(1, characterOffset(text.substr(at), 1));
            out += text.substr(std::min(at, text.size()), next - at);
            at = next;
        }
    }
    if (at < text.size())
        out += text.substr(at);
    return call.text(out);
}

} // namespace

std::span<const Function> patternFunctions()
{
    constexpr FunctionGroup kPattern = FunctionGroup::Pattern;
    static const std::vector<Function> table{
        {"REGEXP",
         kPattern,
         "Whether the regular expression is found in the text",
         {{"STRING, STRING -> BOOLEAN", rowKernel<regexp>, preparePattern}}},
        {"REGEXP_EXTRACT",
         kPattern,
         "What the expression, or its n-th group, took; NULL if nothing",
         {{"STRING, STRING -> STRING", rowKernel<regexpExtractWhole>, preparePattern},
          {"STRING, STRING, BIGINT -> STRING", rowKernel<regexpExtract>, preparePattern}}},
        {"REGEXP_REPLACE",
         kPattern,
         "With every match replaced",
         {{"STRING, STRING, STRING -> STRING", rowKernel<regexpReplace>, preparePattern}}},
    };
    return table;
}

} // namespace millrace::sql
