// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/random_pipeline.h"

#include "core/base/clock.h"

#include <array>
#include <string_view>

namespace millrace::reference {
namespace {

/// They keep what the conditions and the tables need.
constexpr std::string_view kKept =
    "device_id, event_time, site, temperature, battery_percent, rssi, ok, ";
constexpr std::array<std::string_view, 4> kMade = {
    "rssi + 3 AS level",
    "COALESCE(site, '?') AS place, 1000 / (rssi + 61) AS ratio",
    "CASE WHEN ok THEN 'fine' ELSE 'odd' END AS verdict",
    "temperature * 2 AS doubled, device_id LIKE '%1' AS one",
};
constexpr std::array<const char *, 4> kSites = {"roof", "yard", "7", "hall-2"};
/// What the generator's sensors give.
constexpr std::string_view kReadingSchema =
    "device_id STRING, event_time TIMESTAMP_LTZ(3), site STRING, temperature DOUBLE, "
    "humidity DOUBLE, pressure DOUBLE, vibration DOUBLE, battery_percent INT, rssi INT, "
    "firmware STRING, ok BOOLEAN";
constexpr std::array<std::string_view, 3> kFileKeys = {"", "site", "device_id"};

/// A reading like those of the generator's sensors.
struct Reading {
    std::string device;
    std::string site;
    std::string battery;
    std::string rssi;

    Reading(Dice &dice, std::string name)
        : device(std::move(name))
        , site(dice.pick(kSites))
        , battery(std::to_string(dice.below(90)))
        , rssi("-" + std::to_string(50 + dice.below(40)))
    {}
    std::string asJson() const
    {
        return R"({"device_id":")" + device +
               R"(","event_time":"2026-01-31T08:05:00.123Z","site":")" + site +
               R"(","temperature":1.5,"humidity":1.5,"pressure":1.5,"vibration":0.5,)"
               R"("battery_percent":)" +
               battery + R"(,"rssi":)" + rssi + R"(,"firmware":"2","ok":true})";
    }
    std::string asCells() const
    {
        return device + ",2026-01-31T08:05:00.123Z," + site + ",1.5,1.5,1.5,0.5," + battery + ',' +
               rssi + ",2,true";
    }
};

class Builder
{
public:
    Builder(std::uint64_t seed, const Wishes &wishes)
        : m_dice(seed)
        , m_wishes(wishes)
    {
        SeededRandom random(seed);
        m_pipeline.document.project = Uuid::random(random);
        m_pipeline.document.name = "Reference";
    }

    RandomPipeline make()
    {
        const std::size_t generators = 1 + m_dice.below(2);
        for (std::size_t i = 0; i < generators; ++i)
            m_wishes.generators ? addGenerator() : addFile();
        addStream();
        wire(m_givers[0], m_givers.back()); // something always runs
        const std::size_t others = 2 + m_dice.below(8);
        for (std::size_t i = 0; i < others; ++i) {
            switch (m_dice.below(9)) {
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
            case 4:
                addFile();
                continue;
            default:
                if (!addDestination())
                    continue;
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
        // Not rising: what is behind a node may come before it in every list.
        m_last = makeId(prefix, m_count++ * 37 % 101);
        return m_pipeline.document.put(makeNode(m_last, kind));
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
    void addFile()
    {
        auto &node = add("inp", "file");
        const bool csv = m_dice.chance(40);
        const std::string name = node.id.value + (csv ? ".csv" : ".ndjson");
        node.parameters = {{"path", name},
                           {"format", std::string(csv ? "csv" : "ndjson")},
                           {"header", false},
                           {"schema", std::string(kReadingSchema)},
                           {"partitionKey", std::string(m_dice.pick(kFileKeys))},
                           {"pace", std::string(m_dice.chance(30) ? "at-once" : "rate")},
                           {"ratePerSecond", 50.0 * static_cast<double>(1 + m_dice.below(20))}};
        std::string &content = m_pipeline.inputs.files[name];
        for (std::size_t i = 1 + m_dice.below(100); i > 0; --i) {
            const Reading reading(m_dice, "line-" + std::to_string(i));
            std::string line = csv ? reading.asCells() : reading.asJson();
            if (m_dice.chance(8))
                line.resize(line.size() / 2);
            content += line + '\n';
        }
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
    bool addDestination()
    {
        const bool table = m_wishes.tables && (!m_wishes.folders || m_dice.chance(50));
        if (table)
            addTable();
        else if (m_wishes.folders)
            addFolder();
        return m_wishes.tables || m_wishes.folders;
    }
    void addTable()
    {
        auto &node = add("tab", "sqlite-table");
        node.parameters = {{"file", node.id.value + ".db"}, {"table", node.id.value}};
    }

    void addFolder()
    {
        auto &node = add("fol", "ndjson-folder");
        node.parameters = {{"folder", node.id.value},
                           {"maximumRecords", static_cast<std::int64_t>(5 + m_dice.below(60))}};
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
            if (node.kind != "generator" && node.kind != "file" && !fed(id))
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
            const std::string device = "client-" + std::to_string(i);
            puts.push_back(
                {m_dice.chance(30) ? "damaged " + device : Reading(m_dice, device).asJson(),
                 key,
                 {}});
        }
    }

    Dice m_dice;
    const Wishes m_wishes;
    RandomPipeline m_pipeline;
    std::vector<NodeId> m_givers; ///< nodes with an output
    std::vector<NodeId> m_streams;
    NodeId m_last;
    int m_count = 0;
};

} // namespace

RandomPipeline randomPipeline(std::uint64_t seed, const Wishes &wishes)
{
    return Builder(seed, wishes).make();
}

} // namespace millrace::reference
