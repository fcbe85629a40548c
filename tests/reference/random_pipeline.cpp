// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/random_pipeline.h"

#include "core/base/clock.h"
#include "core/nodes/kinds.h"

#include <array>
#include <set>
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
constexpr std::string_view kCsvHeader =
    "device_id,event_time,site,temperature,humidity,pressure,vibration,battery_percent,rssi,"
    "firmware,ok\n";
constexpr std::array<std::string_view, 3> kFileKeys = {"", "site", "device_id"};
constexpr std::array<const char *, 3> kPaces = {"at-once", "rate", "time"};
constexpr std::array<const char *, 4> kLimits = {"off", "off", "shown", "enforced"};
constexpr std::array<const char *, 2> kLineConditions = {"line LIKE '%7%'",
                                                         "CHAR_LENGTH(line) > 7"};

/// A reading like those of the generator's sensors.
struct Reading {
    std::string device;
    std::string time;
    std::string site;
    std::string battery;
    std::string rssi;

    /// `second`: of its minute.
    Reading(Dice &dice, std::string name, std::size_t second = 0)
        : device(std::move(name))
        , time("2026-01-31T08:05:" + std::to_string(10 + second % 50) + ".123Z")
        , site(dice.pick(kSites))
        , battery(std::to_string(dice.below(90)))
        , rssi("-" + std::to_string(50 + dice.below(40)))
    {}
    std::string asJson() const
    {
        return R"({"device_id":")" + device + R"(","event_time":")" + time + R"(","site":")" +
               site +
               R"(","temperature":1.5,"humidity":1.5,"pressure":1.5,"vibration":0.5,)"
               R"("battery_percent":)" +
               battery + R"(,"rssi":)" + rssi + R"(,"firmware":"2","ok":true})";
    }
    std::string asCells() const
    {
        return device + ',' + time + ',' + site + ",1.5,1.5,1.5,0.5," + battery + ',' + rssi +
               ",2,true";
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
        if (m_dice.chance(15))
            addBurst();
        if (m_wishes.logs && m_dice.chance(20))
            addLog();
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
                addDestination();
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
        const std::size_t lines = 1 + m_dice.below(100);
        addFile(lines, m_dice.pick(kPaces));
    }
    void addFile(std::size_t lines, const std::string &pace)
    {
        auto &node = add("inp", "file");
        const bool csv = m_dice.chance(40);
        const bool header = csv && m_dice.chance(50);
        const std::string name = node.id.value + (csv ? ".csv" : ".ndjson");
        node.parameters = {{"path", name},
                           {"format", std::string(csv ? "csv" : "ndjson")},
                           {"header", header},
                           {"schema", std::string(kReadingSchema)},
                           {"partitionKey", std::string(m_dice.pick(kFileKeys))},
                           {"pace", pace},
                           {"timeField", std::string("event_time")},
                           {"timeFactor", static_cast<double>(1 + m_dice.below(20))},
                           {"ratePerSecond", 50.0 * static_cast<double>(1 + m_dice.below(20))}};
        std::string &content = m_pipeline.inputs.files[name];
        content = header ? kCsvHeader : "";
        for (std::size_t i = 0; i < lines; ++i) {
            const Reading reading(m_dice, "line-" + std::to_string(i), i / 4);
            std::string line = csv ? reading.asCells() : reading.asJson();
            if (m_dice.chance(8))
                line.resize(line.size() / 2);
            content += line + '\n';
        }
        m_givers.push_back(m_last);
    }
    /// More at once than the limits of its stream let in.
    void addBurst()
    {
        addFile(1200 + m_dice.below(1500), "at-once");
        const NodeId file = m_last;
        addStream();
        auto &parameters = m_pipeline.document.nodes.at(m_last).parameters;
        parameters["limits"] = std::string("enforced");
        parameters["shards"] = std::int64_t{1};
        wire(file, m_last);
    }
    /// A log with a branch of its own: nothing else reads lines.
    void addLog()
    {
        auto &tail = add("log", "tail");
        const NodeId producer = tail.id;
        const std::string name = producer.value + ".log";
        tail.parameters = {{"path", name}};
        LogParts &parts = m_pipeline.inputs.logs[name];
        parts.resize(1 + m_dice.below(4));
        int line = 0;
        for (auto &part : parts) {
            part.resize(1 + m_dice.below(5));
            for (std::string &piece : part) {
                for (std::size_t i = 1 + m_dice.below(20); i > 0; --i)
                    piece += "line " + std::to_string(line++) + " of it\n";
            }
        }
        auto &stream = add("str", "data-stream");
        stream.parameters = {{"stream", "s-" + stream.id.value},
                             {"shards", static_cast<std::int64_t>(1 + m_dice.below(3))}};
        wire(producer, stream.id);
        auto &filter = add("fil", "filter");
        filter.parameters = {{"condition", std::string(m_dice.pick(kLineConditions))}};
        wire(stream.id, filter.id);
        const NodeId from = filter.id;
        addFolder();
        wire(from, m_last);
        m_logBranch = {producer, stream.id, from, m_last};
    }
    void addStream()
    {
        auto &node = add("str", "data-stream");
        node.parameters = {
            {"stream", "s-" + node.id.value},
            {"shards", static_cast<std::int64_t>(1 + m_dice.below(5))},
            {"limits", std::string(m_dice.pick(kLimits))},
            {"durability", std::string(m_dice.chance(20) && m_wishes.memory ? "memory" : "disk")}};
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
    void addDestination()
    {
        if (!m_prints && m_dice.chance(12)) {
            add("out", "standard-output");
            m_prints = true;
        } else if (m_wishes.tables && m_dice.chance(50)) {
            addTable();
        } else {
            addFolder();
        }
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
            if (nodes::kindCatalog().find(node.kind)->category != graph::Category::Producer &&
                !fed(id))
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
            if (m_logBranch.contains(id))
                continue; // its writer waits for the reader
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
                 {},
                 someHash()});
        }
    }

    std::optional<record::Hash128> someHash()
    {
        if (!m_dice.chance(30))
            return {};
        return record::Hash128{mix64(m_dice.below(1000)), m_dice.below(1000)};
    }

    Dice m_dice;
    const Wishes m_wishes;
    bool m_prints = false; ///< all would print to the same place
    RandomPipeline m_pipeline;
    std::vector<NodeId> m_givers; ///< nodes with an output
    std::vector<NodeId> m_streams;
    std::set<NodeId> m_logBranch;
    NodeId m_last;
    int m_count = 0;
};

} // namespace

RandomPipeline randomPipeline(std::uint64_t seed, const Wishes &wishes)
{
    return Builder(seed, wishes).make();
}

} // namespace millrace::reference
