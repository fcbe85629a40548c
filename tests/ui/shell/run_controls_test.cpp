// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/base/problem_codes.h"
#include "core/graph/file.h"
#include "core/graph/place.h"

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/node_item.h"
#include "ui/shell/canvas_page.h"

#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class RunControlsTest final : public QObject
{
    Q_OBJECT

private slots:
    void runPauseAndStopReachTheEngine()
    {
        Studio studio;
        runtime::Snapshot stopped = clickstreamSnapshot(0);
        stopped.state = runtime::RunState::Stopped;
        studio.show(stopped);
        auto *run = studio.find<QToolButton>(u"topbar.run.run.button"_s);
        auto *pause = studio.find<QToolButton>(u"topbar.run.pause.button"_s);
        auto *stop = studio.find<QToolButton>(u"topbar.run.stop.button"_s);
        QVERIFY(run->isEnabled());
        QVERIFY(!pause->isEnabled());
        QVERIFY(!stop->isEnabled());
        QTest::mouseClick(run, Qt::LeftButton);
        QCOMPARE(studio.engine->count<engine::DeployRequest>(), 1);
        QCOMPARE(studio.engine->last<engine::DeployRequest>()->document, clickstream());
        studio.tick();
        QCOMPARE(studio.engine->count<engine::RunRequest>(), 1);
        QVERIFY(!run->isEnabled());
        QTest::mouseClick(pause, Qt::LeftButton);
        QCOMPARE(studio.engine->count<engine::PauseRequest>(), 1);
        QTest::mouseClick(stop, Qt::LeftButton);
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 1);
    }

    void keysRunPauseAndStop()
    {
        Studio studio;
        QTest::keyClick(&studio.window, Qt::Key_F5);
        QCOMPARE(studio.engine->count<engine::DeployRequest>(), 1);
        studio.tick();
        QTest::keyClick(&studio.window, Qt::Key_F6);
        QCOMPARE(studio.engine->count<engine::PauseRequest>(), 1);
        runtime::Snapshot paused = clickstreamSnapshot(9);
        paused.state = runtime::RunState::Paused;
        studio.show(paused);
        QVERIFY(studio.find<QLabel>(u"topbar.clock"_s)->text().startsWith(u"paused"_s));
        QTest::keyClick(&studio.window, Qt::Key_F5); // goes on, without another deploy
        QCOMPARE(studio.engine->count<engine::DeployRequest>(), 1);
        QCOMPARE(studio.engine->count<engine::RunRequest>(), 2);
        QTest::keyClick(&studio.window, Qt::Key_F5, Qt::ShiftModifier);
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 1);
    }

    void aRefusedCommandOpensTheProblems()
    {
        Studio studio;
        studio.tick();
        studio.engine->problems = {Problem(Code::DiskFull, {{"operation", "write"}})};
        QTest::keyClick(&studio.window, Qt::Key_F6);
        studio.window.bridge().poll();
        QVERIFY(studio.find<QTableView>(u"problems.table"_s)->isVisible());
        QVERIFY(studio.find<QPushButton>(u"status.problems.button"_s)
                    ->text()
                    .contains(u"The disk is full"_s));
    }

    void whatADeployMendedIsNoProblemAnyMore()
    {
        Studio studio;
        studio.engine->deployProblems = {Problem(Code::NotFound, {{"what", "a file"}})};
        QTest::keyClick(&studio.window, Qt::Key_F5);
        studio.window.bridge().poll();
        QCOMPARE(studio.window.problems().rowCount(), 1);
        studio.engine->deployProblems.clear();
        QTest::keyClick(&studio.window, Qt::Key_F5);
        studio.window.bridge().poll();
        QCOMPARE(studio.window.problems().rowCount(), 0);
        // And another pipeline has none of this one's.
        studio.engine->deployProblems = {Problem(Code::NotFound, {{"what", "a file"}})};
        QTest::keyClick(&studio.window, Qt::Key_F5);
        studio.window.bridge().poll();
        QCOMPARE(studio.window.problems().rowCount(), 1);
        studio.openFile(writeTemporary(u"next.millrace"_s, *graph::writeDocument(clickstream())));
        QCOMPARE(studio.window.problems().rowCount(), 0);
    }

    void clearingTakesAwayWhatADeploySaid()
    {
        Studio studio;
        studio.engine->deployProblems = {Problem(Code::NotFound, {{"what", "a file"}})};
        QTest::keyClick(&studio.window, Qt::Key_F5);
        studio.window.bridge().poll();
        QTest::mouseClick(studio.find<QPushButton>(u"problems.clear.button"_s), Qt::LeftButton);
        QCOMPARE(studio.window.problems().rowCount(), 0);
        QCOMPARE(studio.engine->count<engine::ClearProblemsRequest>(), 1);
    }

    void runsAsSoonAsTheEngineIsThere()
    {
        MainWindow window(testKinds(), {});
        openFile(window, writeTemporary(u"c.millrace"_s, *graph::writeDocument(clickstream())),
                 AfterOpening::Run);
        auto engine = std::make_shared<FakeEngine>();
        window.setEngine(nullptr);
        window.setEngine(engine);
        QCOMPARE(engine->count<engine::DeployRequest>(), 1);
    }

    void refusedDeployOpensTheProblems()
    {
        Studio studio({1366, 768});
        studio.engine->deployProblems = {Problem(Code::NotFound, {{"what", "the file access.log"}},
                                                 graph::parameterPlace(kTail, "path")),
                                         Problem(Code::InvalidArgument,
                                                 {{"what", "expected a number"}},
                                                 graph::parameterPlace(kFilter, "condition"))};
        QTest::keyClick(&studio.window, Qt::Key_F5);
        studio.window.bridge().poll();
        auto *table = studio.find<QTableView>(u"problems.table"_s);
        QVERIFY(table->isVisible());
        QCOMPARE(studio.window.problems().rowCount(), 2);
        QCOMPARE(studio.engine->count<engine::RunRequest>(), 0);
        QVERIFY(studio.find<QPushButton>(u"status.problems.button"_s)
                    ->text()
                    .startsWith(u"2 problems"_s));
        const QPoint at = table->visualRect(table->model()->index(1, 0)).center();
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, at);
        QTest::mouseDClick(table->viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(studio.window.scene().selectedNode(), std::optional(kFilter));
        const CanvasView &view = studio.window.canvas().view();
        const QPointF middle = view.mapToScene(view.viewport()->rect().center());
        QVERIFY((middle - studio.window.scene().itemFor(kFilter)->sceneBoundingRect().center())
                    .manhattanLength() < 4);
        // The engine counts what it refused: the list and the cards say it once.
        runtime::Snapshot refused = clickstreamSnapshot(0);
        refused.nodes.clear();
        refused.problems.clear();
        for (const Problem &problem : studio.engine->deployProblems)
            refused.problems.push_back({problem, kRunStart, kRunStart});
        studio.show(refused);
        QCOMPARE(studio.window.problems().rowCount(), 2);
        const CardContent &filter = studio.window.scene().itemFor(kFilter)->content();
        QCOMPARE(filter.health, Health::Error);
        QCOMPARE(filter.attention, u"Expected a number"_s);
        QCoreApplication::processEvents();
        picture(studio.window, u"refused"_s);
    }
};

MILLRACE_TEST(RunControlsTest)
#include "run_controls_test.moc"
