// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/engine/local_engine.h"
#include "core/graph/file.h"
#include "core/nodes/kinds.h"
#include "core/store/database.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <mutex>

using namespace millrace;
using namespace millrace::engine;

namespace {

/// A pipeline generator → clicks → filter → SQLite, as a person would draw it.
class Pipeline
{
public:
    Pipeline()
    {
        SeededRandom random(3);
        document.project = Uuid::random(random);
        document.name = "Test";
        add("gener001", "generator",
            {{"ratePerSecond", 2000.0}, {"total", std::int64_t{5000}}, {"seed", std::int64_t{7}}});
        add("stream01", "data-stream", {{"stream", std::string("clicks")}});
        add("filter01", "filter", {{"condition", std::string("status >= 500")}});
        add("sqlite01", "sqlite-table",
            {{"file", std::string("out.db")}, {"table", std::string("errors")}});
        wire("gener001", "stream01");
        wire("stream01", "filter01");
        wire("filter01", "sqlite01");
    }

    void add(const char *id, const char *kind,
             std::map<std::string, graph::ParameterValue> parameters)
    {
        graph::Node node;
        node.id = {id};
        node.kind = kind;
        node.name = id;
        node.parameters = std::move(parameters);
        document.put(std::move(node));
    }
    void wire(const char *from, const char *to)
    {
        document.wires[{{{from}, "out"}, {{to}, "in"}}] = {};
    }

    graph::Document document;
};

class Run
{
public:
    Run(const QString &directory, bool virtualTime)
    {
        LocalEngineOptions options;
        options.dataDirectory = directory.toStdString();
        options.virtualTime = virtualTime;
        options.log = [this](const Problem &problem) {
            const std::lock_guard guard(m_mutex); // any thread of the engine calls it
            m_messages += problem.message() + "\n";
        };
        auto opened = openLocalEngine(options);
        if (!opened)
            qFatal("%s", opened.error().message().c_str());
        engine = *std::move(opened);
    }
    Reply ask(Request request) { return engine->wait(engine->request(std::move(request))); }
    void deployAndRun(const Pipeline &pipeline)
    {
        const Reply deployed = ask(DeployRequest{pipeline.document, {}});
        for (const Problem &problem : deployed.problems)
            qWarning("%s", problem.message().c_str());
        QVERIFY(deployed.ok());
        QVERIFY(ask(RunRequest{}).ok());
    }
    void drain() { QTRY_VERIFY_WITH_TIMEOUT(engine->snapshot()->drained, 60'000); }

    std::string messages()
    {
        const std::lock_guard guard(m_mutex);
        return m_messages;
    }

private:
    std::mutex m_mutex; ///< guards m_messages
    std::string m_messages;

public:
    std::unique_ptr<Engine> engine; ///< last: it calls back until it is gone
};

std::int64_t query(const QString &directory, const char *sql)
{
    auto db = store::Database::open(directory.toStdString() + "/output/out.db",
                                    store::Database::Mode::ReadOnly);
    if (!db)
        return -1;
    auto statement = db->prepare(sql);
    if (!statement || !statement->step())
        return -2;
    return statement->integer(0);
}

} // namespace

class LocalEngineTest : public QObject
{
    Q_OBJECT
private slots:
    void runsGeneratorStreamFilterSqlite_data()
    {
        QTest::addColumn<bool>("virtualTime");
        QTest::newRow("virtual time") << true;
        QTest::newRow("real time") << false;
    }

    void runsGeneratorStreamFilterSqlite()
    {
        QFETCH(bool, virtualTime);
        QTemporaryDir dir;
        Run run(dir.path(), virtualTime);
        run.deployAndRun(Pipeline());
        run.drain();
        const auto snapshot = run.engine->snapshot();
        for (const auto &node : snapshot->nodes)
            QVERIFY2(node.counts.lawHolds(), node.id.value.c_str());
        const auto *source = snapshot->node({"gener001"});
        const auto *filter = snapshot->node({"filter01"});
        const auto *sink = snapshot->node({"sqlite01"});
        QCOMPARE(source->counts.out, std::uint64_t(5000));
        QCOMPARE(snapshot->node({"stream01"})->counts.in, std::uint64_t(5000));
        QCOMPARE(filter->counts.in, std::uint64_t(5000));
        QVERIFY(filter->counts.processed > 0 && filter->counts.filtered > 0);
        QCOMPARE(sink->counts.processed, filter->counts.processed);
        const auto rows = query(dir.path(), "SELECT count(*) FROM errors");
        QCOMPARE(rows, static_cast<std::int64_t>(filter->counts.processed));
        QCOMPARE(query(dir.path(), "SELECT count(*) FROM errors WHERE status < 500"),
                 std::int64_t(0));
    }

    void aRemovedTableFileIsFilledAgainFromTheStream()
    {
        QTemporaryDir dir;
        Run run(dir.path(), false);
        Pipeline pipeline;
        pipeline.document.nodes.at({"gener001"}).parameters["total"] = std::int64_t{400};
        run.deployAndRun(pipeline);
        run.drain();
        const auto rows = query(dir.path(), "SELECT count(*) FROM errors");
        QVERIFY(rows > 0);
        for (const char *name : {"/out.db", "/out.db-wal", "/out.db-shm"})
            QVERIFY(QFile::remove(dir.path() + QLatin1String("/output") + QLatin1String(name)) ||
                    QLatin1String(name) != QLatin1String("/out.db"));
        pipeline.document.nodes.at({"gener001"}).parameters["total"] = std::int64_t{600};
        QVERIFY(run.ask(DeployRequest{pipeline.document, {}}).ok());
        QTRY_VERIFY_WITH_TIMEOUT(run.engine->snapshot()->node({"gener001"})->counts.out == 600,
                                 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(run.engine->snapshot()->drained, 60'000);
        const auto snapshot = run.engine->snapshot();
        // The counters restart with the cursors: all 600 records were read for the new file.
        QCOMPARE(snapshot->node({"filter01"})->counts.in, std::uint64_t(600));
        QCOMPARE(query(dir.path(), "SELECT count(*) FROM errors"),
                 static_cast<std::int64_t>(snapshot->node({"sqlite01"})->counts.processed));
        QVERIFY(query(dir.path(), "SELECT count(*) FROM errors") > rows);
        QVERIFY(run.messages().find("nodes.destination-replaced") != std::string::npos);
    }
};

MILLRACE_TEST(LocalEngineTest)
#include "local_engine_test.moc"
