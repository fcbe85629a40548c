// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/source.h"
#include "core/runtime/transform.h"

namespace millrace::runtime {

/// Collects the dead letters of one batch for the pipeline's dead-letter stream: payload and key
/// as the node saw them, the record's origin, and attributes that name reason, code and node.
/// Thread-safety: one thread at a time.
class DeadLetters
{
public:
    void add(const NodeId &node, const Chunk &chunk, const DeadRow &dead);
    void add(const NodeId &node, const DeadInput &dead);
    bool empty() const { return m_builder.count() == 0; }
    std::size_t count() const { return m_builder.count(); }
    std::size_t bytes() const { return m_builder.bytes(); }
    record::BatchPtr take() { return m_builder.finish(); }

private:
    record::RecordBatchBuilder m_builder;
};

} // namespace millrace::runtime
