// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/assert.h"
#include "core/base/problem.h"

#include <type_traits>
#include <utility>
#include <variant>

namespace millrace {

/// Either a T or the Problem that kept it from being. Member names are those of std::expected
/// (C++23) so that this class can become an alias the day the toolchain allows it. Reading the
/// wrong side is a bug of ours and asserts.
template <class T>
class [[nodiscard]] Result
{
public:
    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {}
    Result(Problem problem)
        : m_state(std::in_place_index<1>, std::move(problem))
    {}

    bool has_value() const noexcept { return m_state.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T &value() & { return **this; }
    const T &value() const & { return **this; }
    T &&value() && { return *std::move(*this); }

    T &operator*() &
    {
        MILLRACE_ASSERT(has_value());
        return *std::get_if<0>(&m_state);
    }
    const T &operator*() const &
    {
        MILLRACE_ASSERT(has_value());
        return *std::get_if<0>(&m_state);
    }
    T &&operator*() && { return std::move(**this); }
    const T *operator->() const { return &**this; }
    T *operator->() { return &**this; }

    const Problem &error() const &
    {
        MILLRACE_ASSERT(!has_value());
        return *std::get_if<1>(&m_state);
    }
    Problem &&error() &&
    {
        MILLRACE_ASSERT(!has_value());
        return std::move(*std::get_if<1>(&m_state));
    }

    template <class F>
    auto and_then(F &&f) && -> std::invoke_result_t<F, T &&>
    {
        if (!has_value())
            return std::move(*this).error();
        return std::forward<F>(f)(*std::move(*this));
    }

private:
    std::variant<T, Problem> m_state;
};

struct Done {
}; ///< the value of an operation that only succeeds or fails
using Status = Result<Done>;

/// Returns from the enclosing function when `expression` (a Result or Status) holds a problem.
#define MILLRACE_TRY(expression)                                                                   \
    do {                                                                                           \
        if (auto millraceTried = (expression); !millraceTried)                                     \
            return std::move(millraceTried).error();                                               \
    } while (false)

} // namespace millrace
