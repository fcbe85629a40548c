// SPDX-License-Identifier: GPL-3.0-or-later
// A block whose checksum is right and whose content is anybody's: decoding it gives an error or a
// batch in which every column can be read.
#include "core/log/block_codec.h"

#include <cstdint>
#include <vector>

using namespace millrace;

namespace {

void readAll(const record::RecordBatch &batch)
{
    std::size_t sum = 0;
    for (std::size_t row = 0; row < batch.count(); ++row) {
        for (const char c : batch.data(row))
            sum += static_cast<unsigned char>(c);
        for (const char c : batch.key(row))
            sum += static_cast<unsigned char>(c);
        sum += batch.explicitHash(row) ? 1 : 0;
        sum += batch.attributes(row).size();
        sum += batch.origin(row).path.size();
        sum += batch.seqIx(row) +
               static_cast<std::size_t>(batch.arrival(row).time_since_epoch().count());
    }
    MILLRACE_ASSERT(sum != 0xFFFF'FFFF'FFFF'FFFF); // uses the sum
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const Uuid id{};
    const auto view = std::as_bytes(std::span(data, size));
    Bytes bytes(view.begin(), view.end());
    if (size >= log::kBlockHeaderBytes) {
        // Mended so that the fuzzer gets behind the magic and the checksum.
        std::memcpy(bytes.data(), "MBLK", 4);
        std::uint32_t stored = 0;
        std::memcpy(&stored, bytes.data() + 56, sizeof stored);
        stored = std::min<std::uint32_t>(stored,
                                         static_cast<std::uint32_t>(size - log::kBlockHeaderBytes));
        std::memcpy(bytes.data() + 56, &stored, sizeof stored);
        bytes.resize(log::aligned(log::kBlockHeaderBytes + stored));
        const std::uint32_t crc =
            log::seededCrc(id, ByteView(bytes).subspan(8, log::kBlockHeaderBytes - 8 + stored));
        std::memcpy(bytes.data() + 4, &crc, sizeof crc);
    }
    if (const auto batch = log::decodeBlock(bytes, id, {}))
        readAll(**batch);
    return 0;
}
