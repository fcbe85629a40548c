// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_command.h"

#include "app/cli/dashboard.h"
#include "app/cli/data_directory.h"
#include "app/cli/interrupt.h"
#include "app/cli/report_output.h"
#include "app/cli/run_report.h"
#include "app/cli/terminal.h"

#include "core/base/problem_codes.h"
#include "core/engine/data_home.h"
#include "core/gateway/control/control_server.h"
#include "core/gateway/control/control_socket.h"
#include "core/graph/file.h"
#include "core/nodes/kinds.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <unistd.h>

namespace millrace::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{100};
constexpr milliseconds kStatusEvery{1000};
constexpr milliseconds kPlainFrameEvery{2000};
/// With a failed node the rest may wait for ever: it ends when nothing moved for this long.
constexpr milliseconds kStillAfterFailure{5000};
/// What is tried again and again may still heal; but a script that waits for the end must hear of
/// it.
constexpr milliseconds kOnlyRetries{30'000};
/// For a directory that another program has, and how often it is looked at.
constexpr milliseconds kBusyAtMost{1000};
constexpr milliseconds kLookAgain{20};
/// An error that holds is said once in this time.
constexpr milliseconds kSayAgain{60'000};

/// What the pipeline does on the terminal while it runs, on standard error: standard output belongs
/// to the pipeline and the report.
class Display
{
public:
    Display(const graph::Document &document, bool dashboard)
        : m_document(document)
        , m_dashboard(dashboard)
        , m_terminal(isTerminal(STDERR_FILENO))
    {}

    void show(const runtime::Snapshot &snapshot, MonoTime now)
    {
        const bool redraws = m_dashboard && m_terminal;
        const milliseconds every = redraws       ? kLook * 2
                                   : m_dashboard ? kPlainFrameEvery
                                                 : kStatusEvery;
        if ((!m_dashboard && !m_terminal) || (m_shown && now < m_last + every))
            return;
        m_last = now;
        if (m_dashboard)
            frame(snapshot);
        else
            fmt::print(stderr, "\r\033[K{}", cut(statusLine(snapshot), terminalWidth(2) - 1));
        m_shown = true;
        std::fflush(stderr);
    }

    /// Leaves what was drawn and starts a line of its own for a message.
    void leave()
    {
        if (m_shown && m_terminal && !m_dashboard)
            fmt::print(stderr, "\r\033[K");
        m_drawnLines = 0;
        m_shown = false;
    }

private:
    void frame(const runtime::Snapshot &snapshot)
    {
        const auto lines = dashboardLines(m_document, snapshot, terminalWidth(STDERR_FILENO));
        if (m_terminal && m_drawnLines > 0)
            fmt::print(stderr, "\033[{}A", m_drawnLines);
        for (const std::string &line : lines)
            fmt::print(stderr, "{}{}\n", line, m_terminal ? "\033[K" : "");
        if (m_terminal)
            fmt::print(stderr, "\033[J");
        else
            fmt::print(stderr, "\n");
        m_drawnLines = lines.size();
    }

    const graph::Document &m_document;
    const bool m_dashboard;
    const bool m_terminal;
    MonoTime m_last{};
    bool m_shown = false;
    std::size_t m_drawnLines = 0;
};

bool sameCounts(const runtime::Snapshot &a, const runtime::Snapshot &b)
{
    return std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(),
                      [](const runtime::NodeFigures &x, const runtime::NodeFigures &y) {
                          return x.id == y.id && x.state == y.state && x.counts == y.counts;
                      });
}

/// What is settled for good: what is in flight comes and goes with every try.
bool sameFates(const runtime::Snapshot &a, const runtime::Snapshot &b)
{
    return std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(),
                      [](const runtime::NodeFigures &x, const runtime::NodeFigures &y) {
                          return x.id == y.id && x.counts.out == y.counts.out &&
                                 x.counts.in - x.counts.inFlight == y.counts.in - y.counts.inFlight;
                      });
}

/// Whether a source still has something to give, be it later.
bool sourceRuns(const graph::Document &document, const runtime::Snapshot &snapshot)
{
    return std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(), [&](const auto &figures) {
        const graph::Node *node = document.find(figures.id);
        const graph::NodeKind *kind =
            node == nullptr ? nullptr : nodes::kindCatalog().find(node->kind);
        return kind != nullptr && kind->category == graph::Category::Producer &&
               figures.state == runtime::NodeState::Running;
    });
}

/// The names of the nodes in that state; empty: there are none.
std::string nodesThatAre(runtime::NodeState state, const graph::Document &document,
                         const runtime::Snapshot &snapshot)
{
    std::string names;
    for (const runtime::NodeFigures &figures : snapshot.nodes) {
        const graph::Node *node = document.find(figures.id);
        if (figures.state == state && node != nullptr)
            names +=
                (names.empty() ? "" : ", ") + (node->name.empty() ? figures.id.value : node->name);
    }
    return names;
}

/// Nothing works and nothing ever will: there are streams at most, which others may feed.
bool nothingWorks(const runtime::Snapshot &snapshot)
{
    return std::all_of(snapshot.nodes.begin(), snapshot.nodes.end(), [](const auto &figures) {
        return !figures.shards.empty() || figures.state == runtime::NodeState::Stopped ||
               figures.state == runtime::NodeState::Disabled;
    });
}

/// Whoever read standard output went, and no other destination is left to write to: as with any
/// program in a pipe, nothing more is wanted of it.
bool readerGone(const graph::Document &document, const runtime::Snapshot &snapshot)
{
    bool closed = false;
    for (const runtime::NodeFigures &figures : snapshot.nodes) {
        const graph::Node *node = document.find(figures.id);
        const graph::NodeKind *kind =
            node == nullptr ? nullptr : nodes::kindCatalog().find(node->kind);
        if (kind == nullptr || kind->category != graph::Category::Destination ||
            figures.state == runtime::NodeState::Disabled)
            continue;
        if (figures.state != runtime::NodeState::Failed)
            return false;
        if (figures.attention && figures.attention->code() == Code::NodeOutputClosed)
            closed = true;
    }
    return closed;
}

/// One run, from the deployed pipeline to its end.
class Run
{
public:
    Run(const CheckedDocument &checked, const Arguments &arguments, const Environment &environment,
        engine::Engine &engine, std::optional<milliseconds> limit, Path dataDirectory,
        ReportOutput &reportOutput)
        : m_document(checked.document)
        , m_said(checked.warnings)
        , m_arguments(arguments)
        , m_environment(environment)
        , m_engine(engine)
        , m_limit(limit)
        , m_dataDirectory(std::move(dataDirectory))
        , m_reportOutput(reportOutput)
        , m_display(m_document, arguments.has("--dashboard"))
    {}

    /// `deployment`: other programs reach the engine by now and may deploy what is not this.
    ExitCode run(engine::Ticket deployment)
    {
        const MonoTime began = m_environment.clock->mono();
        const std::uint64_t deadBefore = deadLetters().records;
        if (const ExitCode code = ask(engine::RunRequest{deployment}); code != ExitCode::Success)
            return code;
        // Waiting for the end of nothing would never end.
        const bool nothing = m_arguments.has("--until-done") && nothingWorks(*m_engine.snapshot());
        const std::string_view ended = nothing ? "failed" : watch(began);
        const runtime::SnapshotPtr last = m_engine.snapshot();
        ExitCode code = ask(engine::StopRequest{});
        // The one before may be older than what was said meanwhile; a node that failed stays so.
        const runtime::SnapshotPtr final = m_engine.snapshot();
        m_display.leave();
        printEvents();
        // Of a sum the last word counts.
        for (const auto &[what, problem] : m_unsaid) {
            if (what.first == Code::RecordsRemoved)
                printProblem(problem);
        }
        const auto elapsed =
            std::chrono::duration_cast<milliseconds>(m_environment.clock->mono() - began);
        if (m_reportOutput.wanted() && !report(*last, ended, elapsed))
            code = ExitCode::Failure;
        if (isTerminal(STDERR_FILENO))
            fmt::print(stderr,
                       "Ended ({}) after {:.1f} s. Streams and relative outputs are in {}\n", ended,
                       static_cast<double>(elapsed.count()) / 1e3, m_dataDirectory);
        printDeadLetters(*final, deadBefore);
        if (nothing) {
            printProblem(Problem(Code::CliNothingToDo));
            code = ExitCode::InvalidPipeline;
        }
        if (!m_onlyRetries.empty()) {
            printProblem(Problem(Code::CliOnlyRetries,
                                 {{"seconds", std::to_string(kOnlyRetries.count() / 1000)},
                                  {"nodes", m_onlyRetries}}));
            code = ExitCode::Failure;
        }
        if (const std::string failed = failedNodes(*final); !failed.empty()) {
            printProblem(Problem(Code::CliNodesFailed, {{"nodes", failed}}));
            code = ExitCode::Failure;
        }
        const std::string refused = refusedNodes(*last);
        if (!refused.empty() && m_onlyRetries.empty()) {
            printProblem(Problem(Code::CliNodesRefused, {{"nodes", refused}}));
            code = ExitCode::Failure;
        }
        return code == ExitCode::Success && ended == "interrupted" ? interruptCode() : code;
    }

private:
    std::string failedNodes(const runtime::Snapshot &snapshot) const
    {
        return nodesThatAre(runtime::NodeState::Failed, m_document, snapshot);
    }

    /// Those that could not store anything from `last`, which may be some moments old, to the end.
    std::string refusedNodes(const runtime::Snapshot &last) const
    {
        const runtime::SnapshotPtr final = m_engine.snapshot();
        runtime::Snapshot still = last;
        std::erase_if(still.nodes, [&](const runtime::NodeFigures &before) {
            const runtime::NodeFigures *after = final->node(before.id);
            return after != nullptr && (after->counts.processed != before.counts.processed ||
                                        after->counts.out != before.counts.out);
        });
        return nodesThatAre(runtime::NodeState::Retrying, m_document, still);
    }

    ExitCode ask(engine::Request request)
    {
        const engine::Reply reply = m_engine.wait(m_engine.request(std::move(request)));
        if (reply.ok())
            return ExitCode::Success;
        m_display.leave();
        printProblems(reply.problems);
        return ExitCode::Failure;
    }

    /// Returns why it ended.
    std::string_view watch(MonoTime began)
    {
        const bool untilDone = m_arguments.has("--until-done");
        runtime::SnapshotPtr before = m_engine.snapshot();
        MonoTime moved = m_environment.clock->mono();
        MonoTime settled = moved;
        while (sleepUnlessInterrupted(kLook)) {
            const runtime::SnapshotPtr now = m_engine.snapshot();
            const MonoTime time = m_environment.clock->mono();
            printEvents();
            m_display.show(*now, time);
            if (!sameCounts(*before, *now))
                moved = time;
            if (!sameFates(*before, *now) || sourceRuns(m_document, *now))
                settled = time;
            if (untilDone && now->drained)
                return failedNodes(*now).empty() ? "done" : "failed";
            before = now;
            if (readerGone(m_document, *now))
                return "failed";
            if (untilDone && time - moved >= kStillAfterFailure && !failedNodes(*now).empty())
                return "failed";
            if (untilDone && !m_limit && time - settled >= kOnlyRetries) {
                m_onlyRetries = nodesThatAre(runtime::NodeState::Retrying, m_document, *now);
                if (!m_onlyRetries.empty())
                    return "failed";
            }
            const auto ran = m_arguments.has("--virtual")
                                 ? now->runningFor
                                 : std::chrono::duration_cast<milliseconds>(time - began);
            if (m_limit && ran >= *m_limit)
                return "time";
        }
        return "interrupted";
    }

    struct DeadLetterStreams {
        std::uint64_t records = 0;
        std::string names; ///< "a or b"
    };
    DeadLetterStreams deadLetters() const
    {
        DeadLetterStreams out;
        const engine::Reply reply = m_engine.wait(m_engine.request(engine::StreamsRequest{}));
        if (const auto *streams = std::get_if<engine::StreamsReply>(&reply.value)) {
            for (const engine::StreamInfo &each : streams->streams) {
                if (!each.deadLetters)
                    continue;
                out.records += each.records;
                out.names += (out.names.empty() ? "" : " or ") + each.name;
            }
        }
        return out;
    }

    /// A run whose records all went astray must not look like one that did what was wanted. Of this
    /// run alone, as nodes count on from one run to the next.
    void printDeadLetters(const runtime::Snapshot &final, std::uint64_t before) const
    {
        const DeadLetterStreams now = deadLetters();
        if (now.records <= before)
            return;
        std::string nodes;
        for (const runtime::NodeFigures &figures : final.nodes) {
            const graph::Node *node = m_document.find(figures.id);
            if (figures.counts.dead > 0 && node != nullptr)
                nodes += fmt::format("{}{} ({} in all)", nodes.empty() ? "" : ", ",
                                     node->name.empty() ? figures.id.value : node->name,
                                     figures.counts.dead);
        }
        printProblem(
            Problem(Code::CliDeadLetters, {{"records", std::to_string(now.records - before)},
                                           {"nodes", nodes},
                                           {"stream", now.names}}));
    }

    void printEvents()
    {
        const std::vector<engine::Event> events = m_engine.takeEvents();
        if (!events.empty())
            m_display.leave();
        for (const engine::Event &event : events) {
            if (std::find(m_said.begin(), m_said.end(), event.problem) == m_said.end() &&
                !justSaid(event.problem))
                printProblem(event.problem);
        }
    }

    /// Whoever tries again and again would say why as often, and what removes records their sum.
    bool justSaid(const Problem &problem)
    {
        if (problem.severity() != Severity::Error && problem.code() != Code::RecordsRemoved)
            return false;
        const MonoTime now = m_environment.clock->mono();
        const auto [found, first] =
            m_lastSaid.try_emplace({problem.code(), std::string(problem.place())}, now);
        const bool again = !first && now - found->second < kSayAgain;
        if (again) {
            m_unsaid.insert_or_assign(found->first, problem);
        } else {
            m_unsaid.erase(found->first);
            found->second = now;
        }
        return again;
    }

    bool report(const runtime::Snapshot &last, std::string_view ended, milliseconds elapsed)
    {
        engine::Reply streams = m_engine.wait(m_engine.request(engine::StreamsRequest{}));
        const runtime::SnapshotPtr final = m_engine.snapshot();
        RunReport report{m_document, last, *final, {}, elapsed, ended};
        if (auto *reply = std::get_if<engine::StreamsReply>(&streams.value))
            report.streams = std::move(reply->streams);
        const Status written = m_reportOutput.write(toJson(report));
        if (!written)
            printProblem(written.error());
        return written.has_value();
    }

    const graph::Document &m_document;
    const std::vector<Problem> &m_said; ///< before the run; deploying says them again
    std::map<std::pair<Code, std::string>, MonoTime> m_lastSaid;
    std::map<std::pair<Code, std::string>, Problem> m_unsaid; ///< newer than what was said
    const Arguments &m_arguments;
    const Environment &m_environment;
    engine::Engine &m_engine;
    const std::optional<milliseconds> m_limit;
    const Path m_dataDirectory;
    ReportOutput &m_reportOutput;
    std::string m_onlyRetries; ///< nodes, when it ended for them
    Display m_display;
};

/// As opposed to a disk or a directory that does not take what a sound document asks for.
bool documentIsWrong(const Problem &problem)
{
    return problem.code() != Code::DiskFull && problem.code() != Code::Io &&
           problem.code() != Code::PermissionDenied;
}

ExitCode failed(const Problem &problem, ExitCode code)
{
    printProblem(problem);
    return code;
}

/// A put that found no engine has the directory for a moment; whoever has it longer runs there.
Result<std::unique_ptr<engine::Engine>> openEngine(const Environment &environment,
                                                   const EngineWishes &wishes)
{
    const MonoTime began = environment.clock->mono();
    for (;;) {
        auto opened = environment.openEngine(wishes);
        if (opened || opened.error().code() != Code::DirectoryBusy ||
            environment.clock->mono() - began >= kBusyAtMost || !sleepUnlessInterrupted(kLookAgain))
            return opened;
    }
}

ExitCode run(const Arguments &arguments, const Environment &environment)
{
    auto budget = arguments.bytes("--budget");
    if (!budget)
        return failed(budget.error(), ExitCode::Usage);
    auto limit = arguments.duration("--for");
    if (!limit)
        return failed(limit.error(), ExitCode::Usage);
    auto reportOutput = ReportOutput::parse(arguments.value("--report"));
    if (!reportOutput)
        return failed(std::move(reportOutput).error().at("run"), ExitCode::Usage);
    const std::string file = *arguments.positional(0);
    const auto loaded = loadChecked(file, environment);
    if (const auto *code = std::get_if<ExitCode>(&loaded))
        return *code;
    const CheckedDocument &checked = std::get<CheckedDocument>(loaded);
    const graph::Document *document = &checked.document;
    if (auto alone = reportOutput->checkAlone(*document); !alone)
        return failed(std::move(alone).error().at("run"), ExitCode::Usage);
    auto given = givenDataDirectory(arguments, *environment.files);
    if (!given)
        return failed(std::move(given).error().at("run"), ExitCode::Usage);
    auto directory =
        *given ? Result<Path>(**std::move(given)) : engine::defaultDataDirectory(*document);
    if (!directory)
        return failed(directory.error(), ExitCode::Usage);

    catchInterrupts();
    // Without a sink: what the engine has to say comes as events, and would be said twice.
    auto opened = openEngine(environment, {.dataDirectory = *directory,
                                           .budgetBytes = budget->value_or(0),
                                           .virtualTime = arguments.has("--virtual"),
                                           .virtualFor = *limit,
                                           .log = {}});
    if (!opened)
        return failed(opened.error(), ExitCode::DataDirectory);
    const std::unique_ptr<engine::Engine> engine = *std::move(opened);
    // Behind the lock: what is refused empties nobody's report, and the file may stand in the data
    // directory.
    if (const auto made = reportOutput->open(); !made)
        return failed(made.error(), exitCodeOf(made.error()));
    const engine::Ticket deployment =
        engine->request(engine::DeployRequest{*document, parentPath(file)});
    const engine::Reply deployed = engine->wait(deployment);
    if (!deployed.ok()) {
        printProblems(deployed.problems);
        const ExitCode code = exitCodeOf(deployed.problems.front());
        return code == ExitCode::Failure && documentIsWrong(deployed.problems.front())
                   ? ExitCode::InvalidPipeline
                   : code;
    }
    // After the streams were made: who waits for an engine may ask for one at once.
    gateway::ControlServerOptions options;
    options.dataDirectory = *directory;
    options.runtimeFolder = gateway::defaultRuntimeFolder();
    options.version = MILLRACE_VERSION;
    options.log = standardErrorLog(); // these are no events of the engine
    const auto server = gateway::ControlServer::start(*engine, *environment.files, options);
    if (!server)
        return failed(server.error(), ExitCode::DataDirectory);
    return Run(checked, arguments, environment, *engine, *limit, *directory, *reportOutput)
        .run(deployment);
}

} // namespace

std::variant<CheckedDocument, ExitCode> loadChecked(const std::string &file,
                                                    const Environment &environment)
{
    graph::ReadOutcome outcome = graph::loadDocument(*environment.files, file);
    printProblems(outcome.problems);
    if (!outcome.document) {
        const bool missing =
            !outcome.problems.empty() && outcome.problems.front().code() == Code::NotFound;
        return missing ? ExitCode::NotFound : ExitCode::InvalidPipeline;
    }
    CheckedDocument checked;
    bool errors = false;
    for (const Problem &problem : environment.checkDocument(*outcome.document, parentPath(file))) {
        errors = errors || problem.severity() == Severity::Error;
        printProblem(Problem(problem).at(file));
        checked.warnings.push_back(problem);
    }
    if (errors)
        return ExitCode::InvalidPipeline;
    checked.document = *std::move(outcome.document);
    return checked;
}

Command runCommand()
{
    return {
        {"run",
         {{"FILE"}},
         {{"--data", "DIR",
           "where streams and progress are kept; by default "
           "$XDG_DATA_HOME/millrace/<name>-<first 8 digits of the project>"},
          {"--budget", "SIZE",
           "most that the data directory may take, like 2GB (1MB at least), with all that the "
           "pipeline writes "
           "into it; remembered by the directory. Never said, it is 5GB, or a tenth of what was "
           "free on the disk when the directory was made, whichever is less"},
          {"--for", "DURATION", "stop after that time, like 30s (of virtual time with --virtual)"},
          {"--until-done", "",
           "stop when every source has ended and all of it went through; a pipeline that has "
           "nothing to do is refused (exit code 3), and one that for 30 s has nothing left but "
           "what "
           "fails again and again is ended (exit code 1), unless --for says how long to try"},
          {"--virtual", "",
           "do not wait for the clock: time passes as fast as the work is done, and what is left "
           "of --for at once when nothing is left to do"},
          {"--report", "json[=FILE]",
           "say at the end what became of every record, on standard output or in FILE"},
          {"--dashboard", "", "show rates per node and a bar per shard while it runs"}}},
        "run a pipeline until it is stopped",
        "Ctrl-C (or SIGTERM) stops the pipeline in good order, a second one at once. So does a "
        "terminal\n"
        "that closes (SIGHUP; with nohup the run goes on). Ctrl-\\ (SIGQUIT) ends it at once; what "
        "was\n"
        "stored stands. Started again on the same data directory, it goes on where it was. A run "
        "whose\n"
        "only destination is standard output ends (exit code 1) when nobody reads that any more, "
        "as "
        "with\n"
        "millrace run FILE | head.\n"
        "\n"
        "The report is one JSON object: {\"pipeline\", \"project\", \"ended\", \"elapsed_ms\",\n"
        "\"nodes\": {id: {name, kind, state, in, processed, filtered, late, dead, expired, "
        "in_flight,\n"
        "out, lag}}, \"streams\", \"problems\"}; \"ended\" is done, time, interrupted or failed. "
        "lag "
        "is what\n"
        "still waits before a node in the stream it reads: with it, the figures of two nodes add "
        "up.\n"
        "The counts of a node go on from one run to the next and begin anew where its destination "
        "does,\n"
        "or where an edit cuts its chain otherwise (a second wire behind a filter, a stream put "
        "between);\n"
        "elapsed_ms is the time that really passed, with --virtual too.\n"
        "FILE is emptied when the run begins and written at its end. Where a node of the pipeline "
        "writes to\n"
        "standard output, the report has to go to a file: --report json alone is then refused "
        "(exit "
        "code 2).\n"
        "\n"
        "While it runs, other programs reach it through the socket control.sock in the data "
        "directory\n"
        "(millrace put does).\n",
        run};
}

} // namespace millrace::cli
