// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/kernels.h"

#include <compare>

namespace millrace::sql {
namespace {

/// To be compared with 0. DOUBLE is compared by Java's operators, as Flink does: NaN is neither
/// equal to anything nor less nor greater.
int order(std::int64_t a, std::int64_t b)
{
    return a < b ? -1 : (a > b ? 1 : 0);
}
std::partial_ordering order(double a, double b)
{
    return a <=> b;
}
int order(const Decimal &a, const Decimal &b)
{
    return record::compareDecimal(a, b);
}
int order(std::string_view a, std::string_view b)
{
    // Bytes of UTF-8 are in the order of code points.
    return a.compare(b);
}

template <Operator Op, class T>
bool compare(RowCall &, T a, T b)
{
    if constexpr (Op == Operator::Equal && !std::is_same_v<T, double> &&
                  !std::is_same_v<T, Decimal>)
        return a == b;
    const auto result = order(a, b);
    switch (Op) {
    case Operator::Equal:
        return result == 0;
    case Operator::NotEqual:
        return result != 0;
    case Operator::Less:
        return result < 0;
    case Operator::LessEqual:
        return result <= 0;
    case Operator::Greater:
        return result > 0;
    default:
        return result >= 0;
    }
}

template <class T>
void distinct(const KernelCall &call)
{
    const ColumnVector &a = *call.arguments[0];
    const ColumnVector &b = *call.arguments[1];
    for (const std::uint32_t row : call.rows) {
        const bool differ = a.isNull(row) || b.isNull(row)
                                ? a.isNull(row) != b.isNull(row)
                                : order(readCell<T>(a, row), readCell<T>(b, row)) != 0;
        call.out.set(row, differ);
    }
}

template <class T>
void between(const KernelCall &call)
{
    const ColumnVector &value = *call.arguments[0];
    const ColumnVector &low = *call.arguments[1];
    const ColumnVector &high = *call.arguments[2];
    for (const std::uint32_t row : call.rows) {
        if (value.isNull(row)) {
            call.out.setNull(row);
            continue;
        }
        const T v = readCell<T>(value, row);
        const bool below = !low.isNull(row) && !(order(v, readCell<T>(low, row)) >= 0);
        const bool above = !high.isNull(row) && !(order(v, readCell<T>(high, row)) <= 0);
        if (below || above)
            call.out.set(row, false);
        else if (low.isNull(row) || high.isNull(row))
            call.out.setNull(row);
        else
            call.out.set(row, true);
    }
}

/// (value BETWEEN a AND b) OR (value BETWEEN b AND a), which a NULL anywhere makes unknown.
template <class T>
void betweenSymmetric(const KernelCall &call)
{
    const ColumnVector &value = *call.arguments[0];
    const ColumnVector &first = *call.arguments[1];
    const ColumnVector &second = *call.arguments[2];
    for (const std::uint32_t row : call.rows) {
        if (value.isNull(row) || first.isNull(row) || second.isNull(row)) {
            call.out.setNull(row);
            continue;
        }
        const T v = readCell<T>(value, row);
        const auto a = order(v, readCell<T>(first, row));
        const auto b = order(v, readCell<T>(second, row));
        call.out.set(row, (a >= 0 && b <= 0) || (a <= 0 && b >= 0));
    }
}

template <class T>
void inList(const KernelCall &call)
{
    const ColumnVector &value = *call.arguments[0];
    const auto list = call.arguments.subspan(1);
    for (const std::uint32_t row : call.rows) {
        if (value.isNull(row)) {
            call.out.setNull(row);
            continue;
        }
        const T v = readCell<T>(value, row);
        bool found = false;
        bool unknown = false;
        for (std::size_t i = 0; i < list.size() && !found; ++i) {
            if (list[i]->isNull(row))
                unknown = true;
            else
                found = order(v, readCell<T>(*list[i], row)) == 0;
        }
        if (found || !unknown)
            call.out.set(row, found);
        else
            call.out.setNull(row);
    }
}

template <class T>
Kernel comparisonOf(Operator op)
{
    switch (op) {
    case Operator::Equal:
        return rowKernel<compare<Operator::Equal, T>>;
    case Operator::NotEqual:
        return rowKernel<compare<Operator::NotEqual, T>>;
    case Operator::Less:
        return rowKernel<compare<Operator::Less, T>>;
    case Operator::LessEqual:
        return rowKernel<compare<Operator::LessEqual, T>>;
    case Operator::Greater:
        return rowKernel<compare<Operator::Greater, T>>;
    case Operator::GreaterEqual:
        return rowKernel<compare<Operator::GreaterEqual, T>>;
    case Operator::IsDistinctFrom:
        return distinct<T>;
    default:
        return nullptr;
    }
}

/// Calls `make` with a value of the C++ type that cells of the storage are read as.
template <class F>
Kernel ofStorage(Storage storage, F &&make)
{
    switch (storage) {
    case Storage::Integer:
        return make(std::int64_t{});
    case Storage::Real:
        return make(double{});
    case Storage::Decimal:
        return make(Decimal{});
    case Storage::Text:
        return make(std::string_view{});
    }
    return nullptr;
}

bool logicalNot(RowCall &, bool value)
{
    return !value;
}

void isNull(const KernelCall &call)
{
    for (const std::uint32_t row : call.rows)
        call.out.set(row, call.arguments[0]->isNull(row));
}

template <bool Wanted>
void isTruth(const KernelCall &call)
{
    for (const std::uint32_t row : call.rows)
        call.out.set(row, !call.arguments[0]->isNull(row) &&
                              call.arguments[0]->asBoolean(row) == Wanted);
}

} // namespace

Kernel comparisonKernel(Operator op, Storage storage)
{
    return ofStorage(storage, [&](auto type) { return comparisonOf<decltype(type)>(op); });
}

Kernel betweenKernel(Storage storage)
{
    return ofStorage(storage, [](auto type) -> Kernel { return between<decltype(type)>; });
}

Kernel betweenSymmetricKernel(Storage storage)
{
    return ofStorage(storage, [](auto type) -> Kernel { return betweenSymmetric<decltype(type)>; });
}

Kernel inKernel(Storage storage)
{
    return ofStorage(storage, [](auto type) -> Kernel { return inList<decltype(type)>; });
}

Kernel notKernel()
{
    return rowKernel<logicalNot>;
}

Kernel isNullKernel()
{
    return isNull;
}

Kernel isTruthKernel(bool wanted)
{
    return wanted ? isTruth<true> : isTruth<false>;
}

} // namespace millrace::sql
