// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/records_command.h"

#include "app/cli/data_directory.h"
#include "app/cli/interrupt.h"
#include "app/cli/record_printer.h"
#include "app/cli/terminal.h"

#include "core/base/problem_codes.h"
#include "core/log/shard_merge.h"
#include "core/record/timestamp_text.h"
#include "core/runtime/record_filter.h"
#include "core/runtime/stream_schema.h"
#include "core/stream/stored_stream.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace millrace::cli {
namespace {

constexpr std::chrono::milliseconds kFollowEvery{100};
constexpr std::string_view kCommandName = "records";

ExitCode failed(const Problem &problem, ExitCode code)
{
    printProblem(problem);
    return code;
}

ExitCode failed(const Problem &problem)
{
    return failed(problem, exitCodeOf(problem));
}

using stream::CursorStart;
using stream::From;

Result<CursorStart> parseStart(const Arguments &arguments)
{
    const std::string text =
        arguments.value("--from").value_or(arguments.has("--follow") ? "latest" : "trim");
    if (text == "trim")
        return CursorStart{From::TrimHorizon};
    if (text == "latest")
        return CursorStart{From::Latest};
    if (text.size() > 20 && text.find_first_not_of("0123456789") == std::string::npos) {
        if (auto sequence = stream::SequenceNumber::parse(text))
            return CursorStart{From::AtSequence, *sequence};
    } else if (const auto millis = record::parseTimestamp(text)) {
        return CursorStart{From::AtTime, {}, WallTime(std::chrono::milliseconds(*millis))};
    }
    return Problem(Code::CliBadValue,
                   {{"option", "--from"},
                    {"value", text},
                    {"expected", "trim, latest, a time like 2026-11-22T14:03:07Z, or a sequence "
                                 "number"}},
                   std::string(kCommandName));
}

/// Why --where left `count` records out.
void sayLeftOut(std::string_view why, std::uint64_t count, std::string_view reason)
{
    fmt::print(stderr, "millrace: records: --where {} for {} record{}, left out{}\n", why, count,
               count == 1 ? "" : "s", reason);
}

/// For how many records --where failed, the most frequent reasons first, and was NULL.
void sayFailures(const runtime::RecordFilter &where)
{
    constexpr std::size_t kShownReasons = 5;
    std::vector<std::pair<std::string, std::uint64_t>> shown(where.failures().begin(),
                                                             where.failures().end());
    std::stable_sort(shown.begin(), shown.end(),
                     [](const auto &a, const auto &b) { return a.second > b.second; });
    std::uint64_t others = where.furtherFailures();
    for (; shown.size() > kShownReasons; shown.pop_back())
        others += shown.back().second;
    for (const auto &[reason, count] : shown)
        sayLeftOut("fails", count, ": " + reason);
    if (others > 0)
        sayLeftOut("fails", others, ", for other reasons");
    if (where.nulls() > 0)
        sayLeftOut("is neither true nor false", where.nulls(),
                   ": it is NULL for them, as where a field is missing");
}

/// One reading of a stream; `run` opens it and prints.
class Reading
{
public:
    Reading(const Arguments &arguments, const Environment &environment, stream::StoredStream stream)
        : m_arguments(arguments)
        , m_now(environment.clock->wall())
        , m_stream(std::move(stream))
        , m_numbers(m_stream.entry())
    {}

    ExitCode run(const CursorStart &start, std::optional<ShardIndex> shard,
                 std::optional<std::uint64_t> limit)
    {
        log::ShardMerge::Filter filter;
        if (m_arguments.value("--where")) {
            if (const ExitCode code = bindWhere(); code != ExitCode::Success)
                return code;
            filter = [this](const record::RecordBatch &batch, std::span<const std::uint32_t> rows) {
                return m_where->wanted(batch, rows);
            };
        }
        log::ShardMerge merge(
            [this](ShardIndex in, Ordinal at) { return m_stream.log().read(in, at); }, printProblem,
            filter);
        if (auto begun = begin(merge, start, shard); !begun)
            return failed(begun.error());
        reportDamage();
        m_left = limit.value_or(~std::uint64_t{0});
        const ExitCode code = printAll(merge);
        if (m_missing > 0)
            fmt::print(stderr,
                       "millrace: records: {} records were no longer there (expired, or damaged)\n",
                       m_missing);
        if (m_hidden > 0)
            fmt::print(stderr,
                       "millrace: records: {} records are older than the stream's retention and "
                       "are not shown\n",
                       m_hidden);
        if (m_where)
            sayFailures(*m_where);
        return code;
    }

private:
    ExitCode bindWhere()
    {
        record::Schema schema;
        if (const std::string &text = m_stream.entry().schema; !text.empty()) {
            auto known = record::schemaFromJson(text);
            if (!known)
                return failed(known.error());
            schema = *std::move(known);
        } else {
            auto inferred = inferSchema();
            if (!inferred)
                return failed(inferred.error());
            schema = *std::move(inferred);
        }
        auto bound = runtime::RecordFilter::bind(*m_arguments.value("--where"), schema, m_numbers);
        if (!bound.filter) {
            for (Problem &problem : bound.problems)
                printProblem(std::move(problem).at("--where"));
            return ExitCode::InvalidPipeline;
        }
        m_where = std::move(bound.filter);
        return ExitCode::Success;
    }

    /// Of a stream that nothing but put has written to and nothing reads, the catalog has no schema
    /// yet: for this look it is what an engine would find. It is not kept, as only an engine writes
    /// to the catalog.
    Result<record::Schema> inferSchema()
    {
        std::vector<Ordinal> begins;
        for (std::uint32_t i = 0; i < m_stream.entry().shards; ++i) {
            const auto beginning =
                m_stream.begin(ShardIndex(i), CursorStart{From::TrimHorizon}, m_now);
            if (!beginning)
                return beginning.error();
            begins.push_back(beginning->at);
        }
        const auto found = runtime::inferSchema(
            begins, [this](ShardIndex in, Ordinal at) { return m_stream.log().read(in, at); });
        if (!found)
            return found.error();
        return found->inference.schema();
    }

    Status begin(log::ShardMerge &merge, const CursorStart &start, std::optional<ShardIndex> only)
    {
        for (std::uint32_t i = 0; i < m_stream.entry().shards; ++i) {
            const ShardIndex shard(i);
            if (only && *only != shard)
                continue;
            const auto beginning = m_stream.begin(shard, start, m_now);
            if (!beginning)
                return beginning.error();
            m_hidden += beginning->hidden;
            merge.add(shard, beginning->at);
        }
        return Done{};
    }

    /// What recovery would say, once each; a torn tail is what a running engine is just writing.
    void reportDamage()
    {
        const std::vector<Problem> &problems = m_stream.log().report().problems;
        for (; m_reported < problems.size(); ++m_reported) {
            if (problems[m_reported].code() != Code::TornTail)
                printProblem(problems[m_reported]);
        }
    }

    ExitCode printAll(log::ShardMerge &merge)
    {
        const bool table = m_arguments.value("--format").value_or("table") == "table";
        const bool follow = m_arguments.has("--follow");
        const std::size_t columns =
            isTerminal(STDOUT_FILENO) ? terminalWidth(STDOUT_FILENO) : kWideTable;
        if (table)
            fmt::print("{}\n", recordTableHead(columns));
        while (m_left > 0) {
            if (interrupted())
                return follow ? ExitCode::Success : interruptCode();
            const auto run = merge.next(std::min<std::uint64_t>(m_left, kRunAtMost));
            if (!run)
                return failed(run.error());
            if (*run) {
                m_missing += (*run)->missing;
                m_left -= (*run)->rows.size();
                for (const std::uint32_t row : (*run)->rows)
                    print(*(*run)->batch, row, table, columns);
                if (std::ferror(stdout) != 0) // the reader went away: that is no failure of ours
                    return ExitCode::Success;
                continue;
            }
            std::fflush(stdout);
            if (!follow || std::ferror(stdout) != 0)
                break;
            sleepUnlessInterrupted(kFollowEvery);
            if (auto fresh = m_stream.log().refresh(); !fresh)
                return failed(fresh.error());
            reportDamage();
        }
        std::fflush(stdout);
        return ExitCode::Success;
    }

    void print(const record::RecordBatch &batch, std::uint32_t row, bool table, std::size_t columns)
    {
        const std::string number = m_numbers.of(batch, row);
        const std::string line =
            table ? recordTableRow(batch, row, number, columns) : recordJson(batch, row, number);
        std::fwrite(line.data(), 1, line.size(), stdout);
        std::fputc('\n', stdout);
    }

    static constexpr std::size_t kWideTable = 200;  ///< of a table that goes into a file
    static constexpr std::uint64_t kRunAtMost = 64; ///< records between two looks for a signal

    const Arguments &m_arguments;
    const WallTime m_now; ///< when it began
    stream::StoredStream m_stream;
    const runtime::SequenceNumbers m_numbers;
    std::unique_ptr<runtime::RecordFilter> m_where;
    std::size_t m_reported = 0;
    std::uint64_t m_left = 0;
    std::uint64_t m_missing = 0;
    std::uint64_t m_hidden = 0; ///< records that reading would have begun with
};

ExitCode records(const Arguments &arguments, const Environment &environment)
{
    const auto start = parseStart(arguments);
    if (!start)
        return failed(start.error(), ExitCode::Usage);
    const auto limit = arguments.count("--limit", 0);
    if (!limit)
        return failed(limit.error(), ExitCode::Usage);
    const auto shardNumber = arguments.count("--shard", 0);
    if (!shardNumber)
        return failed(shardNumber.error(), ExitCode::Usage);
    const std::string format = arguments.value("--format").value_or("table");
    if (format != "table" && format != "ndjson")
        return failed(
            Problem(Code::CliBadValue,
                    {{"option", "--format"}, {"value", format}, {"expected", "table or ndjson"}},
                    std::string(kCommandName)),
            ExitCode::Usage);
    const auto directory = existingDataDirectory(arguments, *environment.files);
    if (!directory)
        return failed(directory.error());
    auto entry = storedStream(*environment.files, *directory, *arguments.positional(0));
    if (!entry)
        return failed(entry.error(), exitCodeOfCatalog(entry.error()));
    std::optional<ShardIndex> shard;
    if (*shardNumber && **shardNumber < entry->shards)
        shard = ShardIndex(static_cast<std::uint32_t>(**shardNumber));
    const bool otherShard =
        start->from == From::AtSequence && shard && *shard != start->sequence.shard;
    if ((*shardNumber && !shard) || otherShard)
        return failed(
            Problem(Code::CliBadValue,
                    {{"option", "--shard"},
                     {"value", *arguments.value("--shard")},
                     {"expected", otherShard ? "the shard of the sequence number, " +
                                                   std::to_string(start->sequence.shard.value)
                                             : "below " + std::to_string(entry->shards)}},
                    std::string(kCommandName)),
            ExitCode::Usage);
    if (start->from == From::AtSequence)
        shard = start->sequence.shard;
    catchInterrupts();
    auto stored = stream::StoredStream::open(*environment.files, *directory, *std::move(entry));
    if (!stored)
        return failed(stored.error());
    return Reading(arguments, environment, *std::move(stored)).run(*start, shard, *limit);
}

} // namespace

Command recordsCommand()
{
    return {{"records",
             {{"STREAM"}},
             {{"--data", "DIR", "the data directory; may be left out when there is only one"},
              {"--shard", "N", "of this shard only, from 0"},
              {"--from", "WHERE",
               "trim: the oldest there is; latest: behind the newest; a time like "
               "2026-11-22T14:03:07Z; a sequence number, which is of one shard"},
              {"--where", "EXPR", "only records for which this SQL expression is true"},
              {"--limit", "N", "stop after that many"},
              {"--follow", "", "go on with records that come later, until Ctrl-C"},
              {"--format", "FORMAT", "table (the default) or ndjson"}}},
            "print records of a stream",
            "Reads the directory whether an engine runs on it or not. Shards are merged by "
            "arrival. Starts\n"
            "at trim, with --follow at latest. Records older than the stream's retention are\n"
            "hidden, as the engine hides them.\n"
            "\n"
            "EXPR has the fields of the payload as columns, and of the record itself\n"
            "record.partition_key (the table's key), record.arrival_time, record.shard,\n"
            "record.sequence_number, record.ordinal and record.data (the payload as a text);\n"
            "\"record.\" may be left out where no field has that name, but before data. A field "
            "that a\n"
            "record lacks is NULL. How many records EXPR fails or is NULL for is said at the end.\n"
            "millrace help functions lists what else there is.\n"
            "\n"
            "ndjson prints an object per record: shard, ordinal, sequence_number, arrival, key, "
            "origin,\n"
            "attributes (where there are some) and data, which is the payload itself when that is "
            "JSON;\n"
            "otherwise data64 has it in base64.\n",
            records};
}

} // namespace millrace::cli
