// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/schema.h"
#include "core/stream/stream_store.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

namespace millrace::engine {

/// The fields of all writers of a stream, by the writers' names; one that not every writer gives
/// may be missing. Of two types of a field the first one counts, and `differ` hears of it (may be
/// null).
record::Schema schemaOfAll(
    const std::map<std::string, record::Schema> &writers,
    const std::function<void(const record::Field &first, const record::Field &second)> &differ);

/// Keeps the payload schema of every stream: brought by who writes it (a generator, CSV, a select
/// list), edited, or inferred from the first sql::kInferenceRecords records or what came within
/// kInferAfter of the first (architecture, 3). It stands in the catalog.
/// Thread-safety: every function may be called from any thread.
class SchemaKeeper
{
public:
    static constexpr std::chrono::milliseconds kInferAfter{1000};

    /// `changed` is called with the name of a stream whose known schema became another one, without
    /// locks held.
    SchemaKeeper(stream::StreamStore &store, Clock &clock,
                 std::function<void(const std::string &)> changed, LogSink report);

    /// The schema, inferred now if it is time; nothing while there is none yet.
    Result<std::optional<record::Schema>> schemaOf(stream::DataStream &stream);
    /// A writer says what it writes. Several writers of one stream: the fields of all; a field
    /// that two give different types keeps the first and is reported.
    void bring(stream::DataStream &stream, const std::string &writer, const record::Schema &schema);
    /// Counts how often a schema that was known became another one, behind that. Whoever is bound
    /// to a schema, and looks at a record before this count, sees the count of its writer: bring()
    /// comes before the record.
    std::shared_ptr<const std::atomic<std::uint64_t>> changes(const stream::DataStream &stream);
    /// Only these count from now on, with what they have brought.
    void keepWriters(const std::set<std::string> &writers);

private:
    Result<std::optional<record::Schema>> infer(stream::DataStream &stream);
    std::atomic<std::uint64_t> &changesOf(const StreamUuid &stream); ///< with m_mutex held
    void store(stream::DataStream &stream, const record::Schema &schema,
               store::SchemaSource source);

    stream::StreamStore &m_store;
    Clock &m_clock;
    const std::function<void(const std::string &)> m_changed;
    const LogSink m_report;
    std::mutex m_mutex; ///< guards what follows and orders writes of schemas
    std::map<std::string, std::map<std::string, record::Schema>> m_brought; ///< stream, writer
    std::map<StreamUuid, std::shared_ptr<std::atomic<std::uint64_t>>> m_changes;
};

} // namespace millrace::engine
