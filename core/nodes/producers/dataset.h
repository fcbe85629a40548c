// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/nodes/producers/line_writer.h"
#include "core/record/schema.h"

#include <memory>

namespace millrace::nodes {

/// What a dataset makes a record of: nothing but (seed, n), the moment it is due and its key.
class Draw
{
public:
    Draw(std::uint64_t seed, std::uint64_t number, WallTime due, std::uint64_t keyRank)
        : m_base(mix64(seed ^ mix64(number)))
        , m_due(due)
        , m_keyRank(keyRank)
    {}

    WallTime due() const { return m_due; }
    std::uint64_t keyRank() const { return m_keyRank; }
    /// 64 random bits of this record, others for each `salt`.
    std::uint64_t bits(std::uint64_t salt) const
    {
        return mix64(m_base + salt * 0xD1342543DE82EF95ULL);
    }
    /// Less than `bound` (1 to 2³²), nearly even.
    std::uint64_t below(std::uint64_t salt, std::uint64_t bound) const
    {
        return ((bits(salt) >> 32) * bound) >> 32;
    }
    bool chance(std::uint64_t salt, std::uint64_t perMille) const
    {
        return below(salt, 1000) < perMille;
    }
    template <class Table>
    const auto &pick(std::uint64_t salt, const Table &table) const
    {
        return table[below(salt, std::size(table))];
    }
    /// Bits that belong to the key: the same in every record of it.
    std::uint64_t keyBits(std::uint64_t salt) const
    {
        return mix64(m_keyRank * 0x9FB21C651E98DF25ULL + salt);
    }

private:
    std::uint64_t m_base;
    WallTime m_due;
    std::uint64_t m_keyRank;
};

/// One kind of made-up data. Thread-safety: immutable.
class Dataset
{
public:
    virtual ~Dataset() = default;
    /// The partition key of a rank; rank 0 is the hot one.
    virtual void writeKey(std::uint64_t keyRank, LineWriter &out) const = 0;
    /// One JSON object on one line, without a newline.
    virtual void writePayload(const Draw &draw, LineWriter &out) const = 0;
    virtual record::Schema schema() const = 0;
};

/// A line of the application log as a program writes it into a file.
void writeLogLine(const Draw &draw, LineWriter &out);

std::unique_ptr<Dataset> makeClickstream();
std::unique_ptr<Dataset> makeIotSensors();
std::unique_ptr<Dataset> makeCardTransactions();
std::unique_ptr<Dataset> makeApplicationLog();

} // namespace millrace::nodes
