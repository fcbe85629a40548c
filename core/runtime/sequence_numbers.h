// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/bound_expression.h"
#include "core/store/catalog.h"
#include "core/stream/sequence_number.h"

namespace millrace::runtime {

/// The sequence numbers of one stream's records, for expressions and for showing.
/// Thread-safety: immutable.
class SequenceNumbers final : public sql::SequenceNumberSource
{
public:
    explicit SequenceNumbers(const store::StreamEntry &stream)
        : m_created(seconds(stream.created))
    {}

    /// Of a row that is placed in the stream.
    std::string of(const record::RecordBatch &batch, std::size_t row) const
    {
        return stream::SequenceNumber{m_created, batch.shard(), batch.seqIx(row),
                                      seconds(batch.arrival(row))}
            .toString();
    }
    void append(const record::RecordBatch &batch, std::size_t row, std::string &out) const override
    {
        out += of(batch, row);
    }

private:
    static std::int64_t seconds(WallTime time)
    {
        return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    }

    std::int64_t m_created; ///< seconds since 1970
};

} // namespace millrace::runtime
