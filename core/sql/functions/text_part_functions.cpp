// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/function.h"
#include "core/sql/kernels.h"
#include "core/sql/utf8.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace millrace::sql {
namespace {

using Text = std::string_view;

std::int64_t charLength(RowCall &, Text text)
{
    return static_cast<std::int64_t>(characterCount(text));
}

/// [SQL: counted from 1; a negative start counts from the end]
Text substringFor(RowCall &call, Text text, std::int64_t from, std::int64_t length)
{
    if (length < 0) {
        call.setNull();
        return {};
    }
    const auto count = static_cast<std::int64_t>(characterCount(text));
    std::int64_t start = from > 0 ? from - 1 : 0;
    if (from < 0)
        start = from < -count ? count : count + from;
    if (start >= count)
        return {};
    return characters(text, static_cast<std::size_t>(start), static_cast<std::size_t>(length));
}

Text substring(RowCall &call, Text text, std::int64_t from)
{
    return substringFor(call, text, from, std::numeric_limits<std::int32_t>::max());
}

/// [Flink, BinaryStringData.indexOf: an empty text stands at the first place, wherever the search
/// begins, and one that begins in front of the text begins with it]
std::int64_t locateFrom(RowCall &, Text wanted, Text text, std::int64_t from)
{
    if (wanted.empty())
        return 1;
    const std::size_t start =
        characterOffset(text, static_cast<std::size_t>(std::max<std::int64_t>(from, 1) - 1));
    const std::size_t at = text.find(wanted, start);
    return at == Text::npos ? 0 : static_cast<std::int64_t>(characterCount(text.substr(0, at))) + 1;
}

std::int64_t locate(RowCall &call, Text wanted, Text text)
{
    return locateFrom(call, wanted, text, 1);
}

std::int64_t instr(RowCall &call, Text text, Text wanted)
{
    return locateFrom(call, wanted, text, 1);
}

/// Part `index` of `text` between separators, each of which `find(from)` gives as begin and size.
/// An empty text has no parts [Flink, SqlFunctionUtils.splitIndex, over commons-lang's
/// StringUtils].
template <class Find>
Text partOf(RowCall &call, Text text, std::int64_t index, Find &&find)
{
    for (std::size_t at = 0; index >= 0 && !text.empty(); --index) {
        const std::pair<std::size_t, std::size_t> next = find(at);
        if (index == 0)
            return text.substr(at, next.first == Text::npos ? next.first : next.first - at);
        if (next.first == Text::npos)
            break;
        at = next.first + next.second;
    }
    call.setNull();
    return {};
}

Text splitIndex(RowCall &call, Text text, Text separator, std::int64_t index)
{
    // Without a separator, white space is one [java.lang.Character.isWhitespace, in ASCII].
    constexpr Text kSpaces = " \t\n\v\f\r\x1C\x1D\x1E\x1F";
    return partOf(call, text, index, [&](std::size_t from) {
        return separator.empty() ? std::pair(text.find_first_of(kSpaces, from), std::size_t{1})
                                 : std::pair(text.find(separator, from), separator.size());
    });
}

/// The separator as the number of a Latin-1 character.
Text splitIndexByCode(RowCall &call, Text text, std::int64_t code, std::int64_t index)
{
    if (code < 1 || code > 255) {
        call.setNull();
        return {};
    }
    const std::string separator = latinCharacter(static_cast<unsigned>(code));
    return splitIndex(call, text, separator, index);
}

Text left(RowCall &, Text text, std::int64_t count)
{
    return count <= 0 ? Text{} : characters(text, 0, static_cast<std::size_t>(count));
}

Text right(RowCall &, Text text, std::int64_t count)
{
    const auto all = static_cast<std::int64_t>(characterCount(text));
    if (count >= all)
        return text;
    return count <= 0 ? Text{}
                      : text.substr(characterOffset(text, static_cast<std::size_t>(all - count)));
}

/// Cuts any of `set` off the sides wanted.
Text trimSides(Text text, Text set, bool front, bool back)
{
    const auto inSet = [&](Text character) { return set.find(character) != Text::npos; };
    while (front && !text.empty()) {
        const std::size_t bytes = std::max<std::size_t>(1, characterOffset(text, 1));
        if (!inSet(text.substr(0, bytes)))
            break;
        text.remove_prefix(bytes);
    }
    while (back && !text.empty()) {
        std::size_t at = text.size() - 1;
        while (at > 0 && isContinuation(text[at]))
            --at;
        if (!inSet(text.substr(at)))
            break;
        text.remove_suffix(text.size() - at);
    }
    return text;
}

Text trim(RowCall &, Text side, Text set, Text text)
{
    return trimSides(text, set, side != "TRAILING", side != "LEADING");
}

template <bool Front, bool Back>
Text trimSpaces(RowCall &, Text text)
{
    return trimSides(text, " ", Front, Back);
}

template <bool Front, bool Back>
Text trimSet(RowCall &, Text text, Text set)
{
    return trimSides(text, set, Front, Back);
}

bool startsWith(RowCall &, Text text, Text head)
{
    return text.starts_with(head);
}

bool endsWith(RowCall &, Text text, Text tail)
{
    return text.ends_with(tail);
}

} // namespace

std::span<const Function> textPartFunctions()
{
    constexpr FunctionGroup kText = FunctionGroup::Text;
    static const std::vector<Function> table{
        {"BTRIM",
         kText,
         "Without spaces, or any of the characters, at both ends",
         {{"STRING -> STRING", rowKernel<trimSpaces<true, true>>},
          {"STRING, STRING -> STRING", rowKernel<trimSet<true, true>>}}},
        {"CHARACTER_LENGTH",
         kText,
         "The number of characters",
         {{"STRING -> INT", rowKernel<charLength>}}},
        {"CHAR_LENGTH",
         kText,
         "The number of characters",
         {{"STRING -> INT", rowKernel<charLength>}}},
        {"ENDSWITH",
         kText,
         "Whether the text ends with the other",
         {{"STRING, STRING -> BOOLEAN", rowKernel<endsWith>}}},
        {"INSTR",
         kText,
         "Where the second text stands in the first, from 1; 0 if nowhere",
         {{"STRING, STRING -> INT", rowKernel<instr>}}},
        {"LEFT", kText, "The first characters", {{"STRING, BIGINT -> STRING", rowKernel<left>}}},
        {"LOCATE",
         kText,
         "Where the first text stands in the second, from 1; 0 if nowhere",
         {{"STRING, STRING -> INT", rowKernel<locate>},
          {"STRING, STRING, BIGINT -> INT", rowKernel<locateFrom>}}},
        {"LTRIM",
         kText,
         "Without spaces, or any of the characters, at the left",
         {{"STRING -> STRING", rowKernel<trimSpaces<true, false>>},
          {"STRING, STRING -> STRING", rowKernel<trimSet<true, false>>}}},
        {"POSITION",
         kText,
         "POSITION(a IN b): where a stands in b, from 1; 0 if nowhere",
         {{"STRING, STRING -> INT", rowKernel<locate>}}},
        {"RIGHT", kText, "The last characters", {{"STRING, BIGINT -> STRING", rowKernel<right>}}},
        {"RTRIM",
         kText,
         "Without spaces, or any of the characters, at the right",
         {{"STRING -> STRING", rowKernel<trimSpaces<false, true>>},
          {"STRING, STRING -> STRING", rowKernel<trimSet<false, true>>}}},
        {"SPLIT_INDEX",
         kText,
         "The part between separators, counted from 0; NULL if there is none",
         {{"STRING, STRING, BIGINT -> STRING", rowKernel<splitIndex>},
          {"STRING, BIGINT, BIGINT -> STRING", rowKernel<splitIndexByCode>}}},
        {"STARTSWITH",
         kText,
         "Whether the text begins with the other",
         {{"STRING, STRING -> BOOLEAN", rowKernel<startsWith>}}},
        {"SUBSTR",
         kText,
         "From a character on, counted from 1, so many characters",
         {{"STRING, BIGINT -> STRING", rowKernel<substring>},
          {"STRING, BIGINT, BIGINT -> STRING", rowKernel<substringFor>}}},
        {"SUBSTRING",
         kText,
         "SUBSTRING(a FROM n [FOR m]): m characters from the n-th on",
         {{"STRING, BIGINT -> STRING", rowKernel<substring>},
          {"STRING, BIGINT, BIGINT -> STRING", rowKernel<substringFor>}}},
        {"TRIM",
         kText,
         "TRIM([BOTH | LEADING | TRAILING] [a FROM] b): without spaces or a's",
         {{"KEYWORD, STRING, STRING -> STRING", rowKernel<trim>}}},
    };
    return table;
}

} // namespace millrace::sql
