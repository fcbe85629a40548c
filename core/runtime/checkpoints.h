// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/catalog.h"

#include <map>
#include <mutex>

namespace millrace::runtime {

/// Progress of fragments whose destination keeps none (standard output): a hint in the catalog,
/// written by flush() about once a second and at a stop in good order, so that no worker waits for
/// the catalog. After a crash what came since the last flush comes again.
/// Thread-safety: every function may be called from any thread.
class Checkpoints
{
public:
    explicit Checkpoints(store::Catalog &catalog)
        : m_catalog(catalog)
    {}

    void put(const std::string &fragment, Bytes progress);
    /// The newest, flushed or not; nothing when there is none. Errors: those of Catalog.
    Result<std::optional<Bytes>> find(const std::string &fragment) const;
    /// All of fragments whose name begins so.
    Result<std::map<std::string, Bytes>> below(const std::string &prefix) const;
    /// What flush() wrote last: what a crash goes back to. Nothing before the first time.
    std::optional<Bytes> written(const std::string &fragment) const;
    /// Writes what is new. What could not be written is tried again by the next flush.
    Status flush();

private:
    store::Catalog &m_catalog;
    std::mutex m_flushMutex;    ///< one flush at a time: an older progress never follows a newer
    mutable std::mutex m_mutex; ///< guards what follows
    std::map<std::string, Bytes> m_fresh;   ///< not yet in the catalog
    std::map<std::string, Bytes> m_written; ///< in it
};

} // namespace millrace::runtime
