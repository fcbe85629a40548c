// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/transform.h"

#include <numeric>

namespace millrace::runtime {

Chunk Chunk::all(record::BatchPtr batch)
{
    Chunk chunk;
    chunk.rows.resize(batch->count());
    std::iota(chunk.rows.begin(), chunk.rows.end(), 0U);
    chunk.batch = std::move(batch);
    return chunk;
}

} // namespace millrace::runtime
