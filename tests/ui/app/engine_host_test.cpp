// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/engine_host.h"
#include "tests/support/test_main.h"

#include "core/engine/engine.h"

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
    EngineHost host; // the last: its destructor waits for what it still says

    Host()
    {
        QObject::connect(
            &host, &EngineHost::opened, &host,
            [this](std::shared_ptr<engine::Engine> opened) { engine = std::move(opened); });
        QObject::connect(&host, &EngineHost::failed, &host,
                         [this](const Problem &failed) { problem = failed; });
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
};

MILLRACE_TEST(EngineHostTest)
#include "engine_host_test.moc"
