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
    }
    return Done{};
}

} // namespace millrace::runtime
