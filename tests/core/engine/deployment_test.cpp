// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/engine_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/engine/deployment.h"

#include <QTemporaryDir>

#include <set>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

namespace {

/// A deployment that nobody drives.
class World
{
public:
    World()
    {
        stream::StreamStoreOptions options;
        options.dataDirectory = m_dir.path().toStdString();
        options.threads = false;
        m_store = *stream::StreamStore::open(options, posixFileSystem(), m_clock, m_random,
                                             [](const Problem &) {});
        m_checkpoints = std::make_unique<runtime::Checkpoints>(m_store->catalog());
        m_schemas = std::make_unique<SchemaKeeper>(
            *m_store, m_clock, [](const std::string &) {}, [](const Problem &) {});
        m_scheduler = std::make_unique<Scheduler>(m_clock, 0, [](const Problem &) {});
        DeploymentServices services;
        services.store = m_store.get();
        services.scheduler = m_scheduler.get();
        services.schemas = m_schemas.get();
        m_chains = std::make_unique<ChainRegister>(m_store->catalog());
        services.checkpoints = m_checkpoints.get();
        services.chains = m_chains.get();
        services.fileSystem = &posixFileSystem();
        services.clock = &m_clock;
        services.random = &m_random;
        services.report = [this](const Problem &problem) { said.push_back(problem); };
        services.pump = [this] { m_store->commitAll(); };
        m_deployment = std::make_unique<Deployment>(std::move(services));
    }

    /// Deploys, runs, and gives the ends of the tasks that are new.
    std::set<std::string> newTasks(const graph::Document &document)
    {
        if (!m_deployment->deploy(document, {}))
            return {"failed"};
        m_deployment->start();
        std::set<std::string> out;
        std::set<std::shared_ptr<runtime::Task>> tasks;
        for (const DeployedTask &task : m_deployment->tasks()) {
            tasks.insert(task.task);
            if (!m_tasks.contains(task.task))
                out.insert(task.nodes.back().value);
        }
        m_tasks = tasks;
        return out;
    }

    /// Runs what is due, and gives the state of the task that ends in `node`.
    runtime::NodeState stateOf(const char *node)
    {
        while (m_scheduler->runOne() || m_store->commitAll())
            continue;
        for (const DeployedTask &task : m_deployment->tasks()) {
            if (task.nodes.back().value == node)
                return task.task->figures().state;
        }
        return {};
    }
    /// Runs what is due until then.
    void runFor(std::chrono::nanoseconds length)
    {
        const MonoTime until = m_clock.mono() + length;
        for (;;) {
            while (m_scheduler->runOne() || m_store->commitAll())
                continue;
            const auto next = m_scheduler->nextWake();
            const bool over = !next || *next > until;
            m_clock.advance((over ? until : *next) - m_clock.mono());
            if (over)
                return;
        }
    }
    void stop() { m_deployment->stop(); }
    void setPaused(bool paused)
    {
        m_scheduler->setPaused(paused);
        m_deployment->setPaused(paused);
    }
    void setPace(double factor) { m_deployment->setPace(factor); }
    std::uint64_t recordsOf(const char *producer) const
    {
        for (const DeployedTask &task : m_deployment->tasks()) {
            if (task.nodes.back().value == producer)
                return task.task->figures().nodes.front().counts.processed;
        }
        return 0;
    }
    std::string path(const char *name) const { return m_dir.filePath(name).toStdString(); }

    std::vector<Problem> said;

private:
    QTemporaryDir m_dir;
    ManualClock m_clock;
    SeededRandom m_random{1};
    std::unique_ptr<stream::StreamStore> m_store;
    std::unique_ptr<runtime::Checkpoints> m_checkpoints;
    std::unique_ptr<ChainRegister> m_chains;
    std::unique_ptr<SchemaKeeper> m_schemas;
    std::unique_ptr<Scheduler> m_scheduler;
    std::unique_ptr<Deployment> m_deployment;
    std::set<std::shared_ptr<runtime::Task>> m_tasks;
};

} // namespace

class DeploymentTest : public QObject
{
    Q_OBJECT
private slots:
    void onlyWhatDiffersIsStartedAnew()
    {
        using Nodes = std::set<std::string>;
        World world;
        Pipeline pipeline;
        auto &nodes = pipeline.document.nodes;
        QCOMPARE(world.newTasks(pipeline.document), (Nodes{"gener001", "sqlite01"}));
        QCOMPARE(world.newTasks(pipeline.document), Nodes{});
        nodes.at({"filter01"}).name = "another name";
        nodes.at({"sqlite01"}).parameters["mode"] = std::string("append"); // as by default
        QCOMPARE(world.newTasks(pipeline.document), Nodes{});
        const std::string spaces(200, ' ');
        nodes.at({"filter01"}).parameters["condition"] = spaces + "status >= 400";
        QCOMPARE(world.newTasks(pipeline.document), Nodes{"sqlite01"});
        nodes.at({"filter01"}).parameters["condition"] = spaces + "status >= 404";
        QCOMPARE(world.newTasks(pipeline.document), Nodes{"sqlite01"});
        nodes.at({"gener001"}).parameters["seed"] = std::int64_t{8};
        QCOMPARE(world.newTasks(pipeline.document), Nodes{"gener001"});
        pipeline.add("output01", "standard-output", {});
        pipeline.wire("stream01", "output01");
        QCOMPARE(world.newTasks(pipeline.document), Nodes{"output01"});
        nodes.at({"filter01"}).state = graph::NodeState::Bypassed;
        QCOMPARE(world.newTasks(pipeline.document), Nodes{"sqlite01"});
        SeededRandom random(99);
        pipeline.document.project = Uuid::random(random);
        QCOMPARE(world.newTasks(pipeline.document), (Nodes{"gener001", "output01", "sqlite01"}));
    }

    /// A run that was ended at its start reported that nothing was ever done.
    void whatIsStoppedBeforeItBeganSaysWhatIsStored()
    {
        World world;
        Pipeline pipeline;
        auto &parameters = pipeline.document.nodes.at({"gener001"}).parameters;
        parameters = {{"ratePerSecond", 100.0}};
        world.newTasks(pipeline.document);
        world.runFor(5s);
        world.stop();
        const std::uint64_t made = world.recordsOf("gener001");
        const std::uint64_t stored = world.recordsOf("sqlite01");
        QVERIFY(made > 0 && stored > 0);
        QCOMPARE(world.newTasks(pipeline.document),
                 (std::set<std::string>{"gener001", "sqlite01"}));
        world.stop();
        QCOMPARE(world.recordsOf("gener001"), made);
        QCOMPARE(world.recordsOf("sqlite01"), stored);
    }

    void aWireLeavesBehindWhatWasNotRead()
    {
        for (const bool reads : {true, false}) {
            World world;
            Pipeline pipeline;
            pipeline.document.wires.clear();
            pipeline.wire("gener001", "filter01");
            pipeline.wire("filter01", "sqlite01");
            if (!reads) // a folder stands where the file should
                pipeline.document.nodes.at({"sqlite01"}).parameters["file"] = world.path(".");
            world.newTasks(pipeline.document);
            world.runFor(10s);
            QCOMPARE(world.recordsOf("gener001"), 5000U);
            pipeline.document.wires.clear();
            world.said.clear();
            world.newTasks(pipeline.document);
            QCOMPARE(world.said.size(), reads ? 0U : 1U);
            if (!reads) {
                QCOMPARE(world.said[0].code(), Code::WireLeftBehind);
                QCOMPARE(world.said[0].argument("records"), std::string_view("5000"));
            }
        }
    }

    void aPausedGeneratorStandsStill()
    {
        World world;
        Pipeline pipeline;
        auto &parameters = pipeline.document.nodes.at({"gener001"}).parameters;
        parameters = {{"ratePerSecond", 10.0}};
        world.newTasks(pipeline.document);
        world.runFor(950ms);
        QCOMPARE(world.recordsOf("gener001"), std::uint64_t(10));
        for (int i = 0; i < 3; ++i) {
            world.setPaused(true);
            world.runFor(1h);
            world.setPace(5); // for afterwards
            world.runFor(1h);
            world.setPace(1);
            QCOMPARE(world.recordsOf("gener001"), std::uint64_t(10));
            world.setPaused(false);
            world.runFor(0s);
        }
        QCOMPARE(world.recordsOf("gener001"), std::uint64_t(10));
        world.runFor(1s);
        QCOMPARE(world.recordsOf("gener001"), std::uint64_t(20));
    }

    /// A slow generator heard of a new pace when its next record was due, and then made up for it.
    void aPaceHoldsFromTheMomentItIsSet()
    {
        World world;
        Pipeline pipeline;
        auto &parameters = pipeline.document.nodes.at({"gener001"}).parameters;
        parameters = {{"ratePerSecond", 0.01}};
        world.newTasks(pipeline.document);
        world.runFor(10s);
        QCOMPARE(world.recordsOf("gener001"), std::uint64_t(1));
        world.setPace(100);
        world.runFor(800ms); // of the 90 s that were missing at the pace before
        QCOMPARE(world.recordsOf("gener001"), std::uint64_t(1));
        world.runFor(200ms);
        QCOMPARE(world.recordsOf("gener001"), std::uint64_t(2));
    }

    /// What is there when a document is checked may be gone when its nodes are made.
    void aNodeThatCannotBeMadeFailsAloneAndIsTriedAgain()
    {
        World world;
        Pipeline pipeline;
        const std::string path = world.path("in.csv");
        pipeline.add("file0001", "file", {{"path", path}});
        pipeline.wire("file0001", "stream01");
        QVERIFY(world.newTasks(pipeline.document).contains("file0001"));
        QCOMPARE(world.stateOf("file0001"), runtime::NodeState::Failed);
        QCOMPARE(world.stateOf("sqlite01"), runtime::NodeState::Running);

        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.write("status\n200\n") > 0);
        file.close();
        QCOMPARE(world.newTasks(pipeline.document), std::set<std::string>{"file0001"});
        QCOMPARE(world.stateOf("file0001"), runtime::NodeState::Finished);
    }
};

MILLRACE_TEST(DeploymentTest)
#include "deployment_test.moc"
