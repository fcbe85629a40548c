// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/function.h"
#include "core/sql/functions/letter_case.h"
#include "core/sql/kernels.h"
#include "core/sql/utf8.h"

#include <algorithm>
#include <limits>

namespace millrace::sql {
namespace {

using Text = std::string_view;

Text upper(RowCall &call, Text text)
{
    return call.text(changeCase(text, LetterCase::Upper));
}

Text lower(RowCall &call, Text text)
{
    return call.text(changeCase(text, LetterCase::Lower));
}

Text initcap(RowCall &call, Text text)
{
    return call.text(changeCase(text, LetterCase::Words));
}

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

std::int64_t locateFrom(RowCall &, Text wanted, Text text, std::int64_t from)
{
    if (from < 1)
        return 0;
    const std::size_t start = characterOffset(text, static_cast<std::size_t>(from - 1));
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

Text replace(RowCall &call, Text text, Text wanted, Text with)
{
    if (wanted.empty())
        return text;
    std::string out;
    std::size_t at = 0;
    for (std::size_t next = 0; (next = text.find(wanted, at)) != Text::npos;
         at = next + wanted.size()) {
        out.append(text, at, next - at);
        out.append(with);
        if (!call.mayMake(out.size()))
            return {};
    }
    out.append(text, at);
    return call.text(out);
}

Text splitIndex(RowCall &call, Text text, Text separator, std::int64_t index)
{
    for (std::size_t at = 0; index >= 0 && !separator.empty(); --index) {
        const std::size_t next = text.find(separator, at);
        if (index == 0)
            return text.substr(at, next == Text::npos ? next : next - at);
        if (next == Text::npos)
            break;
        at = next + separator.size();
    }
    call.setNull();
    return {};
}

template <bool Left>
Text pad(RowCall &call, Text text, std::int64_t length, Text filler)
{
    if (length < 0 || filler.empty()) {
        call.setNull();
        return {};
    }
    const auto wanted = static_cast<std::size_t>(length);
    const std::size_t count = characterCount(text);
    if (count >= wanted)
        return characters(text, 0, wanted);
    constexpr std::size_t kLongestCharacter = 4;
    if (!call.mayMake(wanted, kLongestCharacter))
        return {};
    std::string fill;
    const std::size_t fillerCount = std::max<std::size_t>(1, characterCount(filler));
    for (std::size_t left = wanted - count; left > 0; left -= std::min(left, fillerCount))
        fill += characters(filler, 0, std::min(left, fillerCount));
    return call.text(Left ? fill.append(text) : std::string(text) + fill);
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

Text reverse(RowCall &call, Text text)
{
    char *out = call.arena().allocate(text.size());
    std::size_t end = text.size();
    for (std::size_t at = 0; at < text.size();) {
        std::size_t next = at + 1;
        while (next < text.size() && isContinuation(text[next]))
            ++next;
        end -= next - at;
        std::memcpy(out + end, text.data() + at, next - at);
        at = next;
    }
    return {out, text.size()};
}

Text repeat(RowCall &call, Text text, std::int64_t count)
{
    if (count <= 0 || text.empty())
        return {};
    if (!call.mayMake(static_cast<std::uint64_t>(count), text.size()))
        return {};
    const std::size_t bytes = text.size() * static_cast<std::size_t>(count);
    char *out = call.arena().allocate(bytes);
    for (std::size_t at = 0; at < bytes; at += text.size())
        std::memcpy(out + at, text.data(), text.size());
    return {out, bytes};
}

Text overlayFor(RowCall &call, Text text, Text with, std::int64_t from, std::int64_t length)
{
    const auto count = static_cast<std::int64_t>(characterCount(text));
    if (from < 1 || from > count)
        return text;
    const std::string_view head = characters(text, 0, static_cast<std::size_t>(from - 1));
    const std::int64_t left = count - (from - 1);
    const std::int64_t behind = length < 0 ? count : from - 1 + std::min(left, length);
    if (!call.mayMake(text.size() + with.size()))
        return {};
    std::string out(head);
    out += with;
    out += text.substr(characterOffset(text, static_cast<std::size_t>(behind)));
    return call.text(out);
}

Text overlay(RowCall &call, Text text, Text with, std::int64_t from)
{
    return overlayFor(call, text, with, from, static_cast<std::int64_t>(characterCount(with)));
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

void appendWithin(RowCall &call, std::string &out, Text text)
{
    if (call.mayMake(out.size() + text.size()))
        out += text;
}

/// Gives the row `made`, unless it is NULL, has failed or there is no memory for it.
void setMade(const KernelCall &call, const RowCall &rowCall, Text made)
{
    if (rowCall.isNull() || call.context.refuses(rowCall.row()))
        call.out.setNull(rowCall.row());
    else
        call.out.set(rowCall.row(), call.context.arena().copy(made));
}

void concatAll(const KernelCall &call)
{
    std::string out;
    for (const std::uint32_t row : call.rows) {
        RowCall rowCall(call, row);
        if (std::any_of(call.arguments.begin(), call.arguments.end(),
                        [&](const ColumnVector *one) { return one->isNull(row); }))
            rowCall.setNull();
        out.clear();
        for (std::size_t i = 0; i < call.arguments.size() && !rowCall.isNull(); ++i)
            appendWithin(rowCall, out, call.arguments[i]->asText(row));
        setMade(call, rowCall, out);
    }
}

void concatSeparated(const KernelCall &call)
{
    std::string out;
    for (const std::uint32_t row : call.rows) {
        RowCall rowCall(call, row);
        if (call.arguments[0]->isNull(row))
            rowCall.setNull();
        out.clear();
        bool first = true;
        for (const ColumnVector *argument : call.arguments.subspan(1)) {
            if (argument->isNull(row) || rowCall.isNull())
                continue;
            if (!first)
                appendWithin(rowCall, out, call.arguments[0]->asText(row));
            appendWithin(rowCall, out, argument->asText(row));
            first = false;
        }
        setMade(call, rowCall, out);
    }
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

std::span<const Function> textFunctions()
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
        {"CONCAT",
         kText,
         "The texts one behind the other; NULL where one is",
         {{"STRING... -> STRING", concatAll}}},
        {"CONCAT_WS",
         kText,
         "The texts with the first between them, without the NULLs",
         {{"STRING, STRING... -> STRING", concatSeparated}}},
        {"ENDSWITH",
         kText,
         "Whether the text ends with the other",
         {{"STRING, STRING -> BOOLEAN", rowKernel<endsWith>}}},
        {"INITCAP",
         kText,
         "Each word with a capital letter",
         {{"STRING -> STRING", rowKernel<initcap>}}},
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
        {"LOWER", kText, "In small letters", {{"STRING -> STRING", rowKernel<lower>}}},
        {"LPAD",
         kText,
         "Filled up at the left, or cut, to a number of characters",
         {{"STRING, BIGINT, STRING -> STRING", rowKernel<pad<true>>}}},
        {"LTRIM",
         kText,
         "Without spaces, or any of the characters, at the left",
         {{"STRING -> STRING", rowKernel<trimSpaces<true, false>>},
          {"STRING, STRING -> STRING", rowKernel<trimSet<true, false>>}}},
        {"OVERLAY",
         kText,
         "OVERLAY(a PLACING b FROM n [FOR m]): b in the place of m characters",
         {{"STRING, STRING, BIGINT -> STRING", rowKernel<overlay>},
          {"STRING, STRING, BIGINT, BIGINT -> STRING", rowKernel<overlayFor>}}},
        {"POSITION",
         kText,
         "POSITION(a IN b): where a stands in b, from 1; 0 if nowhere",
         {{"STRING, STRING -> INT", rowKernel<locate>}}},
        {"REPEAT",
         kText,
         "The text a number of times",
         {{"STRING, BIGINT -> STRING", rowKernel<repeat>}}},
        {"REPLACE",
         kText,
         "With every second text replaced by the third",
         {{"STRING, STRING, STRING -> STRING", rowKernel<replace>}}},
        {"REVERSE", kText, "Back to front", {{"STRING -> STRING", rowKernel<reverse>}}},
        {"RIGHT", kText, "The last characters", {{"STRING, BIGINT -> STRING", rowKernel<right>}}},
        {"RPAD",
         kText,
         "Filled up at the right, or cut, to a number of characters",
         {{"STRING, BIGINT, STRING -> STRING", rowKernel<pad<false>>}}},
        {"RTRIM",
         kText,
         "Without spaces, or any of the characters, at the right",
         {{"STRING -> STRING", rowKernel<trimSpaces<false, true>>},
          {"STRING, STRING -> STRING", rowKernel<trimSet<false, true>>}}},
        {"SPLIT_INDEX",
         kText,
         "The part between separators, counted from 0; NULL if there is none",
         {{"STRING, STRING, BIGINT -> STRING", rowKernel<splitIndex>}}},
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
        {"UPPER", kText, "In capital letters", {{"STRING -> STRING", rowKernel<upper>}}},
    };
    return table;
}

} // namespace millrace::sql
