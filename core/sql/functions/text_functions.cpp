// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/function.h"
#include "core/sql/functions/letter_case.h"
#include "core/sql/kernels.h"
#include "core/sql/utf8.h"

#include <algorithm>

namespace millrace::sql {
namespace {

using Text = std::string_view;

Text upper(RowCall &call, Text text)
{
    return call.text(upperCase(text));
}

Text lower(RowCall &call, Text text)
{
    return call.text(lowerCase(text));
}

Text initcap(RowCall &call, Text text)
{
    return call.text(initialCapitals(text));
}

/// [Java, String.replace: an empty text stands in front of every character and at the end]
Text insertEverywhere(RowCall &call, Text text, Text with)
{
    const std::size_t places = characterCount(text) + 1;
    if (!call.mayMake(places, with.size()) || !call.mayMake(text.size() + places * with.size()))
        return {};
    std::string out(with);
    for (std::size_t i = 0; i < text.size(); ++i) {
        out += text[i];
        if (i + 1 == text.size() || !isContinuation(text[i + 1]))
            out += with;
    }
    return call.text(out);
}

Text replace(RowCall &call, Text text, Text wanted, Text with)
{
    if (wanted.empty())
        return insertEverywhere(call, text, with);
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

/// [Flink, SqlFunctionUtils.overlay: where nothing is to be replaced, what stands behind goes too]
Text overlayFor(RowCall &call, Text text, Text with, std::int64_t from, std::int64_t length)
{
    const auto count = static_cast<std::int64_t>(characterCount(text));
    if (from < 1 || from > count)
        return text;
    const std::string_view head = characters(text, 0, static_cast<std::size_t>(from - 1));
    const std::int64_t left = count - (from - 1);
    const std::int64_t behind = length <= 0 ? count : from - 1 + std::min(left, length);
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

} // namespace

std::span<const Function> textFunctions()
{
    constexpr FunctionGroup kText = FunctionGroup::Text;
    static const std::vector<Function> table{
        {"CONCAT",
         kText,
         "The texts one behind the other; NULL where one is",
         {{"STRING... -> STRING", concatAll}}},
        {"CONCAT_WS",
         kText,
         "The texts with the first between them, without the NULLs",
         {{"STRING, STRING... -> STRING", concatSeparated}}},
        {"INITCAP",
         kText,
         "Each word of ASCII letters and digits with a capital letter",
         {{"STRING -> STRING", rowKernel<initcap>}}},
        {"LOWER", kText, "In small letters", {{"STRING -> STRING", rowKernel<lower>}}},
        {"LPAD",
         kText,
         "Filled up at the left, or cut, to a number of characters",
         {{"STRING, BIGINT, STRING -> STRING", rowKernel<pad<true>>}}},
        {"OVERLAY",
         kText,
         "OVERLAY(a PLACING b FROM n [FOR m]): b in the place of m characters",
         {{"STRING, STRING, BIGINT -> STRING", rowKernel<overlay>},
          {"STRING, STRING, BIGINT, BIGINT -> STRING", rowKernel<overlayFor>}}},
        {"REPEAT",
         kText,
         "The text a number of times",
         {{"STRING, BIGINT -> STRING", rowKernel<repeat>}}},
        {"REPLACE",
         kText,
         "With every second text replaced by the third",
         {{"STRING, STRING, STRING -> STRING", rowKernel<replace>}}},
        {"REVERSE", kText, "Back to front", {{"STRING -> STRING", rowKernel<reverse>}}},
        {"RPAD",
         kText,
         "Filled up at the right, or cut, to a number of characters",
         {{"STRING, BIGINT, STRING -> STRING", rowKernel<pad<false>>}}},
        {"UPPER", kText, "In capital letters", {{"STRING -> STRING", rowKernel<upper>}}},
    };
    return table;
}

} // namespace millrace::sql
