// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/takeover.h"

#include "core/base/problem_codes.h"
#include "core/graph/place.h"
#include "core/nodes/kinds.h"

#include <algorithm>

namespace millrace::engine {
namespace {

std::string fragmentsOf(const Uuid &project)
{
    return "fragment/" + project.toString() + '/';
}

/// Only who waits for somebody else's lock is sure to be answered in the end. A destination that
/// cannot be read for good must not hold up what is before it.
bool heals(const Problem &problem)
{
    return problem.code() == Code::Busy;
}

} // namespace

std::string fragmentId(const Uuid &project, const NodeId &end, const StreamUuid &source)
{
    return fragmentsOf(project) + end.value + '/' + source.toString();
}

Takeover::Takeover(Services services, const Plan &plan, const PlannedFragment &fragment,
                   const graph::Document &document)
    : m_services(std::move(services))
    , m_source(m_services.store->find(fragment.source))
{
    m_fragment = fragmentId(m_services.context.project, fragment.end, m_source->id());
    std::set<std::string> seen;
    collect(plan, fragment, document, seen);
}

Takeover::Takeover(Services services, const Plan &plan, const PlannedProducer &producer,
                   const graph::Document &document)
    : m_services(std::move(services))
    , m_source(m_services.store->find(producer.stream))
{
    std::set<std::string> seen;
    for (const PlannedFragment &fragment : plan.fragments) {
        if (fragment.source == producer.stream)
            collect(plan, fragment, document, seen);
    }
}

void Takeover::collect(const Plan &plan, const PlannedFragment &fragment,
                       const graph::Document &document, std::set<std::string> &seen,
                       std::optional<std::size_t> fedBy)
{
    if (!fragment.sink && !seen.insert(fragment.target).second)
        return;
    const std::size_t self = m_ends.size();
    m_ends.push_back(makeEnd(plan, fragment, document));
    m_ends.back().fedBy = fedBy;
    if (fragment.sink)
        return;
    for (const PlannedFragment &next : plan.fragments) {
        if (next.source == fragment.target)
            collect(plan, next, document, seen, self);
    }
}

Takeover::End Takeover::makeEnd(const Plan &plan, const PlannedFragment &fragment,
                                const graph::Document &document) const
{
    End end;
    end.node = fragment.end;
    if (fragment.sink)
        end.sink = document.nodes.at(*fragment.sink);
    else
        end.stream = m_services.store->find(fragment.target);
    for (const PlannedFragment &other : plan.fragments) {
        if (other.sink != fragment.sink || other.target != fragment.target)
            continue;
        const StreamUuid source = m_services.store->find(other.source)->id();
        end.sources.insert(source);
        end.fragments.insert(fragmentId(m_services.context.project, other.end, source));
    }
    return end;
}

/// The cursors that the project's fragments left in a stream they wrote.
Takeover::Cursors Takeover::storedIn(const stream::DataStream &stream,
                                     const std::function<bool(const std::string &)> &wanted) const
{
    Cursors out;
    for (const log::ProgressEntry &entry : stream.log().producers()) {
        if (!entry.producer.starts_with(fragmentsOf(m_services.context.project)) ||
            !wanted(entry.producer))
            continue;
        if (auto progress = runtime::FragmentProgress::decode(entry.progress))
            out.insert(out.end(), progress->cursors.begin(), progress->cursors.end());
    }
    return out;
}

Result<Takeover::Cursors> Takeover::storedInCatalog(const NodeId &sink) const
{
    auto stored =
        m_services.checkpoints->below(fragmentsOf(m_services.context.project) + sink.value + '/');
    if (!stored)
        return std::move(stored).error();
    Cursors out;
    for (const auto &[fragment, bytes] : *stored) {
        if (auto progress = runtime::FragmentProgress::decode(bytes))
            out.insert(out.end(), progress->cursors.begin(), progress->cursors.end());
    }
    return out;
}

Result<Takeover::Cursors> Takeover::stored(const End &end) const
{
    if (end.stream)
        return storedIn(*end.stream,
                        [&](const std::string &id) { return !end.fragments.contains(id); });
    const runtime::NodeFactory &factory = *nodes::findFactory(end.sink->kind);
    if (!factory.standing)
        return storedInCatalog(end.sink->id);
    runtime::NodeContext context = m_services.context;
    context.node = end.sink->id;
    auto progress = factory.standing(*end.sink, context);
    if (!progress)
        return std::move(progress).error();
    return std::move(progress->cursors);
}

void Takeover::raise(std::vector<Ordinal> &to, const Cursors &cursors) const
{
    for (const runtime::Cursor &cursor : cursors) {
        if (cursor.stream != m_source->id() || cursor.shard.value >= m_source->shardCount())
            continue;
        if (to.empty())
            to.resize(m_source->shardCount(), Ordinal(0));
        to[cursor.shard.value] = std::max(to[cursor.shard.value], cursor.next);
    }
}

/// How far the end has come with the source, by shard; empty: it never had anything of it. With
/// `known` only by way of streams that are no longer between.
Result<Takeover::Standing> Takeover::standing(const End &end, bool known,
                                              std::vector<Problem> &notices) const
{
    std::vector<Ordinal> out;
    const auto cursors = stored(end);
    if (!cursors) {
        if (heals(cursors.error()))
            return cursors.error();
        return Standing();
    }
    // A destination keeps one cursor for all chains from the source to it.
    if (!known && (!end.sink || !end.sources.contains(m_source->id())))
        raise(out, *cursors);
    std::map<StreamUuid, std::uint64_t> between; // and what the end has not read of it
    for (const runtime::Cursor &cursor : *cursors) {
        const auto stream = m_services.store->find(cursor.stream);
        if (!stream || cursor.stream == m_source->id() || end.sources.contains(cursor.stream))
            continue;
        const Ordinal last = stream->bounds(cursor.shard).end;
        between[cursor.stream] += last - std::min(cursor.next, last);
    }
    for (const auto &[id, unread] : between) {
        const auto stream = m_services.store->find(id);
        const Cursors written = storedIn(*stream, [](const std::string &) { return true; });
        const std::vector<Ordinal> before = out;
        raise(out, written);
        if (out != before && unread > 0)
            notices.push_back(left(end, *stream, unread));
    }
    return Standing(std::move(out));
}

/// What the end had of the source before it ever read it: a chain that went around the source has
/// brought it all that feeds the source, up to where the source's writers stand. Empty: nothing.
Result<std::vector<Ordinal>> Takeover::hadBefore(const End &end,
                                                 std::vector<Problem> &notices) const
{
    std::vector<Ordinal> out;
    auto had = stored(end);
    if (!had) {
        if (heals(had.error()))
            return had.error();
        return out;
    }
    // By a chain that is still planned it gets something else than by this one.
    std::erase_if(*had, [&](const auto &cursor) { return end.sources.contains(cursor.stream); });
    const auto entries = m_source->log().producers();
    const bool byFragments =
        std::all_of(entries.begin(), entries.end(), [&](const log::ProgressEntry &entry) {
            return entry.producer.starts_with(fragmentsOf(m_services.context.project));
        });
    const Cursors written = storedIn(*m_source, [](const std::string &) { return true; });
    const bool all = byFragments && !written.empty() &&
                     std::all_of(written.begin(), written.end(), [&](const auto &writer) {
                         return std::any_of(had->begin(), had->end(), [&](const auto &cursor) {
                             return cursor.stream == writer.stream &&
                                    cursor.shard == writer.shard && cursor.next >= writer.next;
                         });
                     });
    for (std::uint32_t i = 0; all && i < m_source->shardCount(); ++i)
        out.push_back(m_source->bounds(ShardIndex(i)).end);
    if (!all && beginsWith(*had))
        notices.push_back(
            Problem(Code::StoredTwice, {{"stream", m_source->name()}}, graph::nodePlace(end.node)));
    return out;
}

/// Whether the source's oldest records stood, as they are or as another record, before `had`.
bool Takeover::beginsWith(const Cursors &had) const
{
    for (std::uint32_t i = 0; i < m_source->shardCount(); ++i) {
        const ShardIndex shard(i);
        const auto batch = m_source->read(shard, m_source->bounds(shard).trimHorizon);
        if (!batch || !*batch || (*batch)->count() == 0)
            continue;
        const record::Origin root = (*batch)->origin(0);
        if (std::any_of(had.begin(), had.end(), [&](const runtime::Cursor &cursor) {
                return cursor.stream == root.stream && cursor.shard == root.shard &&
                       root.ordinal < cursor.next;
            }))
            return true;
    }
    return false;
}

Problem Takeover::left(const End &end, const stream::DataStream &stream, std::uint64_t records)
{
    return Problem(Code::BranchAhead,
                   {{"records", std::to_string(records)}, {"stream", stream.name()}},
                   graph::nodePlace(end.node));
}

runtime::Beginning Takeover::beginningAt(const std::vector<Ordinal> &at) const
{
    runtime::Beginning out;
    for (std::size_t i = 0; i < at.size(); ++i)
        out.cursors.push_back({m_source->id(), ShardIndex(static_cast<std::uint32_t>(i)), at[i]});
    return out;
}

/// Where a fragment begins that has been planned without a break; nothing for another one, and for
/// one whose end was made anew. `lost`: it had committed, and its end knows nothing of that.
Result<std::optional<std::vector<Ordinal>>> Takeover::noted(const Cursors &known, bool &lost) const
{
    using Found = std::optional<std::vector<Ordinal>>;
    auto entry = m_services.chains->find(m_services.context.project, m_fragment);
    if (!entry)
        return std::move(entry).error();
    if (!*entry)
        return Found();
    std::vector<Ordinal> at;
    raise(at, known);
    if (known.empty()) {
        // The first commit is still to come, or the destination was removed and is filled anew.
        const auto cursors = stored(m_ends.front());
        if (!cursors && heals(cursors.error()))
            return cursors.error();
        if (!cursors || cursors->empty()) {
            // As long as its own end cannot be read, nobody knows.
            lost = cursors && (*entry)->floor.empty();
            return Found();
        }
        if ((*entry)->floor.empty())
            return Found();
    }
    const auto &floor = (*entry)->floor;
    at.resize(std::max(at.size(), floor.size()), Ordinal(0));
    for (std::size_t i = 0; i < floor.size(); ++i)
        at[i] = std::max(at[i], floor[i]);
    return Found(std::move(at));
}

Result<runtime::Beginning> Takeover::find(const Cursors &known) const
{
    bool lost = false;
    auto own = noted(known, lost);
    if (!own)
        return std::move(own).error();
    if (*own)
        return beginningAt(**own);
    std::vector<Problem> notices;
    std::vector<Ordinal> farthest;
    raise(farthest, known);
    std::vector<Standing> ends;
    for (const End &end : m_ends) {
        auto found = standing(end, &end == &m_ends.front() && !known.empty(), notices);
        if (!found)
            return std::move(found).error();
        ends.push_back(*std::move(found));
    }
    if (Standing &first = ends.front()) {
        raise(*first, known);
        if (first->empty()) {
            auto before = hadBefore(m_ends.front(), notices);
            if (!before)
                return std::move(before).error();
            first = *std::move(before);
        }
    }
    for (const Standing &at : ends) {
        farthest.resize(std::max(farthest.size(), at ? at->size() : 0), Ordinal(0));
        for (std::size_t i = 0; at && i < at->size(); ++i)
            farthest[i] = std::max(farthest[i], (*at)[i]);
    }
    tellMissed(ends, farthest, notices);
    farthest.resize(m_source->shardCount(), Ordinal(0)); // a floor: nothing is committed yet
    MILLRACE_TRY(m_services.chains->noteBegin(m_services.context.project, m_fragment, farthest));
    runtime::Beginning out = beginningAt(farthest);
    out.notices = std::move(notices);
    out.progressLost = lost;
    return out;
}

/// What an end does not get because another one is farther. What the ends before it have will come
/// to it.
void Takeover::tellMissed(const std::vector<Standing> &ends, const std::vector<Ordinal> &farthest,
                          std::vector<Problem> &notices) const
{
    std::vector<std::vector<Ordinal>> gets; // by end: from where on, itself or by the ends before
    for (std::size_t e = 0; e < ends.size(); ++e) {
        std::vector<Ordinal> &from = gets.emplace_back(ends[e].value_or(std::vector<Ordinal>()));
        from.resize(farthest.size(), Ordinal(0));
        const auto before = m_ends[e].fedBy;
        for (std::size_t i = 0; before && i < from.size(); ++i)
            from[i] = std::max(from[i], gets[*before][i]);
        // A stream has what is put into it since it is there.
        if (!ends[e] || (ends[e]->empty() && !m_ends[e].sink))
            continue;
        std::uint64_t missed = 0;
        for (std::size_t i = 0; i < from.size(); ++i) {
            const auto bounds = m_source->bounds(ShardIndex(static_cast<std::uint32_t>(i)));
            const Ordinal first = std::max(from[i], bounds.trimHorizon);
            const Ordinal last = std::min(farthest[i], bounds.end);
            missed += last > first ? last - first : 0;
        }
        if (missed > 0)
            notices.push_back(left(m_ends[e], *m_source, missed));
    }
}

Result<runtime::ProducerBeginning> Takeover::findProgress(const std::string &id) const
{
    runtime::ProducerBeginning out;
    const auto streams = m_services.store->all();
    const bool elsewhere = std::any_of(streams.begin(), streams.end(), [&](const auto &stream) {
        return stream != m_source && stream->log().producer(id).has_value();
    });
    if (!elsewhere)
        return out; // no end needs to be asked
    for (const End &end : m_ends) {
        const auto cursors = stored(end);
        if (!cursors) {
            if (heals(cursors.error()))
                return cursors.error();
            continue;
        }
        std::map<StreamUuid, std::uint64_t> read; // and what the end has not read of it
        for (const runtime::Cursor &cursor : *cursors) {
            const auto stream = m_services.store->find(cursor.stream);
            if (!stream || stream == m_source)
                continue;
            const Ordinal last = stream->bounds(cursor.shard).end;
            read[cursor.stream] += last - std::min(cursor.next, last);
        }
        for (const auto &[stream, unread] : read) {
            const auto before = m_services.store->find(stream);
            const auto entry = before->log().producer(id);
            if (!entry)
                continue;
            out.left.push_back({before->name(), entry->progress});
            if (unread > 0 && !end.sources.contains(stream))
                out.notices.push_back(left(end, *before, unread));
        }
    }
    return out;
}

} // namespace millrace::engine
