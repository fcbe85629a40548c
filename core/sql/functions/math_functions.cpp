// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/function.h"
#include "core/sql/kernels.h"
#include "core/sql/typing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace millrace::sql {
namespace {

std::int64_t absInteger(RowCall &call, std::int64_t value)
{
    const std::int64_t low = call.outputType().is(TypeKind::Int)
                                 ? std::numeric_limits<std::int32_t>::min()
                                 : std::numeric_limits<std::int64_t>::min();
    if (value == low) {
        call.fail("the result does not fit into " + call.outputType().toString());
        return 0;
    }
    return value < 0 ? -value : value;
}
double absReal(RowCall &, double value)
{
    return std::fabs(value);
}
Int128 absDecimal(RowCall &, Decimal value)
{
    return value.unscaled < 0 ? -value.unscaled : value.unscaled;
}

std::int64_t signInteger(RowCall &, std::int64_t value)
{
    return (value > 0) - (value < 0);
}
double signReal(RowCall &, double value)
{
    return std::isnan(value) ? value : (value > 0) - (value < 0);
}
Int128 signDecimal(RowCall &, Decimal value)
{
    return (value.unscaled > 0 ? 1 : value.unscaled < 0 ? -1 : 0) * record::powerOfTen(value.scale);
}

enum class Rounding : std::uint8_t { HalfUp = 1, Down };

/// `value` at `digits` behind the point (before it when negative), at its own scale again.
template <Rounding How>
Int128 roundUnscaled(RowCall &call, Decimal value, std::int64_t digits)
{
    if (digits >= value.scale)
        return value.unscaled;
    if (digits < value.scale - record::kMaxDecimalPrecision) // more than there can be
        return 0;
    const int drop = value.scale - static_cast<int>(digits);
    const Int128 unit = record::powerOfTen(drop);
    if (How == Rounding::Down)
        return value.unscaled / unit * unit;
    const auto rounded = record::rescale(value.unscaled, drop, 0);
    Int128 out = 0;
    if (!rounded || __builtin_mul_overflow(*rounded, unit, &out))
        call.fail("the result does not fit into " + call.outputType().toString());
    return out;
}

template <Rounding How>
Int128 roundDecimal(RowCall &call, Decimal value, std::int64_t digits)
{
    const Int128 same = roundUnscaled<How>(call, value, digits);
    const auto out = record::rescale(same, value.scale, call.outputType().scale);
    if (!out || !record::fitsPrecision(*out, call.outputType().precision))
        call.fail("the result does not fit into " + call.outputType().toString());
    return out.value_or(0);
}
template <Rounding How>
Int128 roundDecimalWhole(RowCall &call, Decimal value)
{
    return roundDecimal<How>(call, value, 0);
}

template <Rounding How>
std::int64_t roundInteger(RowCall &call, std::int64_t value, std::int64_t digits)
{
    const Int128 out = roundUnscaled<How>(call, {value, 0}, digits);
    const bool small = call.outputType().is(TypeKind::Int);
    if (out > (small ? std::numeric_limits<std::int32_t>::max()
                     : std::numeric_limits<std::int64_t>::max()) ||
        out < (small ? std::numeric_limits<std::int32_t>::min()
                     : std::numeric_limits<std::int64_t>::min())) {
        call.fail("the result does not fit into " + call.outputType().toString());
        return 0;
    }
    return static_cast<std::int64_t>(out);
}
std::int64_t sameInteger(RowCall &, std::int64_t value)
{
    return value;
}

/// Through the shortest decimal text, as Flink does: 2.675 is 2.68 to two digits.
template <Rounding How>
double roundReal(RowCall &call, double value, std::int64_t digits)
{
    constexpr int kMostDigits = 18;
    // From here on no double has a fraction.
    const bool whole = std::fabs(value) >= 1e17;
    if (!std::isfinite(value) || digits > kMostDigits || (whole && digits >= 0))
        return value;
    const int scale = whole ? 0 : kMostDigits;
    const auto decimal = record::decimalFromDouble(value, scale);
    if (!decimal)
        return value;
    const Decimal exact{*decimal, scale};
    return record::toDouble({roundUnscaled<How>(call, exact, digits), exact.scale});
}
template <Rounding How>
double roundRealWhole(RowCall &call, double value)
{
    return roundReal<How>(call, value, 0);
}

double floorReal(RowCall &, double value)
{
    return std::floor(value);
}
double ceilReal(RowCall &, double value)
{
    return std::ceil(value);
}
template <bool Up>
Int128 stepDecimal(RowCall &, Decimal value)
{
    const Int128 unit = record::powerOfTen(value.scale);
    const Int128 rest = value.unscaled % unit;
    const Int128 whole = value.unscaled / unit;
    if (Up)
        return whole + (rest > 0 ? 1 : 0);
    return whole - (rest < 0 ? 1 : 0);
}
DataType wholeDecimal(std::span<const DataType> arguments)
{
    return DataType::decimal(arguments.front().precision, 0);
}
/// One digit more in front of the point, at the argument's scale.
DataType widerDecimal(std::span<const DataType> arguments)
{
    const DataType &type = arguments.front();
    return DataType::decimal(std::min(type.precision + 1, record::kMaxDecimalPrecision),
                             type.scale);
}

/// The type of ROUND(DECIMAL(p, s), d): d digits behind the point and one more before it for a
/// carry [Flink, LogicalTypeMerging.findRoundDecimalType]; the argument's scale where d is no
/// constant.
Prepared roundedType(std::span<const NodePtr> arguments, const Expression &)
{
    const DataType &type = arguments.front()->type();
    std::int64_t digits = 0;
    if (arguments.size() > 1) {
        const Value *value = arguments[1]->constant();
        if (value == nullptr || value->integer() == nullptr)
            return {nullptr, {}, widerDecimal(std::span(&type, 1))};
        digits = *value->integer();
    }
    const int scale = static_cast<int>(std::clamp<std::int64_t>(digits, 0, type.scale));
    return {nullptr,
            {},
            DataType::decimal(
                std::min(type.precision - type.scale + 1 + scale, record::kMaxDecimalPrecision),
                scale)};
}

template <double (*F)(double)>
double real(RowCall &, double value)
{
    return F(value);
}
double power(RowCall &, double base, double exponent)
{
    return std::pow(base, exponent);
}
double atan2Real(RowCall &, double y, double x)
{
    return std::atan2(y, x);
}

// [Flink, SqlFunctionUtils.log: Math.log as it is, so 0 gives -Infinity and less gives NaN]
double logarithmOf(RowCall &, double base, double value)
{
    return std::log(value) / std::log(base);
}
double logarithm2(double value)
{
    return std::log(value) / std::log(2.0);
}
double degrees(double value)
{
    return value * 180.0 / std::numbers::pi;
}
double radians(double value)
{
    return value * std::numbers::pi / 180.0;
}

double pi(RowCall &)
{
    return std::numbers::pi;
}
double eulers(RowCall &)
{
    return std::numbers::e;
}

/// GREATEST and LEAST: NULL where one is.
template <bool Most>
void extreme(const KernelCall &call)
{
    const auto better = [&](const ColumnVector &a, const ColumnVector &b, std::uint32_t row) {
        const auto wins = [](const auto &x, const auto &y) { return Most ? x > y : x < y; };
        switch (storageOf(call.out.type())) {
        case Storage::Integer:
            return wins(a.asInt64(row), b.asInt64(row));
        case Storage::Real:
            return wins(a.asDouble(row), b.asDouble(row));
        case Storage::Decimal:
            return wins(record::compareDecimal(a.asDecimal(row), b.asDecimal(row)), 0);
        case Storage::Text:
            return wins(a.asText(row), b.asText(row));
        }
        return false;
    };
    for (const std::uint32_t row : call.rows) {
        const ColumnVector *best = call.arguments.front();
        bool null = false;
        for (const ColumnVector *argument : call.arguments) {
            null = null || argument->isNull(row);
            if (!null && better(*argument, *best, row))
                best = argument;
        }
        if (null)
            call.out.setNull(row);
        else
            call.out.copyCell(row, *best);
    }
}

/// 53 bits of a hash of the record's root: the same record gives the same number, live and in
/// replay, whatever batch it is in.
double randomOf(RowCall &call, std::uint64_t seed)
{
    const record::Origin origin =
        call.context().batch().origin(call.context().batchRow(call.row()));
    std::uint64_t hash = mix64(seed ^ std::hash<Uuid>{}(origin.stream));
    hash = mix64(hash ^ origin.shard.value);
    hash = mix64(hash ^ origin.ordinal.value);
    for (const std::uint32_t sub : origin.path)
        hash = mix64(hash ^ sub);
    return static_cast<double>(hash >> 11U) * 0x1.0p-53;
}
/// Two RAND() of one text are two numbers: where it stands is part of the seed.
Prepared prepareRandom(std::span<const NodePtr>, const Expression &call)
{
    return {std::make_shared<std::uint64_t>(call.operation.begin + 1U), {}, {}};
}
double rand(RowCall &call)
{
    return randomOf(call, call.data<std::uint64_t>());
}
double randSeeded(RowCall &call, std::int64_t seed)
{
    return randomOf(call, mix64(static_cast<std::uint64_t>(seed)));
}
std::int64_t randInteger(RowCall &call, std::int64_t bound)
{
    if (bound <= 0) {
        call.fail("RAND_INTEGER needs a positive bound");
        return 0;
    }
    return static_cast<std::int64_t>(randomOf(call, call.data<std::uint64_t>()) *
                                     static_cast<double>(bound));
}

template <double (*F)(double)>
std::vector<Overload> ofDouble()
{
    return {{"DOUBLE -> DOUBLE", rowKernel<real<F>>}};
}

template <Rounding How>
std::vector<Overload> rounding()
{
    return {{"INT -> INT", rowKernel<sameInteger>},
            {"BIGINT -> BIGINT", rowKernel<sameInteger>},
            {"DECIMAL -> 1", rowKernel<roundDecimalWhole<How>>, roundedType},
            {"DOUBLE -> DOUBLE", rowKernel<roundRealWhole<How>>},
            {"INT, BIGINT -> INT", rowKernel<roundInteger<How>>},
            {"BIGINT, BIGINT -> BIGINT", rowKernel<roundInteger<How>>},
            {"DECIMAL, BIGINT -> 1", rowKernel<roundDecimal<How>>, roundedType},
            {"DOUBLE, BIGINT -> DOUBLE", rowKernel<roundReal<How>>}};
}

} // namespace

std::vector<Overload> floorOverloads()
{
    return {{"INT -> INT", rowKernel<sameInteger>},
            {"BIGINT -> BIGINT", rowKernel<sameInteger>},
            {"DECIMAL -> 1", rowKernel<stepDecimal<false>>, nullptr, wholeDecimal},
            {"DOUBLE -> DOUBLE", rowKernel<floorReal>}};
}

std::vector<Overload> ceilOverloads()
{
    return {{"INT -> INT", rowKernel<sameInteger>},
            {"BIGINT -> BIGINT", rowKernel<sameInteger>},
            {"DECIMAL -> 1", rowKernel<stepDecimal<true>>, nullptr, wholeDecimal},
            {"DOUBLE -> DOUBLE", rowKernel<ceilReal>}};
}

namespace {

constexpr FunctionGroup kMath = FunctionGroup::Math;

/// Angles, powers and logarithms.
std::vector<Function> realFunctions()
{
    return {
        {"ACOS", kMath, "The arc cosine", ofDouble<std::acos>()},
        {"ASIN", kMath, "The arc sine", ofDouble<std::asin>()},
        {"ATAN", kMath, "The arc tangent", ofDouble<std::atan>()},
        {"ATAN2",
         kMath,
         "The angle of the point (x, y) from (y, x)",
         {{"DOUBLE, DOUBLE -> DOUBLE", rowKernel<atan2Real>}}},
        {"COS", kMath, "The cosine", ofDouble<std::cos>()},
        {"DEGREES", kMath, "Radians in degrees", ofDouble<degrees>()},
        {"E", kMath, "Euler's number", {{"-> DOUBLE", rowKernel<eulers>}}},
        {"EXP", kMath, "e to the power", ofDouble<std::exp>()},
        {"LN", kMath, "The natural logarithm", ofDouble<std::log>()},
        {"LOG",
         kMath,
         "The natural logarithm, or that to the base of the first",
         {{"DOUBLE -> DOUBLE", rowKernel<real<std::log>>},
          {"DOUBLE, DOUBLE -> DOUBLE", rowKernel<logarithmOf>}}},
        {"LOG10", kMath, "The logarithm to the base 10", ofDouble<std::log10>()},
        {"LOG2", kMath, "The logarithm to the base 2", ofDouble<logarithm2>()},
        {"PI", kMath, "The number pi", {{"-> DOUBLE", rowKernel<pi>}}},
        {"POWER",
         kMath,
         "The first to the power of the second",
         {{"DOUBLE, DOUBLE -> DOUBLE", rowKernel<power>}}},
        {"RADIANS", kMath, "Degrees in radians", ofDouble<radians>()},
        {"SIN", kMath, "The sine", ofDouble<std::sin>()},
        {"SQRT", kMath, "The square root", ofDouble<std::sqrt>()},
        {"TAN", kMath, "The tangent", ofDouble<std::tan>()},
    };
}

/// What keeps the type of its arguments, and chance.
std::vector<Function> numberFunctions()
{
    return {
        {"ABS",
         kMath,
         "Without the sign",
         {{"INT -> INT", rowKernel<absInteger>},
          {"BIGINT -> BIGINT", rowKernel<absInteger>},
          {"DECIMAL -> 1", rowKernel<absDecimal>},
          {"DOUBLE -> DOUBLE", rowKernel<absReal>}}},
        {"GREATEST", kMath, "The greatest; NULL where one is", {{"T... -> T", extreme<true>}}},
        {"LEAST", kMath, "The least; NULL where one is", {{"T... -> T", extreme<false>}}},
        {"MOD",
         kMath,
         "The rest of a division, with the sign of the first",
         {{"INT, INT -> INT", arithmeticKernel(Operator::Modulo, TypeKind::Int)},
          {"BIGINT, BIGINT -> BIGINT", arithmeticKernel(Operator::Modulo, TypeKind::BigInt)},
          {"DECIMAL, DECIMAL -> 2", arithmeticKernel(Operator::Modulo, TypeKind::Decimal), nullptr,
           [](std::span<const DataType> types) {
               return arithmeticType(Operator::Modulo, types[0], types[1]);
           }},
          {"DOUBLE, DOUBLE -> DOUBLE", arithmeticKernel(Operator::Modulo, TypeKind::Double)}}},
        {"RAND",
         kMath,
         "A number from 0 to 1, the same for the same record",
         {{"-> DOUBLE", rowKernel<rand>, prepareRandom},
          {"BIGINT -> DOUBLE", rowKernel<randSeeded>}},
         false},
        {"RAND_INTEGER",
         kMath,
         "A whole number from 0 to below the bound, the same for the same "
         "record",
         {{"BIGINT -> BIGINT", rowKernel<randInteger>, prepareRandom}},
         false},
        {"ROUND", kMath, "Rounded half up, to so many digits", rounding<Rounding::HalfUp>()},
        {"SIGN",
         kMath,
         "-1, 0 or 1",
         {{"INT -> INT", rowKernel<signInteger>},
          {"BIGINT -> BIGINT", rowKernel<signInteger>},
          {"DECIMAL -> 1", rowKernel<signDecimal>, nullptr, widerDecimal},
          {"DOUBLE -> DOUBLE", rowKernel<signReal>}}},
        {"TRUNCATE", kMath, "Cut after so many digits", rounding<Rounding::Down>()},
    };
}

} // namespace

std::span<const Function> mathFunctions()
{
    static const std::vector<Function> table = [] {
        std::vector<Function> all = realFunctions();
        const std::vector<Function> others = numberFunctions();
        all.insert(all.end(), others.begin(), others.end());
        return all;
    }();
    return table;
}

} // namespace millrace::sql
