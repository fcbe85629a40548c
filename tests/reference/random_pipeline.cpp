// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/random_pipeline.h"

#include "core/base/clock.h"

#include <array>
#include <string_view>

namespace millrace::reference {
namespace {

/// The last three fail for some records: a division by zero, a text that is no number.
constexpr std::array<std::string_view, 8> kConditions = {
    "rssi > -70",
    "site IN ('roof', 'yard', 'boiler')",
    "ok",
    "battery_percent % 2 = 0",
    "partition_key LIKE 'sensor-%'",
    "100 / (rssi + 60) > -9",
    "rssi < -55 OR CAST(site AS INT) > 0",
    "100 / (battery_percent - 40) <> 1",
};
/// They keep what the conditions and the tables need.
constexpr std::string_view kKept =
    "device_id, event_time, site, temperature, battery_percent, rssi, ok, ";
constexpr std::array<std::string_view, 4> kMade = {
    "rssi + 3 AS level",
    "COALESCE(site, '?') AS place, 1000 / (rssi + 61) AS ratio",
    "CASE WHEN ok THEN 'fine' ELSE 'odd' END AS verdict",
    "temperature * 2 AS doubled, device_id LIKE '%1' AS one",
};
constexpr std::array<std::string_view, 5> kKeys = {"", "", "site",
                                                   "CAST(battery_percent AS STRING)",
                                                   "CASE WHEN rssi < -80 THEN NULL ELSE site END"};

class Builder
{
public:
    Builder(std::uint64_t seed, bool withTables)
        : m_dice(seed)
        , m_withTables(withTables)
    {
        SeededRandom random(seed);
        m_pipeline.document.project = Uuid::random(random);
        m_pipeline.document.name = "Reference";
    }

    RandomPipeline make()
    {
        const std::size_t generators = 1 + m_dice.below(2);
        for (std::size_t i = 0; i < generators; ++i)
            addGenerator();
        addStream();
        wire(m_givers[0], m_givers.back()); // something always runs
        const std::size_t others = 2 + m_dice.below(8);
        for (std::size_t i = 0; i < others; ++i) {
            switch (m_dice.below(m_withTables ? 6 : 4)) {
            case 0:
                addStream();
                break;
            case 1:
            case 2:
                addFilter();
                break;
            case 3:
                addMap();
                break;
            default:
                addTable();
            }
            connect();
        }
        giveEnds();
        disturb();
        return std::move(m_pipeline);
    }

private:
    graph::Node &add(const std::string &prefix, const std::string &kind)
    {
        std::string id = prefix + std::to_string(m_count++);
        id.resize(8, 'x');
        graph::Node node;
        node.id = {id};
        node.kind = kind;
        node.name = id;
        m_last = node.id;
        return m_pipeline.document.put(std::move(node));
    }
    void wire(const NodeId &from, const NodeId &to)
    {
        m_pipeline.document.wires[{{from, "out"}, {to, "in"}}] = {};
    }

    void addGenerator()
    {
        add("gen", "generator").parameters = {
            {"dataset", std::string("iot-sensors")},
            {"total", static_cast<std::int64_t>(20 + m_dice.below(200))},
            {"ratePerSecond", 200.0 * static_cast<double>(1 + m_dice.below(20))},
            {"keys", static_cast<std::int64_t>(1 + m_dice.below(20))},
            {"seed", static_cast<std::int64_t>(m_dice.below(1000))}};
        m_givers.push_back(m_last);
    }
    void addStream()
    {
        auto &node = add("str", "data-stream");
        node.parameters = {{"stream", "s-" + node.id.value},
                           {"shards", static_cast<std::int64_t>(1 + m_dice.below(5))},
                           {"limits", std::string("off")}};
        m_givers.push_back(m_last);
        m_streams.push_back(m_last);
    }
    void addFilter()
    {
        add("fil", "filter").parameters = {{"condition", std::string(m_dice.pick(kConditions))}};
        m_givers.push_back(m_last);
    }
    void addMap()
    {
        add("map", "map").parameters = {
            {"select", std::string(kKept) + std::string(m_dice.pick(kMade))},
            {"partitionKey", std::string(m_dice.pick(kKeys))}};
        m_givers.push_back(m_last);
    }
    void addTable()
    {
        auto &node = add("tab", "sqlite-table");
        node.parameters = {{"file", node.id.value + ".db"}, {"table", node.id.value}};
    }

    /// Wires from one to three of the nodes there are into the newest.
    void connect()
    {
        const std::size_t wires = 1 + (m_dice.chance(40) ? 1 + m_dice.below(2) : 0);
        for (std::size_t i = 0; i < wires; ++i) {
            const NodeId &from = m_dice.pick(m_givers);
            if (from != m_last)
                wire(from, m_last);
        }
    }

    /// What leads nowhere gets a stream behind it, what nothing feeds something before it.
    void giveEnds()
    {
        const auto &wires = m_pipeline.document.wires;
        const auto loose = [&](const NodeId &id) {
            for (const auto &[ends, wire] : wires) {
                if (ends.from.node == id)
                    return false;
            }
            return m_pipeline.document.nodes.at(id).kind != "data-stream";
        };
        const auto fed = [&](const NodeId &id) {
            for (const auto &[ends, wire] : wires) {
                if (ends.to.node == id)
                    return true;
            }
            return false;
        };
        for (const auto &[id, node] : m_pipeline.document.nodes) {
            if (node.kind != "generator" && !fed(id))
                wire(m_givers[0], id);
        }
        std::vector<NodeId> ends;
        for (const NodeId &id : m_givers) {
            if (loose(id))
                ends.push_back(id);
        }
        if (ends.empty())
            return;
        addStream();
        for (const NodeId &id : ends)
            wire(id, m_last);
    }

    /// Disables and bypasses nodes, and puts records of a client among the others.
    void disturb()
    {
        for (auto &[id, node] : m_pipeline.document.nodes) {
            const bool transform = node.kind == "filter" || node.kind == "map";
            if (transform && m_dice.chance(12))
                node.state = graph::NodeState::Bypassed;
            else if (id != m_givers[0] && id != m_streams[0] && m_dice.chance(6))
                node.state = graph::NodeState::Disabled;
        }
        if (!m_dice.chance(50))
            return;
        auto &puts = m_pipeline.inputs.puts[m_streams[0]];
        for (std::size_t i = 1 + m_dice.below(20); i > 0; --i) {
            const std::string key = "client-" + std::to_string(m_dice.below(4));
            if (m_dice.chance(30))
                puts.push_back({"damaged " + std::to_string(i), key, {}});
            else
                puts.push_back(
                    {R"({"device_id":"client-)" + std::to_string(i) +
                         R"(","event_time":"2026-01-31T08:05:00.123Z","site":"roof",)"
                         R"("temperature":1.5,"humidity":1.5,"pressure":1.5,"vibration":0.5,)"
                         R"("battery_percent":)" +
                         std::to_string(m_dice.below(90)) + R"(,"rssi":-)" +
                         std::to_string(50 + m_dice.below(40)) + R"(,"firmware":"2","ok":true})",
                     key,
                     {}});
        }
    }

    Dice m_dice;
    const bool m_withTables;
    RandomPipeline m_pipeline;
    std::vector<NodeId> m_givers; ///< nodes with an output
    std::vector<NodeId> m_streams;
    NodeId m_last;
    int m_count = 0;
};

} // namespace

std::uint64_t Dice::below(std::uint64_t bound)
{
    m_state = mix64(m_state);
    return m_state % bound;
}

RandomPipeline randomPipeline(std::uint64_t seed, bool withTables)
{
    return Builder(seed, withTables).make();
}

} // namespace millrace::reference
