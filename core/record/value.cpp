// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/value.h"

#include "core/record/timestamp_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace millrace::record {

std::string doubleText(double value)
{
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value < 0 ? "-Infinity" : "Infinity";
    const double size = std::fabs(value);
    const bool plain = size == 0 || (size >= 1e-3 && size < 1e7); // Java's Double.toString
    std::array<char, 64> buffer{};
    const auto [end, error] =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                      plain ? std::chars_format::fixed : std::chars_format::scientific);
    if (error != std::errc())
        return "NaN";
    std::string out(buffer.data(), end);
    if (plain)
        return out.find('.') == std::string::npos ? out + ".0" : out;
    const std::size_t mark = out.find('e');
    std::string mantissa = out.substr(0, mark);
    int exponent = 0;
    const char *from = out.data() + mark + 1;
    std::from_chars(*from == '+' ? from + 1 : from, out.data() + out.size(), exponent);
    if (mantissa.find('.') == std::string::npos)
        mantissa += ".0";
    return mantissa + 'E' + std::to_string(exponent);
}

std::string Value::toString(const DataType &type) const
{
    if (const bool *value = boolean())
        return *value ? "TRUE" : "FALSE";
    if (const std::int64_t *value = integer())
        return type.is(TypeKind::Date) ? dateText(*value)
               : type.isTime()         ? timestampText(*value)
                                       : std::to_string(*value);
    if (const double *value = real())
        return doubleText(*value);
    if (const Decimal *value = decimal())
        return decimalText(*value);
    if (const std::string *value = text())
        return *value;
    return "NULL";
}

} // namespace millrace::record
