// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/memory_file_system.h"
#include "core/base/problem_codes.h"
#include "core/stream/stream_store.h"

#include <QDir>
#include <QTemporaryDir>

namespace millrace::test {

using namespace millrace::stream;
using namespace std::chrono_literals;

/// A data directory: logs in memory, the catalog (SQLite) in a real folder of the same name. The
/// test is committer and maintenance.
class Directory
{
public:
    Directory()
    {
        options.dataDirectory = m_real.path().toStdString();
        options.threads = false;
    }

    Result<std::unique_ptr<StreamStore>> tryOpen(FileSystem &files)
    {
        return StreamStore::open(options, files, clock, m_random, [this](const Problem &problem) {
            const std::lock_guard guard(m_loggedMutex);
            logged.push_back(problem);
        });
    }

    StreamStore &open()
    {
        m_store.reset();
        auto opened = tryOpen(fs);
        if (!opened)
            qFatal("%s", opened.error().message().c_str());
        m_store = *std::move(opened);
        return *m_store;
    }
    void close() { m_store.reset(); }

    StreamPtr make(const std::string &name,
                   const std::function<void(store::StreamEntry &)> &settings = {})
    {
        store::StreamEntry wanted;
        wanted.name = name;
        if (settings)
            settings(wanted);
        auto made = m_store->ensure(wanted);
        if (!made)
            qFatal("%s", made.error().message().c_str());
        return *std::move(made);
    }

    /// Puts one record and commits it; true when it was acknowledged.
    bool put(DataStream &stream, std::string_view data)
    {
        record::RecordBatchBuilder builder;
        builder.append({data, "key", {}, {}, nullptr});
        Put put;
        put.batch = builder.finish();
        bool stored = false;
        stream.put(std::move(put), [&](const auto &outcome) { stored = outcome.has_value(); });
        m_store->commitAll();
        return stored;
    }

    void remove(const Path &folder)
    {
        if (!fs.removeAll(folder))
            qFatal("%s cannot be removed", folder.c_str());
    }
    Path catalogPath() const { return joinPath(options.dataDirectory, "catalog.db"); }
    Path folderOf(const DataStream &stream) const
    {
        return joinPath(joinPath(options.dataDirectory, "streams"), stream.id().toString());
    }
    std::vector<Problem> loggedWith(Code code)
    {
        const std::lock_guard guard(m_loggedMutex);
        std::vector<Problem> out;
        std::copy_if(logged.begin(), logged.end(), std::back_inserter(out),
                     [&](const Problem &problem) { return problem.code() == code; });
        return out;
    }

    StreamStoreOptions options;
    MemoryFileSystem fs;
    ManualClock clock;
    std::vector<Problem> logged;

private:
    std::mutex m_loggedMutex;
    QTemporaryDir m_real;
    SeededRandom m_random{7};
    std::unique_ptr<StreamStore> m_store;
};

inline std::uint64_t recordsOf(const DataStream &stream)
{
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < stream.shardCount(); ++i) {
        const auto bounds = stream.bounds(ShardIndex(i));
        sum += bounds.end - bounds.trimHorizon;
    }
    return sum;
}

} // namespace millrace::test
