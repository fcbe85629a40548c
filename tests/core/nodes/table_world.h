// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/core/nodes/node_fixture.h"

#include "core/base/problem_codes.h"
#include "core/store/database.h"

#include <QTemporaryDir>

namespace millrace::test {

using Parameters = std::map<std::string, graph::ParameterValue>;

/// A folder on the disk (SQLite has its own file access), with a sink over it.
struct TableWorld : NodeWorld {
    QTemporaryDir folder;
    Uuid stream = Uuid::random(random);

    TableWorld()
    {
        context.fileSystem = &posixFileSystem();
        context.dataFolder = folder.path().toStdString();
        context.inputSchema = record::parseSchema("id BIGINT, name STRING").value();
    }

    std::string path() const { return context.dataFolder + "/out.db"; }

    std::unique_ptr<runtime::Sink> table(Parameters parameters = {}) const
    {
        parameters.try_emplace("file", std::string("out.db"));
        return sink("sqlite-table", std::move(parameters)).value();
    }

    /// Rows {"id": n, "name": "n"} of shard 0 from `first` on.
    record::BatchPtr batch(std::uint64_t first, std::uint64_t count) const
    {
        std::vector<std::string> payloads;
        for (std::uint64_t n = first; n < first + count; ++n)
            payloads.push_back("{\"id\":" + std::to_string(n) + ",\"name\":\"n" +
                               std::to_string(n) + "\"}");
        return batchOf(payloads, first);
    }
    record::BatchPtr batchOf(const std::vector<std::string> &payloads,
                             std::uint64_t first = 0) const
    {
        record::RecordBatchBuilder builder;
        for (const std::string &payload : payloads)
            builder.append({.data = payload, .key = "key"});
        return builder.finishPlaced(stream, ShardIndex(0), Ordinal(first),
                                    std::vector<std::int64_t>(payloads.size(), 5),
                                    std::vector<std::uint64_t>(payloads.size(), 1));
    }
    runtime::FragmentProgress progress(std::uint64_t next, const char *details = "d") const
    {
        const ByteView bytes = asBytes(details);
        return {{{stream, ShardIndex(0), Ordinal(next)}}, Bytes(bytes.begin(), bytes.end())};
    }
    /// check() and commit() as the fragment does it: without the dead rows. Gives the dead ones.
    Result<std::vector<runtime::DeadRow>> store(runtime::Sink &sink, const record::BatchPtr &batch,
                                                const runtime::FragmentProgress &progress) const
    {
        std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(batch)};
        runtime::SinkResult checked = sink.check(chunks);
        std::vector<runtime::DeadRow> dead = std::move(checked.dead.at(0));
        if (checked.failure && (!dead.empty() || checked.failure->code() != Code::Busy))
            return *std::move(checked.failure);
        for (const runtime::DeadRow &row : dead)
            std::erase(chunks[0].rows, row.row);
        if (auto done = sink.commit(chunks, progress); !done)
            return std::move(done).error();
        return dead;
    }

    store::Database open() const
    {
        return store::Database::open(path(), store::Database::Mode::ReadWrite).value();
    }
    /// The result of a query, columns separated by '|', rows by ' '.
    std::string query(const std::string &sql) const
    {
        auto database = open();
        auto statement = database.prepare(sql).value();
        std::string out;
        while (statement.step().value()) {
            if (!out.empty())
                out += ' ';
            for (int column = 0; column < columns; ++column) {
                if (column > 0)
                    out += '|';
                out += statement.isNull(column) ? "NULL" : std::string(statement.text(column));
            }
        }
        return out;
    }
    int columns = 1; ///< of query()
    void execute(const std::string &sql) const
    {
        const Status done = open().execute(sql);
        if (!done)
            qFatal("%s", done.error().message().c_str());
    }
};

} // namespace millrace::test
