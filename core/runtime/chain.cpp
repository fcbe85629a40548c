// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/chain.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace millrace::runtime {
namespace {

constexpr std::size_t kMostRowsAtOnce = FragmentReader::Budget{}.records;

/// A batch whose output takes so much is committed before more is processed: transforms can make
/// any amount of text of a short record. [core/log forms commits of this size]
constexpr std::size_t kMaxOutBytes = 32U << 20U;

/// Rows of which the transforms make no more than this may be twice as many the next time.
constexpr std::size_t kRoomyBytes = 4U << 20U;

/// Leaves what lies behind the first `rows` rows of piece `last` for the next batch.
void cutBehind(std::vector<Piece> &pieces, std::size_t last, std::size_t rows)
{
    Piece &piece = pieces[last];
    if (rows < piece.chunk.rows.size()) {
        piece.chunk.rows.resize(rows);
        piece.end = piece.chunk.batch->ordinal(piece.chunk.rows.back()).next();
    }
    pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(last) + 1, pieces.end());
}

} // namespace

/// The next rows of a piece on their way: nothing of it counts before all of them are through.
struct Chain::Trial {
    Chunk in;             ///< may become fewer
    bool complete = true; ///< false: what they make fills the memory, fewer must be tried
    std::vector<NodeMeter> meters;
    struct Dead {
        NodeId node;
        record::BatchPtr batch; ///< as the node saw it
        DeadRow row;
    };
    std::vector<Dead> dead;
    std::size_t largestBytes = 0;     ///< of what the transforms made
    std::optional<Problem> unchecked; ///< as in Work
};

Chain::Chain(Operators operators, std::vector<NodeId> nodes, std::optional<NodeId> sink)
    : m_operators(std::move(operators))
    , m_nodes(std::move(nodes))
    , m_sink(std::move(sink))
    , m_rowsAtOnce(kMostRowsAtOnce)
{
    for (const auto &transform : m_operators.transforms)
        m_states.push_back(transform->newState());
}

Status Chain::process(Work &work, const Limits &limits)
{
    const std::size_t mostBytes = limits.putSize ? limits.putSize->bytes : kMaxOutBytes;
    for (std::size_t i = 0; i < work.pieces.size(); ++i) {
        const Piece &piece = work.pieces[i];
        work.expired += piece.expired;
        if (!work.meters.empty()) {
            work.meters.front().counts.in += piece.expired;
            work.meters.front().counts.expired += piece.expired;
        }
        for (std::size_t done = 0; done < piece.chunk.rows.size();) {
            const auto taken = processSome(piece, done, limits, work);
            if (!taken)
                return taken.error();
            done += *taken;
            if (work.outBytes + work.dead.bytes() >= mostBytes) {
                cutBehind(work.pieces, i, done);
                break;
            }
        }
    }
    return Done{};
}

/// Runs rows of `piece` from `begin` on through the operators and gives how many.
Result<std::size_t> Chain::processSome(const Piece &piece, std::size_t begin, const Limits &limits,
                                       Work &work)
{
    const std::span<const std::uint32_t> rest = std::span(piece.chunk.rows).subspan(begin);
    const bool narrow = limits.putSize && !limits.putSize->mayExceed;
    Trial trial;
    Chunk chunk;
    for (;;) {
        // Where a put may have little, the size of the first row's output is known before the next.
        const auto rows = rest.first(std::min(narrow ? 1 : m_rowsAtOnce, rest.size()));
        trial = Trial();
        trial.in = {piece.chunk.batch, {rows.begin(), rows.end()}};
        trial.meters = work.meters;
        auto made = transform(trial);
        if (!made)
            return std::move(made).error();
        chunk = *std::move(made);
        if (trial.complete)
            break;
        MILLRACE_ASSERT(trial.in.count() > 1); // each transform takes at least one
        m_rowsAtOnce = trial.in.count() / 2;
    }
    if (trial.largestBytes <= kRoomyBytes && !narrow)
        m_rowsAtOnce = std::min(m_rowsAtOnce * 2, kMostRowsAtOnce);
    if (m_operators.sink && !chunk.rows.empty())
        check(chunk, trial);
    work.meters = std::move(trial.meters);
    if (trial.unchecked)
        work.unchecked = std::move(trial.unchecked);
    for (const Trial::Dead &dead : trial.dead) {
        if (!piece.deadKnown || (limits.sinkLettersAnew && dead.node == m_sink))
            work.dead.add(dead.node, {dead.batch, {}}, dead.row);
    }
    if (!chunk.rows.empty()) {
        for (const std::uint32_t row : chunk.rows)
            work.outBytes += chunk.batch->data(row).size() + chunk.batch->key(row).size();
        work.out.push_back(std::move(chunk));
    }
    return trial.in.count();
}

Result<Chunk> Chain::transform(Trial &trial)
{
    Chunk chunk = trial.in;
    for (std::size_t i = 0; i < m_operators.transforms.size() && !chunk.rows.empty(); ++i) {
        auto made = m_operators.transforms[i]->process(chunk, *m_states[i]);
        if (!made)
            return std::move(made).error().at("node " + m_nodes[i].value);
        if (made->taken < chunk.count()) {
            // The first takes the next rows later; what comes behind it cannot.
            trial.complete = i == 0;
            if (!trial.complete)
                return chunk;
            trial.in.rows.resize(made->taken);
        }
        NodeMeter &meter = trial.meters[i];
        meter.counts.in += made->taken;
        meter.counts.processed += made->processed;
        meter.counts.filtered += made->filtered;
        meter.counts.late += made->late;
        meter.counts.dead += made->dead.size();
        meter.counts.out += made->chunk.count();
        for (DeadRow &dead : made->dead)
            trial.dead.push_back({m_nodes[i], chunk.batch, std::move(dead)});
        chunk = std::move(made->chunk);
        std::size_t bytes = 0;
        for (const std::uint32_t row : chunk.rows)
            bytes += chunk.batch->data(row).size();
        meter.bytesOut += bytes;
        trial.largestBytes = std::max(trial.largestBytes, bytes);
    }
    return chunk;
}

/// Takes what the destination can never store out of the chunk.
void Chain::check(Chunk &chunk, Trial &trial)
{
    NodeMeter &meter = trial.meters.back();
    SinkResult checked = m_operators.sink->check(std::span(&chunk, 1));
    trial.unchecked = std::move(checked.failure);
    meter.counts.in += chunk.count();
    if (!checked.dead.empty() && !checked.dead[0].empty()) {
        std::vector<std::uint32_t> deadRows;
        for (DeadRow &dead : checked.dead[0]) {
            deadRows.push_back(dead.row);
            trial.dead.push_back({*m_sink, chunk.batch, std::move(dead)});
        }
        meter.counts.dead += deadRows.size();
        std::vector<std::uint32_t> kept;
        std::set_difference(chunk.rows.begin(), chunk.rows.end(), deadRows.begin(), deadRows.end(),
                            std::back_inserter(kept));
        chunk.rows = std::move(kept);
    }
    meter.counts.processed += chunk.count();
    meter.counts.out += chunk.count();
    for (const std::uint32_t row : chunk.rows)
        meter.bytesOut += chunk.batch->data(row).size();
}

} // namespace millrace::runtime
