// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/validate.h"

#include "core/base/problem_codes.h"
#include "core/base/utf8.h"
#include "core/graph/parameter_check.h"
#include "core/graph/parameter_reader.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace millrace::graph {

namespace {

template <class List>
std::string joinedIds(const List &list)
{
    std::string out;
    for (const auto &item : list)
        out += (out.empty() ? "" : ", ") + item.id;
    return out.empty() ? "none" : out;
}

/// What a message calls a node: its name, or its id where it has none.
std::string called(const Node &node)
{
    return node.name.empty() ? node.id.value : node.name;
}

/// The document as a graph of the nodes that take part, by index.
struct Network {
    struct Member {
        const Node *node;
        const NodeKind *kind; ///< null when unknown
        std::vector<std::size_t> next;
        std::vector<std::size_t> previous;
        bool is(Category category) const { return kind != nullptr && kind->category == category; }
    };
    std::vector<Member> members; ///< in the order of ids
    std::unordered_map<NodeId, std::size_t> byId;
};

/// Takes nodes away, and with them those that have nothing left before or behind them.
class Trim
{
public:
    explicit Trim(const Network &network)
        : m_network(network)
        , m_left(network.members.size(), true)
    {
        for (const Network::Member &member : network.members) {
            m_before.push_back(member.previous.size());
            m_behind.push_back(member.next.size());
        }
        for (std::size_t i = 0; i < network.members.size(); ++i)
            queueIfLoose(i);
    }

    bool isLeft(std::size_t at) const { return m_left[at]; }

    void remove(std::size_t at)
    {
        if (!m_left[at])
            return;
        m_left[at] = false;
        for (const std::size_t next : m_network.members[at].next) {
            --m_before[next];
            queueIfLoose(next);
        }
        for (const std::size_t previous : m_network.members[at].previous) {
            --m_behind[previous];
            queueIfLoose(previous);
        }
    }

    void run()
    {
        while (!m_pending.empty()) {
            const std::size_t at = m_pending.back();
            m_pending.pop_back();
            remove(at);
        }
    }

private:
    void queueIfLoose(std::size_t at)
    {
        if (m_left[at] && (m_before[at] == 0 || m_behind[at] == 0))
            m_pending.push_back(at);
    }

    const Network &m_network;
    std::vector<bool> m_left;
    std::vector<std::size_t> m_before; ///< how many of `previous` are left, for each member
    std::vector<std::size_t> m_behind; ///< how many of `next` are left
    std::vector<std::size_t> m_pending;
};

class Validator
{
public:
    Validator(const Document &document, const KindCatalog &catalog)
        : m_document(document)
        , m_catalog(catalog)
    {}

    std::vector<Problem> run()
    {
        for (const auto &[id, node] : m_document.nodes) {
            if (node.state == NodeState::Disabled)
                continue;
            m_network.byId.emplace(id, m_network.members.size());
            m_network.members.push_back({&node, m_catalog.find(node.kind), {}, {}});
            checkNode(m_network.members.back());
        }
        for (const auto &[ends, wire] : m_document.wires)
            checkWire(ends);
        findCircles();
        findCirclesThroughStreams();
        findUnreached();
        findNameTwins();
        findStreamConflicts();
        return std::move(m_problems);
    }

private:
    void add(Code code, std::vector<Problem::Argument> arguments, std::string place)
    {
        m_problems.emplace_back(code, std::move(arguments), std::move(place));
    }

    void checkNode(const Network::Member &member)
    {
        const Node &node = *member.node;
        if (member.kind == nullptr) {
            add(Code::UnknownKind, {{"name", called(node)}, {"kind", shortened(node.kind)}},
                nodePlace(node.id));
        } else if (node.state == NodeState::Bypassed) {
            if (member.kind->inputs.size() != 1 || member.kind->outputs.size() != 1 ||
                member.kind->category == Category::Stream)
                add(Code::NodeNotBypassable, {{"name", called(node)}}, nodePlace(node.id));
        } else {
            checkParameters(node, *member.kind);
        }
    }

    void checkParameters(const Node &node, const NodeKind &kind)
    {
        for (const auto &[id, value] : node.parameters) {
            if (kind.findParameter(id) == nullptr)
                add(Code::ParameterUnknown,
                    {{"name", called(node)},
                     {"parameter", shortened(id)},
                     {"known", joinedIds(kind.parameters)}},
                    parameterPlace(node.id, id));
        }
        const ParameterReader reader(node, kind);
        for (const Parameter &parameter : kind.parameters) {
            if (!reader.isShown(parameter.id))
                continue;
            const auto set = node.parameters.find(parameter.id);
            const bool isSet = set != node.parameters.end();
            if (parameter.required && (!isSet || isEmpty(set->second))) {
                add(Code::ParameterMissing, {{"title", parameter.title}, {"name", called(node)}},
                    parameterPlace(node.id, parameter.id));
            } else if (auto problem = isSet ? checkValue(parameter, set->second) : std::nullopt) {
                m_problems.push_back(std::move(*problem).at(parameterPlace(node.id, parameter.id)));
            }
        }
    }

    static bool isEmpty(const ParameterValue &value)
    {
        const auto *text = std::get_if<std::string>(&value);
        const auto *list = std::get_if<TextList>(&value);
        return (text != nullptr && text->empty()) || (list != nullptr && list->empty());
    }

    void checkWire(const WireEnds &ends)
    {
        const Node *from = m_document.find(ends.from.node);
        const Node *to = m_document.find(ends.to.node);
        const std::string place = wirePlace(ends);
        if ((from != nullptr && from->state == NodeState::Disabled) ||
            (to != nullptr && to->state == NodeState::Disabled))
            return;
        if (from == nullptr)
            add(Code::WireNodeMissing, {{"end", "comes from"}, {"node", ends.from.node.value}},
                place);
        if (to == nullptr)
            add(Code::WireNodeMissing, {{"end", "leads to"}, {"node", ends.to.node.value}}, place);
        const bool fromRight = from == nullptr || checkEnd(*from, ends.from, true, place);
        const bool toRight = to == nullptr || checkEnd(*to, ends.to, false, place);
        if (from == nullptr || to == nullptr || !fromRight || !toRight)
            return;
        const std::size_t source = m_network.byId.at(ends.from.node);
        const std::size_t target = m_network.byId.at(ends.to.node);
        m_network.members[source].next.push_back(target);
        m_network.members[target].previous.push_back(source);
    }

    /// Whether the wire may end there, as far as the kind is known.
    bool checkEnd(const Node &node, const PortRef &end, bool isFrom, const std::string &place)
    {
        const NodeKind *kind = m_catalog.find(node.kind);
        if (kind == nullptr)
            return true;
        const Port *port = isFrom ? kind->findOutput(end.port) : kind->findInput(end.port);
        const Port *opposite = isFrom ? kind->findInput(end.port) : kind->findOutput(end.port);
        if (port == nullptr && opposite != nullptr) {
            add(Code::WireDirection,
                {{"port", end.port},
                 {"name", called(node)},
                 {"found", isFrom ? "input" : "output"}},
                place);
        } else if (port == nullptr) {
            add(Code::WirePortUnknown,
                {{"name", called(node)},
                 {"port", shortened(end.port)},
                 {"known", joinedIds(isFrom ? kind->outputs : kind->inputs)}},
                place);
        } else if (!m_taken.insert(end).second && !port->manyWires) {
            add(Code::WirePortTaken, {{"port", end.port}, {"name", called(node)}}, place);
        }
        return port != nullptr;
    }

    /// Reports circles that pass no stream: nodes with nothing left before or behind them are
    /// trimmed until only circles and what lies between them is left; each one found is trimmed
    /// too.
    void findCircles()
    {
        constexpr int kMaxCircles = 20; // a search for more would help nobody and cost squares
        Trim trim(m_network);
        for (std::size_t i = 0; i < m_network.members.size(); ++i) {
            if (m_network.members[i].is(Category::Stream))
                trim.remove(i);
        }
        trim.run();
        int found = 0;
        for (std::size_t start = 0; start < m_network.members.size(); ++start) {
            while (trim.isLeft(start) && found++ < kMaxCircles) {
                const std::vector<std::size_t> circle = walkCircle(start, trim);
                reportCircle(Code::CycleWithoutStream, circle, *std::ranges::min_element(circle));
                for (const std::size_t at : circle)
                    trim.remove(at);
                trim.run();
            }
        }
    }

    std::vector<std::size_t> walkCircle(std::size_t start, const Trim &trim) const
    {
        std::vector<std::size_t> path;
        std::unordered_map<std::size_t, std::size_t> stepOf;
        std::size_t at = start;
        while (stepOf.emplace(at, path.size()).second) {
            path.push_back(at);
            const auto &next = m_network.members[at].next;
            at = *std::ranges::find_if(next, [&](std::size_t i) { return trim.isLeft(i); });
        }
        path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(stepOf[at]));
        return path;
    }

    void reportCircle(Code code, const std::vector<std::size_t> &circle, std::size_t from)
    {
        constexpr std::size_t kShownNodes = 12;
        const auto first = std::ranges::find(circle, from);
        std::string path;
        for (std::size_t i = 0; i < circle.size(); ++i) {
            const auto at = static_cast<std::size_t>(first - circle.begin()) + i;
            if (i == kShownNodes) {
                path += "… → ";
                break;
            }
            path += called(*m_network.members[circle[at % circle.size()]].node) + " → ";
        }
        const Node &node = *m_network.members[*first].node;
        add(code, {{"path", path + called(node)}}, nodePlace(node.id));
    }

    /// Circles through a stream are allowed: what goes round may be what is meant. One of each
    /// stream is told.
    void findCirclesThroughStreams()
    {
        for (std::size_t start = 0; start < m_network.members.size(); ++start) {
            if (!m_network.members[start].is(Category::Stream))
                continue;
            std::vector<std::optional<std::size_t>> before(m_network.members.size());
            std::vector<std::size_t> pending{start};
            while (!pending.empty() && !before[start]) {
                const std::size_t at = pending.back();
                pending.pop_back();
                for (const std::size_t next : m_network.members[at].next) {
                    if (before[next])
                        continue;
                    before[next] = at;
                    pending.push_back(next);
                }
            }
            if (!before[start])
                continue;
            std::vector<std::size_t> circle;
            for (std::size_t at = *before[start]; at != start; at = *before[at])
                circle.push_back(at);
            circle.push_back(start);
            std::ranges::reverse(circle);
            reportCircle(Code::CycleThroughStream, circle, start);
        }
    }

    /// Walks from everything that gives records to everything they can reach.
    void findUnreached()
    {
        std::vector<bool> reached(m_network.members.size());
        std::vector<std::size_t> pending;
        for (std::size_t i = 0; i < m_network.members.size(); ++i) {
            const Network::Member &member = m_network.members[i];
            // A node of an unknown kind may give records; it has a problem of its own.
            if (member.kind == nullptr || member.is(Category::Producer) ||
                member.is(Category::Stream))
                pending.push_back(i);
        }
        while (!pending.empty()) {
            const std::size_t at = pending.back();
            pending.pop_back();
            if (reached[at])
                continue;
            reached[at] = true;
            const auto &next = m_network.members[at].next;
            pending.insert(pending.end(), next.begin(), next.end());
        }
        for (std::size_t i = 0; i < m_network.members.size(); ++i) {
            const Network::Member &member = m_network.members[i];
            if (member.is(Category::Destination) && !reached[i])
                add(Code::DestinationUnreached, {{"name", called(*member.node)}},
                    nodePlace(member.node->id));
            if (member.is(Category::Transform) && member.next.empty() && reached[i])
                add(Code::OutputUnread, {{"name", called(*member.node)}},
                    nodePlace(member.node->id));
            if (member.is(Category::Producer) && member.next.empty())
                add(Code::ProducerUnwired, {{"name", called(*member.node)}},
                    nodePlace(member.node->id));
        }
    }

    void findNameTwins()
    {
        std::map<std::string_view, const Node *> first;
        for (const auto &[id, node] : m_document.nodes) {
            if (node.name.empty())
                continue;
            const auto [found, isNew] = first.emplace(node.name, &node);
            if (!isNew)
                add(Code::NodeNameTwice, {{"name", node.name}, {"other", found->second->id.value}},
                    nodePlace(id));
        }
    }

    void findStreamConflicts()
    {
        std::map<std::string, const Network::Member *> first;
        for (const Network::Member &member : m_network.members) {
            const Parameter *name =
                member.kind == nullptr || member.node->state != NodeState::Enabled
                    ? nullptr
                    : member.kind->streamNameParameter();
            if (name == nullptr)
                continue;
            const std::string stream = ParameterReader(*member.node, *member.kind).text(name->id);
            const auto [found, isNew] = first.emplace(stream, &member);
            if (isNew || stream.empty())
                continue;
            const std::string what = differentSettings(*found->second, member);
            if (!what.empty())
                add(Code::StreamSettingsDiffer,
                    {{"name", called(*member.node)},
                     {"other", called(*found->second->node)},
                     {"stream", shortened(stream)},
                     {"what", what}},
                    nodePlace(member.node->id));
        }
    }

    static std::string differentSettings(const Network::Member &a, const Network::Member &b)
    {
        if (a.kind != b.kind)
            return "their kind";
        const ParameterReader left(*a.node, *a.kind);
        const ParameterReader right(*b.node, *b.kind);
        std::string out;
        for (const Parameter &parameter : a.kind->parameters) {
            const ParameterValue *x = left.value(parameter.id);
            const ParameterValue *y = right.value(parameter.id);
            const bool shown = left.isShown(parameter.id) || right.isShown(parameter.id);
            if (shown && !sameValue(parameter.type, x, y))
                out += (out.empty() ? "" : ", ") + parameter.title;
        }
        return out;
    }

    const Document &m_document;
    const KindCatalog &m_catalog;
    Network m_network;
    std::set<PortRef> m_taken; ///< ports that have a wire
    std::vector<Problem> m_problems;
};

} // namespace

std::vector<Problem> validate(const Document &document, const KindCatalog &catalog)
{
    return Validator(document, catalog).run();
}

} // namespace millrace::graph
