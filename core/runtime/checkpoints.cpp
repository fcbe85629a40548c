// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/checkpoints.h"

namespace millrace::runtime {

void Checkpoints::put(const std::string &fragment, Bytes progress)
{
    const std::lock_guard guard(m_mutex);
    m_fresh[fragment] = std::move(progress);
}

Result<std::optional<Bytes>> Checkpoints::find(const std::string &fragment) const
{
    {
        const std::lock_guard guard(m_mutex);
        if (const auto found = m_fresh.find(fragment); found != m_fresh.end())
            return std::optional(found->second);
    }
    return m_catalog.checkpoint(fragment);
}

Result<std::map<std::string, Bytes>> Checkpoints::below(const std::string &prefix) const
{
    std::map<std::string, Bytes> out;
    {
        const std::lock_guard guard(m_mutex);
        for (auto fresh = m_fresh.lower_bound(prefix);
             fresh != m_fresh.end() && fresh->first.starts_with(prefix); ++fresh)
            out.insert(*fresh);
    }
    auto stored = m_catalog.checkpoints(prefix);
    if (!stored)
        return stored;
    out.merge(*stored); // what is fresh is newer
    return out;
}

std::optional<Bytes> Checkpoints::written(const std::string &fragment) const
{
    const std::lock_guard guard(m_mutex);
    const auto found = m_written.find(fragment);
    return found == m_written.end() ? std::nullopt : std::optional(found->second);
}

Status Checkpoints::flush()
{
    const std::lock_guard one(m_flushMutex);
    std::map<std::string, Bytes> writing;
    {
        const std::lock_guard guard(m_mutex);
        writing = m_fresh;
    }
    for (const auto &[fragment, progress] : writing) {
        MILLRACE_TRY(m_catalog.putCheckpoint(fragment, progress));
        const std::lock_guard guard(m_mutex);
        if (const auto found = m_fresh.find(fragment);
            found != m_fresh.end() && found->second == progress)
            m_fresh.erase(found);
        m_written[fragment] = progress;
    }
    return Done{};
}

} // namespace millrace::runtime
