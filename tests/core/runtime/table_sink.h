// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem_codes.h"
#include "core/runtime/fragment.h"

#include <deque>
#include <set>

namespace millrace::test {

using namespace millrace::runtime;

using Texts = std::vector<std::string>;

/// A destination that a test looks into and makes trouble in. It outlives the sinks over it.
struct Table {
    Texts rows;
    std::optional<FragmentProgress> progress;
    std::set<std::string> refusedRows; ///< payloads that are dead
    std::deque<Problem> refusals;      ///< of the next commits
    std::deque<Problem> unanswered;    ///< of the next checks, which then find no row dead
    std::vector<Problem> notices;      ///< of the next open()
    std::optional<WallTime> due;       ///< until the next commit
    int opened = 0;
    int commits = 0;
    std::size_t largestCommit = 0; ///< bytes
    bool locked = false;           ///< between check() and commit() or giveUp()
};

class TableSink final : public Sink
{
public:
    explicit TableSink(Table &table)
        : m_table(table)
    {}
    Result<Opened> open() override
    {
        ++m_table.opened;
        return Opened{m_table.progress, m_table.notices};
    }
    SinkResult check(std::span<const Chunk> chunks) override
    {
        m_table.locked = true;
        SinkResult out;
        if (!m_table.unanswered.empty()) {
            out.failure = m_table.unanswered.front();
            m_table.unanswered.pop_front();
        }
        for (const Chunk &chunk : chunks) {
            auto &dead = out.dead.emplace_back();
            if (out.failure)
                continue;
            for (const std::uint32_t row : chunk.rows) {
                if (m_table.refusedRows.contains(std::string(chunk.batch->data(row))))
                    dead.push_back({row, Problem(Code::NodeRowError, {{"reason", "test"}})});
            }
        }
        return out;
    }
    void giveUp() override { m_table.locked = false; }
    Status commit(std::span<const Chunk> chunks, const FragmentProgress &progress) override
    {
        m_table.locked = false;
        if (!m_table.refusals.empty()) {
            const Problem refusal = m_table.refusals.front();
            m_table.refusals.pop_front();
            return refusal;
        }
        std::size_t bytes = 0;
        for (const Chunk &chunk : chunks) {
            for (const std::uint32_t row : chunk.rows) {
                const std::string_view data = chunk.batch->data(row);
                m_table.rows.emplace_back(data.substr(0, data.find(' ')));
                bytes += data.size();
            }
        }
        m_table.largestCommit = std::max(m_table.largestCommit, bytes);
        m_table.progress = progress;
        m_table.due.reset();
        ++m_table.commits;
        return Done{};
    }
    std::optional<WallTime> due() const override { return m_table.due; }
    Status close() override { return Done{}; }

private:
    Table &m_table;
};

/// Makes a payload of its number and so many bytes more, except of those it refuses. Takes as many
/// rows as give `most` bytes.
class Inflate final : public Transform
{
public:
    Inflate(std::size_t bytes, std::size_t most)
        : m_bytes(bytes)
        , m_most(most)
    {}
    std::unique_ptr<TransformState> newState() const override
    {
        return std::make_unique<TransformState>();
    }
    Result<TransformOutput> process(const Chunk &in, TransformState &) const override
    {
        TransformOutput out;
        record::RecordBatchBuilder builder;
        std::vector<std::uint32_t> rows;
        for (; out.taken < in.count() && builder.bytes() < m_most; ++out.taken) {
            const std::uint32_t row = in.rows[out.taken];
            std::string text(in.batch->data(row));
            text = text.substr(0, text.find(' '));
            if (text.ends_with('7')) {
                out.dead.push_back({row, Problem(Code::NodeRowError, {{"reason", "seven"}})});
                continue;
            }
            text += ' ' + std::string(m_bytes, 'x');
            const record::Origin origin = in.batch->origin(row);
            builder.append({.data = text, .key = "k", .origin = &origin});
            rows.push_back(row);
        }
        out.processed = rows.size();
        out.chunk = Chunk::all(builder.finishDerived(*in.batch, rows));
        return out;
    }

private:
    std::size_t m_bytes;
    std::size_t m_most;
};

} // namespace millrace::test
