// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/node.h"

#include <array>
#include <type_traits>
#include <utility>

namespace millrace::sql {

/// What a function may make of one row; a longer text is a row error.
inline constexpr std::size_t kMaxMadeBytes = 16U << 20U;

/// What a function of one row sees beside its arguments: the way to say NULL or "this row fails",
/// and memory for texts.
class RowCall
{
public:
    RowCall(const KernelCall &call, std::size_t row)
        : m_call(call)
        , m_row(row)
    {}

    void setNull() { m_null = true; }
    void fail(std::string reason)
    {
        m_call.context.fail(m_row, std::move(reason));
        m_null = true;
    }
    bool isNull() const { return m_null; }
    /// Asked before a text of `count` parts of `bytesEach` is made: false, and the row fails, when
    /// it is longer than a function may make. Any count from outside may be given; nothing wraps.
    bool mayMake(std::uint64_t count, std::size_t bytesEach = 1)
    {
        const bool may = bytesEach == 0 || count <= kMaxMadeBytes / bytesEach;
        if (!may)
            fail("the text would be longer than 16 MiB");
        return may;
    }

    std::size_t row() const { return m_row; }
    EvaluationContext &context() { return m_call.context; }
    TextArena &arena() { return m_call.context.arena(); }
    /// A text to give back, which the arena keeps; empty, and the row fails, when it is too long.
    std::string_view text(std::string_view made)
    {
        return mayMake(made.size()) ? arena().copy(made) : std::string_view{};
    }
    const DataType &outputType() const { return m_call.out.type(); }
    const ColumnVector &argument(std::size_t i) const { return *m_call.arguments[i]; }
    template <class T>
    const T &data() const
    {
        return *static_cast<const T *>(m_call.data);
    }

private:
    const KernelCall &m_call;
    std::size_t m_row;
    bool m_null = false;
};

template <class T>
T readCell(const ColumnVector &column, std::size_t row)
{
    if constexpr (std::is_same_v<T, bool>)
        return column.asBoolean(row);
    else if constexpr (std::is_same_v<T, std::int64_t>)
        return column.asInt64(row);
    else if constexpr (std::is_same_v<T, double>)
        return column.asDouble(row);
    else if constexpr (std::is_same_v<T, Decimal>)
        return column.asDecimal(row);
    else
        return column.asText(row);
}

namespace detail {

template <class R, class... Arguments, std::size_t... I>
void runRows(const KernelCall &call, R (*function)(RowCall &, Arguments...),
             std::index_sequence<I...>)
{
    for (const std::uint32_t row : call.rows) {
        if ((call.arguments[I]->isNull(row) || ...) || call.context.refuses(row)) {
            call.out.setNull(row);
            continue;
        }
        RowCall rowCall(call, row);
        const R result = function(rowCall, readCell<Arguments>(*call.arguments[I], row)...);
        if (rowCall.isNull())
            call.out.setNull(row);
        else
            call.out.set(row, result);
    }
}

template <auto Function, class R, class... Arguments>
void runTyped(const KernelCall &call, R (*)(RowCall &, Arguments...))
{
    if constexpr (sizeof...(Arguments) == 0) {
        for (const std::uint32_t row : call.rows) {
            RowCall rowCall(call, row);
            const R result = Function(rowCall);
            if (rowCall.isNull())
                call.out.setNull(row);
            else
                call.out.set(row, result);
        }
    } else {
        runRows<R, Arguments...>(call, Function, std::index_sequence_for<Arguments...>{});
    }
}

} // namespace detail

/// Makes a kernel of a function of one row, `R f(RowCall &, A…)`: NULL in any argument gives NULL,
/// the arguments are read as their C++ types (bool, int64_t, double, Decimal, string_view).
template <auto Function>
void rowKernel(const KernelCall &call)
{
    detail::runTyped<Function>(call, Function);
}

} // namespace millrace::sql
