// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/reference_engine.h"

#include "core/base/memory_file_system.h"
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

/// One record as a batch, for expressions.
record::BatchPtr asBatch(const Record &record)
{
    record::RecordBatchBuilder builder;
    builder.append({.data = record.data, .key = record.key});
    return builder.finish();
}

std::string rowProblem(const std::string &reason)
{
    return Problem(Code::NodeRowError, {{"reason", reason}}).text();
}

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
        const auto hash = stream::hashOfKey(record.key);
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

    /// A row of a table needs all the fields of the schema, a line of a file needs to be JSON.
    void store(const NodeId &id)
    {
        Flow flow = inputOf(id);
        std::vector<Record> stored;
        if (node(id).kind == "ndjson-folder") {
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
                map(id, *columns, nullptr, record, stored);
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
        MemoryFileSystem files;
        for (const auto &[name, content] : m_inputs.files)
            files.setContent("/" + name, Bytes(asBytes(content).begin(), asBytes(content).end()));
        ManualClock clock;
        runtime::NodeContext context;
        context.fileSystem = &files;
        context.documentFolder = "/";
        context.clock = &clock;
        context.node = id;
        auto source = *nodes::findFactory(node(id).kind)->source(node(id), context);
        (void)source->restore({}).has_value(); // nothing to restore, nothing to fail
        record::RecordBatchBuilder builder;
        runtime::SourceStep step;
        step.state = runtime::SourceStep::State::More;
        while (step.state != runtime::SourceStep::State::Finished) {
            clock.advance(std::chrono::hours(1));
            step = *source->step({}, builder);
            for (const runtime::DeadInput &dead : step.dead)
                bury(id, {dead.data, id.value, id.value}, wordsOf(dead.reason));
            m_outcome.fates[id].in += step.dead.size();
        }
        Flow flow;
        flow.schema = source->schema().value_or(record::Schema{});
        const auto batch = builder.finish();
        for (std::size_t row = 0; row < batch->count(); ++row)
            flow.records.push_back(
                {std::string(batch->data(row)), std::string(batch->key(row)), id.value});
        countAll(id, flow.records.size());
        return flow;
    }

    Flow keep(const NodeId &id)
    {
        Flow flow = inputOf(id);
        if (const auto puts = m_inputs.puts.find(id); puts != m_inputs.puts.end()) {
            for (const Record &put : puts->second)
                flow.records.push_back({put.data, put.key, "put"});
        }
        countAll(id, flow.records.size());
        flow.shards = static_cast<std::uint32_t>(parameters(id).integer("shards"));
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
                filter(id, *condition, record, flow.records);
        } else {
            const auto select = sql::bindSelect(parameters(id).text("select"), flow.schema);
            const std::string key = parameters(id).text("partitionKey");
            const auto keyOf = key.empty() ? sql::BindResult<sql::BoundExpression>{}
                                           : sql::bindExpression(key, flow.schema);
            for (const Record &record : in)
                map(id, *select, keyOf.value.get(), record, flow.records);
            flow.schema = select->output();
        }
        m_outcome.fates[id].processed += flow.records.size();
        m_outcome.fates[id].out += flow.records.size();
        return flow;
    }

    void filter(const NodeId &id, const sql::BoundExpression &condition, const Record &record,
                std::vector<Record> &out)
    {
        sql::FilterResult result;
        const std::uint32_t row = 0;
        condition.evaluateFilter(*asBatch(record), std::span(&row, 1), m_scratch, result);
        if (!result.errors.empty())
            bury(id, record, rowProblem(result.errors.front().reason));
        else if (!result.passed.empty())
            out.push_back(record);
        else
            ++m_outcome.fates[id].filtered;
    }

    void map(const NodeId &id, const sql::SelectList &select, const sql::BoundExpression *keyOf,
             const Record &record, std::vector<Record> &out)
    {
        const auto batch = asBatch(record);
        const std::uint32_t row = 0;
        sql::ProjectedRows made;
        select.project(*batch, std::span(&row, 1), m_scratch, made);
        if (!made.errors.empty())
            return bury(id, record, rowProblem(made.errors.front().reason));
        Record mapped{std::string(made.payload(0)), record.key, record.lane};
        if (keyOf != nullptr) {
            std::vector<sql::RowError> errors;
            const auto &keys =
                keyOf->evaluate(*batch, std::span(&row, 1), m_scratch, errors).values;
            if (!errors.empty())
                return bury(id, record, rowProblem("partition key: " + errors.front().reason));
            mapped.key.clear();
            if (!keys.isNull(0))
                keys.appendText(0, mapped.key);
            if (mapped.key.empty())
                return bury(id, record, rowProblem("the new partition key is NULL or empty"));
        }
        out.push_back(std::move(mapped));
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
