// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/fate.h"

namespace millrace::runtime {

FateCounts &FateCounts::operator+=(const FateCounts &other)
{
    in += other.in;
    processed += other.processed;
    filtered += other.filtered;
    late += other.late;
    dead += other.dead;
    expired += other.expired;
    inFlight += other.inFlight;
    out += other.out;
    return *this;
}

void FateCounts::write(ByteWriter &writer) const
{
    for (const std::uint64_t n : {in - inFlight, processed, filtered, late, dead, expired, out})
        writer.varint(n);
}

FateCounts FateCounts::read(ByteReader &reader)
{
    FateCounts counts;
    for (std::uint64_t *n : {&counts.in, &counts.processed, &counts.filtered, &counts.late,
                             &counts.dead, &counts.expired, &counts.out})
        *n = reader.varint();
    return counts;
}

} // namespace millrace::runtime
