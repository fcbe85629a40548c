// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/stream_schema.h"

#include "core/log/damage.h"

#include <algorithm>

namespace millrace::runtime {
namespace {

void addBlock(const record::RecordBatch &block, Ordinal at, StreamInference &out)
{
    const std::size_t from = at > block.firstOrdinal() ? at - block.firstOrdinal() : 0;
    for (std::size_t row = from; row < block.count() && out.seen < sql::kInferenceRecords; ++row) {
        (void)out.inference.add(block.data(row));
        out.first = std::min(out.first, block.arrival(row));
        ++out.seen;
    }
}

} // namespace

Result<StreamInference> inferSchema(const std::vector<Ordinal> &begins, const ReadBlock &read)
{
    StreamInference out;
    for (std::uint32_t i = 0; i < begins.size(); ++i) {
        Ordinal at = begins[i];
        while (out.seen < sql::kInferenceRecords) {
            auto batch = read(ShardIndex(i), at);
            if (!batch) {
                const auto behind = log::behindDamage(batch.error(), at);
                if (!behind)
                    return std::move(batch).error();
                at = *behind;
                continue;
            }
            if (!*batch)
                break;
            addBlock(**batch, at, out);
            at = (*batch)->endOrdinal();
        }
    }
    return out;
}

} // namespace millrace::runtime
