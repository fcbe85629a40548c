// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/typing.h"

#include <algorithm>

namespace millrace::sql {
namespace {

/// Cuts a precision beyond 38 down, keeping at least six digits of the scale.
DataType adjusted(int precision, int scale)
{
    if (precision <= record::kMaxDecimalPrecision)
        return DataType::decimal(std::max(precision, 1), scale);
    const int whole = precision - scale;
    const int least = std::min(scale, 6);
    return DataType::decimal(record::kMaxDecimalPrecision,
                             std::max(record::kMaxDecimalPrecision - whole, least));
}

} // namespace

DataType asDecimalType(const DataType &type)
{
    if (type.is(TypeKind::Int))
        return DataType::decimal(10, 0);
    if (type.is(TypeKind::BigInt))
        return DataType::decimal(19, 0);
    return type;
}

std::optional<DataType> commonType(const DataType &a, const DataType &b)
{
    if (a == b || b.is(TypeKind::Null))
        return a;
    if (a.is(TypeKind::Null))
        return b;
    if (a.isNumeric() && b.isNumeric()) {
        if (a.is(TypeKind::Double) || b.is(TypeKind::Double))
            return DataType(TypeKind::Double);
        if (!a.is(TypeKind::Decimal) && !b.is(TypeKind::Decimal))
            return DataType(TypeKind::BigInt);
        const DataType x = asDecimalType(a);
        const DataType y = asDecimalType(b);
        const int scale = std::max(x.scale, y.scale);
        return adjusted(std::max(x.precision - x.scale, y.precision - y.scale) + scale, scale);
    }
    if (a.isTime() && b.isTime()) {
        const bool local = a.is(TypeKind::TimestampLtz) || b.is(TypeKind::TimestampLtz);
        return DataType(local ? TypeKind::TimestampLtz : TypeKind::Timestamp);
    }
    return {};
}

DataType arithmeticType(Operator op, const DataType &a, const DataType &b)
{
    if (a.is(TypeKind::Double) || b.is(TypeKind::Double))
        return TypeKind::Double;
    if (!a.is(TypeKind::Decimal) && !b.is(TypeKind::Decimal))
        return a.is(TypeKind::BigInt) || b.is(TypeKind::BigInt) ? TypeKind::BigInt : TypeKind::Int;
    const DataType x = asDecimalType(a);
    const DataType y = asDecimalType(b);
    const int scale = std::max(x.scale, y.scale);
    switch (op) {
    case Operator::Multiply:
        return adjusted(x.precision + y.precision + 1, x.scale + y.scale);
    case Operator::Divide: {
        const int quotientScale = std::max(6, x.scale + y.precision + 1);
        return adjusted(x.precision - x.scale + y.scale + quotientScale, quotientScale);
    }
    case Operator::Modulo:
        return adjusted(std::min(x.precision - x.scale, y.precision - y.scale) + scale, scale);
    default:
        return adjusted(std::max(x.precision - x.scale, y.precision - y.scale) + scale + 1, scale);
    }
}

std::optional<int> conversionCost(const DataType &from, const DataType &to)
{
    if (from.kind == to.kind || from.is(TypeKind::Null))
        return 0;
    const auto rank = [](const DataType &type) {
        switch (type.kind) {
        case TypeKind::Int:
            return 1;
        case TypeKind::BigInt:
            return 2;
        case TypeKind::Decimal:
            return 3;
        case TypeKind::Double:
            return 4;
        default:
            return 0;
        }
    };
    if (rank(from) > 0 && rank(to) > rank(from))
        return rank(to) - rank(from);
    if (from.isTime() && to.isTime() && !to.is(TypeKind::Date))
        return 1;
    return {};
}

} // namespace millrace::sql
