// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/timestamp_text.h"
#include "core/sql/functions/time_unit.h"
#include "core/sql/kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millrace::sql {
namespace {

constexpr std::string_view kZero = "division by zero";

/// True where the result does not fit. INT is held in 64 bits, so its own range is checked after.
template <Operator Op>
bool overflows(std::int64_t a, std::int64_t b, std::int64_t &out)
{
    if constexpr (Op == Operator::Add)
        return __builtin_add_overflow(a, b, &out);
    else if constexpr (Op == Operator::Subtract)
        return __builtin_sub_overflow(a, b, &out);
    else
        return __builtin_mul_overflow(a, b, &out);
}

bool fitsType(std::int64_t value, TypeKind kind)
{
    return kind != TypeKind::Int || (value >= std::numeric_limits<std::int32_t>::min() &&
                                     value <= std::numeric_limits<std::int32_t>::max());
}

std::string overflowText(const DataType &type)
{
    return "the result does not fit into " + type.toString();
}

template <Operator Op>
std::int64_t integerOperation(RowCall &call, std::int64_t a, std::int64_t b)
{
    std::int64_t out = 0;
    if constexpr (Op == Operator::Divide || Op == Operator::Modulo) {
        if (b == 0) {
            call.fail(std::string(kZero));
            return 0;
        }
        if (b == -1) { // the one quotient that may overflow
            if (Op == Operator::Modulo)
                return 0;
            if (__builtin_sub_overflow(std::int64_t{0}, a, &out) ||
                !fitsType(out, call.outputType().kind))
                call.fail(overflowText(call.outputType()));
            return out;
        }
        return Op == Operator::Divide ? a / b : a % b;
    } else {
        if (overflows<Op>(a, b, out) || !fitsType(out, call.outputType().kind))
            call.fail(overflowText(call.outputType()));
        return out;
    }
}

template <Operator Op>
double realOperation(RowCall &, double a, double b)
{
    switch (Op) {
    case Operator::Add:
        return a + b;
    case Operator::Subtract:
        return a - b;
    case Operator::Multiply:
        return a * b;
    case Operator::Divide:
        return a / b; // Infinity or NaN, as in Java
    default:
        return std::fmod(a, b);
    }
}

template <Operator Op>
std::optional<Int128> decimalResult(const Decimal &a, const Decimal &b, int scale)
{
    if constexpr (Op == Operator::Multiply) {
        return record::multiplyDecimal(a.unscaled, b.unscaled, a.scale + b.scale - scale);
    } else if constexpr (Op == Operator::Divide) {
        return record::divideDecimal(a.unscaled, b.unscaled, scale + b.scale - a.scale);
    } else {
        const int common = std::max(a.scale, b.scale);
        const auto left = record::rescale(a.unscaled, a.scale, common);
        const auto right = record::rescale(b.unscaled, b.scale, common);
        if (!left || !right)
            return {};
        // 38 digits and one more fit into 127 bits: no overflow here.
        if constexpr (Op == Operator::Modulo)
            return record::rescale(*left % *right, common, scale);
        return record::rescale(Op == Operator::Add ? *left + *right : *left - *right, common,
                               scale);
    }
}

template <Operator Op>
Int128 decimalOperation(RowCall &call, Decimal a, Decimal b)
{
    if ((Op == Operator::Divide || Op == Operator::Modulo) && b.unscaled == 0) {
        call.fail(std::string(kZero));
        return 0;
    }
    const auto out = decimalResult<Op>(a, b, call.outputType().scale);
    if (!out || !record::fitsPrecision(*out, call.outputType().precision)) {
        call.fail(overflowText(call.outputType()));
        return 0;
    }
    return *out;
}

template <Operator Op>
Kernel kernelOf(Storage storage)
{
    switch (storage) {
    case Storage::Integer:
        return rowKernel<integerOperation<Op>>;
    case Storage::Real:
        return rowKernel<realOperation<Op>>;
    case Storage::Decimal:
        return rowKernel<decimalOperation<Op>>;
    case Storage::Text:
        break;
    }
    return nullptr;
}

template <bool Subtract>
std::int64_t addMillis(RowCall &call, std::int64_t time, std::int64_t interval)
{
    std::int64_t out = 0;
    if (call.outputType().is(TypeKind::Date)) // whole days [Flink, ScalarOperatorGens]
        interval -= interval % record::kMillisPerDay;
    const bool wide = Subtract ? __builtin_sub_overflow(time, interval, &out)
                               : __builtin_add_overflow(time, interval, &out);
    if (wide || (call.outputType().isTime() && !record::isTimestampInRange(out)))
        call.fail(overflowText(call.outputType()));
    return out;
}

template <bool Subtract>
std::int64_t addMonths(RowCall &call, std::int64_t time, std::int64_t months)
{
    const auto out = addUnits(TimeUnit::Month, Subtract ? -months : months, time);
    if (!out)
        call.fail(overflowText(call.outputType()));
    return out.value_or(0);
}

std::int64_t negateInteger(RowCall &call, std::int64_t value)
{
    std::int64_t out = 0;
    if (__builtin_sub_overflow(std::int64_t{0}, value, &out) ||
        !fitsType(out, call.outputType().kind))
        call.fail(overflowText(call.outputType()));
    return out;
}

double negateReal(RowCall &, double value)
{
    return -value;
}

Int128 negateDecimal(RowCall &, Decimal value)
{
    return -value.unscaled;
}

} // namespace

Kernel arithmeticKernel(Operator op, const DataType &type)
{
    const Storage storage = storageOf(type);
    switch (op) {
    case Operator::Add:
        return kernelOf<Operator::Add>(storage);
    case Operator::Subtract:
        return kernelOf<Operator::Subtract>(storage);
    case Operator::Multiply:
        return kernelOf<Operator::Multiply>(storage);
    case Operator::Divide:
        return kernelOf<Operator::Divide>(storage);
    case Operator::Modulo:
        return kernelOf<Operator::Modulo>(storage);
    default:
        return nullptr;
    }
}

Kernel addMillisKernel(bool subtract)
{
    return subtract ? rowKernel<addMillis<true>> : rowKernel<addMillis<false>>;
}

Kernel addMonthsKernel(bool subtract)
{
    return subtract ? rowKernel<addMonths<true>> : rowKernel<addMonths<false>>;
}

Kernel negateKernel(Storage storage)
{
    switch (storage) {
    case Storage::Integer:
        return rowKernel<negateInteger>;
    case Storage::Real:
        return rowKernel<negateReal>;
    case Storage::Decimal:
        return rowKernel<negateDecimal>;
    case Storage::Text:
        break;
    }
    return nullptr;
}

} // namespace millrace::sql
