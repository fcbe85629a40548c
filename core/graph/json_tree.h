// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::graph {

/// A JSON value that remembers its line, for messages; private to the file reader. Keeps what a
/// usual tree loses: members in the order written, with doubles, and numbers as written.
struct JsonNode {
    enum class Kind : std::uint8_t { Null = 1, Boolean, Integer, Real, Text, Array, Object };
    struct Member;

    Kind kind = Kind::Null;
    std::size_t line = 0; ///< from 1
    bool boolean = false;
    std::int64_t integer = 0;
    double real = 0;
    std::string text; ///< of a Text; of an Integer or Real its spelling
    std::vector<JsonNode> items;
    std::vector<Member> members;

    const JsonNode *find(std::string_view name) const; ///< first member of that name, or null
    /// Canonical JSON on one line: members sorted, ", " and ": ", strings as by appendJsonText.
    std::string toText() const;
    std::string_view kindName() const; ///< "a text", "an object", …: for messages
};

struct JsonNode::Member {
    std::string name;
    JsonNode value;
};

/// Parses strict JSON (RFC 8259; no comments, valid UTF-8). A whole number beyond int64 becomes a
/// Real that keeps its spelling.
/// Errors: DocumentSyntax, DocumentTooDeep, DocumentTooLarge; place "line 3, column 14".
Result<JsonNode> parseJson(std::string_view text, std::size_t maxDepth, std::size_t maxValues);

/// Appends `text` as a JSON string: only what must be is escaped.
void appendJsonText(std::string &out, std::string_view text);

} // namespace millrace::graph
