// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/sqlite_table.h"

#include "core/base/problem_codes.h"
#include "core/graph/parameter_reader.h"
#include "core/graph/place.h"
#include "core/nodes/destinations/progress_table.h"
#include "core/nodes/destinations/row_writer.h"
#include "core/nodes/paths.h"

namespace millrace::nodes {
namespace {

using graph::Parameter;
using graph::ParameterType;

graph::NodeKind describeKind()
{
    graph::NodeKind kind;
    kind.id = "sqlite-table";
    kind.category = graph::Category::Destination;
    kind.title = "SQLite table";
    kind.summary = "Stores each record once as a row of a table";
    kind.inputs = {{.id = "in", .title = "Records"}};
    kind.parameters = {
        Parameter{.id = "file",
                  .title = "File",
                  .type = ParameterType::FilePath,
                  .defaultValue = "output.db",
                  .help = "Made when absent. A relative path starts at the output folder of the "
                          "data directory."},
        Parameter{.id = "table",
                  .title = "Table",
                  .type = ParameterType::Text,
                  .defaultValue = "records",
                  .help = "Made when absent, with a column for each field."},
        Parameter{.id = "mode",
                  .title = "Mode",
                  .type = ParameterType::Choice,
                  .defaultValue = "append",
                  .choices = {{"append", "Append", "Every record becomes a row"},
                              {"upsert", "Replace", "A record replaces the row with its key"}},
                  .help = "What happens to rows that are there."},
        Parameter{.id = "keyColumns",
                  .title = "Key columns",
                  .type = ParameterType::Texts,
                  .help = "Columns that make the key; none: the record's origin, in _origin.",
                  .shownWhen = graph::ShownWhen{"mode", {"upsert"}}},
    };
    kind.mappings = {.flink = "jdbc connector",
                     .aws = "Amazon RDS through Lambda",
                     .kafka = "JDBC sink connector"};
    return kind;
}

const graph::NodeKind &kind()
{
    static const graph::NodeKind described = describeKind();
    return described;
}

/// Short, because it is a worker that waits; the fragment tries again anyway.
constexpr std::chrono::milliseconds kBusyWait{50};

/// What tells a file from another one at the same path.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const FileIdentity &, const FileIdentity &) = default;
};

class SqliteTable final : public runtime::Sink
{
public:
    SqliteTable(TableSettings settings, Path file, const runtime::NodeContext &context)
        : m_settings(std::move(settings))
        , m_file(std::move(file))
        , m_files(*context.fileSystem)
        , m_project(context.project.toString())
        , m_node(context.node.value)
        , m_source(context.source)
        , m_synced(context.clock == nullptr || !context.clock->isVirtual())
    {}

    Result<Opened> open() override
    {
        release();
        MILLRACE_TRY(m_files.makeFolders(parentPath(m_file)));
        auto database = store::Database::open(m_file, store::Database::Mode::ReadWrite,
                                              {.busyWait = kBusyWait, .synced = m_synced});
        if (!database)
            return std::move(database).error();
        m_database = *std::move(database);
        m_transaction.emplace(*m_database);
        auto opened = prepareAndRead();
        if (!opened)
            release();
        return opened;
    }

    runtime::SinkResult check(std::span<const runtime::Chunk> chunks) override
    {
        runtime::SinkResult result;
        result.dead.resize(chunks.size());
        if (!m_database)
            return result; // commit() says so
        bool failed = false;
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            if (!failed)
                failed = !stage(chunks[i], result.dead[i]);
            // The database refuses just now; commit() tries again and reports it. Rows that can be
            // known to be dead without it are told all the same.
            if (failed)
                m_writer->check(chunks[i], result.dead[i]);
        }
        if (failed)
            unstage();
        return result;
    }

    void giveUp() override { unstage(); }

    Status commit(std::span<const runtime::Chunk> chunks,
                  const runtime::FragmentProgress &progress) override
    {
        if (!m_database)
            return replaced();
        Status done = stageAndCommit(chunks, progress);
        if (!done)
            unstage();
        return done;
    }

    Status close() override
    {
        release();
        return Done{};
    }

private:
    Result<Opened> prepareAndRead()
    {
        MILLRACE_TRY(m_transaction->begin());
        auto progressTable = ProgressTable::prepare(*m_database, m_project, m_node, m_source);
        if (!progressTable)
            return std::move(progressTable).error();
        m_progress = *std::move(progressTable);
        Opened opened;
        auto writer = RowWriter::prepare(*m_database, m_settings, opened.notices);
        if (!writer)
            return std::move(writer).error();
        m_writer = *std::move(writer);
        auto progress = m_progress->read();
        if (!progress)
            return std::move(progress).error();
        opened.progress = *std::move(progress);
        MILLRACE_TRY(m_transaction->commit());
        const auto identity = identify();
        if (!identity)
            return identity.error();
        m_identity = *identity;
        return opened;
    }

    Status stageAndCommit(std::span<const runtime::Chunk> chunks,
                          const runtime::FragmentProgress &progress)
    {
        if (!isStaged(chunks)) {
            unstage();
            for (const runtime::Chunk &chunk : chunks) {
                std::vector<runtime::DeadRow> dead;
                MILLRACE_TRY(stage(chunk, dead));
                if (!dead.empty())
                    return std::move(dead.front().reason);
            }
            if (!m_transaction->isOpen())
                MILLRACE_TRY(m_transaction->begin());
        }
        MILLRACE_TRY(m_progress->write(progress));
        // As late as can be: a file that goes between here and COMMIT is found by the next commit,
        // and what this one stored went with the file.
        const auto identity = identify();
        if (!identity || identity.value() != m_identity) {
            release();
            return replaced();
        }
        MILLRACE_TRY(m_transaction->commit());
        m_progress->committed();
        m_staged.clear();
        return Done{};
    }

    /// Inserts the rows into the open transaction, or into a new one.
    Status stage(const runtime::Chunk &chunk, std::vector<runtime::DeadRow> &dead)
    {
        if (!m_transaction->isOpen()) {
            m_staged.clear();
            MILLRACE_TRY(m_transaction->begin());
        }
        dead.clear();
        MILLRACE_TRY(m_writer->insert(chunk, dead));
        runtime::Chunk stored{chunk.batch, {}};
        auto gone = dead.begin();
        for (const std::uint32_t row : chunk.rows) {
            if (gone != dead.end() && gone->row == row)
                ++gone;
            else
                stored.rows.push_back(row);
        }
        if (!stored.rows.empty())
            m_staged.push_back(std::move(stored));
        return Done{};
    }

    bool isStaged(std::span<const runtime::Chunk> chunks) const
    {
        if (!m_transaction->isOpen() || m_staged.size() != chunks.size())
            return false;
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            if (m_staged[i].batch != chunks[i].batch || m_staged[i].rows != chunks[i].rows)
                return false;
        }
        return true;
    }

    void unstage()
    {
        if (m_transaction)
            m_transaction->rollback();
        if (m_progress)
            m_progress->rolledBack();
        m_staged.clear();
    }

    void release()
    {
        unstage();
        m_writer.reset();
        m_progress.reset();
        m_transaction.reset();
        m_database.reset();
    }

    Result<FileIdentity> identify() const
    {
        const auto info = m_files.info(m_file);
        if (!info)
            return info.error();
        return FileIdentity{info->device, info->inode};
    }

    Problem replaced() const
    {
        return Problem(Code::NodeDestinationReplaced, {{"path", m_file}}, m_file);
    }

    TableSettings m_settings;
    Path m_file;
    FileSystem &m_files;
    std::string m_project;
    std::string m_node;
    StreamUuid m_source;
    bool m_synced;
    std::optional<FileIdentity> m_identity;          ///< of the file of the last open()
    std::optional<store::Database> m_database;       ///< none before open() and after a replacement
    std::optional<store::Transaction> m_transaction; ///< exactly when there is a database
    std::unique_ptr<ProgressTable> m_progress;
    std::unique_ptr<RowWriter> m_writer;
    std::vector<runtime::Chunk> m_staged; ///< rows that stand in the open transaction
};

Result<Path> fileOf(const graph::Node &node, const runtime::NodeContext &context)
{
    const std::string file = graph::ParameterReader(node, kind()).text("file");
    if (file.empty())
        return invalidArgument("Name the database file", graph::parameterPlace(node.id, "file"));
    return resolvePath(context.dataFolder, file);
}

Result<std::unique_ptr<runtime::Sink>> makeSink(const graph::Node &node,
                                                const runtime::NodeContext &context)
{
    const graph::ParameterReader parameters(node, kind());
    TableSettings settings;
    settings.table = parameters.text("table");
    settings.schema = context.inputSchema;
    if (parameters.choice("mode") == "upsert") {
        settings.keyColumns = parameters.texts("keyColumns");
        settings.mode =
            settings.keyColumns.empty() ? TableMode::UpsertByOrigin : TableMode::UpsertByColumns;
    }
    if (auto valid = checkSettings(settings); !valid)
        return std::move(valid).error().at(graph::nodePlace(node.id));
    auto file = fileOf(node, context);
    if (!file)
        return std::move(file).error();
    return std::unique_ptr<runtime::Sink>(
        new SqliteTable(std::move(settings), *std::move(file), context));
}

Result<std::vector<runtime::Cursor>> standing(const graph::Node &node,
                                              const runtime::NodeContext &context)
{
    const auto file = fileOf(node, context);
    if (!file)
        return file.error();
    if (!context.fileSystem->exists(*file))
        return std::vector<runtime::Cursor>{};
    auto database =
        store::Database::open(*file, store::Database::Mode::Existing, {.busyWait = kBusyWait});
    if (!database)
        return database.error();
    return ProgressTable::cursors(*database, context.project.toString(), node.id.value);
}

} // namespace

runtime::NodeFactory makeSqliteTable()
{
    runtime::NodeFactory factory;
    factory.kind = kind();
    factory.sink = makeSink;
    factory.standing = standing;
    return factory;
}

} // namespace millrace::nodes
