// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gateway/control/json_values.h"

namespace millrace::gateway {

/// Makes the JSON object of a listed struct.
class JsonWriter
{
public:
    static constexpr bool kReading = false;

    template <class T>
    void operator()(const char *name, const T &value)
    {
        m_object[name] = write(value);
    }
    template <class T>
    void orDefault(const char *name, const T &value)
    {
        (*this)(name, value);
    }
    template <class T>
    void optional(const char *name, const std::optional<T> &value)
    {
        if (value)
            (*this)(name, *value);
    }
    void base64(const char *name, const std::string &bytes);
    /// A text that may be any bytes: as it is, or in base64 under `name` + "64" when it is not
    /// UTF-8.
    void anyText(const char *name, const std::string &bytes);

    Json take() { return std::move(m_object); }

private:
    template <class T>
    static Json write(const T &value)
    {
        if constexpr (kIsVector<T>) {
            Json list = Json::array();
            for (const auto &item : value)
                list.push_back(write(item));
            return list;
        } else if constexpr (kIsStrongNumber<T>) {
            return value.value;
        } else if constexpr (std::same_as<T, NodeId>) {
            return value.value;
        } else if constexpr (std::same_as<T, WallTime>) {
            return value.time_since_epoch().count();
        } else if constexpr (std::same_as<T, std::chrono::milliseconds>) {
            return value.count();
        } else if constexpr (std::is_enum_v<T>) {
            for (const auto &[member, name] : EnumNames<T>::values) {
                if (member == value)
                    return std::string(name);
            }
            return nullptr;
        } else if constexpr (HasOwnSpelling<T>) {
            return toJson(value);
        } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
            return value;
        } else {
            JsonWriter child;
            visitFields(child, value);
            return child.take();
        }
    }

    Json m_object = Json::object();
};

} // namespace millrace::gateway
