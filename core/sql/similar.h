// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/functions/regex.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::sql {

/// The regular expression of SIMILAR TO [ISO 9075-2, 8.6] as one for Regex, which the whole text
/// must match. % stands for any characters and _ for one; ( ) | * + ? {m,n} and [a-z], [^a-z],
/// [[:ALPHA:]] mean what they do there; `escape` (one character, or empty for none) takes the
/// meaning of such a character, or of itself, away. As in Flink, a point stands for any character
/// [Calcite, Like.sqlToRegexSimilar].
/// Empty when the pattern is none; `problem` then says what and where.
std::optional<std::string> similarRegex(std::string_view pattern, std::string_view escape,
                                        std::string &problem);

/// What SIMILAR TO prepares: the pattern where it is constant.
struct SimilarData {
    std::string escape;
    std::shared_ptr<const Regex> regex;
};

} // namespace millrace::sql
