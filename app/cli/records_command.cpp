// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/records_command.h"

#include "app/cli/data_directory.h"
#include "app/cli/interrupt.h"
#include "app/cli/record_printer.h"
#include "app/cli/shard_merge.h"
#include "app/cli/stored_streams.h"
#include "app/cli/terminal.h"

#include "core/base/problem_codes.h"
#include "core/record/timestamp_text.h"
#include "core/runtime/sequence_numbers.h"
#include "core/stream/sequence_number.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <numeric>
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

/// Where reading begins.
struct Start {
    enum class At : std::uint8_t { Trim = 1, Latest, Time, Sequence };
    At at = At::Trim;
    WallTime time{};
    stream::SequenceNumber sequence;
};

Result<Start> parseStart(const Arguments &arguments)
{
    const std::string text =
        arguments.value("--from").value_or(arguments.has("--follow") ? "latest" : "trim");
    if (text == "trim")
        return Start{};
    if (text == "latest")
        return Start{Start::At::Latest, {}, {}};
    if (text.size() > 20 && text.find_first_not_of("0123456789") == std::string::npos) {
        if (auto sequence = stream::SequenceNumber::parse(text))
            return Start{Start::At::Sequence, {}, *sequence};
    } else if (const auto millis = record::parseTimestamp(text)) {
        return Start{Start::At::Time, WallTime(std::chrono::milliseconds(*millis)), {}};
    }
    return Problem(Code::CliBadValue,
                   {{"option", "--from"},
                    {"value", text},
                    {"expected", "trim, latest, a time like 2026-11-22T14:03:07Z, or a sequence "
                                 "number"}},
                   std::string(kCommandName));
}

/// The rows for which --where is true; rows for which it fails are counted by what is wrong.
class Where
{
public:
    Where(std::shared_ptr<const sql::BoundExpression> expression,
          const runtime::SequenceNumbers &numbers)
        : m_expression(std::move(expression))
    {
        m_scratch.setSequenceNumbers(&numbers);
    }
    std::vector<std::uint32_t> operator()(const record::RecordBatch &batch)
    {
        std::vector<std::uint32_t> rows(batch.count());
        std::iota(rows.begin(), rows.end(), 0U);
        m_expression->evaluateFilter(batch, rows, m_scratch, m_result);
        for (const sql::RowError &error : m_result.errors) {
            // Reasons may quote values, and so be as many as there are records.
            if (m_reasons.size() < kMostReasons || m_reasons.contains(error.reason))
                ++m_reasons[error.reason];
            else
                ++m_others;
        }
        return m_result.passed;
    }

    void say() const
    {
        std::vector<std::pair<std::string, std::uint64_t>> shown(m_reasons.begin(),
                                                                 m_reasons.end());
        std::stable_sort(shown.begin(), shown.end(),
                         [](const auto &a, const auto &b) { return a.second > b.second; });
        std::uint64_t others = m_others;
        for (; shown.size() > kShownReasons; shown.pop_back())
            others += shown.back().second;
        for (const auto &[reason, count] : shown)
            fmt::print(stderr, "millrace: records: --where fails for {} records, left out: {}\n",
                       count, reason);
        if (others > 0)
            fmt::print(stderr,
                       "millrace: records: --where fails for {} records, left out, for other "
                       "reasons\n",
                       others);
    }

private:
    std::shared_ptr<const sql::BoundExpression> m_expression;
    sql::EvaluationScratch m_scratch;
    sql::FilterResult m_result;
    static constexpr std::size_t kMostReasons = 1000;
    static constexpr std::size_t kShownReasons = 5;
    std::map<std::string, std::uint64_t> m_reasons; ///< how often each came
    std::uint64_t m_others = 0;                     ///< beyond kMostReasons
};

/// One reading of a stream; `run` opens it and prints.
class Reading
{
public:
    Reading(const Arguments &arguments, const Environment &environment, store::StreamEntry stream)
        : m_arguments(arguments)
        , m_files(*environment.files)
        , m_now(environment.clock->wall())
        , m_stream(std::move(stream))
        , m_numbers(m_stream)
    {}

    ExitCode run(const Path &folder, const Start &start, std::optional<ShardIndex> shard,
                 std::optional<std::uint64_t> limit)
    {
        auto reader = log::LogReader::open(folder, m_files);
        if (!reader)
            return failed(reader.error());
        m_reader = *std::move(reader);
        ShardMerge::Filter filter;
        if (m_arguments.value("--where")) {
            if (const ExitCode code = bindWhere(); code != ExitCode::Success)
                return code;
            filter = [this](const record::RecordBatch &batch) { return (*m_where)(batch); };
        }
        ShardMerge merge(*m_reader, filter, printProblem);
        if (auto begun = begin(merge, start, shard); !begun)
            return failed(begun.error());
        reportDamage();
        m_left = limit.value_or(~std::uint64_t{0});
        const ExitCode code = printAll(merge);
        if (merge.expired() > 0)
            fmt::print(stderr,
                       "millrace: records: {} records were no longer there (expired, or damaged)\n",
                       merge.expired());
        if (m_hidden > 0)
            fmt::print(stderr,
                       "millrace: records: {} records are older than the stream's retention and "
                       "are not shown\n",
                       m_hidden);
        if (m_where)
            m_where->say();
        return code;
    }

private:
    ExitCode bindWhere()
    {
        record::Schema schema;
        if (!m_stream.schema.empty()) {
            auto known = record::schemaFromJson(m_stream.schema);
            if (!known)
                return failed(known.error());
            schema = *std::move(known);
        }
        auto bound = sql::bindFilter(*m_arguments.value("--where"), schema);
        if (!bound) {
            for (Problem &problem : bound.problems)
                printProblem(std::move(problem).at("--where"));
            return ExitCode::InvalidPipeline;
        }
        m_where.emplace(bound.value, m_numbers);
        return ExitCode::Success;
    }

    Status begin(ShardMerge &merge, const Start &start, std::optional<ShardIndex> only)
    {
        for (std::uint32_t i = 0; i < m_stream.shards; ++i) {
            const ShardIndex shard(i);
            if (only && *only != shard)
                continue;
            const Ordinal visible = visibleFrom(*m_reader, m_stream, shard, m_now);
            Result<Ordinal> from = m_reader->bounds(shard).trimHorizon;
            if (start.at == Start::At::Latest)
                from = m_reader->bounds(shard).end;
            else if (start.at == Start::At::Time)
                from = m_reader->find(shard, start.time);
            else if (start.at == Start::At::Sequence)
                from = m_reader->findSeqIx(shard, start.sequence.seqIx);
            if (!from)
                return std::move(from).error();
            if (visible > *from)
                m_hidden += visible - *from;
            merge.add(shard, std::max(visible, *from));
        }
        return Done{};
    }

    /// What recovery would say, once each; a torn tail is what a running engine is just writing.
    void reportDamage()
    {
        const std::vector<Problem> &problems = m_reader->report().problems;
        for (; m_reported < problems.size(); ++m_reported) {
            if (problems[m_reported].code() != Code::TornTail)
                printProblem(problems[m_reported]);
        }
    }

    ExitCode printAll(ShardMerge &merge)
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
            auto next = merge.next();
            if (!next)
                return failed(next.error());
            if (*next) {
                print(**next, table, columns);
                --m_left;
                if (std::ferror(stdout) != 0) // the reader went away: that is no failure of ours
                    return ExitCode::Success;
                continue;
            }
            std::fflush(stdout);
            if (!follow || std::ferror(stdout) != 0)
                break;
            sleepUnlessInterrupted(kFollowEvery);
            if (auto fresh = m_reader->refresh(); !fresh)
                return failed(fresh.error());
            reportDamage();
        }
        std::fflush(stdout);
        return ExitCode::Success;
    }

    void print(const RecordRef &record, bool table, std::size_t columns)
    {
        const std::string number = m_numbers.of(*record.batch, record.row);
        const std::string line = table ? recordTableRow(*record.batch, record.row, number, columns)
                                       : recordJson(*record.batch, record.row, number);
        std::fwrite(line.data(), 1, line.size(), stdout);
        std::fputc('\n', stdout);
    }

    static constexpr std::size_t kWideTable = 200; ///< of a table that goes into a file

    const Arguments &m_arguments;
    FileSystem &m_files;
    const WallTime m_now; ///< when it began
    const store::StreamEntry m_stream;
    const runtime::SequenceNumbers m_numbers;
    std::unique_ptr<log::LogReader> m_reader;
    std::optional<Where> m_where;
    std::size_t m_reported = 0;
    std::uint64_t m_left = 0;
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
    auto stream = storedStream(*environment.files, *directory, *arguments.positional(0));
    if (!stream)
        return failed(stream.error(), exitCodeOfCatalog(stream.error()));
    std::optional<ShardIndex> shard;
    if (*shardNumber && **shardNumber < stream->shards)
        shard = ShardIndex(static_cast<std::uint32_t>(**shardNumber));
    const bool otherShard =
        start->at == Start::At::Sequence && shard && *shard != start->sequence.shard;
    if ((*shardNumber && !shard) || otherShard)
        return failed(
            Problem(Code::CliBadValue,
                    {{"option", "--shard"},
                     {"value", *arguments.value("--shard")},
                     {"expected", otherShard ? "the shard of the sequence number, " +
                                                   std::to_string(start->sequence.shard.value)
                                             : "below " + std::to_string(stream->shards)}},
                    std::string(kCommandName)),
            ExitCode::Usage);
    if (start->at == Start::At::Sequence)
        shard = start->sequence.shard;
    catchInterrupts();
    const Path folder = logFolder(*directory, *stream);
    return Reading(arguments, environment, *std::move(stream)).run(folder, *start, shard, *limit);
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
            "ndjson prints an object per record: shard, ordinal, sequence_number, arrival, key, "
            "origin,\n"
            "attributes (where there are some) and data, which is the payload itself when that is "
            "JSON;\n"
            "otherwise data64 has it in base64.\n",
            records};
}

} // namespace millrace::cli
