// SPDX-License-Identifier: GPL-3.0-or-later
// The small texts that come from outside: from a command line, a document, a catalog, a data file,
// /proc. What is understood is written and read back the same.
#include "core/base/json_syntax.h"
#include "core/base/uuid.h"
#include "core/gateway/control/base64.h"
#include "core/nodes/producers/proc_figures.h"
#include "core/nodes/producers/time_text.h"
#include "core/record/decimal.h"
#include "core/record/schema.h"
#include "core/record/timestamp_text.h"
#include "core/sql/functions/letter_case.h"
#include "core/sql/functions/time_format.h"
#include "core/sql/json_path.h"
#include "core/sql/json_text.h"
#include "core/sql/like.h"
#include "core/sql/schema_inference.h"
#include "core/sql/similar.h"
#include "core/stream/hash_range.h"
#include "core/stream/sequence_number.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

using namespace millrace;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// The part before the first newline, and the part behind it.
std::pair<std::string_view, std::string_view> twoLines(std::string_view text)
{
    const std::size_t end = std::min(text.find('\n'), text.size());
    return {text.substr(0, end), text.substr(std::min(end + 1, text.size()))};
}

void tryType(std::string_view text)
{
    const auto type = record::parseType(text);
    if (!type)
        return;
    const auto again = record::parseType(type->toString());
    require(again && *again == *type);
}

void trySchema(std::string_view text)
{
    const auto schema = record::parseSchema(text);
    if (!schema)
        return;
    const auto again = record::parseSchema(schema->toString());
    require(again && *again == *schema);
    const auto stored = record::schemaFromJson(schema->toJson());
    require(stored && *stored == *schema);
}

void tryStoredSchema(std::string_view text)
{
    const auto schema = record::schemaFromJson(text);
    if (!schema)
        return;
    const auto again = record::schemaFromJson(schema->toJson());
    require(again && *again == *schema);
}

void tryInference(std::string_view text)
{
    sql::SchemaInference inference;
    while (!text.empty()) {
        const auto [line, rest] = twoLines(text);
        inference.add(line);
        text = rest;
    }
    const record::Schema schema = inference.schema();
    if (schema.fields.empty())
        return;
    const auto again = record::parseSchema(schema.toString());
    require(again && *again == schema);
}

void tryTime(std::string_view text)
{
    if (const auto millis = record::parseTimestamp(text)) {
        require(record::isTimestampInRange(*millis));
        require(record::parseTimestamp(record::timestampText(*millis)) == millis);
    }
    (void)nodes::parseMoment(text);
}

void tryTimeFormat(std::string_view text)
{
    const auto [pattern, moment] = twoLines(text);
    const auto format = sql::TimeFormat::parse(pattern);
    if (!format)
        return;
    for (const auto millis :
         {format->read(moment), format->readLeniently(moment), sql::readSqlTimestamp(moment)}) {
        require(!millis || record::isTimestampInRange(*millis));
        if (millis)
            (void)format->format(*millis);
    }
}

void tryNumbers(std::string_view text)
{
    if (const auto number = stream::SequenceNumber::parse(text)) {
        const auto again = stream::SequenceNumber::parse(number->toString());
        require(again && *again == *number);
    }
    if (const auto hash = stream::parseHash(text))
        require(stream::toDecimal(*hash) == text);
    if (const auto decimal = record::parseDecimal(text)) {
        const auto again = record::parseDecimal(record::decimalText(*decimal));
        require(again && record::compareDecimal(*again, *decimal) == 0);
    }
    if (const auto id = Uuid::parse(text))
        require(Uuid::parse(id->toString()).value() == *id);
}

void tryBase64(std::string_view text)
{
    if (const auto bytes = gateway::fromBase64(text))
        require(gateway::toBase64(*bytes) == text);
    const auto back = gateway::fromBase64(gateway::toBase64(text));
    require(back && *back == text);
}

void tryJson(std::string_view text)
{
    const auto fault = findJsonFault(text);
    require(!fault || (fault->line > 0 && fault->column > 0 && !fault->reason.empty()));
    // That one ends at a zero byte.
    if (nlohmann::json::accept(text) && text.find('\0') == std::string_view::npos)
        require(!fault);
    (void)sql::parseJsonPath(text);
    const std::string narrow = sql::wideIntegersAsReals(text);
    require(narrow.size() == text.size());
    require(nlohmann::json::accept(narrow) || !nlohmann::json::accept(text));
}

void tryLike(std::string_view text)
{
    const auto [pattern, value] = twoLines(text);
    if (const auto like = sql::LikePattern::parse(pattern, "\\"))
        (void)like->matches(value);
    std::string problem;
    if (const auto regex = sql::similarRegex(pattern, "!", problem)) {
        static sql::RegexMemory memory;
        if (const auto compiled = sql::Regex::compile(*regex, problem, sql::RegexPart::Whole))
            (void)memory.search(*compiled, value);
    }
    require(sql::upperCase(text).size() <= 3 * text.size());
    require(sql::lowerCase(text).size() <= 3 * text.size());
}

void tryProc(std::string_view text)
{
    std::uint64_t processors = 0;
    (void)nodes::parseStat(text, processors);
    (void)nodes::parseMeminfo(text);
    (void)nodes::parseLoadavg(text);
    (void)nodes::parseNetDev(text);
    (void)nodes::parseDiskstats(text);
}

} // namespace

/// The first byte chooses what the rest is taken for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static constexpr std::array kKinds{tryType, trySchema,  tryStoredSchema, tryInference,
                                       tryTime, tryNumbers, tryTimeFormat,   tryBase64,
                                       tryJson, tryLike,    tryProc};
    if (size > 0)
        kKinds[data[0] % kKinds.size()]({reinterpret_cast<const char *>(data + 1), size - 1});
    return 0;
}
