// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/schema.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace millrace::sql {

/// A parameter of a function's signature (functions/function.h).
struct Parameter {
    enum class Kind : unsigned char { Exact = 1, Time, Numeric, Array, Any, Common };
    Kind kind = Kind::Any;
    record::DataType type; ///< of Exact

    /// How far a value of `from` must be bent; empty when it cannot be.
    std::optional<int> cost(const record::DataType &from) const;
    /// What an argument of `from` is converted to.
    record::DataType target(const record::DataType &from) const;
};

/// "STRING, BIGINT... -> STRING", read.
class Signature
{
public:
    static Signature parse(std::string_view text);
    /// The part in front of the arrow, for messages.
    static std::string_view parametersOf(std::string_view text);

    bool takes(std::size_t arguments) const;
    const Parameter &parameter(std::size_t index) const; ///< the last one again when variadic
    record::DataType result(std::span<const record::DataType> arguments,
                            const record::DataType &common) const;

private:
    std::vector<Parameter> m_parameters;
    bool m_variadic = false; ///< the last parameter, any number of times
    Parameter m_result;
    std::size_t m_resultArgument = 0; ///< from 1; 0: as m_result says
};

} // namespace millrace::sql
