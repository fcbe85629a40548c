// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/put_command.h"

#include "app/cli/data_directory.h"
#include "app/cli/engine_link.h"
#include "app/cli/interrupt.h"
#include "app/cli/line_reader.h"

#include "core/base/problem_codes.h"
#include "core/gateway/control/put_sender.h"
#include "core/sql/json_field.h"
#include "core/sql/json_text.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>

namespace millrace::cli {
namespace {

using std::chrono::milliseconds;

/// Input that is quiet for so long may be quiet for ever.
constexpr milliseconds kQuiet{300};

/// The partition key of one line: a field of it, always the same text, or the running number (which
/// spreads records evenly over the shards).
class Keys
{
public:
    explicit Keys(const Arguments &arguments)
        : m_name(arguments.value("--key"))
        , m_text(arguments.value("--key-text"))
        , m_field(m_name.value_or(""))
    {}

    Result<std::string> of(const std::string &line, std::uint64_t index)
    {
        if (m_text)
            return *m_text;
        if (!m_name)
            return std::to_string(index);
        auto key = m_field.textIn(line);
        if (!key)
            return Problem(
                Code::CliKeyMissing,
                {{"field", *m_name}, {"reason", std::string(key.error().argument("what"))}});
        return key;
    }

private:
    std::optional<std::string> m_name;
    std::optional<std::string> m_text;
    sql::JsonField m_field; ///< when there is a name
};

/// Puts the lines of one input and says what became of it.
class Putter
{
public:
    Putter(EngineLink link, const Arguments &arguments, const Environment &environment,
           gateway::PutSender::Options options)
        : m_link(std::move(link))
        , m_patience(options.patience)
        , m_stream(options.stream)
        , m_producer(options.producer)
        , m_acks(arguments.has("--acks"))
        , m_sender(std::move(options),
                   {.ask = [this](const engine::Request &request) { return m_link.ask(request); },
                    .wait = sleepUnlessInterrupted,
                    .stored = [this](auto numbers) { return acknowledge(numbers); },
                    .report = printProblem},
                   *environment.clock)
    {}

    ExitCode run(LineReader &lines, Keys keys)
    {
        const ExitCode code = putAll(lines, keys);
        sayStored(code == ExitCode::Success);
        return code;
    }

private:
    ExitCode putAll(LineReader &lines, Keys &keys)
    {
        if (const auto begun = m_sender.begin(); !begun)
            return failed(begun.error());
        for (;;) {
            if (const auto sent = restIfQuiet(lines); !sent)
                return failed(sent.error());
            auto line = lines.next();
            if (!line)
                return endedBy(std::move(line).error());
            if (!*line)
                break;
            if (sql::isJsonBlank(**line))
                continue;
            const auto number = m_sender.next();
            if (!number) {
                m_doneLine = lines.lineNumber();
                continue;
            }
            auto key = keys.of(**line, *number);
            if (!key)
                return endedBy(
                    std::move(key).error().at("line " + std::to_string(lines.lineNumber())));
            m_waiting.emplace(*number, lines.lineNumber());
            m_newest = *number;
            if (const auto sent = m_sender.add(**std::move(line), *std::move(key)); !sent)
                return failed(sent.error());
        }
        if (const auto sent = m_sender.flush(); !sent)
            return failed(sent.error());
        return interrupted() ? interruptCode() : ExitCode::Success;
    }

    /// What was read is stored before more is waited for; and while nothing comes, the directory is
    /// free for another program's engine.
    Status restIfQuiet(LineReader &lines)
    {
        if (lines.ready())
            return Done{};
        MILLRACE_TRY(m_sender.flush());
        if (!lines.ready(kQuiet))
            m_link.release();
        return Done{};
    }

    /// However it ended: how much of the input is stored, and where to go on.
    void sayStored(bool all) const
    {
        const std::uint64_t stored = m_sender.storedRecords();
        const std::uint64_t passed = m_sender.passedRecords();
        std::string text =
            m_unsure ? "no record is known to be stored" : "nothing of the input is stored";
        if (all || stored + passed > 0)
            text = fmt::format("{} records stored{}", stored,
                               passed > 0 ? fmt::format(", {} were already", passed) : "");
        if (!all) {
            const std::uint64_t next =
                m_waiting.empty() ? m_doneLine + 1 : m_waiting.begin()->second;
            text += m_producer.empty() ? fmt::format("; to go on, put from line {} on", next)
                                       : "; to go on, repeat the command";
            const std::uint64_t behind =
                m_waiting.empty() ? 0 : m_newest + 1 - m_waiting.begin()->first - m_waiting.size();
            if (behind > 0)
                text += fmt::format(", but {} records behind that line are stored as well", behind);
            if (m_unsure)
                text += fmt::format(
                    "; whether the {} records from there on are stored is not known, millrace "
                    "records {} shows it",
                    m_waiting.size(), m_stream);
        }
        fmt::print(stderr, "millrace: put: {}\n", text);
    }

    /// What stood before the line that cannot be put is stored.
    ExitCode endedBy(const Problem &problem)
    {
        const auto sent = m_sender.flush();
        const ExitCode code = sent ? ExitCode::Success : failed(sent.error());
        printProblem(problem);
        return sent ? exitCodeOf(problem) : code;
    }

    Status acknowledge(std::span<const std::uint64_t> numbers)
    {
        for (const std::uint64_t number : numbers) {
            if (m_acks)
                fmt::print("{}\n", number);
            const auto waiting = m_waiting.find(number);
            m_doneLine = std::max(m_doneLine, waiting->second);
            m_waiting.erase(waiting);
        }
        if (std::fflush(stdout) != 0)
            return Problem(Code::Io, {{"operation", "write"}, {"reason", "broken pipe"}},
                           "standard output");
        return Done{};
    }

    ExitCode failed(const Problem &problem)
    {
        m_unsure = m_producer.empty() && problem.code() == Code::ControlNoAnswer;
        if (problem.code() == Code::Cancelled)
            return interruptCode();
        printProblem(problem);
        if (gateway::PutSender::mayPass(problem.code()) && m_patience.count() > 0)
            printProblem(
                Problem(Code::CliGaveUp, {{"seconds", std::to_string(m_patience.count() / 1000)}}));
        return exitCodeOf(problem);
    }

    EngineLink m_link;
    const milliseconds m_patience;
    const std::string m_stream;
    const std::string m_producer;
    const bool m_acks;
    std::map<std::uint64_t, std::uint64_t> m_waiting; ///< lines of the numbers not stored yet
    std::uint64_t m_newest = 0;                       ///< number that was sent
    std::uint64_t m_doneLine = 0; ///< everything up to it is stored where none waits
    bool m_unsure = false;        ///< the answer to the last put was lost
    gateway::PutSender m_sender;
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
    auto given = givenDataDirectory(arguments, *environment.files);
    if (!given)
        return usage(given.error());
    const auto directory = *retry && *given ? Result<Path>(**std::move(given))
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
        return link.error().code() == Code::NotFound ? ExitCode::NotFound : ExitCode::DataDirectory;
    }
    gateway::PutSender::Options options;
    options.stream = *arguments.positional(0);
    options.producer = arguments.value("--producer").value_or("");
    options.batchRecords = batch->value_or(options.batchRecords);
    options.patience = retry->value_or(milliseconds(0));
    Putter putter(*std::move(link), arguments, environment, std::move(options));
    return putter.run(*lines, Keys(arguments));
}

} // namespace

Command putCommand()
{
    return {
        {"put",
         {{"STREAM"}, {"FILE", false}},
         {{"--data", "DIR", "the data directory; may be left out when there is only one"},
          {"--key", "FIELD",
           "partition key: this field of the JSON record, a.b for one inside; a text, or a number "
           "or truth value as it stands there"},
          {"--key-text", "TEXT", "partition key: always this text"},
          {"--producer", "ID", "put every record once, however often this command is repeated"},
          {"--acks", "", "print the number of each record, from 0, once it is stored"},
          {"--batch", "N", "records of one put at most (500)"},
          {"--retry", "DURATION", "how long to wait for an engine that is starting again"}}},
        "write lines into a stream, one record each",
        "Reads FILE, or standard input, as it comes; lines that are empty or have only blanks are\n"
        "left out. Without --key or --key-text the key is the record's number, which spreads "
        "records\n"
        "evenly over the shards.\n"
        "A line of more than 10 MiB, or without the field of --key, ends the command with exit "
        "code 1:\n"
        "what stands before it is stored, it and what stands behind it is not. However the "
        "command ends,\n"
        "it says on standard error how many records are stored, and where to go on with the rest.\n"
        "\n"
        "Whether a record is what the stream's schema says is not asked here: a stream takes any\n"
        "bytes, and what reads a record that is not sends it to the dead letters.\n"
        "\n"
        "The records go through the engine that runs on the data directory; when none does, this\n"
        "command runs one itself, but never with --retry, which waits for another program's "
        "engine.\n"
        "While its input is quiet it leaves the directory free, for millrace run to start for "
        "instance.\n"
        "\n"
        "With --producer the engine remembers how many records of that producer it has, and a "
        "repeated\n"
        "put of the same input goes on behind them. A producer is forgotten some time after its "
        "last "
        "put\n"
        "has become older than the stream's retention: the same input would then be put again. A "
        "put "
        "over\n"
        "a stream's enforced limit is repeated until it is taken.\n",
        put};
}

} // namespace millrace::cli
