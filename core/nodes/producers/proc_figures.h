// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::nodes {

/// What /proc tells of a computer at one moment; counters since its start. A member is empty where
/// the file is missing or says something else.
struct ProcFigures {
    struct Processor {            ///< of all together, in ticks
        std::uint64_t user = 0;   ///< with nice
        std::uint64_t system = 0; ///< with interrupts
        std::uint64_t idle = 0;
        std::uint64_t waiting = 0; ///< for disks
        std::uint64_t stolen = 0;
        std::uint64_t total() const { return user + system + idle + waiting + stolen; }
    };
    struct Memory {
        std::uint64_t totalBytes = 0;
        std::uint64_t availableBytes = 0;
        std::uint64_t swapUsedBytes = 0;
    };
    struct Load {
        double one = 0;
        double five = 0;
        double fifteen = 0;
        std::uint64_t running = 0;
        std::uint64_t processes = 0;
    };
    struct Traffic {
        std::uint64_t inBytes = 0;  ///< received, read
        std::uint64_t outBytes = 0; ///< sent, written
    };
    std::optional<Processor> processor;
    std::uint64_t processors = 0;
    std::optional<Memory> memory;
    std::optional<Load> load;
    std::optional<Traffic> network; ///< all interfaces but lo
    std::optional<Traffic> disks;   ///< whole disks, without partitions and loop devices
    std::optional<double> uptimeSeconds;

    /// Reads all files. Errors: NodeFileUnreadable for /proc/stat; the others may lack.
    static Result<ProcFigures> read(FileSystem &files);
};

/// The parts of read(), on the text of one file each.
std::optional<ProcFigures::Processor> parseStat(std::string_view text, std::uint64_t &processors);
std::optional<ProcFigures::Memory> parseMeminfo(std::string_view text);
std::optional<ProcFigures::Load> parseLoadavg(std::string_view text);
std::optional<ProcFigures::Traffic> parseNetDev(std::string_view text);
std::optional<ProcFigures::Traffic> parseDiskstats(std::string_view text);

} // namespace millrace::nodes
