// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/missing_sync.h"

#include <filesystem>
#include <fstream>
#include <regex>

namespace millrace::test {
namespace {

std::string lineName(const std::string &file, std::size_t line)
{
    return fileName(file) + ':' + std::to_string(line);
}

std::string lineOf(const MemoryFileSystem::Step &sync)
{
    return lineName(sync.from.file_name(), sync.from.line());
}

} // namespace

std::map<std::string, std::string> lossesWithoutEachSync(const CrashSweep &sweep)
{
    std::map<std::string, std::string> losses;
    const auto note = [&](const MemoryFileSystem::Step &sync) {
        losses[lineOf(sync)];
        return false;
    };
    if (const std::string wrong = sweep(note); !wrong.empty())
        return {{"all syncs in place", wrong}};
    for (auto &[line, loss] : losses)
        loss = sweep([&](const MemoryFileSystem::Step &sync) { return lineOf(sync) == line; });
    return losses;
}

std::set<std::string> linesThatSync(const Path &sources)
{
    namespace fs = std::filesystem;
    std::set<fs::path> files;
    if (fs::is_directory(sources)) {
        for (const auto &entry : fs::directory_iterator(sources)) {
            if (entry.path().extension() == ".cpp")
                files.insert(entry.path());
        }
    } else {
        files.insert(sources);
    }
    static const std::regex call("^(?! *//).*\\bsync(Folder)?\\(");
    std::set<std::string> lines;
    for (const fs::path &file : files) {
        std::ifstream in(file);
        std::string text;
        for (std::size_t number = 1; std::getline(in, text); ++number) {
            if (std::regex_search(text, call))
                lines.insert(lineName(file, number));
        }
    }
    return lines;
}

std::string unnoticed(const std::map<std::string, std::string> &losses, const Path &sources)
{
    if (const auto broken = losses.find("all syncs in place"); broken != losses.end())
        return broken->first + ": " + broken->second;
    std::string out;
    for (const std::string &line : linesThatSync(sources)) {
        const auto found = losses.find(line);
        if (found == losses.end())
            out += line + " is never come to; ";
        else if (found->second.empty())
            out += line + " can be taken out unnoticed; ";
    }
    return out;
}

} // namespace millrace::test
