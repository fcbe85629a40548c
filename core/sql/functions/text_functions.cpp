// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/function.h"
#include "core/sql/functions/letter_case.h"
#include "core/sql/kernels.h"
#include "core/sql/utf8.h"

#include <algorithm>

namespace millrace::sql {
namespace {

using Text = std::string_view;

/// What a text function may make of one row; more is a row error.
constexpr std::size_t kMaxMadeBytes = 16U << 20U;

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

bool tooLong(RowCall &call, std::size_t bytes)
{
    if (bytes > kMaxMadeBytes)
        call.fail("the text would be longer than 16 MiB");
    return bytes > kMaxMadeBytes;
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
        if (tooLong(call, out.size()))
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
    if (tooLong(call, wanted * 4))
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
    if (static_cast<std::uint64_t>(count) > kMaxMadeBytes ||
        tooLong(call, text.size() * static_cast<std::size_t>(count))) {
        call.fail("the text would be longer than 16 MiB");
        return {};
    }
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
    const std::int64_t behind = length < 0 ? count : std::min(count, from - 1 + length);
    std::string out(head);
    out += with;
    out += text.substr(characterOffset(text, static_cast<std::size_t>(behind)));
    return call.text(out);
}

Text overlay(RowCall &call, Text text, Text with, std::int64_t from)
{
    return overlayFor(call, text, with, from, static_cast<std::int64_t>(characterCount(with)));
}

void concatAll(const KernelCall &call)
{
    std::string out;
    for (const std::uint32_t row : call.rows) {
        out.clear();
        const bool null = std::any_of(call.arguments.begin(), call.arguments.end(),
                                      [&](const ColumnVector *one) { return one->isNull(row); });
        for (std::size_t i = 0; i < call.arguments.size() && !null; ++i)
            out += call.arguments[i]->asText(row);
        if (null)
            call.out.setNull(row);
        else
            call.out.set(row, call.context.arena().copy(out));
    }
}

void concatSeparated(const KernelCall &call)
{
    std::string out;
    for (const std::uint32_t row : call.rows) {
        if (call.arguments[0]->isNull(row)) {
            call.out.setNull(row);
            continue;
        }
        out.clear();
        bool first = true;
        for (const ColumnVector *argument : call.arguments.subspan(1)) {
            if (argument->isNull(row))
                continue;
            if (!first)
                out += call.arguments[0]->asText(row);
            out += argument->asText(row);
            first = false;
        }
        call.out.set(row, call.context.arena().copy(out));
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
         "Each word with a capital letter",
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
