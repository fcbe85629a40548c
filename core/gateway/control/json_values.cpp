// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateway/control/base64.h"
#include "core/gateway/control/json_reader.h"
#include "core/gateway/control/json_writer.h"
#include "core/graph/value.h"

namespace millrace::gateway {
namespace {

std::string hexWord(std::uint64_t word)
{
    std::string out(16, '0');
    for (auto digit = out.rbegin(); digit != out.rend(); ++digit, word >>= 4U)
        *digit = "0123456789abcdef"[word & 15U];
    return out;
}

std::optional<std::uint64_t> fromHexWord(std::string_view text)
{
    std::uint64_t word = 0;
    for (const char c : text) {
        const auto digit = std::string_view("0123456789abcdef").find(c);
        if (digit == std::string_view::npos)
            return {};
        word = word << 4U | digit;
    }
    return word;
}

} // namespace

void JsonReading::within(std::string_view name)
{
    const bool direct = path.empty() || path.front() == '[';
    path = std::string(name) + (direct ? "" : ".") + path;
}

Json toJson(const Uuid &value)
{
    return value.toString();
}

void fromJson(const Json &json, Uuid &value, JsonReading &reading)
{
    std::string text;
    fromJson(json, text, reading);
    if (reading.failed)
        return;
    const auto parsed = Uuid::parse(text);
    if (!parsed)
        return reading.fail("a UUID is expected");
    value = *parsed;
}

Json toJson(const Problem &value)
{
    Json arguments = Json::array();
    for (const auto &[name, text] : value.arguments())
        arguments.push_back(Json::array({name, text}));
    return {{"code", static_cast<unsigned>(value.code())},
            {"id", std::string(describe(value.code()).id)},
            {"text", value.text()},
            {"place", value.place()},
            {"arguments", std::move(arguments)}};
}

void fromJson(const Json &json, Problem &value, JsonReading &reading)
{
    JsonReader reader(json, reading);
    std::uint64_t code = 0;
    std::string place;
    std::string ignored;
    reader("code", code);
    reader("place", place);
    reader.orDefault("id", ignored);   // follow from the code and the arguments
    reader.orDefault("text", ignored); // likewise
    std::vector<Problem::Argument> arguments;
    reader.optionalList("arguments", [&](const Json &item) {
        if (!item.is_array() || item.size() != 2 || !item[0].is_string() || !item[1].is_string())
            return reading.fail("a pair of texts is expected");
        arguments.emplace_back(item[0].get<std::string>(), item[1].get<std::string>());
    });
    reader.finish();
    if (!reading.failed && code > std::numeric_limits<std::uint16_t>::max())
        reading.fail("no such code");
    if (!reading.failed)
        value = Problem(static_cast<Code>(code), std::move(arguments), std::move(place));
}

Json toJson(const record::Hash128 &value)
{
    return hexWord(value.high) + hexWord(value.low);
}

void fromJson(const Json &json, record::Hash128 &value, JsonReading &reading)
{
    std::string text;
    fromJson(json, text, reading);
    if (reading.failed)
        return;
    const std::string_view digits = text;
    const bool fits = digits.size() == 32;
    const auto high = fits ? fromHexWord(digits.substr(0, 16)) : std::nullopt;
    const auto low = fits ? fromHexWord(digits.substr(16)) : std::nullopt;
    if (!high || !low)
        return reading.fail("32 hexadecimal digits in lower case are expected");
    value = {*high, *low};
}

Json toJson(const record::Schema &value)
{
    return Json::parse(value.toJson());
}

void fromJson(const Json &json, record::Schema &value, JsonReading &reading)
{
    auto schema = record::schemaFromJson(json.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (!schema)
        return reading.fail(schema.error().text());
    value = std::move(*schema);
}

void fromJson(const Json &json, std::uint64_t &value, JsonReading &reading)
{
    if (!json.is_number_unsigned())
        return reading.fail("a whole number from 0 is expected");
    value = json.get<std::uint64_t>();
}

void fromJson(const Json &json, std::int64_t &value, JsonReading &reading)
{
    if (!json.is_number_integer() ||
        (json.is_number_unsigned() &&
         json.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}))
        return reading.fail("a whole number is expected");
    value = json.get<std::int64_t>();
}

void fromJson(const Json &json, double &value, JsonReading &reading)
{
    if (!json.is_number())
        return reading.fail("a number is expected");
    value = json.get<double>();
}

void fromJson(const Json &json, std::string &value, JsonReading &reading)
{
    if (!json.is_string())
        return reading.fail("a text is expected");
    value = json.get_ref<const std::string &>();
}

void fromJson(const Json &json, bool &value, JsonReading &reading)
{
    if (!json.is_boolean())
        return reading.fail("true or false is expected");
    value = json.get<bool>();
}

void JsonWriter::base64(const char *name, const std::string &bytes)
{
    m_object[name] = toBase64(bytes);
}

void JsonWriter::anyText(const char *name, const std::string &bytes)
{
    if (graph::isUtf8(bytes))
        m_object[name] = bytes;
    else
        m_object[std::string(name) + "64"] = toBase64(bytes);
}

void JsonReader::base64(const char *name, std::string &bytes)
{
    std::string text;
    (*this)(name, text);
    in(name, [&] {
        if (auto decoded = fromBase64(text))
            bytes = std::move(*decoded);
        else
            m_reading.fail("base64 is expected");
    });
}

void JsonReader::anyText(const char *name, std::string &bytes)
{
    const std::string encoded = std::string(name) + "64";
    if (m_object.is_object() && m_object.contains(encoded))
        base64(encoded.c_str(), bytes);
    else
        orDefault(name, bytes);
}

void JsonReader::finish()
{
    if (m_reading.failed || !m_reading.refuseUnknown)
        return;
    for (const auto &[name, value] : m_object.items()) {
        if (std::find(m_asked.begin(), m_asked.end(), name) != m_asked.end())
            continue;
        m_reading.fail("it is unknown here");
        m_reading.within(name);
        return;
    }
}

} // namespace millrace::gateway
