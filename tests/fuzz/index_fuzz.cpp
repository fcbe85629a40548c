// SPDX-License-Identifier: GPL-3.0-or-later
// A segment file with anybody's bytes behind (and, by the first byte, instead of) a right header:
// a reader gives what is whole and never hangs or reads outside.
#include "core/base/crc32c.h"
#include "core/base/memory_file_system.h"
#include "core/log/footer.h"
#include "core/log/log.h"
#include "core/log/segment_header.h"

#include <cstdint>

using namespace millrace;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 1)
        return 0;
    const unsigned kind = data[0];
    Bytes content;
    log::SegmentHeader header;
    header.number = SegmentNumber(1);
    header.stream.bytes.fill(1);
    header.form = (kind & 1) != 0 ? log::SegmentForm::Rewritten : log::SegmentForm::Appended;
    if ((kind & 2) != 0) {
        const auto encoded = log::encodeSegmentHeader(header);
        MILLRACE_ASSERT(encoded.has_value());
        content = *encoded;
    }
    const std::size_t at = content.size();
    const auto rest = std::as_bytes(std::span(data, size)).subspan(1);
    content.insert(content.end(), rest.begin(), rest.end());
    constexpr std::size_t kTrailerBytes = 48;
    if ((kind & 4) != 0 && content.size() >= at + kTrailerBytes) {
        // A footer whose checksum is right: entries are what the fuzzer says.
        std::byte *const trailer = content.data() + content.size() - kTrailerBytes;
        const auto entries = static_cast<std::uint32_t>((content.size() - at - kTrailerBytes) / 64);
        const std::uint64_t position = content.size() - kTrailerBytes - entries * 64ULL;
        std::memcpy(trailer, "MILLIDX1", 8);
        std::memcpy(trailer + 8, &position, sizeof position);
        std::memcpy(trailer + 16, &entries, sizeof entries);
        const std::uint32_t crc =
            log::seededCrc(header.id, ByteView(content).subspan(position, entries * 64ULL + 24));
        std::memcpy(trailer + 24, &crc, sizeof crc);
    }
    MemoryFileSystem fileSystem;
    (void)fileSystem.makeFolders("/log");
    fileSystem.setContent(log::segmentPath("/log", header.number), content);
    const auto reader = log::LogReader::open("/log", fileSystem);
    if (!reader)
        return 0;
    for (const ShardIndex shard : (*reader)->shards()) {
        Ordinal next = (*reader)->bounds(shard).trimHorizon;
        for (int blocks = 0; blocks < 1000; ++blocks) {
            const auto batch = (*reader)->read(shard, next);
            if (!batch) {
                const auto argument = batch.error().argument("next");
                if (argument.empty())
                    break;
                const Ordinal behind(std::stoull(std::string(argument)));
                MILLRACE_ASSERT(behind > next);
                next = behind;
                continue;
            }
            if (!*batch)
                break;
            MILLRACE_ASSERT((*batch)->endOrdinal() > next);
            next = (*batch)->endOrdinal();
        }
        (void)(*reader)->find(shard, WallTime(std::chrono::milliseconds(5)));
        (void)(*reader)->findSeqIx(shard, 7);
    }
    return 0;
}
