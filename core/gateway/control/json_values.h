// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/problem.h"
#include "core/base/uuid.h"
#include "core/record/record.h"
#include "core/record/schema.h"

#include <algorithm>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// How values become JSON and come back; for the codec and for reports. Each struct is listed once,
/// as `visitFields(io, value)` in snapshot_fields.h and request_fields.h, and the same list serves
/// JsonWriter and JsonReader, so that a field cannot be written and not read.
namespace millrace::gateway {

using Json = nlohmann::json;

/// One reading of a JSON text: how strict it is, and the first thing that is wrong, with its place
/// ("entries[3].key").
struct JsonReading {
    bool refuseUnknown; ///< requests: a misspelt option must not pass as one left out
    bool failed = false;
    std::string path = {};
    std::string reason = {};

    void fail(std::string what)
    {
        failed = true;
        reason = std::move(what);
    }
    void within(std::string_view name); ///< puts `name` in front of the path
};

/// The spelling of an enumeration, specialised in snapshot_fields.h and request_fields.h.
template <class E>
struct EnumNames;

template <class Io, class T>
using Access = std::conditional_t<Io::kReading, T &, const T &>;

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsStrongNumber = false;
template <class Tag, class Rep>
inline constexpr bool kIsStrongNumber<StrongNumber<Tag, Rep>> = true;

/// Values with a spelling of their own.
Json toJson(const Uuid &value);
Json toJson(const Problem &value);
Json toJson(const record::Hash128 &value);
Json toJson(const record::Schema &value);
void fromJson(const Json &json, Uuid &value, JsonReading &reading);
void fromJson(const Json &json, Problem &value, JsonReading &reading);
void fromJson(const Json &json, record::Hash128 &value, JsonReading &reading);
void fromJson(const Json &json, record::Schema &value, JsonReading &reading);
void fromJson(const Json &json, std::uint64_t &value, JsonReading &reading);
void fromJson(const Json &json, std::int64_t &value, JsonReading &reading);
void fromJson(const Json &json, double &value, JsonReading &reading);
void fromJson(const Json &json, std::string &value, JsonReading &reading);
void fromJson(const Json &json, bool &value, JsonReading &reading);

template <class T>
concept HasOwnSpelling =
    requires(const T &value) {
        {
            toJson(value)
        } -> std::same_as<Json>;
    } && (std::same_as<T, Uuid> || std::same_as<T, Problem> || std::same_as<T, record::Hash128> ||
          std::same_as<T, record::Schema>);

} // namespace millrace::gateway
