// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/proc_figures.h"

#include "core/base/problem_codes.h"
#include "core/nodes/paths.h"

#include <charconv>
#include <vector>

namespace millrace::nodes {
namespace {

constexpr std::size_t kMaximumBytes = 4U << 20U;
constexpr std::uint64_t kSectorBytes = 512; ///< of /proc/diskstats, whatever the disk has

/// Calls `each` with the words of every line.
template <class Each>
void forEachLine(std::string_view text, Each each)
{
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        words.clear();
        while (!line.empty()) {
            const std::size_t begin = line.find_first_not_of(" \t");
            if (begin == std::string_view::npos)
                break;
            line.remove_prefix(begin);
            const std::size_t size = std::min(line.find_first_of(" \t"), line.size());
            words.push_back(line.substr(0, size));
            line.remove_prefix(size);
        }
        if (!words.empty())
            each(words);
    }
}

template <class Number = std::uint64_t>
Number number(std::string_view text)
{
    Number value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

bool allDigits(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool allLetters(std::string_view text)
{
    return !text.empty() &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
}

/// sda, vdb, xvdc, hdd, nvme0n1, mmcblk0: not sda1, nvme0n1p2, loop3, dm-0, md0 (they would count
/// the same bytes twice).
bool isWholeDisk(std::string_view name)
{
    for (const std::string_view prefix : {"sd", "vd", "xvd", "hd"}) {
        if (name.starts_with(prefix))
            return allLetters(name.substr(prefix.size()));
    }
    if (name.starts_with("mmcblk"))
        return allDigits(name.substr(6));
    if (name.starts_with("nvme")) {
        const std::size_t n = name.find('n', 4);
        return n != std::string_view::npos && allDigits(name.substr(4, n - 4)) &&
               allDigits(name.substr(n + 1));
    }
    return false;
}

std::optional<std::string> readProc(FileSystem &files, const char *path)
{
    auto text = readToEnd(files, path, kMaximumBytes);
    return text ? std::optional(*std::move(text)) : std::nullopt;
}

} // namespace

std::optional<ProcFigures::Processor> parseStat(std::string_view text, std::uint64_t &processors)
{
    std::optional<ProcFigures::Processor> all;
    processors = 0;
    forEachLine(text, [&](const std::vector<std::string_view> &words) {
        if (words[0] == "cpu" && words.size() >= 8) {
            // user nice system idle iowait irq softirq [steal]
            all = ProcFigures::Processor();
            all->user = number(words[1]) + number(words[2]);
            all->system = number(words[3]) + number(words[6]) + number(words[7]);
            all->idle = number(words[4]);
            all->waiting = number(words[5]);
            all->stolen = words.size() > 8 ? number(words[8]) : 0;
        } else if (words[0].starts_with("cpu") && allDigits(words[0].substr(3))) {
            ++processors;
        }
    });
    return all;
}

std::optional<ProcFigures::Memory> parseMeminfo(std::string_view text)
{
    std::optional<std::uint64_t> total;
    std::optional<std::uint64_t> available;
    std::uint64_t swapTotal = 0;
    std::uint64_t swapFree = 0;
    forEachLine(text, [&](const std::vector<std::string_view> &words) {
        const std::uint64_t bytes = words.size() > 1 ? number(words[1]) * 1024 : 0;
        if (words[0] == "MemTotal:")
            total = bytes;
        else if (words[0] == "MemAvailable:")
            available = bytes;
        else if (words[0] == "SwapTotal:")
            swapTotal = bytes;
        else if (words[0] == "SwapFree:")
            swapFree = bytes;
    });
    if (!total || !available)
        return {};
    return ProcFigures::Memory{*total, *available, swapTotal > swapFree ? swapTotal - swapFree : 0};
}

std::optional<ProcFigures::Load> parseLoadavg(std::string_view text)
{
    std::optional<ProcFigures::Load> load;
    forEachLine(text, [&](const std::vector<std::string_view> &words) {
        if (load || words.size() < 4)
            return;
        const std::size_t slash = words[3].find('/');
        if (slash == std::string_view::npos)
            return;
        load = ProcFigures::Load{number<double>(words[0]), number<double>(words[1]),
                                 number<double>(words[2]), number(words[3].substr(0, slash)),
                                 number(words[3].substr(slash + 1))};
    });
    return load;
}

std::optional<ProcFigures::Traffic> parseNetDev(std::string_view text)
{
    std::optional<ProcFigures::Traffic> traffic;
    forEachLine(text, [&](const std::vector<std::string_view> &words) {
        // "eth0: 1234 …", or "eth0:1234 …" where the number is long.
        const std::size_t colon = words[0].find(':');
        if (colon == std::string_view::npos)
            return;
        if (!traffic)
            traffic = ProcFigures::Traffic();
        if (words[0].substr(0, colon) == "lo")
            return;
        std::vector<std::string_view> numbers;
        if (colon + 1 < words[0].size())
            numbers.push_back(words[0].substr(colon + 1));
        numbers.insert(numbers.end(), words.begin() + 1, words.end());
        if (numbers.size() < 9)
            return;
        traffic->inBytes += number(numbers[0]);
        traffic->outBytes += number(numbers[8]);
    });
    return traffic;
}

std::optional<ProcFigures::Traffic> parseDiskstats(std::string_view text)
{
    ProcFigures::Traffic traffic;
    forEachLine(text, [&](const std::vector<std::string_view> &words) {
        if (words.size() < 10 || !isWholeDisk(words[2]))
            return;
        traffic.inBytes += number(words[5]) * kSectorBytes;
        traffic.outBytes += number(words[9]) * kSectorBytes;
    });
    return traffic;
}

Result<ProcFigures> ProcFigures::read(FileSystem &files)
{
    const auto stat = readToEnd(files, "/proc/stat", kMaximumBytes);
    if (!stat) {
        return Problem(Code::NodeFileUnreadable,
                       {{"path", "/proc/stat"}, {"reason", stat.error().text()}});
    }
    ProcFigures figures;
    figures.processor = parseStat(*stat, figures.processors);
    if (const auto text = readProc(files, "/proc/meminfo"))
        figures.memory = parseMeminfo(*text);
    if (const auto text = readProc(files, "/proc/loadavg"))
        figures.load = parseLoadavg(*text);
    if (const auto text = readProc(files, "/proc/net/dev"))
        figures.network = parseNetDev(*text);
    if (const auto text = readProc(files, "/proc/diskstats"))
        figures.disks = parseDiskstats(*text);
    if (const auto text = readProc(files, "/proc/uptime"))
        figures.uptimeSeconds = number<double>(*text);
    return figures;
}

} // namespace millrace::nodes
