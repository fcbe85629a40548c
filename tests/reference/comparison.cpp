// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/comparison.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace millrace::reference {
namespace {

constexpr std::size_t kShownChars = 200;

std::string brief(const Content &content)
{
    return content.first + ' ' + content.second.substr(0, kShownChars);
}

/// The same records, and those of one lane in their order. With `again` some may stand once more.
Fault compareRecords(const std::string &where, const std::vector<Record> &expected,
                     const std::vector<Content> &actual, bool again = false)
{
    std::multiset<Content> missing;
    std::map<std::string, std::vector<Content>> lanes;
    for (const Record &record : expected) {
        missing.insert({record.key, record.data});
        lanes[record.lane].push_back({record.key, record.data});
    }
    const std::set<Content> known(missing.begin(), missing.end());
    std::vector<Content> excess;
    for (const Content &content : actual) {
        if (const auto found = missing.find(content); found != missing.end())
            missing.erase(found);
        else if (!again || !known.contains(content))
            excess.push_back(content);
    }
    const auto listed = [](const std::string &what, const auto &contents) {
        std::string out;
        if (!contents.empty())
            out += ", " + what + ' ' + std::to_string(contents.size()) + ", for instance " +
                   brief(*contents.begin());
        return out;
    };
    if (!missing.empty() || !excess.empty())
        return where + ": of " + std::to_string(expected.size()) + " records" +
               listed("lost", missing) + listed("too much or twice", excess);
    for (const auto &[name, lane] : lanes) {
        auto next = lane.begin();
        for (const Content &content : actual)
            next += next != lane.end() && *next == content ? 1 : 0;
        if (next != lane.end())
            return where + ": out of order at " + brief(*next) + " of lane " + name;
    }
    return {};
}

/// One after the other is made the first of a second.
Fault overLimit(const std::vector<Arrival> &arrivals)
{
    for (auto first = arrivals.begin(); first != arrivals.end(); ++first) {
        std::size_t records = 0;
        std::size_t bytes = 0;
        for (auto a = first; a != arrivals.end() && a->at - first->at < std::chrono::seconds(1);
             ++a) {
            ++records;
            bytes += a->bytes;
        }
        if (records > kLimitRecords || (records > 1 && bytes > kLimitBytes))
            return std::to_string(records) + " records and " + std::to_string(bytes) +
                   " bytes within a second";
    }
    return {};
}

Fault compareFates(const NodeId &node, const runtime::FateCounts &expected,
                   const runtime::FateCounts &actual)
{
    if (expected == actual)
        return {};
    const auto text = [](const runtime::FateCounts &c) {
        return "in " + std::to_string(c.in) + " processed " + std::to_string(c.processed) +
               " filtered " + std::to_string(c.filtered) + " late " + std::to_string(c.late) +
               " dead " + std::to_string(c.dead) + " expired " + std::to_string(c.expired) +
               " in flight " + std::to_string(c.inFlight) + " out " + std::to_string(c.out);
    };
    return "fates of " + node.value + ": " + text(actual) + ", expected " + text(expected);
}

} // namespace

Fault compareFates(const Outcome &expected, const std::map<NodeId, runtime::FateCounts> &actual)
{
    for (const auto &[node, fates] : expected.fates) {
        const auto found = actual.find(node);
        if (found == actual.end())
            return "no fates of " + node.value;
        if (auto fault = compareFates(node, fates, found->second))
            return fault;
    }
    return {};
}

const char *const kTableRowExpression =
    "device_id || '|' || event_time || '|' || rssi || '|' || battery_percent";

Content deadLetterContent(const std::string &node, const std::string &reason, std::string data)
{
    return {node + ": " + reason, std::move(data)};
}

std::string tableRow(const std::string &json)
{
    const auto object = nlohmann::json::parse(json);
    std::string time = object["event_time"];
    std::replace(time.begin(), time.end(), 'T', ' ');
    return object["device_id"].get<std::string>() + '|' + time + '|' +
           std::to_string(object["rssi"].get<int>()) + '|' +
           std::to_string(object["battery_percent"].get<int>());
}

Fault compare(const graph::Document &document, const Outcome &expected, const Findings &actual)
{
    for (const auto &[node, shards] : expected.shards) {
        const auto found = actual.shards.find(node);
        for (std::size_t i = 0; i < shards.size(); ++i) {
            const bool there = found != actual.shards.end() && i < found->second.size();
            if (auto fault = compareRecords(node.value + '/' + std::to_string(i), shards[i],
                                            there ? found->second[i] : std::vector<Content>{}))
                return fault;
        }
    }
    for (const auto &[node, shards] : actual.arrivals) {
        for (std::size_t i = 0; i < shards.size() && actual.oneVirtualRun; ++i) {
            if (auto fault = expected.limited.contains(node) ? overLimit(shards[i]) : Fault())
                return node.value + '/' + std::to_string(i) + ": " + *fault;
        }
    }
    for (const auto &[node, records] : expected.rows) {
        const auto found = actual.rows.find(node);
        const graph::Node *drawn = document.find(node);
        const bool table = drawn != nullptr && drawn->kind == "sqlite-table";
        const bool printed = drawn != nullptr && drawn->kind == "standard-output";
        std::vector<Record> rows;
        for (const Record &record : records)
            rows.push_back({table ? tableRow(record.data) : record.data, {}, record.lane});
        if (auto fault =
                compareRecords(node.value, rows,
                               found == actual.rows.end() ? std::vector<Content>{} : found->second,
                               printed && actual.printedAgain))
            return fault;
    }
    std::vector<Record> letters;
    for (const DeadLetter &letter : expected.deadLetters) {
        auto [words, data] =
            deadLetterContent(letter.node.value, letter.reason, letter.record.data);
        letters.push_back({data, words, letter.record.lane + " > " + letter.node.value});
    }
    if (auto fault = compareRecords("dead letters", letters, actual.deadLetters))
        return fault;
    return compareFates(expected, actual.fates);
}

std::string describe(const graph::Document &document)
{
    std::string out;
    for (const auto &[id, node] : document.nodes) {
        out += id.value + ' ' + node.kind + ' ' + std::string(graph::toText(node.state));
        for (const auto &[name, value] : node.parameters)
            out += ' ' + name + '=' + graph::toText(value);
        out += '\n';
    }
    for (const auto &[ends, wire] : document.wires)
        out += ends.from.node.value + " -> " + ends.to.node.value + '\n';
    return out;
}

} // namespace millrace::reference
