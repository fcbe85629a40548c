// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_command.h"

#include "app/cli/bench_log.h"
#include "app/cli/bench_pipeline.h"
#include "app/cli/interrupt.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

namespace millrace::cli {
namespace {

using nlohmann::json;

struct BenchOptions {
    Path folder; ///< empty, on the disk that is measured
    std::optional<std::uint64_t> records;
};

struct Benchmark {
    std::string_view name;
    std::string_view summary;
    Result<json> (*run)(const BenchOptions &options);
    bool onlyByName = false; ///< needs much time and disk
};

LogBenchOptions logOptions(const BenchOptions &options)
{
    LogBenchOptions out;
    out.folder = options.folder;
    out.records = options.records.value_or(out.records);
    return out;
}

Result<json> benchLog(const BenchOptions &options)
{
    return measureLogAppend(logOptions(options));
}

/// 5 GB unless it is said otherwise.
Result<json> benchRecovery(const BenchOptions &options)
{
    LogBenchOptions log = logOptions(options);
    log.records = options.records.value_or(47'200'000);
    return measureLogRecovery(log);
}

Result<json> benchRead(const BenchOptions &options)
{
    if (auto written = measureLogAppend(logOptions(options)); !written)
        return written;
    return measureLogRead(logOptions(options));
}

Result<json> benchPipeline(const BenchOptions &options)
{
    json out;
    const auto add = [&](const char *name, Result<json> measured) -> Status {
        if (!measured)
            return std::move(measured).error();
        out[name] = *std::move(measured);
        return Done{};
    };
    const std::uint64_t puts = options.records.value_or(10'000'000);
    const std::uint64_t whole = options.records.value_or(1'000'000);
    // First: a disk that still works off the gigabyte of the others answers late.
    MILLRACE_TRY(
        add("put_to_consumer", measurePutToConsumer(joinPath(options.folder, "consumer"))));
    MILLRACE_TRY(add("put", measureStreamPut(joinPath(options.folder, "put"), puts)));
    MILLRACE_TRY(add("whole", measurePipeline(joinPath(options.folder, "pipeline"), whole)));
    return out;
}

constexpr std::array<Benchmark, 4> kBenchmarks{{
    {"log", "durable append in process, and recovery", benchLog},
    {"read", "sequential reading, as written and once rewritten", benchRead},
    {"pipeline", "puts, put to consumer, and a whole pipeline into SQLite", benchPipeline},
    {"recovery", "recovery of a log of 5 GB; only when named", benchRecovery, true},
}};

/// A folder of this run's own, removed at its end with those that had to be made around it.
class ScratchFolder
{
public:
    static Result<ScratchFolder> make(FileSystem &files, const std::string &parent)
    {
        ScratchFolder out;
        out.m_files = &files;
        out.m_path = joinPath(parent, "millrace-bench-" + std::to_string(::getpid()));
        for (Path path = parent; !files.exists(path); path = parentPath(path))
            out.m_around.push_back(path);
        if (auto made = files.makeFolders(out.m_path); !made)
            return std::move(made).error();
        return out;
    }
    ~ScratchFolder()
    {
        if (m_files == nullptr)
            return;
        Status removed = m_files->removeAll(m_path);
        for (std::size_t i = 0; removed && i < m_around.size(); ++i)
            removed = m_files->remove(m_around[i]);
        if (!removed && removed.error().code() != Code::NotFound) // it could not be made
            printProblem(removed.error());
    }
    ScratchFolder(ScratchFolder &&other) noexcept
        : m_files(std::exchange(other.m_files, nullptr))
        , m_path(std::move(other.m_path))
        , m_around(std::move(other.m_around))
    {}
    ScratchFolder &operator=(ScratchFolder &&) = delete;
    const Path &path() const { return m_path; }

private:
    ScratchFolder() = default;
    FileSystem *m_files = nullptr;
    Path m_path;
    std::vector<Path> m_around; ///< that were not there, the innermost first
};

/// "log.recovery.seconds  0.21", one line for each figure.
void printFigures(const json &figures, const std::string &prefix)
{
    for (const auto &[name, value] : figures.items()) {
        const std::string path = prefix.empty() ? name : prefix + "." + name;
        if (value.is_structured())
            printFigures(value, path);
        else
            fmt::print("{:<48} {}\n", path, value.dump());
    }
}

ExitCode measure(const Path &folder, const std::optional<std::string> &wanted,
                 std::optional<std::uint64_t> records, bool asJson, const Environment &environment)
{
    const auto bounds = measureBounds(folder);
    if (!bounds) {
        printProblem(bounds.error());
        return ExitCode::Failure;
    }
    json figures{{"version", MILLRACE_VERSION}, {"bounds", *bounds}};
    for (const Benchmark &benchmark : kBenchmarks) {
        if (wanted ? *wanted != benchmark.name : benchmark.onlyByName)
            continue;
        const BenchOptions options{joinPath(folder, std::string(benchmark.name)), records};
        const auto measured = benchmark.run(options);
        if (!measured) {
            printProblem(measured.error());
            return ExitCode::Failure;
        }
        figures[std::string(benchmark.name)] = *measured;
        if (auto removed = environment.files->removeAll(options.folder); !removed)
            printProblem(removed.error()); // the next one still has a folder of its own
    }
    if (asJson)
        fmt::print("{}\n", figures.dump(2));
    else
        printFigures(figures, {});
    return ExitCode::Success;
}

/// Measures in a process of its own, which a signal ends wherever it is: only when it is gone can
/// nobody write into the scratch folder any more, and that be removed.
ExitCode inChild(const std::function<ExitCode()> &work)
{
    catchInterrupts();
    std::array<int, 2> ended{};
    if (::pipe2(ended.data(), O_CLOEXEC) != 0)
        return work();
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0)
        return work();
    if (child == 0) {
        std::signal(SIGINT, SIG_DFL);
        std::signal(SIGTERM, SIG_DFL);
        const ExitCode code = work();
        std::fflush(nullptr);
        ::_exit(static_cast<int>(code)); // the folder is the parent's to remove
    }
    ::close(ended[1]);
    (void)waitReadable(ended[0], std::chrono::milliseconds(-1)); // closed by the child's end
    ::close(ended[0]);
    if (interrupted())
        ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (interrupted())
        return interruptCode();
    return WIFEXITED(status) ? static_cast<ExitCode>(WEXITSTATUS(status)) : ExitCode::Failure;
}

ExitCode bench(const Arguments &arguments, const Environment &environment)
{
    const auto records = arguments.count("--records", 1);
    if (!records) {
        printProblem(records.error());
        return ExitCode::Usage;
    }
    std::string parent = arguments.value("--folder").value_or("/var/tmp");
    while (parent.size() > 1 && parent.ends_with('/'))
        parent.pop_back();
    if (const auto info = environment.files->info(parent); info && !info->isFolder) {
        printProblem(Problem(Code::CliBadValue,
                             {{"option", "--folder"}, {"value", parent}, {"expected", "a folder"}},
                             "bench"));
        return ExitCode::Usage;
    }
    const auto wanted = arguments.positional(0);
    std::vector<std::string_view> names;
    for (const Benchmark &benchmark : kBenchmarks)
        names.push_back(benchmark.name);
    if (wanted && std::find(names.begin(), names.end(), *wanted) == names.end()) {
        printProblem(Problem(Code::CliBadValue,
                             {{"option", "NAME"},
                              {"value", *wanted},
                              {"expected", fmt::format("one of {}", fmt::join(names, ", "))}},
                             "bench"));
        return ExitCode::Usage;
    }
    const auto scratch = ScratchFolder::make(*environment.files, parent);
    if (!scratch) {
        printProblem(scratch.error());
        return ExitCode::DataDirectory;
    }
    return inChild([&] {
        return measure(scratch->path(), wanted, *records, arguments.has("--json"), environment);
    });
}

/// The details of the help, made of the table.
std::string_view details()
{
    static const std::string text = [] {
        std::string out =
            "Each prints its figures beside the bounds of the same machine in the same run: "
            "MD5, zstd,\nfdatasync, sequential writing. Without NAME all are run but the last:\n\n";
        for (const Benchmark &benchmark : kBenchmarks)
            out += fmt::format("  {:<10}  {}\n", benchmark.name, benchmark.summary);
        return out;
    }();
    return text;
}

} // namespace

Command benchCommand()
{
    return {{"bench",
             {{"NAME", false}},
             {{"--json", "", "print one JSON object"},
              {"--records", "N", "how many records to measure with"},
              {"--folder", "DIR",
               "on the disk to be measured (/var/tmp); a scratch folder is made in it, and DIR "
               "itself where it is missing, and both are removed at the end"}}},
            "measure what the engine does on this machine",
            details(),
            bench};
}

} // namespace millrace::cli
