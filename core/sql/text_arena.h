// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/record_batch.h"

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace millrace::sql {

/// Memory for the texts that expressions make: handed out in growing blocks, taken back all at
/// once, and kept for the next time. Every text is followed by kArenaPadding readable bytes, as
/// simdjson wants.
/// Thread-safety: one thread.
class TextArena
{
public:
    /// Room for `bytes` bytes; valid until reset().
    char *allocate(std::size_t bytes)
    {
        const std::size_t wanted = bytes + record::kArenaPadding;
        while (m_block < m_blocks.size() && m_blocks[m_block].size - m_used < wanted) {
            ++m_block;
            m_used = 0;
        }
        if (m_block == m_blocks.size()) {
            const std::size_t size = wanted > kBlockBytes ? wanted : kBlockBytes;
            m_blocks.push_back({std::make_unique<char[]>(size), size});
            m_used = 0;
        }
        char *out = m_blocks[m_block].bytes.get() + m_used;
        m_used += bytes;
        m_given += bytes;
        return out;
    }
    std::string_view copy(std::string_view text)
    {
        char *out = allocate(text.size());
        std::memcpy(out, text.data(), text.size());
        return {out, text.size()};
    }
    /// Bytes handed out since reset().
    std::size_t given() const { return m_given; }
    /// Takes everything back. Giant blocks, and those beyond the first few, are freed, so that one
    /// batch of giants does not hold its memory for ever.
    void reset()
    {
        std::erase_if(m_blocks, [](const Block &block) { return block.size > kBlockBytes; });
        if (m_blocks.size() > kKeptBlocks)
            m_blocks.resize(kKeptBlocks);
        m_block = 0;
        m_used = 0;
        m_given = 0;
    }

private:
    static constexpr std::size_t kBlockBytes = 256U << 10U;
    static constexpr std::size_t kKeptBlocks = 16;
    struct Block {
        std::unique_ptr<char[]> bytes;
        std::size_t size = 0;
    };
    std::vector<Block> m_blocks;
    std::size_t m_block = 0;
    std::size_t m_used = 0; ///< of the block m_block
    std::size_t m_given = 0;
};

} // namespace millrace::sql
