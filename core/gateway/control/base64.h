// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::gateway {

/// `bytes` in the standard alphabet with padding (RFC 4648, section 4).
std::string toBase64(std::string_view bytes);

/// The bytes of a padded text in that alphabet; nothing when it is not exactly that (a foreign
/// character, a wrong length, bits that belong to no byte).
std::optional<std::string> fromBase64(std::string_view text);

} // namespace millrace::gateway
