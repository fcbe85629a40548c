// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/reference_engine.h"

#include "tests/reference/reference_producers.h"
#include "tests/reference/reference_rows.h"

#include "core/base/problem_codes.h"
#include "core/graph/parameter_reader.h"
#include "core/nodes/kinds.h"
#include "core/nodes/producers/row_format.h"
#include "core/sql/bound_expression.h"
#include "core/stream/hash_range.h"

#include <algorithm>
#include <set>

namespace millrace::reference {
namespace {

using graph::Category;

/// What comes out of a node, and what is known about it.
struct Flow {
    std::vector<Record> records;
    record::Schema schema;
    std::uint32_t shards = 1; ///< of the stream it was read from; 0: of several, not the same
};

std::string wordsOf(const Problem &problem)
{
    return problem.place().empty() ? problem.text() : problem.place() + ": " + problem.text();
}

/// Puts each record into its shard, which becomes a part of its lane.
std::vector<std::vector<Record>> intoShards(const std::string &stream, std::uint32_t shards,
                                            std::vector<Record> records)
{
    const auto ranges = stream::evenRanges(shards);
    std::vector<std::vector<Record>> out(shards);
    for (Record &record : records) {
        const auto hash = record.hash.value_or(stream::hashOfKey(record.key));
        std::size_t shard = 0;
        while (!ranges[shard].contains(hash))
            ++shard;
        record.lane += " > " + stream + '/' + std::to_string(shard);
        out[shard].push_back(std::move(record));
    }
    return out;
}

/// A wire that is a stream has as many shards as what is before it; where that is not one number,
/// only the order of each key is known.
std::vector<Record> throughWire(const std::string &wire, std::uint32_t shards,
                                std::vector<Record> records)
{
    if (shards == 0) {
        for (Record &record : records)
            record.lane += " > " + wire + " key " + record.key;
        return records;
    }
    std::vector<Record> out;
    for (auto &shard : intoShards(wire, shards, std::move(records)))
        std::move(shard.begin(), shard.end(), std::back_inserter(out));
    return out;
}

class Computation
{
public:
    Computation(const graph::Document &document, const Inputs &inputs)
        : m_document(document)
        , m_inputs(inputs)
    {}

    Outcome run()
    {
        for (const auto &[id, node] : m_document.nodes) {
            m_outcome.fates[id];
            if (!enabled(id))
                continue;
            for (const NodeId &target : targetsOf(id))
                m_sources[target].push_back(id);
        }
        for (const auto &[id, node] : m_document.nodes) {
            if (enabled(id))
                outputOf(id);
        }
        return std::move(m_outcome);
    }

private:
    const graph::Node &node(const NodeId &id) const { return m_document.nodes.at(id); }
    const graph::NodeKind &kind(const NodeId &id) const
    {
        return *nodes::kindCatalog().find(node(id).kind);
    }
    Category category(const NodeId &id) const { return kind(id).category; }
    bool enabled(const NodeId &id) const { return node(id).state == graph::NodeState::Enabled; }
    graph::ParameterReader parameters(const NodeId &id) const { return {node(id), kind(id)}; }

    /// The enabled nodes behind a node; bypassed ones hand on to what is behind them.
    std::set<NodeId> targetsOf(const NodeId &id) const
    {
        std::set<NodeId> out;
        for (const auto &[ends, wire] : m_document.wires) {
            if (ends.from.node != id)
                continue;
            if (enabled(ends.to.node))
                out.insert(ends.to.node);
            else if (node(ends.to.node).state == graph::NodeState::Bypassed)
                out.merge(targetsOf(ends.to.node));
        }
        return out;
    }

    /// Whether what comes out of a node is kept somewhere; only then it runs.
    bool leadsToAnEnd(const NodeId &id) const
    {
        const Category role = category(id);
        if (role == Category::Stream || role == Category::Destination)
            return true;
        const auto targets = targetsOf(id);
        return std::any_of(targets.begin(), targets.end(), [&](const NodeId &target) {
            return isStream(id, target) || leadsToAnEnd(target);
        });
    }

    /// Whether a wire is a stream of its own (architecture, idea 2).
    bool isStream(const NodeId &from, const NodeId &to) const
    {
        if (category(from) == Category::Stream)
            return false;
        const bool intoStream = category(to) == Category::Stream;
        return targetsOf(from).size() > 1 ||
               (category(from) == Category::Producer && !intoStream) ||
               (!intoStream && m_sources.at(to).size() > 1);
    }

    /// Everything that reaches a node, over all its wires.
    Flow inputOf(const NodeId &id)
    {
        Flow out;
        std::size_t writers = 0;
        const auto sources = m_sources.find(id);
        for (const NodeId &source :
             sources == m_sources.end() ? std::vector<NodeId>{} : sources->second) {
            Flow flow = outputOf(source);
            if (category(source) == Category::Stream)
                flow.records = readBy(id, source);
            if (isStream(source, id)) {
                flow.records =
                    throughWire("wire " + source.value, flow.shards, std::move(flow.records));
            }
            std::move(flow.records.begin(), flow.records.end(), std::back_inserter(out.records));
            out.shards = writers == 0 || out.shards == flow.shards ? flow.shards : 0;
            addFields(out.schema, flow.schema, writers++ == 0);
        }
        return out;
    }

    /// The fields of all writers; those that not all of them give may be missing.
    static void addFields(record::Schema &all, const record::Schema &more, bool first)
    {
        for (record::Field &field : all.fields)
            field.nullable = field.nullable || more.find(field.name) == nullptr;
        for (record::Field field : more.fields) {
            if (all.find(field.name) != nullptr)
                continue;
            field.nullable = field.nullable || !first;
            all.fields.push_back(std::move(field));
        }
    }

    /// What a reader of a stream still finds there.
    std::vector<Record> readBy(const NodeId &reader, const NodeId &streamNode)
    {
        std::vector<Record> out;
        const auto &shards = m_outcome.shards.at(streamNode);
        for (std::size_t shard = 0; shard < shards.size(); ++shard) {
            for (std::size_t ordinal = 0; ordinal < shards[shard].size(); ++ordinal) {
                const auto lies = [&](const Gap &gap) {
                    return gap.reader == reader && gap.shard.value == shard &&
                           gap.from <= ordinal && ordinal < gap.to;
                };
                const auto &[gaps, elsewhere] = std::tie(m_inputs.gaps, m_inputs.elsewhere);
                if (std::any_of(elsewhere.begin(), elsewhere.end(), lies))
                    continue;
                if (std::any_of(gaps.begin(), gaps.end(), lies)) {
                    ++m_outcome.fates[reader].in;
                    ++m_outcome.fates[reader].expired;
                } else {
                    out.push_back(shards[shard][ordinal]);
                }
            }
        }
        return out;
    }

    const Flow &outputOf(const NodeId &id)
    {
        const auto known = m_outputs.find(id);
        if (known != m_outputs.end())
            return known->second;
        Flow flow;
        if (leadsToAnEnd(id)) {
            switch (category(id)) {
            case Category::Producer:
                flow = produce(id);
                break;
            case Category::Stream:
                flow = keep(id);
                break;
            case Category::Transform:
                flow = transform(id);
                break;
            case Category::Destination:
                store(id);
                break;
            }
        }
        return m_outputs[id] = std::move(flow);
    }

    /// A row of a table needs all the fields of the schema, a line of a file needs to be JSON;
    /// anything can be printed.
    void store(const NodeId &id)
    {
        Flow flow = inputOf(id);
        std::vector<Record> stored;
        if (node(id).kind == "standard-output") {
            stored = flow.records;
        } else if (node(id).kind == "ndjson-folder") {
            const auto lines = nodes::makeNdjsonFormat({}, {});
            nodes::RowFormat::Row row;
            for (const Record &record : flow.records) {
                if (const Status ok = lines->convert(record.data, row); ok)
                    stored.push_back(record);
                else
                    bury(id, record, wordsOf(ok.error()));
            }
        } else {
            const auto columns = sql::bindColumns(flow.schema);
            for (const Record &record : flow.records)
                settle(id, record, mapRow(*columns, nullptr, record, m_scratch), stored);
        }
        m_outcome.fates[id].in += flow.records.size() - stored.size();
        countAll(id, stored.size());
        m_outcome.rows[id] = std::move(stored);
    }

    /// Every record that came was processed and given on.
    void countAll(const NodeId &id, std::uint64_t records)
    {
        runtime::FateCounts &fates = m_outcome.fates[id];
        fates.in += records;
        fates.processed += records;
        fates.out += records;
    }

    Flow produce(const NodeId &id)
    {
        Produced made = producedBy(node(id), m_inputs);
        for (const auto &[data, reason] : made.dead)
            bury(id, {data, id.value, id.value}, wordsOf(reason));
        m_outcome.fates[id].in += made.dead.size();
        countAll(id, made.records.size());
        return {std::move(made.records), std::move(made.schema)};
    }

    Flow keep(const NodeId &id)
    {
        Flow flow = inputOf(id);
        if (const auto puts = m_inputs.puts.find(id); puts != m_inputs.puts.end()) {
            for (const Record &put : puts->second)
                flow.records.push_back({put.data, put.key, "put", put.hash});
        }
        countAll(id, flow.records.size());
        flow.shards = static_cast<std::uint32_t>(parameters(id).integer("shards"));
        if (parameters(id).choice("limits") == "enforced")
            m_outcome.limited.insert(id);
        m_outcome.shards[id] = intoShards(id.value, flow.shards, std::move(flow.records));
        flow.records.clear(); // readers take them from the shards
        return flow;
    }

    Flow transform(const NodeId &id)
    {
        Flow flow = inputOf(id);
        if (flow.schema.fields.empty())
            return flow; // nothing feeds it
        for (Record &record : flow.records)
            record.lane += " > " + id.value;
        m_outcome.fates[id].in += flow.records.size();
        const auto in = std::exchange(flow.records, {});
        if (node(id).kind == "filter") {
            const auto condition = sql::bindFilter(parameters(id).text("condition"), flow.schema);
            for (const Record &record : in)
                settle(id, record, filterRow(*condition, record, m_scratch), flow.records);
        } else {
            const auto select = sql::bindSelect(parameters(id).text("select"), flow.schema);
            const std::string key = parameters(id).text("partitionKey");
            const auto keyOf = key.empty() ? sql::BindResult<sql::BoundExpression>{}
                                           : sql::bindExpression(key, flow.schema);
            for (const Record &record : in)
                settle(id, record, mapRow(*select, keyOf.value.get(), record, m_scratch),
                       flow.records);
            flow.schema = select->output();
        }
        m_outcome.fates[id].processed += flow.records.size();
        m_outcome.fates[id].out += flow.records.size();
        return flow;
    }

    void settle(const NodeId &id, const Record &record, RowFate fate, std::vector<Record> &out)
    {
        if (fate.given)
            out.push_back(*std::move(fate.given));
        else if (fate.dead)
            bury(id, record, *fate.dead);
        else
            ++m_outcome.fates[id].filtered;
    }

    void bury(const NodeId &id, const Record &record, const std::string &reason)
    {
        ++m_outcome.fates[id].dead;
        m_outcome.deadLetters.push_back({id, reason, record});
    }

    const graph::Document &m_document;
    const Inputs &m_inputs;
    std::map<NodeId, std::vector<NodeId>> m_sources; ///< the enabled nodes before each
    std::map<NodeId, Flow> m_outputs;
    sql::EvaluationScratch m_scratch;
    Outcome m_outcome;
};

} // namespace

Outcome computeOutcome(const graph::Document &document, const Inputs &inputs)
{
    return Computation(document, inputs).run();
}

} // namespace millrace::reference
