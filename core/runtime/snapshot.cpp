// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/snapshot.h"

#include <algorithm>

namespace millrace::runtime {

double ShardFigures::load() const
{
    return std::max(bytesInPerSecond / kShardBytesPerSecond,
                    recordsInPerSecond / kShardRecordsPerSecond);
}

bool ShardFigures::bytesBind() const
{
    return bytesInPerSecond / kShardBytesPerSecond >= recordsInPerSecond / kShardRecordsPerSecond;
}

const NodeFigures *Snapshot::node(const NodeId &id) const
{
    const auto found = std::find_if(nodes.begin(), nodes.end(),
                                    [&](const NodeFigures &node) { return node.id == id; });
    return found == nodes.end() ? nullptr : &*found;
}

const WireFigures *Snapshot::wire(const NodeId &from, const NodeId &to) const
{
    const auto found = std::find_if(wires.begin(), wires.end(), [&](const WireFigures &wire) {
        return wire.from == from && wire.to == to;
    });
    return found == wires.end() ? nullptr : &*found;
}

} // namespace millrace::runtime
