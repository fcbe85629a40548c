// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/engine_host.h"
#include "tests/support/test_main.h"

#include "core/gateway/control/control_client.h"

#include <QTemporaryDir>
#include <QTest>

using namespace millrace;
using namespace millrace::studio;
using namespace Qt::StringLiterals;

namespace {

engine::LocalEngineOptions optionsFor(const QTemporaryDir &folder, const QString &name)
{
    engine::LocalEngineOptions options;
    options.dataDirectory = folder.filePath(name).toStdString();
    return options;
}

} // namespace

class EngineHostTest final : public QObject
{
    Q_OBJECT

private slots:
    /// Closed or replaced while it opened: nobody gets it, and its directory is free again.
    void anEngineThatNobodyWantsAnyMoreIsNotGivenOut()
    {
        QTemporaryDir folder;
        EngineHost host;
        std::vector<std::shared_ptr<engine::Engine>> given;
        QObject::connect(
            &host, &EngineHost::opened, &host,
            [&](const std::shared_ptr<engine::Engine> &engine) { given.push_back(engine); });
        host.open(optionsFor(folder, u"a"_s));
        host.close();
        host.open(optionsFor(folder, u"b"_s));
        host.open(optionsFor(folder, u"c"_s));
        QTRY_VERIFY_WITH_TIMEOUT(!given.empty(), 60'000);
        QCOMPARE(given.size(), std::size_t(1));
        QCOMPARE(given[0]->snapshot()->dataDirectory, optionsFor(folder, u"c"_s).dataDirectory);
        for (const QString &name : {u"a"_s, u"b"_s})
            QVERIFY(engine::openLocalEngine(optionsFor(folder, name)).has_value());
    }

    /// `millrace put` and the others find the engine of a studio as they find that of a run.
    void anEngineIsSpokenToThroughTheSocketInItsDirectory()
    {
        QTemporaryDir folder;
        EngineHost host;
        bool opened = false;
        QObject::connect(&host, &EngineHost::opened, &host, [&] { opened = true; });
        host.open(optionsFor(folder, u"a"_s));
        QTRY_VERIFY_WITH_TIMEOUT(opened, 60'000);
        auto client = gateway::ControlClient::find(posixFileSystem(),
                                                   optionsFor(folder, u"a"_s).dataDirectory);
        QVERIFY(client.has_value());
        QCOMPARE(client->snapshot()->dataDirectory, optionsFor(folder, u"a"_s).dataDirectory);
    }

    void aFailureIsToldUnlessItWasClosedMeanwhile()
    {
        QTemporaryDir folder;
        const auto other = engine::openLocalEngine(optionsFor(folder, u"taken"_s));
        QVERIFY(other.has_value());
        EngineHost host;
        std::vector<Code> failures;
        bool opened = false;
        QObject::connect(&host, &EngineHost::failed, &host,
                         [&](const Problem &problem) { failures.push_back(problem.code()); });
        QObject::connect(&host, &EngineHost::opened, &host, [&] { opened = true; });
        host.open(optionsFor(folder, u"taken"_s));
        host.open(optionsFor(folder, u"free"_s));
        QTRY_VERIFY_WITH_TIMEOUT(opened, 60'000);
        QVERIFY(failures.empty());
        host.open(optionsFor(folder, u"taken"_s));
        QTRY_COMPARE_WITH_TIMEOUT(failures.size(), std::size_t(1), 60'000);
        QVERIFY(failures[0] == Code::DirectoryBusy);
    }
};

MILLRACE_TEST(EngineHostTest)
#include "engine_host_test.moc"
