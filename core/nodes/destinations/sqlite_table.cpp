// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/sqlite_table.h"

#include "core/base/problem_codes.h"
#include "core/graph/parameter_reader.h"
#include "core/graph/place.h"
#include "core/nodes/destinations/impossible_place.h"
#include "core/nodes/destinations/progress_table.h"
#include "core/nodes/destinations/row_writer.h"
#include "core/nodes/destinations/table_columns.h"
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
                          "data directory. A file that is new to the node gets everything that is "
                          "still in its input stream."},
        Parameter{.id = "table",
                  .title = "Table",
                  .type = ParameterType::Text,
                  .defaultValue = "records",
                  .help = "Made when absent, with a column for each field. A table that is new to "
                          "the node gets everything that is still in its input stream; one that "
                          "it filled before is gone on with. An index over no row, "
                          "millrace_mark_…, tells it from one that is made anew."},
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
        auto opened = openFile();
        if (opened)
            return opened;
        release();
        return explain(std::move(opened).error());
    }

    runtime::SinkResult check(std::span<const runtime::Chunk> chunks) override
    {
        runtime::SinkResult result;
        result.dead.resize(chunks.size());
        if (!m_database) {
            result.failure = replaced(m_file);
            return result;
        }
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            if (!result.failure) {
                if (auto staged = stage(chunks[i], result.dead[i]); !staged)
                    result.failure = std::move(staged).error();
            }
            // What can be known to be dead without the database is told all the same.
            if (result.failure)
                m_writer->check(chunks[i], result.dead[i]);
        }
        if (result.failure) {
            unstage();
            result.failure = explainFailure(*std::move(result.failure));
        }
        return result;
    }

    void giveUp() override { unstage(); }

    Status commit(std::span<const runtime::Chunk> chunks,
                  const runtime::FragmentProgress &progress) override
    {
        if (!m_database)
            return replaced(m_file);
        Status done = stageAndCommit(chunks, progress);
        if (done)
            return done;
        unstage();
        return explainFailure(std::move(done).error());
    }

    Path place() const override { return m_file; }

    Status close() override
    {
        release();
        return Done{};
    }

private:
    /// What has to be done to the progress before the node can go on.
    enum class Mend : std::uint8_t {
        Nothing = 1,
        Restore, ///< it was removed, what it stands for is there
        Forget,  ///< what it stands for is not there
    };

    Result<Opened> openFile()
    {
        MILLRACE_TRY(checkPath());
        auto database = store::Database::open(m_file, store::Database::Mode::ReadWrite,
                                              {.busyWait = kBusyWait, .synced = m_synced});
        if (!database)
            return std::move(database).error();
        m_database = *std::move(database);
        m_transaction.emplace(*m_database);
        MILLRACE_TRY(m_transaction->begin());
        Opened opened;
        auto writer = RowWriter::prepare(*m_database, m_settings, opened.notices);
        if (!writer)
            return std::move(writer).error();
        m_writer = *std::move(writer);
        auto progressTable = ProgressTable::prepare(
            *m_database, {m_project, m_node, m_settings.table}, m_source, m_writer->tableIsNew());
        if (!progressTable)
            return std::move(progressTable).error();
        m_progress = *std::move(progressTable);
        MILLRACE_TRY(m_writer->noteTables());
        if (m_progress->tableWasLost())
            opened.notices.push_back(replaced(tableInFile()));
        auto progress = m_progress->read();
        if (!progress)
            return std::move(progress).error();
        opened.progress = *std::move(progress);
        opened.holdsRows = !m_writer->isEmpty();
        MILLRACE_TRY(m_transaction->commit());
        return opened;
    }

    /// SQLite would take a device for a database that cannot be read just now.
    Status checkPath() const
    {
        if (auto made = m_files.makeFolders(parentPath(m_file)); !made) {
            const std::string why = whyNoFolder(made.error());
            return why.empty() ? explain(std::move(made).error())
                               : unusable("its folder cannot be made, " + why);
        }
        const auto info = m_files.info(m_file);
        if (!info)
            return info.error().code() == Code::NotFound ? Status(Done{}) : explain(info.error());
        if (info->isFolder)
            return unusable("it is a folder");
        if (!info->isRegular)
            return unusable("it is a device, a pipe or a socket");
        return Done{};
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
                MILLRACE_TRY(begin());
        }
        MILLRACE_TRY(m_progress->write(progress));
        // As late as can be: a file that goes between here and COMMIT is found by the next commit,
        // and what this one stored went with the file.
        if (!m_database->isAtPath())
            return replaced(m_file);
        MILLRACE_TRY(m_transaction->commit());
        m_progress->committed();
        m_writer->committed(!m_staged.empty());
        m_staged.clear();
        return Done{};
    }

    /// Begins a transaction and looks what others did to the tables since the last one: nobody else
    /// writes from here to its end. Fails with what must be mended first.
    Status begin()
    {
        m_staged.clear();
        m_mend = Mend::Nothing;
        MILLRACE_TRY(m_transaction->begin());
        const auto fate = m_writer->look();
        if (!fate)
            return fate.error();
        if (*fate == RowWriter::TableFate::Gone)
            return replaced(tableInFile());
        if (*fate == RowWriter::TableFate::Changed)
            return tableChanged();
        if (*fate == RowWriter::TableFate::MadeAgain) {
            m_mend = Mend::Forget;
            return replaced(tableInFile());
        }
        const auto standing = m_progress->standing(*fate != RowWriter::TableFate::Untouched);
        if (!standing)
            return standing.error();
        if (*standing == ProgressTable::Standing::Whole)
            return Done{};
        if (*standing == ProgressTable::Standing::BegunAnew)
            return replaced(tableInFile());
        const bool emptied = m_writer->emptied();
        m_mend = emptied ? Mend::Forget : Mend::Restore;
        return Problem(emptied ? Code::NodeTableEmptied : Code::NodeProgressRemoved,
                       {{"table", m_settings.table}, {"path", m_file}}, m_file);
    }

    /// Makes the progress fit what begin() found, for the next open().
    Status mend()
    {
        MILLRACE_ASSERT(!m_transaction->isOpen());
        MILLRACE_TRY(m_transaction->begin());
        if (m_mend == Mend::Restore) {
            MILLRACE_TRY(m_progress->restore());
        } else if (auto forgotten = m_progress->forget(); !forgotten) {
            return std::move(forgotten).error();
        }
        MILLRACE_TRY(m_transaction->commit());
        m_mend = Mend::Nothing;
        return Done{};
    }

    /// Inserts the rows into the open transaction, or into a new one.
    Status stage(const runtime::Chunk &chunk, std::vector<runtime::DeadRow> &dead)
    {
        if (!m_transaction->isOpen())
            MILLRACE_TRY(begin());
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

    std::string tableInFile() const { return "Table " + m_settings.table + " of " + m_file; }

    Problem replaced(std::string what) const
    {
        return Problem(Code::NodeDestinationReplaced, {{"path", std::move(what)}}, m_file);
    }

    /// What a failed transaction, which was rolled back, met: SQLite only tells what it ran into.
    Problem explainFailure(Problem problem)
    {
        const Code code = problem.code();
        if (code == Code::NodeRowConstraint || code == Code::NodeTableChanged ||
            code == Code::NodeTriggerEndsAll)
            return problem;
        if (!m_database->isAtPath()) {
            release();
            return replaced(m_file);
        }
        if (m_mend != Mend::Nothing) {
            Status mended = mend();
            if (mended)
                return problem;
            unstage();
            return explain(std::move(mended).error());
        }
        return code == Code::DatabaseRefused ? tableChanged() : explain(std::move(problem));
    }

    Problem tableChanged() const
    {
        return Problem(Code::NodeTableChanged, {{"table", m_settings.table}, {"path", m_file}},
                       m_file);
    }

    /// Says what can never work in terms of the node; what may heal, or is said so already, stays
    /// as it is.
    Problem explain(Problem problem) const
    {
        const Code code = problem.code();
        std::string reason = whyImpossible(problem);
        if (code == Code::NotFound) // of a file that is made when absent
            reason = "it is a link to a file in a folder that does not exist";
        else if (code == Code::Corrupt || code == Code::DatabaseRefused)
            reason = problem.argument("reason");
        if (!reason.empty())
            return unusable(std::move(reason));
        return problem.place().empty() ? std::move(problem).at(m_file) : std::move(problem);
    }

    Problem unusable(std::string reason) const
    {
        return Problem(Code::NodeDestinationUnusable,
                       {{"path", m_file}, {"reason", std::move(reason)}}, m_file);
    }

    TableSettings m_settings;
    Path m_file;
    FileSystem &m_files;
    std::string m_project;
    std::string m_node;
    StreamUuid m_source;
    bool m_synced;
    std::optional<store::Database> m_database;       ///< none before open() and after a replacement
    std::optional<store::Transaction> m_transaction; ///< exactly when there is a database
    std::unique_ptr<ProgressTable> m_progress;
    std::unique_ptr<RowWriter> m_writer;
    std::vector<runtime::Chunk> m_staged; ///< rows that stand in the open transaction
    Mend m_mend = Mend::Nothing;
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

Result<runtime::FragmentProgress> standing(const graph::Node &node,
                                           const runtime::NodeContext &context)
{
    const auto file = fileOf(node, context);
    if (!file)
        return file.error();
    if (!context.fileSystem->exists(*file))
        return runtime::FragmentProgress{};
    auto database =
        store::Database::open(*file, store::Database::Mode::Existing, {.busyWait = kBusyWait});
    if (!database)
        return database.error();
    return ProgressTable::stored(*database,
                                 {context.project.toString(), node.id.value,
                                  graph::ParameterReader(node, kind()).text("table")},
                                 context.source);
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
