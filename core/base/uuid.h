// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace millrace {

/// 16 random bytes naming something for ever (RFC 9562 version 4). All zero is "none".
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    static Uuid random(RandomSource &random);
    /// Reads the 36-character form, upper or lower case. Errors: InvalidArgument.
    static Result<Uuid> parse(std::string_view text);
    std::string toString() const; ///< "0b9d6a3e-…", lower case
    bool isNull() const { return *this == Uuid{}; }
    friend auto operator<=>(const Uuid &, const Uuid &) = default;
};

/// Names a stream for ever; a stream's name may be given to another one later, this never.
using StreamUuid = Uuid;

} // namespace millrace

template <>
struct std::hash<millrace::Uuid> {
    std::size_t operator()(const millrace::Uuid &id) const noexcept
    {
        std::uint64_t word = 0;
        std::memcpy(&word, id.bytes.data(), sizeof word);
        return static_cast<std::size_t>(word);
    }
};
