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
    double diskMegabytesPerSecond = 0; ///< as measured in this run
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
    auto shrinking = measureLogAppend(logOptions(options));
    if (!shrinking)
        return shrinking;
    // What does not shrink is written as it is: a fifth of it is as much work for the disk.
    LogBenchOptions log = logOptions(options);
    log.records = std::max<std::uint64_t>(log.records / 5, 1);
    log.shrinks = false;
    auto random = measureLogAppend(log);
    if (!random)
        return random;
    (*random)["share_of_disk"] =
        (*random)["megabytes_per_second"].get<double>() / options.diskMegabytesPerSecond;
    (*shrinking)["random"] = *std::move(random);
    return shrinking;
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

constexpr std::uint64_t kUsualRuns = 3;

constexpr std::array<Benchmark, 4> kBenchmarks{{
    {"log", "durable append in process, and recovery", benchLog},
    {"read", "sequential reading, as written and once rewritten", benchRead},
    {"pipeline", "puts, put to consumer, and a whole pipeline into SQLite", benchPipeline},
    {"recovery", "recovery of a log of 5 GB; only when named", benchRecovery, true},
}};

/// Of each figure the median of the runs; figures of other kinds are those of the first.
json medians(const std::vector<json> &runs)
{
    json out = runs.front();
    for (const auto &[name, value] : runs.front().items()) {
        std::vector<json> values;
        for (const json &run : runs)
            values.push_back(run.at(name));
        if (value.is_object()) {
            out[name] = medians(values);
        } else if (value.is_number()) {
            std::sort(values.begin(), values.end());
            out[name] = values[values.size() / 2];
        }
    }
    return out;
}

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
        if (auto made = files.makeFolders(out.m_path); !made) {
            if (made.error().code() != Code::NotFound)
                return std::move(made).error();
            // Below /proc, or below what is a file, it does not exist after it was asked for.
            return Problem(Code::Io,
                           {{"operation", "Making a folder in " + parent},
                            {"reason", "nothing can be made there; choose another --folder"}});
        }
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

struct Wanted {
    std::optional<std::string> name; ///< none: all but those that are run only by name
    std::optional<std::uint64_t> records;
    std::uint64_t runs = 1;
    bool asJson = false;
};

/// Errors: as the benchmark's.
Result<json> measureRuns(const Benchmark &benchmark, const BenchOptions &options,
                         std::uint64_t runs, const Environment &environment)
{
    std::vector<json> measured;
    for (std::uint64_t i = 0; i < runs; ++i) {
        auto one = benchmark.run(options);
        if (!one)
            return one;
        measured.push_back(*std::move(one));
        MILLRACE_TRY(environment.files->removeAll(options.folder));
    }
    return medians(measured);
}

ExitCode measure(const Path &folder, const Wanted &wanted, const Environment &environment)
{
    const auto bounds = measureBounds(folder);
    if (!bounds) {
        printProblem(bounds.error());
        return ExitCode::Failure;
    }
    json figures{{"version", MILLRACE_VERSION}, {"runs", wanted.runs}, {"bounds", *bounds}};
    for (const Benchmark &benchmark : kBenchmarks) {
        if (wanted.name ? *wanted.name != benchmark.name : benchmark.onlyByName)
            continue;
        const BenchOptions options{joinPath(folder, std::string(benchmark.name)), wanted.records,
                                   bounds->at("disk_megabytes_per_second").get<double>()};
        const auto measured = measureRuns(benchmark, options, wanted.runs, environment);
        if (!measured) {
            printProblem(measured.error());
            return ExitCode::Failure;
        }
        figures[std::string(benchmark.name)] = *measured;
    }
    if (wanted.asJson)
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
    const auto runs = arguments.count("--runs", 1);
    if (!runs) {
        printProblem(runs.error());
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
        return measure(scratch->path(),
                       {wanted, *records, runs->value_or(kUsualRuns), arguments.has("--json")},
                       environment);
    });
}

/// The details of the help, made of the table.
std::string_view details()
{
    static const std::string text = [] {
        std::string out =
            "Each prints its figures, medians of its runs, beside the bounds of the same machine "
            "at the same\ntime: MD5, zstd, fdatasync, sequential writing. Without NAME all are run "
            "but the last:\n\n";
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
              {"--runs", "N", "how often each is run; the medians are printed (3)"},
              {"--folder", "DIR",
               "on the disk to be measured (/var/tmp); a scratch folder is made in it, and DIR "
               "itself where it is missing, and both are removed at the end"}}},
            "measure what the engine does on this machine",
            details(),
            bench};
}

} // namespace millrace::cli
