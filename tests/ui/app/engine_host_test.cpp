// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/engine_host.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/engine/engine.h"
#include "core/gateway/control/control_client.h"

#include "ui/bridge/convert.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace millrace;
using namespace millrace::studio;
using namespace Qt::StringLiterals;

namespace {

/// A host and what it said.
struct Host {
    std::shared_ptr<engine::Engine> engine;
    std::optional<Problem> problem;
    QString holder;
    EngineHost host; // the last: its destructor waits for what it still says

    Host()
    {
        QObject::connect(
            &host, &EngineHost::opened, &host,
            [this](std::shared_ptr<engine::Engine> opened) { engine = std::move(opened); });
        QObject::connect(&host, &EngineHost::failed, &host,
                         [this](const Problem &failed, const QString &by) {
                             problem = failed;
                             holder = by;
                         });
    }
    void open(const QString &directory)
    {
        problem.reset();
        engine::LocalEngineOptions options;
        options.dataDirectory = ui::pathFromQt(directory);
        host.open(options);
    }
};

} // namespace

class EngineHostTest final : public QObject
{
    Q_OBJECT

private slots:
    void anEngineComesFromAnotherThread()
    {
        const QTemporaryDir folder;
        Host h;
        h.open(folder.filePath(u"data"_s));
        QVERIFY(!h.engine); // not within the call
        QTRY_VERIFY_WITH_TIMEOUT(h.engine, 60'000);
        QVERIFY(h.engine->snapshot());
        h.engine.reset();
    }

    void aDirectoryThatCannotBeIsExplained()
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath(u"data"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        Host h;
        h.open(file.fileName());
        QTRY_VERIFY_WITH_TIMEOUT(h.problem, 60'000);
        QVERIFY(!h.engine);
    }

    void closingLetsTheDirectoryGo()
    {
        const QTemporaryDir folder;
        Host first;
        first.open(folder.filePath(u"data"_s));
        QTRY_VERIFY_WITH_TIMEOUT(first.engine, 60'000);
        Host second;
        second.open(folder.filePath(u"data"_s));
        QTRY_VERIFY_WITH_TIMEOUT(second.problem, 60'000); // one engine a directory
        QCOMPARE(second.problem->code(), Code::DirectoryBusy);
        const QString self = u"” (PID %1)"_s.arg(QCoreApplication::applicationPid());
        QVERIFY2(second.holder.endsWith(self) && second.holder.startsWith(u"“test_ui_app"_s),
                 qPrintable(second.holder));
        first.engine.reset();
        first.host.close();
        const auto opensNow = [&] {
            second.open(folder.filePath(u"data"_s));
            return QTest::qWaitFor([&] { return second.engine || second.problem; }, 60'000) &&
                   second.engine;
        };
        QTRY_VERIFY_WITH_TIMEOUT(opensNow(), 60'000);
        second.engine.reset();
    }

    void anotherDirectoryTakesThePlaceOfTheFirst()
    {
        const QTemporaryDir folder;
        Host h;
        h.open(folder.filePath(u"one"_s));
        QTRY_VERIFY_WITH_TIMEOUT(h.engine, 60'000);
        const std::weak_ptr<engine::Engine> before = std::exchange(h.engine, nullptr);
        h.open(folder.filePath(u"two"_s));
        QTRY_VERIFY_WITH_TIMEOUT(h.engine, 60'000);
        QVERIFY(before.expired());
        h.engine.reset();
    }

    /// Closed or replaced while it opened: nobody gets it, and its directory is free again.
    void anEngineThatNobodyWantsAnyMoreIsNotGivenOut()
    {
        const QTemporaryDir folder;
        EngineHost host;
        std::vector<std::shared_ptr<engine::Engine>> given;
        QObject::connect(
            &host, &EngineHost::opened, &host,
            [&](const std::shared_ptr<engine::Engine> &engine) { given.push_back(engine); });
        const auto options = [&](const char *name) {
            engine::LocalEngineOptions out;
            out.dataDirectory = ui::pathFromQt(folder.filePath(QString::fromLatin1(name)));
            return out;
        };
        host.open(options("a"));
        host.close();
        host.open(options("b"));
        host.open(options("c"));
        QTRY_VERIFY_WITH_TIMEOUT(!given.empty(), 60'000);
        QCOMPARE(given.size(), std::size_t(1));
        QCOMPARE(given[0]->snapshot()->dataDirectory, options("c").dataDirectory);
        for (const char *name : {"a", "b"})
            QVERIFY(engine::openLocalEngine(options(name)).has_value());
        given.clear();
    }

    /// The first is still on its way to this thread while its directory is opened again.
    void aPipelineIsOpenedAgainAtOnce_data()
    {
        QTest::addColumn<bool>("another");
        QTest::newRow("closed between") << false;
        QTest::newRow("another between") << true;
    }

    void aPipelineIsOpenedAgainAtOnce()
    {
        QFETCH(bool, another);
        const QTemporaryDir folder;
        Host h;
        h.open(folder.filePath(u"a"_s));
        if (another)
            h.open(folder.filePath(u"b"_s));
        else
            h.host.close();
        h.open(folder.filePath(u"a"_s));
        QTRY_VERIFY_WITH_TIMEOUT(h.engine || h.problem, 60'000);
        QVERIFY2(!h.problem, qPrintable(h.holder));
        QCOMPARE(h.engine->snapshot()->dataDirectory, ui::pathFromQt(folder.filePath(u"a"_s)));
        h.engine.reset();
    }

    void aFailureThatNobodyWaitsForAnyMoreIsNotTold()
    {
        const QTemporaryDir folder;
        Host first;
        first.open(folder.filePath(u"taken"_s));
        QTRY_VERIFY_WITH_TIMEOUT(first.engine, 60'000);
        Host second;
        second.open(folder.filePath(u"taken"_s));
        second.open(folder.filePath(u"free"_s));
        QTRY_VERIFY_WITH_TIMEOUT(second.engine, 60'000);
        QVERIFY(!second.problem);
        first.engine.reset();
        second.engine.reset();
    }

    /// `millrace put` and the others find the engine of a studio as they find that of a run.
    void anEngineIsSpokenToThroughTheSocketInItsDirectory()
    {
        const QTemporaryDir folder;
        Host h;
        h.open(folder.filePath(u"data"_s));
        QTRY_VERIFY_WITH_TIMEOUT(h.engine, 60'000);
        const Path directory = h.engine->snapshot()->dataDirectory;
        auto client = gateway::ControlClient::find(posixFileSystem(), directory);
        QVERIFY(client.has_value());
        QCOMPARE(client->snapshot()->dataDirectory, directory);
        h.engine.reset();
    }

    void whatAnotherProgramDeploysIsTold()
    {
        const QTemporaryDir folder;
        Host h;
        std::optional<graph::Document> told;
        QString in;
        quint64 number = 0;
        QObject::connect(
            &h.host, &EngineHost::deployedByOther, &h.host,
            [&](const graph::Document &document, const QString &documentFolder, quint64 ticket) {
                told = document;
                in = documentFolder;
                number = ticket;
            });
        h.open(folder.filePath(u"data"_s));
        QTRY_VERIFY_WITH_TIMEOUT(h.engine, 60'000);
        auto client =
            gateway::ControlClient::find(posixFileSystem(), h.engine->snapshot()->dataDirectory);
        QVERIFY(client.has_value());
        graph::Document document;
        document.project = *Uuid::parse("6f0f6d3c-2b8a-4b63-9c0e-7a2f4d1c9e01");
        document.name = "Shop";
        graph::Node node;
        node.id.value = "orders01";
        node.kind = "data-stream";
        node.parameters = {{"stream", std::string("orders")}};
        document.put(node);
        const auto reply = client->ask(engine::DeployRequest{document, "/pipelines"});
        QVERIFY(reply.has_value() && reply->ok());
        QTRY_VERIFY_WITH_TIMEOUT(told, 60'000);
        QCOMPARE(*told, document);
        QCOMPARE(in, u"/pipelines"_s);
        QVERIFY(number > 0 && number < h.engine->request(engine::StopRequest{}).value);
        // What was refused runs nowhere.
        told.reset();
        document.nodes.begin()->second.kind = "no-such-kind";
        QVERIFY(!client->ask(engine::DeployRequest{document, "/pipelines"})->ok());
        QCoreApplication::processEvents();
        QVERIFY(!told);
        h.engine.reset();
    }
};

MILLRACE_TEST(EngineHostTest)
#include "engine_host_test.moc"
