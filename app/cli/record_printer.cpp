// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/record_printer.h"

#include "app/cli/terminal.h"

#include "core/base/json_syntax.h"
#include "core/gateway/control/base64.h"
#include "core/graph/value.h"
#include "core/record/timestamp_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace millrace::cli {
namespace {

constexpr std::size_t kArrivalColumns = 23;
constexpr std::size_t kShardColumns = 5;
constexpr std::size_t kSequenceColumns = 12;
constexpr std::size_t kKeyColumns = 20;

std::string jsonText(std::string_view text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// `,"name":"text"`, or `,"name64":"…"` where the bytes are not UTF-8.
std::string textMember(std::string_view name, std::string_view bytes)
{
    if (graph::isUtf8(bytes))
        return fmt::format(",\"{}\":{}", name, jsonText(bytes));
    return fmt::format(",\"{}64\":\"{}\"", name, gateway::toBase64(bytes));
}

/// The payload as a member; JSON stands as it was written, so that numbers keep their digits and
/// fields of one name stand side by side.
std::string dataMember(std::string_view data)
{
    if (data.starts_with("\xEF\xBB\xBF") || findJsonFault(data))
        return fmt::format(",\"data64\":\"{}\"", gateway::toBase64(data));
    // In JSON a line end is nothing but a blank: inside a text it is escaped.
    std::string line(data);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
    return fmt::format(",\"data\":{}", line);
}

std::string isoTime(WallTime time)
{
    std::string text = record::timestampText(time.time_since_epoch().count());
    if (const auto blank = text.find(' '); blank != std::string::npos)
        text[blank] = 'T';
    return text + "Z";
}

/// The digits in which neighbouring records differ: seqIx stands above 2^80 [core/stream,
/// SequenceNumber], which is about 10^24.
std::string middleDigits(std::string_view sequenceNumber)
{
    constexpr std::size_t kDigitsBelow = 24;
    constexpr std::size_t kShown = kSequenceColumns - 2; // between two dots that say so
    if (sequenceNumber.size() < kDigitsBelow + kShown)
        return std::string(sequenceNumber);
    return "…" +
           std::string(
               sequenceNumber.substr(sequenceNumber.size() - kDigitsBelow - kShown, kShown)) +
           "…";
}

std::string tableLine(std::string_view arrival, std::string_view shard, std::string_view sequence,
                      std::string_view key, std::string_view data, std::size_t columns)
{
    std::string line =
        fmt::format("{}  {}  {}  {}  ", cell(arrival, kArrivalColumns), cell(shard, kShardColumns),
                    cell(sequence, kSequenceColumns), cell(key, kKeyColumns));
    line += data;
    return cut(line, columns);
}

} // namespace

std::string recordJson(const record::RecordBatch &batch, std::uint32_t row,
                       std::string_view sequenceNumber)
{
    std::string out =
        fmt::format("{{\"shard\":{},\"ordinal\":{},\"sequence_number\":\"{}\",\"arrival\":\"{}\"",
                    batch.shard().value, batch.firstOrdinal().value + row, sequenceNumber,
                    isoTime(batch.arrival(row)));
    out += textMember("key", batch.key(row));
    out += fmt::format(",\"origin\":\"{}\"", batch.origin(row).toString());
    if (const auto attributes = batch.attributes(row); !attributes.empty()) {
        std::string members;
        for (const record::Attribute &attribute : attributes)
            members += (members.empty() ? "" : ",") + jsonText(attribute.name) + ":" +
                       jsonText(attribute.value);
        out += ",\"attributes\":{" + members + "}";
    }
    return out + dataMember(batch.data(row)) + "}";
}

std::string recordTableHead(std::size_t columns)
{
    return tableLine("arrival (UTC)", "shard", "sequence", "key", "data", columns);
}

std::string recordTableRow(const record::RecordBatch &batch, std::uint32_t row,
                           std::string_view sequenceNumber, std::size_t columns)
{
    return tableLine(record::timestampText(batch.arrival(row).time_since_epoch().count()),
                     std::to_string(batch.shard().value), middleDigits(sequenceNumber),
                     batch.key(row), batch.data(row), columns);
}

} // namespace millrace::cli
