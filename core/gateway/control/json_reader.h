// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem_codes.h"
#include "core/gateway/control/json_values.h"

namespace millrace::gateway {

/// Fills a listed struct from its JSON object. After the first mistake nothing more is read.
class JsonReader
{
public:
    static constexpr bool kReading = true;

    JsonReader(const Json &object, JsonReading &reading)
        : m_object(object)
        , m_reading(reading)
    {
        if (!object.is_object())
            reading.fail("an object is expected");
    }

    template <class T>
    void operator()(const char *name, T &value)
    {
        if (const Json *found = find(name))
            in(name, [&] { read(*found, value, m_reading); });
        else if (!m_reading.failed)
            in(name, [&] { m_reading.fail("it is missing"); });
    }
    template <class T>
    void orDefault(const char *name, T &value)
    {
        if (const Json *found = find(name))
            in(name, [&] { read(*found, value, m_reading); });
    }
    template <class T>
    void optional(const char *name, std::optional<T> &value)
    {
        if (const Json *found = find(name))
            in(name, [&] {
                value.emplace(blank<T>());
                read(*found, *value, m_reading);
            });
    }
    void base64(const char *name, std::string &bytes);
    void anyText(const char *name, std::string &bytes);
    /// Calls `each` for every item of a list that may be absent.
    template <class F>
    void optionalList(const char *name, F &&each)
    {
        const Json *found = find(name);
        if (found == nullptr)
            return;
        in(name, [&] {
            if (!found->is_array())
                return m_reading.fail("a list is expected");
            for (std::size_t i = 0; i < found->size() && !m_reading.failed; ++i)
                each((*found)[i]);
        });
    }

    /// Where the reading refuses unknown members: fails when the object has one nobody asked for.
    void finish();

private:
    const Json *find(const char *name)
    {
        m_asked.emplace_back(name);
        if (m_reading.failed)
            return nullptr;
        const auto found = m_object.find(name);
        return found == m_object.end() ? nullptr : &*found;
    }
    template <class F>
    void in(std::string_view name, F &&inner)
    {
        if (m_reading.failed)
            return;
        inner();
        if (m_reading.failed)
            m_reading.within(name);
    }
    template <class T>
    static void read(const Json &json, T &value, JsonReading &reading)
    {
        if constexpr (kIsVector<T>) {
            readList(json, value, reading);
        } else if constexpr (kIsStrongNumber<T>) {
            read(json, value.value, reading);
        } else if constexpr (std::same_as<T, NodeId>) {
            fromJson(json, value.value, reading);
        } else if constexpr (std::same_as<T, WallTime>) {
            std::int64_t ms = 0;
            fromJson(json, ms, reading);
            value = WallTime(std::chrono::milliseconds(ms));
        } else if constexpr (std::same_as<T, std::chrono::milliseconds>) {
            std::int64_t ms = 0;
            fromJson(json, ms, reading);
            value = std::chrono::milliseconds(ms);
        } else if constexpr (std::is_enum_v<T>) {
            readEnum(json, value, reading);
        } else if constexpr (std::same_as<T, std::uint32_t>) {
            std::uint64_t wide = 0;
            fromJson(json, wide, reading);
            if (!reading.failed && wide > std::numeric_limits<std::uint32_t>::max())
                reading.fail("the number is too large");
            value = static_cast<std::uint32_t>(wide);
        } else if constexpr (requires { fromJson(json, value, reading); }) {
            fromJson(json, value, reading);
        } else {
            JsonReader child(json, reading);
            visitFields(child, value);
            child.finish();
        }
    }
    template <class T>
    static void readList(const Json &json, std::vector<T> &list, JsonReading &reading)
    {
        if (!json.is_array())
            return reading.fail("a list is expected");
        list.clear();
        for (std::size_t i = 0; i < json.size() && !reading.failed; ++i) {
            read(json[i], list.emplace_back(blank<T>()), reading);
            if (reading.failed)
                reading.within("[" + std::to_string(i) + "]");
        }
    }
    template <class T>
    static void readEnum(const Json &json, T &value, JsonReading &reading)
    {
        std::string expected;
        for (const auto &[member, name] : EnumNames<T>::values) {
            if (json.is_string() && json.get_ref<const std::string &>() == name) {
                value = member;
                return;
            }
            expected += (expected.empty() ? "" : ", ") + std::string(name);
        }
        reading.fail("one of " + expected + " is expected");
    }
    /// A value for read() to overwrite; Problem, and what begins with one, has no default.
    template <class T>
    static T blank()
    {
        if constexpr (std::is_default_constructible_v<T>)
            return T{};
        else
            return T{Problem(Code::Cancelled)};
    }

    const Json &m_object;
    JsonReading &m_reading;
    std::vector<std::string> m_asked;
};

} // namespace millrace::gateway
