// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/chain_register.h"
#include "core/engine/plan.h"
#include "core/runtime/checkpoints.h"
#include "core/runtime/fragment.h"
#include "core/runtime/node_factory.h"
#include "core/runtime/producer_task.h"
#include "core/stream/stream_store.h"

#include <set>

namespace millrace::engine {

/// Names a fragment for ever: in the stream it ends in, in the dead-letter stream and, for a
/// destination that keeps no progress, in the catalog. `end` is its PlannedFragment::end.
std::string fragmentId(const Uuid &project, const NodeId &end, const StreamUuid &source);

/// Where a fragment begins, when that is not where its own end says it stood.
///
/// An edit may cut a chain otherwise than before: a second wire behind a filter makes the first one
/// a stream, a stream node is put between two nodes or taken out, a node is bypassed. What stands
/// behind has had most of the source already, under another cut, and must not get it again. So the
/// new fragment begins where the ends behind it stood:
///
/// - an end that read the source itself, by a chain that is no longer planned, stands at its
/// cursor;
/// - an end that read it through a stream which is no longer between stands where that stream's
///   writer stood;
/// - an end that read what feeds the source, by a chain that went around it, has all that the
///   source holds of that.
///
/// Of several ends the farthest counts; what another one does not get for that is told, as is what
/// waits in a stream that is no longer between. With none, the fragment begins at the trim horizon.
/// An end that has a cursor with the source is believed while the fragment has been planned without
/// a break (ChainRegister). Where it has not, the cursor is as old as the edit that took the
/// fragment out: the end may have come farther since by streams that were between meanwhile.
///
/// A value: nothing of the deployment is referred to but the store, the catalog's checkpoints and
/// the services of the context. Thread-safety: call it on one thread at a time.
class Takeover
{
public:
    struct Services {
        stream::StreamStore *store = nullptr;
        const runtime::Checkpoints *checkpoints = nullptr;
        ChainRegister *chains = nullptr;
        runtime::NodeContext context; ///< node and source are filled in here
    };
    Takeover(Services services, const Plan &plan, const PlannedFragment &fragment,
             const graph::Document &document);
    /// Of a producer, which may have written to another stream before.
    Takeover(Services services, const Plan &plan, const PlannedProducer &producer,
             const graph::Document &document);

    /// Reads what the ends have stored, and notes that the fragment begins. `known`: the cursors
    /// with the source that the fragment's own end has, where it has any. Fragments of an earlier
    /// plan have stopped. Errors: Busy: ask again. An end that cannot be read for another reason is
    /// left out: its own fragment says so.
    Result<runtime::Beginning> find(const std::vector<runtime::Cursor> &known) const;

    /// What the producer `id` left in streams that the ends behind it have read, but not in the one
    /// it writes to now. Errors: as find().
    Result<runtime::ProducerBeginning> findProgress(const std::string &id) const;

private:
    /// Something durable behind the fragment or producer.
    struct End {
        NodeId node;
        std::optional<graph::Node> sink;
        stream::StreamPtr stream;         ///< of a stream end
        std::set<StreamUuid> sources;     ///< of the fragments that are planned to it
        std::set<std::string> fragments;  ///< their ids
        std::optional<std::size_t> fedBy; ///< end before this one; none: the fragment itself
    };
    using Cursors = std::vector<runtime::Cursor>;

    void collect(const Plan &plan, const PlannedFragment &fragment, const graph::Document &document,
                 std::set<std::string> &seen, std::optional<std::size_t> fedBy = {});
    End makeEnd(const Plan &plan, const PlannedFragment &fragment,
                const graph::Document &document) const;
    Result<Cursors> stored(const End &end) const;
    Result<Cursors> storedInCatalog(const NodeId &sink) const;
    Cursors storedIn(const stream::DataStream &stream,
                     const std::function<bool(const std::string &)> &wanted) const;
    /// Nothing: the end cannot be read, so nobody knows.
    using Standing = std::optional<std::vector<Ordinal>>;
    Result<Standing> standing(const End &end, bool known, std::vector<Problem> &notices) const;
    Result<std::vector<Ordinal>> hadBefore(const End &end, std::vector<Problem> &notices) const;
    bool beginsWith(const Cursors &had) const;
    Result<std::optional<std::vector<Ordinal>>> noted(const Cursors &known, bool &lost) const;
    runtime::Beginning beginningAt(const std::vector<Ordinal> &at) const;
    void tellMissed(const std::vector<Standing> &ends, const std::vector<Ordinal> &farthest,
                    std::vector<Problem> &notices) const;
    static Problem left(const End &end, const stream::DataStream &stream, std::uint64_t records);
    void raise(std::vector<Ordinal> &to, const Cursors &cursors) const;

    Services m_services;
    stream::StreamPtr m_source; ///< of the fragment, or what the producer writes to
    std::string m_fragment;     ///< its id; empty for a producer
    std::vector<End> m_ends;
};

} // namespace millrace::engine
