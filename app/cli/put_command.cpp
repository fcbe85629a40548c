// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/put_command.h"

#include "app/cli/data_directory.h"
#include "app/cli/engine_link.h"
#include "app/cli/interrupt.h"
#include "app/cli/line_reader.h"
#include "app/cli/stored_streams.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <utility>

namespace millrace::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kBatchRecords = 500; ///< as AWS's PutRecords takes at most
constexpr std::size_t kBatchBytes = 4U << 20U;
constexpr milliseconds kFirstWait{20};
constexpr milliseconds kLongestWait{1000};

/// The partition key of one line: a field of it, always the same text, or the running number (which
/// spreads records evenly over the shards).
class Keys
{
public:
    explicit Keys(const Arguments &arguments)
        : m_field(arguments.value("--key"))
        , m_text(arguments.value("--key-text"))
    {}

    Result<std::string> of(const std::string &line, std::uint64_t index) const
    {
        if (m_text)
            return *m_text;
        if (!m_field)
            return std::to_string(index);
        const auto json = parse(line);
        const nlohmann::json *value = &json;
        if (json.is_discarded())
            return missing("the line is not JSON");
        for (std::string_view path = *m_field; !path.empty();) {
            const std::string name(path.substr(0, path.find('.')));
            path.remove_prefix(std::min(path.size(), name.size() + 1));
            if (!value->is_object() || !value->contains(name))
                return missing("there is no " + name);
            value = &(*value)[name];
        }
        if (value->is_string())
            return value->get<std::string>();
        if (value->is_number() || value->is_boolean())
            return value->dump();
        return missing("it is neither a text nor a number");
    }

private:
    /// Of several fields of one name the first counts, as everywhere.
    static nlohmann::json parse(const std::string &line)
    {
        using Event = nlohmann::json::parse_event_t;
        std::map<int, std::set<std::string>> names; // of the object that is open at a depth
        const auto keep = [&](int depth, Event event, const nlohmann::json &value) {
            if (event == Event::object_start)
                names[depth + 1].clear();
            return event != Event::key || names[depth].insert(value.get<std::string>()).second;
        };
        return nlohmann::json::parse(line, keep, false);
    }

    Problem missing(std::string reason) const
    {
        return Problem(Code::CliKeyMissing, {{"field", *m_field}, {"reason", std::move(reason)}});
    }

    std::optional<std::string> m_field;
    std::optional<std::string> m_text;
};

/// Whether the same put may work later without anybody's doing here.
bool mayPass(Code code)
{
    return code == Code::ThroughputExceeded || code == Code::DiskFull ||
           code == Code::BudgetExhausted || code == Code::BudgetTaken || code == Code::SmallDisk ||
           code == Code::ControlBusy || code == Code::ControlUnreachable;
}

class Putter
{
public:
    Putter(EngineLink link, const Arguments &arguments, const Environment &environment,
           milliseconds retry)
        : m_link(std::move(link))
        , m_clock(*environment.clock)
        , m_retry(retry)
        , m_stream(*arguments.positional(0))
        , m_producer(arguments.value("--producer").value_or(""))
        , m_acks(arguments.has("--acks"))
    {}

    ExitCode run(LineReader &lines, const Keys &keys, std::uint64_t batchRecords)
    {
        const auto stored = producerNext();
        if (!stored)
            return failed(stored.error());
        std::uint64_t index = 0;
        for (;;) {
            auto line = lines.next();
            if (!line)
                return endedBy(std::move(line).error());
            if (!*line)
                break;
            if ((*line)->empty())
                continue;
            if (index++ < *stored) {
                ++m_skipped;
                continue;
            }
            auto key = keys.of(**line, index - 1);
            if (!key)
                return endedBy(
                    std::move(key).error().at("line " + std::to_string(lines.lineNumber())));
            if (m_batch.entries.empty())
                m_batch.firstIndex = index - 1;
            m_batchBytes += (*line)->size();
            m_batch.entries.push_back({**std::move(line), *std::move(key), {}});
            if (m_batch.entries.size() >= batchRecords || m_batchBytes >= kBatchBytes ||
                !lines.ready()) {
                if (const ExitCode code = flush(); code != ExitCode::Success)
                    return code;
            }
        }
        const ExitCode code = flush();
        if (code == ExitCode::Success && interrupted())
            return interruptCode();
        if (code == ExitCode::Success)
            fmt::print(stderr, "millrace: put: {} records stored{}\n", m_stored,
                       m_skipped > 0 ? fmt::format(", {} were already", m_skipped) : "");
        return code;
    }

private:
    /// What stood before the line that cannot be put is stored.
    ExitCode endedBy(const Problem &problem)
    {
        const ExitCode code = flush();
        printProblem(problem);
        return code == ExitCode::Success ? exitCodeOf(problem) : code;
    }

    /// Asks until there is an answer, the time is over, or a signal comes. A request whose answer
    /// was lost is sent again only where that is harmless.
    Result<engine::Reply> askWithPatience(const engine::Request &request, bool harmless)
    {
        const MonoTime began = m_clock.mono();
        milliseconds wait = kFirstWait;
        bool said = false;
        for (;;) {
            auto reply = m_link.ask(request);
            if (reply && reply->ok())
                return reply;
            Problem problem = reply ? reply->problems.front() : std::move(reply).error();
            const bool limit = problem.code() == Code::ThroughputExceeded; // passes for sure
            const bool again =
                mayPass(problem.code()) || (problem.code() == Code::ControlNoAnswer && harmless);
            if (!again || (!limit && m_clock.mono() - began >= m_retry))
                return problem;
            // A limit and an engine that starts pass by themselves; a full disk wants somebody.
            if (problem.code() == Code::DiskFull && !std::exchange(said, true))
                printProblem(problem);
            if (!sleepUnlessInterrupted(wait))
                return Problem(Code::Cancelled);
            wait = std::min(wait * 2, kLongestWait);
        }
    }

    Result<std::uint64_t> producerNext()
    {
        if (m_producer.empty())
            return std::uint64_t{0};
        auto reply = askWithPatience(engine::ProducerRequest{m_stream, m_producer}, true);
        if (!reply)
            return std::move(reply).error();
        const auto *put = std::get_if<engine::PutReply>(&reply->value);
        return put == nullptr ? 0 : put->producerNext;
    }

    /// Entries over an enforced limit, as PutRecords says them one by one. Only without a producer:
    /// with one a put stands whole or not at all.
    static std::set<std::size_t> refusedOf(const engine::Reply &reply)
    {
        std::set<std::size_t> out;
        const auto *put = std::get_if<engine::PutReply>(&reply.value);
        for (std::size_t i = 0; put != nullptr && i < put->results.size(); ++i) {
            if (put->results[i].refused)
                out.insert(i);
        }
        return out;
    }

    ExitCode flush()
    {
        if (m_batch.entries.empty())
            return ExitCode::Success;
        m_batch.stream = m_stream;
        m_batch.producer = m_producer;
        std::vector<std::uint64_t> indexes(m_batch.entries.size());
        std::iota(indexes.begin(), indexes.end(), m_batch.firstIndex);
        while (!m_batch.entries.empty()) {
            auto reply = askWithPatience(m_batch, !m_producer.empty());
            if (!reply)
                return failed(std::move(reply).error());
            const auto refused = refusedOf(*reply);
            std::vector<engine::PutEntry> again;
            std::vector<std::uint64_t> againIndexes;
            for (std::size_t i = 0; i < m_batch.entries.size(); ++i) {
                if (refused.contains(i)) {
                    again.push_back(std::move(m_batch.entries[i]));
                    againIndexes.push_back(indexes[i]);
                    continue;
                }
                ++m_stored;
                if (m_acks)
                    fmt::print("{}\n", indexes[i]);
            }
            if (std::fflush(stdout) != 0)
                return failed(Problem(Code::Io, {{"operation", "write"}, {"reason", "broken pipe"}},
                                      "standard output"));
            m_batch.entries = std::move(again);
            indexes = std::move(againIndexes);
            if (!m_batch.entries.empty() && !sleepUnlessInterrupted(kLongestWait))
                return interruptCode();
        }
        m_batchBytes = 0;
        return ExitCode::Success;
    }

    ExitCode failed(const Problem &problem)
    {
        if (problem.code() == Code::Cancelled)
            return interruptCode();
        printProblem(problem);
        if (mayPass(problem.code()) && m_retry.count() > 0)
            printProblem(
                Problem(Code::CliGaveUp, {{"seconds", std::to_string(m_retry.count() / 1000)},
                                          {"stored", std::to_string(m_stored)}}));
        return exitCodeOf(problem);
    }

    EngineLink m_link;
    Clock &m_clock;
    const milliseconds m_retry;
    const std::string m_stream;
    const std::string m_producer;
    const bool m_acks;
    engine::PutRequest m_batch;
    std::size_t m_batchBytes = 0;
    std::uint64_t m_stored = 0;
    std::uint64_t m_skipped = 0;
};

ExitCode usage(const Problem &problem)
{
    printProblem(problem);
    return ExitCode::Usage;
}

ExitCode put(const Arguments &arguments, const Environment &environment)
{
    const auto batch = arguments.count("--batch", 1);
    if (!batch)
        return usage(batch.error());
    const auto retry = arguments.duration("--retry");
    if (!retry)
        return usage(retry.error());
    if (arguments.has("--key") && arguments.has("--key-text"))
        return usage(
            Problem(Code::CliConflict, {{"first", "--key"}, {"second", "--key-text"}}, "put"));
    // An engine that is waited for may still have to make its directory.
    const auto given = arguments.value("--data");
    const auto directory = *retry && given ? Result<Path>(*given)
                                           : existingDataDirectory(arguments, *environment.files);
    if (!directory) {
        printProblem(directory.error());
        return exitCodeOf(directory.error());
    }
    auto lines = LineReader::open(arguments.positional(1).value_or("-"));
    if (!lines) {
        printProblem(lines.error());
        return exitCodeOf(lines.error());
    }
    // Without a stream of that name no lock is taken: another program's engine may need it now.
    if (!*retry) {
        if (const auto stream =
                storedStream(*environment.files, *directory, *arguments.positional(0));
            !stream && stream.error().code() == Code::CliNoStream) {
            printProblem(stream.error());
            return exitCodeOf(stream.error());
        }
    }
    catchInterrupts();
    auto link = EngineLink::open(environment, *directory, retry->has_value());
    if (!link) {
        printProblem(link.error());
        return ExitCode::DataDirectory;
    }
    Putter putter(*std::move(link), arguments, environment, retry->value_or(milliseconds(0)));
    return putter.run(*lines, Keys(arguments), batch->value_or(kBatchRecords));
}

} // namespace

Command putCommand()
{
    return {
        {"put",
         {{"STREAM"}, {"FILE", false}},
         {{"--data", "DIR", "the data directory; may be left out when there is only one"},
          {"--key", "FIELD", "partition key: this field of the JSON record, a.b for one inside"},
          {"--key-text", "TEXT", "partition key: always this text"},
          {"--producer", "ID", "put every record once, however often this command is repeated"},
          {"--acks", "", "print the number of each record, from 0, once it is stored"},
          {"--batch", "N", "records of one put at most (500)"},
          {"--retry", "DURATION", "how long to wait for an engine that is starting again"}}},
        "write lines into a stream, one record each",
        "Reads FILE, or standard input, as it comes; empty lines are left out. Without --key or\n"
        "--key-text the key is the record's number, which spreads records evenly over the shards.\n"
        "A line of more than 10 MiB, or without the field of --key, ends the command with exit "
        "code 1:\n"
        "what stands before it is stored, it and what stands behind it is not.\n"
        "\n"
        "The records go through the engine that runs on the data directory; when none does, this\n"
        "command runs one itself for as long as it takes, but never with --retry, which waits for\n"
        "another program's engine.\n"
        "\n"
        "With --producer the engine remembers how many records of that producer it has, and a "
        "repeated\n"
        "put of the same input goes on behind them. A put over a stream's enforced limit is "
        "repeated\n"
        "until it is taken.\n",
        put};
}

} // namespace millrace::cli
