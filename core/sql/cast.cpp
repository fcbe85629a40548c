// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"
#include "core/record/timestamp_text.h"
#include "core/sql/functions/time_format.h"
#include "core/sql/kernels.h"
#include "core/sql/token.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace millrace::sql {
namespace {

/// What cannot be converted: a row error, or NULL under TRY_CAST.
template <bool Attempt>
void refuse(RowCall &call, std::string_view shown)
{
    if (Attempt)
        return call.setNull();
    call.fail("CAST: '" + shortened(shown) + "' does not become " + call.outputType().toString());
}

std::string_view trimSpaces(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

bool integerFits(const DataType &type, std::int64_t value)
{
    return !type.is(TypeKind::Int) || (value >= std::numeric_limits<std::int32_t>::min() &&
                                       value <= std::numeric_limits<std::int32_t>::max());
}

template <bool Attempt>
std::int64_t integerToInteger(RowCall &call, std::int64_t value)
{
    if (!integerFits(call.outputType(), value))
        refuse<Attempt>(call, std::to_string(value));
    return value;
}

template <bool Attempt>
std::int64_t realToInteger(RowCall &call, double value)
{
    // 2^63 as a double is exact; the comparison also refuses NaN.
    constexpr double kLimit = 9223372036854775808.0;
    const double whole = std::trunc(value);
    if (!(whole >= -kLimit && whole < kLimit) ||
        !integerFits(call.outputType(), static_cast<std::int64_t>(whole))) {
        refuse<Attempt>(call, record::doubleText(value));
        return 0;
    }
    return static_cast<std::int64_t>(whole);
}

template <bool Attempt>
std::int64_t decimalToInteger(RowCall &call, Decimal value)
{
    const Int128 whole = value.unscaled / record::powerOfTen(value.scale);
    if (whole > std::numeric_limits<std::int64_t>::max() ||
        whole < std::numeric_limits<std::int64_t>::min() ||
        !integerFits(call.outputType(), static_cast<std::int64_t>(whole))) {
        refuse<Attempt>(call, record::decimalText(value));
        return 0;
    }
    return static_cast<std::int64_t>(whole);
}

/// Takes a sign off the front: true for a minus.
bool takeSign(std::string_view &text)
{
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    return negative;
}

std::string_view takeDigits(std::string_view &text)
{
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view digits = text.substr(0, end);
    text.remove_prefix(end);
    return digits;
}

/// Digits with a sign, as Flink's BinaryStringDataUtil.toLong: no exponent, and what stands behind
/// a point has to be digits and does not count.
std::optional<std::int64_t> readInteger(std::string_view text)
{
    const bool negative = takeSign(text);
    if (text.empty())
        return {};
    const std::string_view whole = takeDigits(text);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        takeDigits(text);
    }
    if (!text.empty())
        return {};
    std::int64_t out = 0;
    for (const char digit : whole) {
        const std::int64_t step = negative ? '0' - digit : digit - '0';
        if (__builtin_mul_overflow(out, std::int64_t{10}, &out) ||
            __builtin_add_overflow(out, step, &out))
            return {};
    }
    return out;
}

/// The parts of a number with a point and an exponent.
struct RealText {
    std::string_view whole;
    std::string_view fraction;
    std::int64_t exponent = 0; ///< at most kMostExponent, which no text has the digits to undo
};

std::optional<RealText> splitReal(std::string_view text)
{
    constexpr std::int64_t kMostExponent = 1'000'000'000'000;
    RealText out;
    out.whole = takeDigits(text);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        out.fraction = takeDigits(text);
    }
    if (out.whole.empty() && out.fraction.empty())
        return {};
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        const bool negative = takeSign(text);
        const std::string_view digits = takeDigits(text);
        if (digits.empty())
            return {};
        for (const char digit : digits)
            out.exponent = std::min(out.exponent * 10 + (digit - '0'), kMostExponent);
        out.exponent = negative ? -out.exponent : out.exponent;
    }
    return text.empty() ? std::optional(out) : std::nullopt;
}

/// Whether a number that is out of a DOUBLE's range is so at the upper end: whether its first digit
/// stands before the point.
bool isTooLarge(const RealText &text)
{
    const std::size_t before = text.whole.find_first_not_of('0');
    if (before != std::string_view::npos)
        return static_cast<std::int64_t>(text.whole.size() - before) + text.exponent > 0;
    const std::size_t behind = text.fraction.find_first_not_of('0');
    return behind != std::string_view::npos &&
           text.exponent - static_cast<std::int64_t>(behind) > 0;
}

/// As java.lang.Double.parseDouble, without hexadecimal numbers: what is too large is Infinity,
/// what is too small 0.
std::optional<double> readReal(std::string_view text)
{
    // What String.trim() takes off.
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ')
        text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ')
        text.remove_suffix(1);
    const double sign = takeSign(text) ? -1 : 1;
    if (text == "NaN")
        return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity")
        return sign * std::numeric_limits<double>::infinity();
    if (!text.empty() && std::string_view("dDfF").find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    const auto parts = splitReal(text);
    if (!parts)
        return {};
    double out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error == std::errc())
        return sign * out;
    return sign * (isTooLarge(*parts) ? std::numeric_limits<double>::infinity() : 0.0);
}

template <bool Attempt>
std::int64_t textToInteger(RowCall &call, std::string_view text)
{
    const auto out = readInteger(trimSpaces(text));
    if (!out || !integerFits(call.outputType(), *out)) {
        refuse<Attempt>(call, text);
        return 0;
    }
    return *out;
}

template <bool Attempt>
double textToReal(RowCall &call, std::string_view text)
{
    const auto out = readReal(text);
    if (!out)
        refuse<Attempt>(call, text);
    return out.value_or(0);
}

template <bool Attempt>
bool textToBoolean(RowCall &call, std::string_view text)
{
    const std::string_view word = trimSpaces(text);
    for (const std::string_view yes : {"TRUE", "T", "YES", "Y", "1"}) {
        if (equalsIgnoreCase(word, yes))
            return true;
    }
    for (const std::string_view no : {"FALSE", "F", "NO", "N", "0"}) {
        if (equalsIgnoreCase(word, no))
            return false;
    }
    refuse<Attempt>(call, text);
    return false;
}

/// As Flink reads it, and beyond that ISO 8601 with its T and zone.
template <bool Attempt>
std::int64_t textToTime(RowCall &call, std::string_view text)
{
    auto out = readSqlTimestamp(trimSpaces(text));
    if (!out)
        out = record::parseTimestamp(trimSpaces(text));
    if (!out)
        refuse<Attempt>(call, text);
    return out.value_or(0);
}

template <bool Attempt>
std::int64_t textToDate(RowCall &call, std::string_view text)
{
    const auto out = readSqlDate(trimSpaces(text));
    if (!out)
        refuse<Attempt>(call, text);
    return out.value_or(0);
}

std::int64_t timeToDate(RowCall &, std::int64_t millis)
{
    return record::startOfDay(millis);
}

template <bool Attempt>
Int128 toScale(RowCall &call, const Decimal &value)
{
    const DataType &type = call.outputType();
    const auto out = record::rescale(value.unscaled, value.scale, type.scale);
    if (!out || !record::fitsPrecision(*out, type.precision)) {
        refuse<Attempt>(call, record::decimalText(value));
        return 0;
    }
    return *out;
}

template <bool Attempt>
Int128 integerToDecimal(RowCall &call, std::int64_t value)
{
    return toScale<Attempt>(call, {value, 0});
}

template <bool Attempt>
Int128 decimalToDecimal(RowCall &call, Decimal value)
{
    return toScale<Attempt>(call, value);
}

template <bool Attempt>
Int128 realToDecimal(RowCall &call, double value)
{
    const auto out = record::decimalFromDouble(value, call.outputType().scale);
    if (!out || !record::fitsPrecision(*out, call.outputType().precision)) {
        refuse<Attempt>(call, record::doubleText(value));
        return 0;
    }
    return *out;
}

template <bool Attempt>
Int128 textToDecimal(RowCall &call, std::string_view text)
{
    const auto parsed = record::parseDecimal(trimSpaces(text));
    if (!parsed) {
        refuse<Attempt>(call, text);
        return 0;
    }
    return toScale<Attempt>(call, *parsed);
}

double integerToReal(RowCall &, std::int64_t value)
{
    return static_cast<double>(value);
}

double decimalToReal(RowCall &, Decimal value)
{
    return record::toDouble(value);
}

std::int64_t sameInteger(RowCall &, std::int64_t value)
{
    return value;
}

double sameReal(RowCall &, double value)
{
    return value;
}

std::string_view sameText(RowCall &, std::string_view text)
{
    return text;
}

std::int64_t integerToBoolean(RowCall &, std::int64_t value)
{
    return value != 0 ? 1 : 0;
}

/// Anything to STRING.
void toText(const KernelCall &call)
{
    std::string text;
    for (const std::uint32_t row : call.rows) {
        if (call.arguments[0]->isNull(row) || call.context.refuses(row)) {
            call.out.setNull(row);
            continue;
        }
        text.clear();
        call.arguments[0]->appendText(row, text);
        call.out.set(row, call.context.arena().copy(text));
    }
}

void allNull(const KernelCall &call)
{
    for (const std::uint32_t row : call.rows)
        call.out.setNull(row);
}

template <bool Attempt>
Kernel castTo(const DataType &from, const DataType &to)
{
    if (from.is(TypeKind::Null))
        return allNull;
    const Storage source = storageOf(from);
    const bool number = from.isNumeric() || from.is(TypeKind::Boolean);
    switch (to.kind) {
    case TypeKind::String:
        if (from.is(TypeKind::String))
            return rowKernel<sameText>;
        return toText;
    case TypeKind::Boolean:
        if (from.is(TypeKind::Boolean) || from.isInteger())
            return rowKernel<integerToBoolean>;
        return from.is(TypeKind::String) ? rowKernel<textToBoolean<Attempt>> : nullptr;
    case TypeKind::Int:
    case TypeKind::BigInt:
        if (source == Storage::Real)
            return rowKernel<realToInteger<Attempt>>;
        if (source == Storage::Decimal)
            return rowKernel<decimalToInteger<Attempt>>;
        if (from.is(TypeKind::String))
            return rowKernel<textToInteger<Attempt>>;
        return number ? rowKernel<integerToInteger<Attempt>> : nullptr;
    case TypeKind::Double:
        if (source == Storage::Real)
            return rowKernel<sameReal>;
        if (source == Storage::Decimal)
            return rowKernel<decimalToReal>;
        if (from.is(TypeKind::String))
            return rowKernel<textToReal<Attempt>>;
        return number ? rowKernel<integerToReal> : nullptr;
    case TypeKind::Decimal:
        if (source == Storage::Real)
            return rowKernel<realToDecimal<Attempt>>;
        if (source == Storage::Decimal)
            return rowKernel<decimalToDecimal<Attempt>>;
        if (from.is(TypeKind::String))
            return rowKernel<textToDecimal<Attempt>>;
        return number ? rowKernel<integerToDecimal<Attempt>> : nullptr;
    case TypeKind::Timestamp:
    case TypeKind::TimestampLtz: // the session zone is UTC: both have the same milliseconds
        if (from.isTime())
            return rowKernel<sameInteger>;
        return from.is(TypeKind::String) ? rowKernel<textToTime<Attempt>> : nullptr;
    case TypeKind::Date:
        if (from.isTime())
            return rowKernel<timeToDate>;
        return from.is(TypeKind::String) ? rowKernel<textToDate<Attempt>> : nullptr;
    case TypeKind::Bytes:
        return from.is(TypeKind::Bytes) ? rowKernel<sameText> : nullptr;
    case TypeKind::Row:
    case TypeKind::Array:
        return from == to ? rowKernel<sameText> : nullptr;
    default:
        return from == to ? rowKernel<sameInteger> : nullptr;
    }
}

} // namespace

Kernel castKernel(const DataType &from, const DataType &to, bool attempt)
{
    return attempt ? castTo<true>(from, to) : castTo<false>(from, to);
}

} // namespace millrace::sql
