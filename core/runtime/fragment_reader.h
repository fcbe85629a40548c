// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/shard_merge.h"
#include "core/runtime/sink.h"
#include "core/stream/data_stream.h"

#include <vector>

namespace millrace::runtime {

/// A run of rows of one shard that a fragment works on next.
struct Piece {
    Chunk chunk; ///< may be empty: only a gap was passed
    ShardIndex shard;
    Ordinal end;               ///< the cursor after this piece
    std::uint64_t expired = 0; ///< records before it that retention took, or that are damaged
    bool deadKnown = false;    ///< its dead letters stand already: they are counted, not written
};

/// The cursors of one fragment over all shards of its source.
///
/// gather() looks ahead; nothing moves until accept(). In merged order (virtual time, replay) the
/// pieces are the runs of a log::ShardMerge, and the same log gives the same pieces; otherwise they
/// come shard by shard, beginning with another one each time.
/// Thread-safety: one thread at a time.
class FragmentReader
{
public:
    FragmentReader(stream::DataStream &source, bool merged);

    /// Cursors of an earlier run; those of another stream or of unknown shards are ignored. Shards
    /// without one begin at the trim horizon: the first time at the one there was when the reader
    /// was made, for what goes while its end cannot be opened is lost to it. One beyond the end (an
    /// older copy of the data directory, a power cut that took records) is set back to it and told:
    /// else what is stored there later would be skipped. `deadLetters`: up to where dead letters
    /// stand.
    std::vector<Problem> restore(const std::vector<Cursor> &cursors,
                                 const std::vector<Cursor> &deadLetters);

    struct Budget {
        std::size_t records = 50'000;
        std::size_t bytes = 8U << 20U;
    };
    /// Errors: Io. A damaged block is passed, counted as expired, and reported through `notices`.
    Result<std::vector<Piece>> gather(const Budget &budget, std::vector<Problem> &notices);
    void accept(const std::vector<Piece> &pieces);

    const std::vector<Cursor> &cursors() const { return m_cursors; }
    std::vector<Cursor> cursorsAfter(const std::vector<Piece> &pieces) const;

private:
    Status take(log::ShardMerge &merge, Budget &left, std::vector<Piece> &out) const;
    void cut(log::ShardMerge::Run run, std::vector<Piece> &out) const;

    stream::DataStream &m_source;
    const bool m_merged;
    std::vector<Cursor> m_cursors;    ///< one for each shard
    std::vector<Ordinal> m_deadUntil; ///< likewise
    std::size_t m_firstShard = 0;
    bool m_restored = false;
};

} // namespace millrace::runtime
