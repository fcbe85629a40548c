// SPDX-License-Identifier: GPL-3.0-or-later
// The command line with an engine that keeps everything in memory: what the commands themselves do
// (words, messages, exit codes, signals) is tested with it, without a disk or a scheduler.
#include "app/cli/command.h"
#include "tests/core/gateway/fake_engine.h"

#include "core/base/problem_codes.h"
#include "core/graph/validate.h"

#include <cstdlib>

namespace {

/// Leaves the file "early" in the data directory when a pipeline is deployed whose control socket
/// is there already: a client could ask for streams that are not. Leaves "unnamed" when a run does
/// not name the deployment before it: a client may have deployed since.
class WatchfulEngine final : public millrace::test::FakeEngine
{
public:
    explicit WatchfulEngine(millrace::Path directory)
        : m_directory(std::move(directory))
    {}
    millrace::engine::Ticket request(millrace::engine::Request request) override
    {
        using namespace millrace;
        if (std::holds_alternative<engine::DeployRequest>(request) &&
            posixFileSystem().exists(joinPath(m_directory, "control.sock")))
            (void)posixFileSystem().replaceFile(joinPath(m_directory, "early"), {});
        const bool deploys = std::holds_alternative<engine::DeployRequest>(request);
        if (const auto *run = std::get_if<engine::RunRequest>(&request);
            run != nullptr && run->deployment != m_deployment)
            (void)posixFileSystem().replaceFile(joinPath(m_directory, "unnamed"), {});
        const engine::Ticket ticket = FakeEngine::request(std::move(request));
        if (deploys)
            m_deployment = ticket;
        return ticket;
    }

private:
    std::optional<millrace::engine::Ticket> m_deployment;
    const millrace::Path m_directory;
};

/// A hundred times as fast, for what is decided after half a minute.
class HurriedClock final : public millrace::Clock
{
public:
    millrace::WallTime wall() const override { return m_clock.wall(); }
    millrace::MonoTime mono() const override { return m_begin + (m_clock.mono() - m_begin) * 100; }
    bool isVirtual() const override { return false; }

private:
    millrace::SystemClock m_clock;
    const millrace::MonoTime m_begin = m_clock.mono();
};

} // namespace

int main(int argc, char **argv)
{
    using namespace millrace;
    SystemClock systemClock;
    HurriedClock hurriedClock;
    Clock &clock =
        std::getenv("FAKE_HURRY") != nullptr ? static_cast<Clock &>(hurriedClock) : systemClock;
    SystemRandom random;
    graph::NodeKind source;
    source.id = "source";
    source.category = graph::Category::Producer;
    source.title = "Source";
    source.outputs = {{"out", "Records", true}};
    graph::NodeKind stream;
    stream.id = "stream";
    stream.category = graph::Category::Stream;
    stream.title = "Stream";
    stream.inputs = {{"in", "Records", true}};
    stream.outputs = {{"out", "Records", true}};
    const graph::KindCatalog kinds({source, stream});

    cli::Environment environment;
    environment.files = &posixFileSystem();
    environment.clock = &clock;
    environment.random = &random;
    environment.openEngine =
        [](const cli::EngineWishes &wishes) -> Result<std::unique_ptr<engine::Engine>> {
        if (auto made = posixFileSystem().makeFolders(wishes.dataDirectory); !made)
            return std::move(made).error();
        if (posixFileSystem().exists(joinPath(wishes.dataDirectory, "busy")))
            return Problem(Code::DirectoryBusy, {{"directory", wishes.dataDirectory}});
        auto engine = std::make_unique<WatchfulEngine>(wishes.dataDirectory);
        engine->createStream("clicks");
        runtime::Snapshot snapshot;
        snapshot.generation = 1;
        snapshot.state = runtime::RunState::Running;
        runtime::NodeFigures node;
        node.id = {"aaaaaaaa"};
        node.state = std::getenv("FAKE_IDLE") != nullptr       ? runtime::NodeState::Stopped
                     : std::getenv("FAKE_RETRYING") != nullptr ? runtime::NodeState::Retrying
                                                               : runtime::NodeState::Running;
        node.counts.in = 7;
        node.counts.processed = 7;
        runtime::NodeFigures clicks;
        clicks.id = {"bbbbbbbb"};
        clicks.state = runtime::NodeState::Running;
        clicks.shards.resize(2);
        clicks.shards[1].shard = ShardIndex(1);
        clicks.shards[1].recordsInPerSecond = 500;
        snapshot.nodes = {node, clicks};
        snapshot.drained = std::getenv("FAKE_DRAINED") != nullptr;
        engine->setSnapshot(snapshot);
        engine->live();
        return std::unique_ptr<engine::Engine>(std::move(engine));
    };
    environment.checkDocument = [&](const graph::Document &document, const Path &) {
        return graph::validate(document, kinds);
    };
    const std::vector<std::string> words(argv + 1, argv + argc);
    return static_cast<int>(cli::runCommandLine(words, environment));
}
