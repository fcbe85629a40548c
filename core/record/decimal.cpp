// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/decimal.h"

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <charconv>
#include <cmath>

namespace millrace::record {
namespace {

using Wide = boost::multiprecision::int512_t;

Wide widePower(int exponent)
{
    return boost::multiprecision::pow(Wide(10), static_cast<unsigned>(exponent));
}

/// numerator ÷ denominator, rounded half away from zero; empty beyond 38 digits.
std::optional<Int128> roundedQuotient(const Wide &numerator, const Wide &denominator)
{
    Wide quotient;
    Wide rest;
    boost::multiprecision::divide_qr(numerator, denominator, quotient, rest);
    if (abs(rest) * 2 >= abs(denominator))
        quotient += (numerator < 0) == (denominator < 0) ? 1 : -1;
    static const Wide limit = widePower(kMaxDecimalPrecision);
    if (abs(quotient) >= limit)
        return {};
    return static_cast<Int128>(quotient);
}

} // namespace

Int128 powerOfTen(int exponent)
{
    static const auto powers = [] {
        std::array<Int128, kMaxDecimalPrecision + 1> table{};
        table[0] = 1;
        for (std::size_t i = 1; i < table.size(); ++i)
            table[i] = table[i - 1] * 10;
        return table;
    }();
    return powers[static_cast<std::size_t>(std::clamp(exponent, 0, kMaxDecimalPrecision))];
}

bool fitsPrecision(Int128 unscaled, int precision)
{
    const Int128 limit = powerOfTen(precision);
    return unscaled < limit && unscaled > -limit;
}

std::optional<Int128> rescale(Int128 unscaled, int fromScale, int toScale)
{
    if (fromScale == toScale)
        return unscaled;
    if (toScale > fromScale) {
        if (toScale - fromScale > kMaxDecimalPrecision)
            return unscaled == 0 ? std::optional<Int128>(0) : std::nullopt;
        Int128 out = 0;
        if (__builtin_mul_overflow(unscaled, powerOfTen(toScale - fromScale), &out) ||
            !fitsPrecision(out, kMaxDecimalPrecision))
            return {};
        return out;
    }
    if (fromScale - toScale > kMaxDecimalPrecision)
        return 0;
    const Int128 divisor = powerOfTen(fromScale - toScale);
    const Int128 quotient = unscaled / divisor;
    const Int128 rest = unscaled % divisor;
    const bool up = (rest < 0 ? -rest : rest) >= divisor - divisor / 2;
    return quotient + (up ? (unscaled < 0 ? -1 : 1) : 0);
}

std::optional<Int128> multiplyDecimal(Int128 a, Int128 b, int dropDigits)
{
    Int128 product = 0;
    if (!__builtin_mul_overflow(a, b, &product) && dropDigits <= kMaxDecimalPrecision) {
        const auto out = rescale(product, dropDigits, 0);
        return out && fitsPrecision(*out, kMaxDecimalPrecision) ? out : std::nullopt;
    }
    return roundedQuotient(Wide(a) * Wide(b), widePower(dropDigits));
}

std::optional<Int128> divideDecimal(Int128 a, Int128 b, int shift)
{
    if (shift < 0)
        return roundedQuotient(Wide(a), Wide(b) * widePower(-shift));
    return roundedQuotient(Wide(a) * widePower(shift), Wide(b));
}

std::optional<Decimal> parseDecimal(std::string_view text)
{
    std::size_t at = 0;
    bool negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+'))
        negative = text[at++] == '-';
    Decimal out;
    bool any = false;
    bool point = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '.' && !point) {
            point = true;
        } else if (c >= '0' && c <= '9') {
            any = true;
            if (!fitsPrecision(out.unscaled, kMaxDecimalPrecision - 1))
                return {};
            out.unscaled = out.unscaled * 10 + (c - '0');
            out.scale += point ? 1 : 0;
        } else {
            break;
        }
    }
    if (!any)
        return {};
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && text[at] == '+')
            ++at;
        int exponent = 0;
        const auto [end, error] =
            std::from_chars(text.data() + at, text.data() + text.size(), exponent);
        if (error != std::errc() || exponent > 100)
            return {};
        at = static_cast<std::size_t>(end - text.data());
        out.scale -= std::max(exponent, -1000); // far below what any scale holds: 0
    }
    if (at != text.size())
        return {};
    if (negative)
        out.unscaled = -out.unscaled;
    if (out.scale < 0) {
        const auto widened = rescale(out.unscaled, 0, -out.scale);
        if (!widened)
            return {};
        return Decimal{*widened, 0};
    }
    if (out.scale > kMaxDecimalPrecision) {
        const auto narrowed = rescale(out.unscaled, out.scale, kMaxDecimalPrecision);
        return Decimal{narrowed.value_or(0), kMaxDecimalPrecision};
    }
    return out;
}

std::string decimalText(const Decimal &value)
{
    std::string digits;
    const bool negative = value.unscaled < 0;
    Int128 rest = negative ? -value.unscaled : value.unscaled;
    do {
        digits += static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    } while (rest != 0);
    const auto scale = static_cast<std::size_t>(std::max(value.scale, 0));
    while (digits.size() <= scale)
        digits += '0';
    if (scale > 0)
        digits.insert(scale, 1, '.');
    if (negative)
        digits += '-';
    std::reverse(digits.begin(), digits.end());
    return digits;
}

double toDouble(const Decimal &value)
{
    // Through text, so that 0.1 becomes the double that "0.1" is; the fast road is exact because
    // both numbers are below 2^53 and the power of ten is.
    constexpr Int128 kExact = Int128(1) << 53;
    if (value.unscaled < kExact && value.unscaled > -kExact && value.scale <= 22)
        return static_cast<double>(value.unscaled) / static_cast<double>(powerOfTen(value.scale));
    const std::string text = decimalText(value);
    double out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

std::optional<Int128> decimalFromDouble(double value, int scale)
{
    if (!std::isfinite(value) || std::fabs(value) >= 1e38)
        return {};
    // The shortest text that reads back as this double, as Java's BigDecimal.valueOf takes it.
    std::array<char, 400> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    if (error != std::errc())
        return {};
    const auto parsed =
        parseDecimal({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
    return parsed ? rescale(parsed->unscaled, parsed->scale, scale) : std::nullopt;
}

int compareDecimal(const Decimal &a, const Decimal &b)
{
    const auto sign = [](const auto &x, const auto &y) { return x < y ? -1 : (y < x ? 1 : 0); };
    if (a.scale == b.scale)
        return sign(a.unscaled, b.unscaled);
    const int scale = std::max(a.scale, b.scale);
    const auto left = rescale(a.unscaled, a.scale, scale);
    const auto right = rescale(b.unscaled, b.scale, scale);
    if (left && right)
        return sign(*left, *right);
    return sign(Wide(a.unscaled) * widePower(scale - a.scale),
                Wide(b.unscaled) * widePower(scale - b.scale));
}

} // namespace millrace::record
