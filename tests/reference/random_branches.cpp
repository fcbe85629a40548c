// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/random_branches.h"

#include "core/base/clock.h"

#include <cstddef>

namespace millrace::reference {
namespace {

constexpr std::string_view kAllColumns =
    "device_id, event_time, site, temperature, humidity, pressure, vibration, battery_percent, "
    "rssi, firmware, ok";

} // namespace

RandomBranches::RandomBranches(std::uint64_t seed)
    : m_dice(seed)
{
    SeededRandom random(seed);
    m_document.project = Uuid::random(random);
    m_document.name = "Branches";
    m_producer = add("gen", "generator");
    m_document.nodes.at(m_producer).parameters = {
        {"dataset", std::string("iot-sensors")},
        {"total", static_cast<std::int64_t>(400 + m_dice.below(800))},
        {"ratePerSecond", 500.0 * static_cast<double>(1 + m_dice.below(8))},
        {"seed", static_cast<std::int64_t>(m_dice.below(1000))}};
    m_source = add("str", "data-stream");
    m_document.nodes.at(m_source).parameters = {
        {"stream", "s-" + m_source.value},
        {"shards", static_cast<std::int64_t>(1 + m_dice.below(4))}};
    for (std::size_t i = 1 + m_dice.below(3); i > 0; --i)
        addBranch();
    drawWires();
}

NodeId RandomBranches::add(const std::string &prefix, const std::string &kind)
{
    return m_document.put(makeNode(makeId(prefix, m_count++), kind)).id;
}

/// Its columns are those that came in, so that it may stand anywhere.
NodeId RandomBranches::addTransform()
{
    if (m_dice.chance(60)) {
        const NodeId id = add("fil", "filter");
        m_document.nodes.at(id).parameters = {{"condition", std::string(m_dice.pick(kConditions))}};
        return id;
    }
    const NodeId id = add("map", "map");
    m_document.nodes.at(id).parameters = {{"select", std::string(kAllColumns)},
                                          {"partitionKey", std::string(m_dice.pick(kKeys))}};
    return id;
}

void RandomBranches::addBranch()
{
    Branch branch;
    for (std::size_t i = 1 + m_dice.below(3); i > 0; --i)
        branch.transforms.push_back(addTransform());
    branch.end = addEnd();
    m_branches.push_back(std::move(branch));
}

NodeId RandomBranches::addEnd()
{
    const bool table = m_dice.chance(40);
    const NodeId end = table ? add("tab", "sqlite-table") : add("end", "data-stream");
    auto &parameters = m_document.nodes.at(end).parameters;
    if (table)
        parameters = {{"file", end.value + ".db"}, {"table", end.value}};
    else
        parameters = {{"stream", "s-" + end.value},
                      {"shards", static_cast<std::int64_t>(1 + m_dice.below(3))}};
    return end;
}

void RandomBranches::removeBranch(std::size_t index)
{
    for (const NodeId &id : m_branches[index].transforms)
        m_document.nodes.erase(id);
    m_document.nodes.erase(m_branches[index].end);
    m_branches.erase(m_branches.begin() + static_cast<std::ptrdiff_t>(index));
}

void RandomBranches::drawWires()
{
    m_document.wires.clear();
    m_document.wires[{{m_producer, "out"}, {m_source, "in"}}] = {};
    for (const Branch &branch : m_branches) {
        NodeId before = m_source;
        for (const NodeId &id : branch.transforms) {
            m_document.wires[{{before, "out"}, {id, "in"}}] = {};
            before = id;
        }
        m_document.wires[{{before, "out"}, {branch.end, "in"}}] = {};
        if (branch.second)
            m_document.wires[{{before, "out"}, {*branch.second, "in"}}] = {};
    }
}

void RandomBranches::edit()
{
    m_begunAnew.clear();
    for (std::size_t i = 1 + m_dice.below(3); i > 0; --i) {
        const std::size_t index = m_dice.below(m_branches.size());
        Branch &branch = m_branches[index];
        auto &chain = branch.transforms;
        const auto at = chain.begin() + static_cast<std::ptrdiff_t>(m_dice.below(chain.size()));
        graph::Node &node = m_document.nodes.at(*at);
        switch (m_dice.below(7)) {
        case 0:
            addBranch();
            break;
        case 1:
            if (m_branches.size() > 1 && !branch.second)
                removeBranch(index);
            break;
        case 2:
            chain.insert(at, addTransform());
            break;
        case 3:
            if (*at != chain.back()) {
                m_document.nodes.erase(*at);
                chain.erase(at);
            }
            break;
        case 4:
            if (!branch.second) {
                branch.second = addEnd();
                m_begunAnew.insert(m_begunAnew.end(), chain.begin(), chain.end());
                if (m_document.nodes.at(branch.end).kind == "sqlite-table")
                    m_begunAnew.push_back(branch.end);
            }
            break;
        default:
            if (node.kind == "filter")
                node.parameters["condition"] = std::string(m_dice.pick(kConditions));
        }
    }
    drawWires();
}

} // namespace millrace::reference
