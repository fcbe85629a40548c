// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::record {

/// Holds every DECIMAL(p, s) of SQL: 38 digits fit into 127 bits.
__extension__ typedef __int128 Int128;

inline constexpr int kMaxDecimalPrecision = 38;

/// An exact number: `unscaled` × 10^-scale. 12.30 is {1230, 2}.
struct Decimal {
    Int128 unscaled = 0;
    int scale = 0;
    friend bool operator==(const Decimal &, const Decimal &) = default;
};

/// 10^exponent for 0 <= exponent <= 38.
Int128 powerOfTen(int exponent);

/// True when `unscaled` has at most `precision` digits.
bool fitsPrecision(Int128 unscaled, int precision);

/// The same number at another scale, rounded half away from zero as SQL does. Empty when it needs
/// more than 38 digits.
std::optional<Int128> rescale(Int128 unscaled, int fromScale, int toScale);

/// a × b ÷ 10^dropDigits, rounded half away from zero, exact in between (256 bits).
/// Empty when the result needs more than 38 digits.
std::optional<Int128> multiplyDecimal(Int128 a, Int128 b, int dropDigits);

/// a × 10^shift ÷ b (b is not 0; a negative shift divides), rounded half away from zero, exact in
/// between. Empty when the result needs more than 38 digits.
std::optional<Int128> divideDecimal(Int128 a, Int128 b, int shift);

/// Reads "-12.5", "3", ".5", "1e3" with all its digits. Empty when it is not such a text, or has
/// more than 38 digits.
std::optional<Decimal> parseDecimal(std::string_view text);

/// "-12.50": as many digits after the point as the scale.
std::string decimalText(const Decimal &value);

double toDouble(const Decimal &value);

/// The nearest decimal of that scale. Empty when it is not finite or needs more than 38 digits.
std::optional<Int128> decimalFromDouble(double value, int scale);

/// -1, 0 or 1 as a is less than, equal to or greater than b, whatever their scales.
int compareDecimal(const Decimal &a, const Decimal &b);

} // namespace millrace::record
