// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/chain_register.h"

#include <charconv>
#include <sstream>

namespace millrace::engine {
namespace {

std::string settingOf(const Uuid &project)
{
    return "chains." + project.toString();
}

/// One line for each fragment: its name, and the floor's ordinals behind it.
std::string toText(const std::map<std::string, ChainRegister::Entry> &entries)
{
    std::string out;
    for (const auto &[fragment, entry] : entries) {
        out += fragment;
        for (const Ordinal at : entry.floor)
            out += ' ' + std::to_string(at.value);
        out += '\n';
    }
    return out;
}

/// Leaves out a line that is not understood: its fragment begins as one that is not noted.
std::map<std::string, ChainRegister::Entry> parse(const std::string &text)
{
    std::map<std::string, ChainRegister::Entry> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string fragment;
        words >> fragment;
        ChainRegister::Entry entry;
        bool good = !fragment.empty();
        for (std::string word; good && words >> word;) {
            std::uint64_t at = 0;
            const auto read = std::from_chars(word.data(), word.data() + word.size(), at);
            good = read.ec == std::errc() && read.ptr == word.data() + word.size();
            entry.floor.emplace_back(at);
        }
        if (good)
            out.insert_or_assign(std::move(fragment), std::move(entry));
    }
    return out;
}

} // namespace

Result<ChainRegister::Entries *> ChainRegister::entriesOf(const Uuid &project) const
{
    const std::string key = project.toString();
    auto known = m_known.find(key);
    if (known == m_known.end()) {
        const auto stored = m_catalog.setting(settingOf(project));
        if (!stored)
            return stored.error();
        known = m_known.emplace(key, parse(stored->value_or(std::string()))).first;
    }
    return &known->second;
}

Status ChainRegister::write(const Uuid &project, Entries entries)
{
    MILLRACE_TRY(m_catalog.putSetting(settingOf(project), toText(entries)));
    m_known[project.toString()] = std::move(entries);
    return Done{};
}

Result<std::optional<ChainRegister::Entry>> ChainRegister::find(const Uuid &project,
                                                                const std::string &fragment) const
{
    const std::lock_guard guard(m_mutex);
    const auto entries = entriesOf(project);
    if (!entries)
        return entries.error();
    const auto found = (*entries)->find(fragment);
    return found == (*entries)->end() ? std::optional<Entry>() : std::optional(found->second);
}

Status ChainRegister::keep(const Uuid &project, const std::set<std::string> &fragments)
{
    const std::lock_guard guard(m_mutex);
    const auto entries = entriesOf(project);
    if (!entries)
        return entries.error();
    Entries kept = **entries;
    const auto gone =
        std::erase_if(kept, [&](const auto &entry) { return !fragments.contains(entry.first); });
    return gone == 0 ? Status(Done{}) : write(project, std::move(kept));
}

Status ChainRegister::noteBegin(const Uuid &project, const std::string &fragment,
                                std::vector<Ordinal> floor)
{
    const std::lock_guard guard(m_mutex);
    const auto entries = entriesOf(project);
    if (!entries)
        return entries.error();
    Entries changed = **entries;
    changed[fragment].floor = std::move(floor);
    return write(project, std::move(changed));
}

Status ChainRegister::noteCommit(const Uuid &project, const std::string &fragment)
{
    const std::lock_guard guard(m_mutex);
    const auto entries = entriesOf(project);
    if (!entries)
        return entries.error();
    const auto found = (*entries)->find(fragment);
    if (found == (*entries)->end() || found->second.floor.empty())
        return Done{};
    Entries changed = **entries;
    changed[fragment].floor.clear();
    return write(project, std::move(changed));
}

} // namespace millrace::engine
