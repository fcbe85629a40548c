// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/record.h"

#include "core/base/problem_codes.h"
#include "core/base/utf8.h"

#include <algorithm>

namespace millrace::record {

std::optional<Problem> keyProblem(std::string_view key)
{
    if (!key.empty() && key.size() <= kMaxKeyChars) // no text has more characters than bytes
        return {};
    // Bytes that are no text count as characters as well, four of them as one.
    const std::size_t characters = std::max(characterCount(key), key.size() / 4);
    if (!key.empty() && characters <= kMaxKeyChars)
        return {};
    return Problem(Code::InvalidKey, {{"characters", std::to_string(characters)}});
}

} // namespace millrace::record
