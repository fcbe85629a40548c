// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::sql {

/// A pattern of LIKE: % stands for any characters, _ for one, the escape takes their meaning away.
/// Case-sensitive, by UTF-8 characters. Thread-safety: immutable.
class LikePattern
{
public:
    /// `escape` is one character, or empty for none. Empty when an escape stands before anything
    /// but %, _ or itself.
    static std::optional<LikePattern> parse(std::string_view pattern, std::string_view escape);
    bool matches(std::string_view text) const;

private:
    struct Part {
        enum class Kind : unsigned char { Literal = 1, One, Any };
        Kind kind;
        std::string text;
    };
    std::vector<Part> m_parts;
};

/// What LIKE prepares: the pattern where it is constant.
struct LikeData {
    std::string escape;
    std::optional<LikePattern> pattern;
};

} // namespace millrace::sql
