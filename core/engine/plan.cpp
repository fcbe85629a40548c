// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/plan.h"

#include "core/graph/parameter_reader.h"

#include <algorithm>
#include <set>

namespace millrace::engine {
namespace {

using graph::Category;
using graph::PortRef;

constexpr std::size_t kMaxNameChars = 128;
constexpr std::string_view kWire = "wire.";

/// A pipeline's name as a stream name may spell it.
std::string asStreamName(const std::string &text)
{
    std::string out;
    for (const char c : text) {
        const bool legal = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
        out += legal ? c : '-';
    }
    return out.empty() ? "pipeline" : out;
}

class Planner
{
public:
    Planner(const graph::Document &document, const graph::KindCatalog &catalog,
            const StreamInUse &inUse)
        : m_document(document)
        , m_catalog(catalog)
        , m_inUse(inUse)
    {}

    Plan make()
    {
        m_project = m_document.project.toString().substr(0, 8);
        collectWires();
        for (const auto &[id, node] : m_document.nodes) {
            if (alive(id) && category(id) == Category::Stream)
                addStreamNode(node);
        }
        for (const auto &[id, node] : m_document.nodes) {
            if (alive(id) && category(id) == Category::Producer)
                addProducer(node);
        }
        for (const auto &[id, node] : m_document.nodes) {
            if (alive(id) && category(id) == Category::Stream)
                followOutputs(id, m_plan.nodeStreams.at(id), shardsOf(id));
        }
        addDeadLetters();
        return std::move(m_plan);
    }

private:
    const graph::NodeKind &kind(const NodeId &id) const
    {
        return *m_catalog.find(m_document.nodes.at(id).kind);
    }
    Category category(const NodeId &id) const { return kind(id).category; }
    bool alive(const NodeId &id) const
    {
        const graph::Node *node = m_document.find(id);
        return node != nullptr && node->state == graph::NodeState::Enabled;
    }

    /// Wires between nodes that run; a bypassed node hands its input's wires to its output's ends.
    void collectWires()
    {
        for (const auto &[ends, wire] : m_document.wires) {
            if (!alive(ends.from.node))
                continue;
            std::set<NodeId> seen;
            spread(ends.from, ends.to, seen);
        }
    }
    void spread(const PortRef &from, const PortRef &to, std::set<NodeId> &seen)
    {
        const graph::Node *node = m_document.find(to.node);
        if (node == nullptr || node->state == graph::NodeState::Disabled ||
            !seen.insert(to.node).second)
            return;
        if (node->state == graph::NodeState::Enabled) {
            auto &targets = m_out[from];
            if (std::find(targets.begin(), targets.end(), to) == targets.end()) {
                targets.push_back(to);
                ++m_inputs[to.node];
            }
            return;
        }
        for (const auto &[ends, wire] : m_document.wires) {
            if (ends.from.node == to.node)
                spread(from, ends.to, seen);
        }
    }

    std::vector<std::pair<PortRef, std::vector<PortRef>>> outputsOf(const NodeId &id) const
    {
        std::vector<std::pair<PortRef, std::vector<PortRef>>> out;
        for (const auto &entry : m_out) {
            if (entry.first.node == id)
                out.push_back(entry);
        }
        return out;
    }

    std::uint32_t shardsOf(const NodeId &streamNode) const
    {
        return m_plan.stream(m_plan.nodeStreams.at(streamNode))->wanted.shards;
    }

    void addStreamNode(const graph::Node &node)
    {
        PlannedStream stream;
        stream.wanted = streamEntryOf(node, kind(node.id));
        stream.node = node.id;
        m_plan.nodeStreams[node.id] = stream.wanted.name;
        if (m_plan.stream(stream.wanted.name) == nullptr)
            m_plan.streams.push_back(std::move(stream));
    }

    std::string wireName(const PortRef &port) const
    {
        return std::string(kWire) + m_project + '.' + port.node.value + '.' + port.port;
    }

    /// The implicit stream behind an output.
    std::string addWireStream(const PortRef &port, std::uint32_t shards,
                              const std::vector<PortRef> &targets)
    {
        PlannedStream stream;
        stream.wanted.name = wireName(port);
        stream.wanted.shards = shards;
        stream.wanted.limits = store::LimitMode::Off;
        stream.wanted.role = store::StreamRole::Wire;
        stream.port = port;
        for (const PortRef &to : targets)
            m_plan.wireStreams[{port, to}] = stream.wanted.name;
        const std::string name = stream.wanted.name;
        if (m_plan.stream(name) == nullptr)
            m_plan.streams.push_back(std::move(stream));
        return name;
    }

    void addProducer(const graph::Node &node)
    {
        for (const auto &[port, targets] : outputsOf(node.id)) {
            const bool direct =
                targets.size() == 1 && category(targets[0].node) == Category::Stream;
            const std::string stream =
                direct ? m_plan.nodeStreams.at(targets[0].node) : addWireStream(port, 1, targets);
            m_plan.producers.push_back({node.id, stream});
            if (!direct) {
                for (const PortRef &to : targets)
                    follow(stream, 1, to);
            }
        }
    }

    void followOutputs(const NodeId &id, const std::string &stream, std::uint32_t shards)
    {
        for (const auto &[port, targets] : outputsOf(id)) {
            for (const PortRef &to : targets)
                follow(stream, shards, to);
        }
    }

    /// Plans the fragment that begins at `to` and reads `source`, and what follows from its end.
    void follow(const std::string &source, std::uint32_t shards, const PortRef &to)
    {
        PlannedFragment fragment;
        fragment.source = source;
        NodeId at = to.node;
        for (;;) {
            const Category role = category(at);
            if (role == Category::Stream) {
                fragment.target = m_plan.nodeStreams.at(at);
                fragment.end = fragment.transforms.empty() ? at : fragment.transforms.back();
                break;
            }
            if (role == Category::Destination) {
                fragment.sink = at;
                fragment.end = at;
                break;
            }
            fragment.transforms.push_back(at);
            const auto outputs = outputsOf(at);
            if (outputs.empty())
                return; // leads nowhere: validation has warned, there is nothing to run
            const auto &[port, targets] = outputs.front();
            const bool fuse = targets.size() == 1 && !m_inUse(wireName(port)) &&
                              (category(targets[0].node) == Category::Stream ||
                               m_inputs.at(targets[0].node) == 1);
            if (fuse) {
                at = targets[0].node;
                continue;
            }
            fragment.target = addWireStream(port, shards, targets);
            fragment.end = at;
            // A transform with several wires in is the head of several fragments; what comes
            // behind it is planned once.
            if (m_followed.insert(port).second) {
                for (const PortRef &next : targets)
                    follow(fragment.target, shards, next);
            }
            break;
        }
        m_plan.fragments.push_back(std::move(fragment));
    }

    void addDeadLetters()
    {
        PlannedStream stream;
        constexpr std::string_view kEnding = "-dead-letters";
        stream.wanted.name =
            asStreamName(m_document.name).substr(0, kMaxNameChars - kEnding.size());
        stream.wanted.name += kEnding;
        stream.wanted.limits = store::LimitMode::Off;
        stream.wanted.role = store::StreamRole::DeadLetters;
        m_plan.deadLetters = stream.wanted.name;
        if (m_plan.stream(stream.wanted.name) == nullptr)
            m_plan.streams.push_back(std::move(stream));
    }

    const graph::Document &m_document;
    const graph::KindCatalog &m_catalog;
    const StreamInUse &m_inUse;
    std::string m_project;
    std::map<PortRef, std::vector<PortRef>> m_out;
    std::map<NodeId, int> m_inputs;
    std::set<PortRef> m_followed;
    Plan m_plan;
};

} // namespace

bool isWireStream(std::string_view name)
{
    return name.starts_with(kWire);
}

const PlannedStream *Plan::stream(const std::string &name) const
{
    const auto found = std::find_if(streams.begin(), streams.end(),
                                    [&](const PlannedStream &s) { return s.wanted.name == name; });
    return found == streams.end() ? nullptr : &*found;
}

store::StreamEntry streamEntryOf(const graph::Node &node, const graph::NodeKind &kind)
{
    const graph::ParameterReader reader(node, kind);
    store::StreamEntry entry;
    entry.name = reader.text("stream");
    entry.shards = static_cast<std::uint32_t>(reader.integer("shards"));
    entry.retention = reader.duration("retention");
    entry.maxBytes = reader.bytes("maximumBytes");
    entry.durability = reader.choice("durability") == "memory" ? store::Durability::Memory
                                                               : store::Durability::Disk;
    const std::string limits = reader.choice("limits");
    entry.limits = limits == "enforced" ? store::LimitMode::Enforced
                   : limits == "off"    ? store::LimitMode::Off
                                        : store::LimitMode::Shown;
    return entry;
}

Plan makePlan(const graph::Document &document, const graph::KindCatalog &catalog,
              const StreamInUse &inUse)
{
    return Planner(document, catalog, inUse).make();
}

} // namespace millrace::engine
