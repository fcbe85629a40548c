// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/base/problem_codes.h"
#include "core/graph/file.h"

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/node_item.h"
#include "ui/shell/canvas_page.h"
#include "ui/shell/message_page.h"
#include "ui/shell/notice_bar.h"
#include "ui/style/format.h"

#include <QApplication>
#include <QFile>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>

#include <filesystem>
#include <fstream>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

void write(const QString &path, const std::string &text)
{
    std::ofstream(path.toStdString(), std::ios::trunc) << text;
}

/// As version control and most editors do.
void replaceByRename(const QString &path, const std::string &text)
{
    write(path + u".new"_s, text);
    std::filesystem::rename((path + u".new"_s).toStdString(), path.toStdString());
}

std::string changedPipeline(const std::string &name)
{
    graph::Document document = clickstream();
    document.name = name;
    document.nodes.at(kFilter).name = "Changed elsewhere";
    return *graph::writeDocument(document);
}

void press(Studio &studio, const QString &button)
{
    QTest::mouseClick(studio.find<QPushButton>(button), Qt::LeftButton);
}

/// What the studio is told when another program deployed, after all that was asked so far.
void deployByOther(Studio &studio, const graph::Document &document)
{
    studio.window.showDeployedByOther(document, u"/shop"_s, studio.engine->takeTicket().value);
}

graph::Document shop()
{
    graph::Document document = clickstream();
    document.name = "Shop";
    return document;
}

bool shows(Studio &studio, const QString &bar)
{
    return studio.find<NoticeBar>(bar)->isVisible();
}

} // namespace

class NoticesTest final : public QObject
{
    Q_OBJECT

private slots:
    void aFileChangedElsewhereIsOffered_data()
    {
        QTest::addColumn<bool>("byRename");
        QTest::addColumn<bool>("running");
        QTest::addRow("written, stopped") << false << false;
        QTest::addRow("written, running") << false << true;
        QTest::addRow("replaced, stopped") << true << false;
        QTest::addRow("replaced, running") << true << true;
    }

    void aFileChangedElsewhereIsOffered()
    {
        QFETCH(bool, byRename);
        QFETCH(bool, running);
        Studio studio;
        if (running)
            studio.tick();
        studio.clickNode(kMap);
        studio.window.canvas().view().setFocus();
        const QWidget *focus = QApplication::focusWidget();
        const QString path = studio.window.document().filePath();
        const auto change = [&](const std::string &text) {
            byRename ? replaceByRename(path, text) : write(path, text);
        };
        change(changedPipeline("First"));
        QTRY_VERIFY_WITH_TIMEOUT(shows(studio, u"notice.file"_s), 60'000);
        picture(studio.window, u"file-changed"_s);
        QCOMPARE(QApplication::focusWidget(), focus);
        QCOMPARE(studio.window.document().graph(), clickstream());
        // As it was before: nothing to say.
        change(*graph::writeDocument(clickstream()));
        QTRY_VERIFY_WITH_TIMEOUT(!shows(studio, u"notice.file"_s), 60'000);
        change(changedPipeline("Second"));
        QTRY_VERIFY_WITH_TIMEOUT(shows(studio, u"notice.file"_s), 60'000);
        press(studio, u"notice.file.action.button"_s);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.document().name(), u"Second"_s, 60'000);
        QVERIFY(!shows(studio, u"notice.file"_s));
        QCOMPARE(studio.window.scene().selectedNode(), std::optional(kMap));
        QCOMPARE(studio.engine->count<engine::DeployRequest>(), running ? 1 : 0);
        if (running)
            QCOMPARE(studio.engine->last<engine::DeployRequest>()->document,
                     studio.window.document().graph());
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 0);
        // And so on.
        change(changedPipeline("Third"));
        QTRY_VERIFY_WITH_TIMEOUT(shows(studio, u"notice.file"_s), 60'000);
    }

    void whatWasLeftComesBackOnlyWhenItChangesAgain()
    {
        Studio studio;
        const QString path = studio.window.document().filePath();
        write(path, changedPipeline("First"));
        QTRY_VERIFY_WITH_TIMEOUT(shows(studio, u"notice.file"_s), 60'000);
        press(studio, u"notice.file.dismiss.button"_s);
        QVERIFY(!shows(studio, u"notice.file"_s));
        QCOMPARE(studio.window.document().graph(), clickstream());
        write(path, changedPipeline("Second"));
        QTRY_VERIFY_WITH_TIMEOUT(shows(studio, u"notice.file"_s), 60'000);
        write(path, changedPipeline("First")); // what a person said no to
        QTRY_VERIFY_WITH_TIMEOUT(!shows(studio, u"notice.file"_s), 60'000);
    }

    void aFileThatBecameNoPipelineIsExplained()
    {
        Studio studio;
        write(studio.window.document().filePath(), "{\"formatVersion\": 1");
        QTRY_VERIFY_WITH_TIMEOUT(shows(studio, u"notice.file"_s), 60'000);
        QCOMPARE(studio.window.document().graph(), clickstream());
        press(studio, u"notice.file.action.button"_s);
        QTRY_VERIFY_WITH_TIMEOUT(studio.window.message().isVisible(), 60'000);
        press(studio, u"message.back.button"_s);
        QCOMPARE(studio.window.document().graph(), clickstream());
    }

    /// To load again stops nothing, and starts nothing that was stopped meanwhile.
    void aReloadIsTriedAgainAsAReload_data()
    {
        QTest::addColumn<bool>("stoppedMeanwhile");
        QTest::newRow("running") << false;
        QTest::newRow("stopped meanwhile") << true;
    }
    void aReloadIsTriedAgainAsAReload()
    {
        QFETCH(bool, stoppedMeanwhile);
        Studio studio;
        studio.tick();
        const QString path = studio.window.document().filePath();
        write(path, "{\"formatVersion\": 1");
        QTRY_VERIFY_WITH_TIMEOUT(shows(studio, u"notice.file"_s), 20'000);
        press(studio, u"notice.file.action.button"_s);
        QTRY_VERIFY_WITH_TIMEOUT(studio.window.message().isVisible(), 20'000);
        if (stoppedMeanwhile) {
            runtime::Snapshot stopped = clickstreamSnapshot(400);
            stopped.state = runtime::RunState::Stopped;
            studio.show(stopped);
        }
        write(path, changedPipeline("Mended"));
        press(studio, u"message.again.button"_s);
        QTRY_VERIFY_WITH_TIMEOUT(!studio.window.isReading(), 20'000);
        QVERIFY(!studio.find<QMessageBox>(u"dialog.stop"_s));
        QCOMPARE(studio.window.document().name(), u"Mended"_s);
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 0);
        QCOMPARE(studio.engine->count<engine::DeployRequest>(), stoppedMeanwhile ? 0 : 1);
    }

    void nothingIsSaidOfAPipelineThatWasClosed()
    {
        Studio studio;
        write(studio.window.document().filePath(), changedPipeline("First"));
        QTRY_VERIFY_WITH_TIMEOUT(shows(studio, u"notice.file"_s), 60'000);
        studio.window.document().close();
        QVERIFY(!shows(studio, u"notice.file"_s));
    }

    void whatAnotherProgramDeployedIsShownWhenAsked()
    {
        Studio studio;
        studio.tick();
        graph::Document other = shop();
        other.nodes.erase(kTail);
        std::erase_if(other.wires, [](const auto &wire) { return wire.first.from.node == kTail; });
        deployByOther(studio, other);
        QVERIFY(shows(studio, u"notice.other"_s));
        QVERIFY(studio.find<NoticeBar>(u"notice.other"_s)->sentence().contains(u"differs"_s));
        QCOMPARE(studio.window.document().graph(), clickstream());
        picture(studio.window, u"deployed-by-other"_s);
        press(studio, u"notice.other.action.button"_s);
        QVERIFY(!shows(studio, u"notice.other"_s));
        QCOMPARE(studio.window.document().graph(), other);
        QCOMPARE(studio.window.document().folder(), u"/shop"_s);
        QVERIFY(!studio.window.scene().itemFor(kTail));
        // It runs already: nothing is deployed for showing it, nor for going on after a pause.
        runtime::Snapshot paused = clickstreamSnapshot(400);
        paused.state = runtime::RunState::Paused;
        studio.show(paused);
        studio.window.actions().action(u"run.run"_s)->trigger();
        QCOMPARE(studio.engine->count<engine::DeployRequest>(), 0);
        QCOMPARE(studio.engine->count<engine::RunRequest>(), 1);
    }

    void theSamePipelineFromAnotherProgramIsNoNews()
    {
        Studio studio;
        studio.tick();
        deployByOther(studio, shop());
        QVERIFY(shows(studio, u"notice.other"_s));
        deployByOther(studio, clickstream());
        QVERIFY(!shows(studio, u"notice.other"_s));
    }

    void toRunOnesOwnTakesTheNoticeAway()
    {
        Studio studio;
        runtime::Snapshot paused = clickstreamSnapshot(400);
        paused.state = runtime::RunState::Paused;
        studio.show(paused);
        deployByOther(studio, shop());
        QVERIFY(shows(studio, u"notice.other"_s));
        studio.window.actions().action(u"run.run"_s)->trigger();
        studio.window.bridge().poll();
        QVERIFY(!shows(studio, u"notice.other"_s));
    }

    void itIsSaidOnlyWhileItRuns()
    {
        Studio studio;
        deployByOther(studio, shop());
        QVERIFY(!shows(studio, u"notice.other"_s)); // it has been deployed and not run yet
        studio.tick();
        QVERIFY(shows(studio, u"notice.other"_s));
        QTest::keyClick(&studio.window, Qt::Key_F5, Qt::ShiftModifier);
        runtime::Snapshot stopped = clickstreamSnapshot(400);
        stopped.state = runtime::RunState::Stopped;
        studio.show(stopped);
        QVERIFY(!shows(studio, u"notice.other"_s));
        studio.tick(); // the other program runs it again
        QVERIFY(shows(studio, u"notice.other"_s));
        press(studio, u"notice.other.dismiss.button"_s);
        studio.tick();
        QVERIFY(!shows(studio, u"notice.other"_s));
    }

    void itGoesWithThePipelineThatItWasSaidOf()
    {
        graph::Document another = clickstream();
        another.name = "Another";
        const QString path = writeTemporary(u"another.millrace"_s, *graph::writeDocument(another));
        Studio studio;
        studio.tick();
        deployByOther(studio, shop());
        QVERIFY(shows(studio, u"notice.other"_s));
        studio.clickMenu({u"menu.file"_s}, u"file.open"_s);
        studio.chooseFile(path);
        studio.answerQuestion(u"dialog.stop.stop.button"_s);
        QCOMPARE(studio.window.document().name(), u"Another"_s);
        QVERIFY(!shows(studio, u"notice.other"_s));
        studio.tick();
        QVERIFY(!shows(studio, u"notice.other"_s));
    }

    /// Cards show figures of their own pipeline only.
    void whatIsSaidOfTheFiguresIsTrue()
    {
        Studio studio;
        studio.tick();
        deployByOther(studio, shop());
        const auto *bar = studio.find<NoticeBar>(u"notice.other"_s);
        QVERIFY2(bar->sentence().contains(u"figures on the canvas are those of what runs"_s),
                 qPrintable(bar->sentence()));
        graph::Document other = shop();
        other.project = Uuid::parse("00000000-0000-4000-8000-000000000009").value();
        deployByOther(studio, other);
        QVERIFY(shows(studio, u"notice.other"_s));
        QVERIFY2(bar->sentence().contains(u"“Shop”"_s), qPrintable(bar->sentence()));
        QVERIFY2(bar->sentence().contains(u"“Clickstream” on the canvas does not run"_s),
                 qPrintable(bar->sentence()));
        runtime::Snapshot running = clickstreamSnapshot(400);
        running.project = other.project;
        studio.show(running);
        QVERIFY(shows(studio, u"notice.other"_s));
        QCOMPARE(studio.window.scene().itemFor(kMap)->content().figure, format::noData());
        picture(studio.window, u"another-deployed-by-other"_s);
        // The question before it is stopped names it, too.
        press(studio, u"notice.other.dismiss.button"_s);
        studio.clickMenu({u"menu.file"_s}, u"file.open"_s);
        studio.chooseFile(studio.window.document().filePath());
        QTRY_VERIFY_WITH_TIMEOUT(studio.find<QMessageBox>(u"dialog.stop"_s), 60'000);
        QVERIFY(studio.find<QMessageBox>(u"dialog.stop"_s)->text().contains(u"“Shop”"_s));
        studio.answerQuestion(u"dialog.stop.cancel.button"_s);
    }

    /// Run is off then: to be told to press it helps nobody.
    void theInspectorSaysWhyRunIsOff()
    {
        Studio studio;
        runtime::Snapshot stopped;
        studio.show(stopped);
        studio.clickNode(kMap);
        QWidget *wire = studio.find<QWidget>(u"inspector.wire.view"_s);
        const auto said = [&] {
            studio.window.scene().select(graph::WireEnds{{kMap, "out"}, {kPages, "in"}});
            return wire->accessibleDescription();
        };
        QVERIFY2(said().endsWith(u"Press Run (F5)."_s), qPrintable(said()));
        graph::Document other = shop();
        other.project = Uuid::parse("00000000-0000-4000-8000-000000000009").value();
        deployByOther(studio, other);
        runtime::Snapshot running = clickstreamSnapshot(400);
        running.project = other.project;
        studio.show(running);
        QVERIFY(!studio.window.actions().action(u"run.run"_s)->isEnabled());
        QVERIFY2(said().contains(u"Another program runs “Shop” in this data directory. "
                                 "Stop it (Shift+F5), then press Run (F5)."_s),
                 qPrintable(said()));
        picture(studio.window, u"run-is-off-wire"_s);
        studio.clickNode(kStream);
        QCoreApplication::processEvents();
        picture(studio.window, u"run-is-off"_s);
        for (const QString &panel : {u"records.empty"_s, u"throughput.empty"_s})
            QVERIFY2(studio.find<QLabel>(panel)->text().contains(u"Another program runs “Shop”"_s),
                     qPrintable(studio.find<QLabel>(panel)->text()));
        // What it says helps.
        QTest::keyClick(&studio.window, Qt::Key_F5, Qt::ShiftModifier);
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 1);
        running.state = runtime::RunState::Stopped;
        studio.show(running);
        QVERIFY(studio.window.actions().action(u"run.run"_s)->isEnabled());
        QVERIFY2(said().endsWith(u"Press Run (F5)."_s), qPrintable(said()));
    }

    /// The canvas shows live figures then: nothing but records is missing.
    void anotherVersionOfThePipelineKeepsNothingFromArriving()
    {
        Studio studio;
        studio.engine->records = [](const engine::RecordsRequest &) {
            engine::RecordsReply none;
            none.reachedEnd = true;
            return none;
        };
        graph::Document other = clickstream();
        other.name = "Shop";
        other.nodes.at(kFilter).name = "Trouble";
        deployByOther(studio, other);
        runtime::Snapshot running = clickstreamSnapshot(400);
        running.project = other.project;
        for (runtime::NodeFigures &node : running.nodes)
            node.shards.clear();
        std::erase_if(running.wires, [](const auto &wire) { return wire.to == kPages; });
        studio.show(running);
        studio.show(running); // with the reply to what it asked for
        QVERIFY(shows(studio, u"notice.other"_s));
        QCOMPARE(studio.find<QLabel>(u"records.empty"_s)->text(),
                 u"Nothing has arrived in “clicks” yet."_s);
        QCOMPARE(studio.find<QLabel>(u"throughput.empty"_s)->text(), u"Nothing has arrived yet."_s);
        // What that version has not stands still, until the two are the same.
        studio.window.scene().select(graph::WireEnds{{kMap, "out"}, {kPages, "in"}});
        const auto said = [&] {
            return studio.find<QWidget>(u"inspector.wire.view"_s)->accessibleDescription();
        };
        QVERIFY2(said().contains(u"Another program runs “Shop”"_s), qPrintable(said()));
        picture(studio.window, u"other-version"_s);
        other.name = clickstream().name;
        deployByOther(studio, other);
        QVERIFY2(said().contains(u"Another program runs “Clickstream”"_s), qPrintable(said()));
        QVERIFY(studio.window.document().edit({graph::RenameNode{kFilter, "Trouble"}}, u"x"_s));
        QVERIFY2(!said().contains(u"Another program"_s), qPrintable(said()));
        studio.show(running);
        QVERIFY(!shows(studio, u"notice.other"_s));
    }

    /// The engine takes its time to stop, and what it stops is no other program's.
    void whatIsBeingStoppedIsNoOtherProgram_data()
    {
        QTest::addColumn<bool>("closed");
        QTest::newRow("stop and open") << false;
        QTest::newRow("closed before") << true;
    }
    void whatIsBeingStoppedIsNoOtherProgram()
    {
        QFETCH(bool, closed);
        graph::Document next = clickstream();
        next.name = "Next";
        next.project = Uuid::parse("00000000-0000-4000-8000-000000000009").value();
        const QString path = writeTemporary(u"next.millrace"_s, *graph::writeDocument(next));
        Studio studio;
        runtime::Snapshot running = clickstreamSnapshot(400);
        running.project = clickstream().project;
        studio.show(running);
        if (closed)
            studio.window.document().close();
        studio.window.openFile(path);
        if (!closed)
            studio.answerQuestion(u"dialog.stop.stop.button"_s);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.document().name(), u"Next"_s, 20'000);
        const auto *records = studio.find<QLabel>(u"records.empty"_s);
        QVERIFY2(records->text().contains(u"What runs is being stopped. Then press Run (F5)."_s),
                 qPrintable(records->text()));
        picture(studio.window, u"being-stopped"_s);
        running.state = runtime::RunState::Stopped;
        studio.show(running);
        QVERIFY2(records->text().endsWith(u" runs. Press Run (F5)."_s),
                 qPrintable(records->text()));
        // Another program starts it again: whose name nobody told is not made up.
        running.state = runtime::RunState::Running;
        studio.show(running);
        QVERIFY2(records->text().contains(u"Another program runs another pipeline"_s),
                 qPrintable(records->text()));
    }

    /// Run is off while the pipeline runs.
    void whatIsNoPartOfWhatRunsIsTakenInByStopAndRun()
    {
        Studio studio;
        runtime::Snapshot running = clickstreamSnapshot(400);
        std::erase_if(running.wires, [](const auto &wire) { return wire.to == kPages; });
        studio.show(running);
        studio.window.scene().select(graph::WireEnds{{kMap, "out"}, {kPages, "in"}});
        const QString said =
            studio.find<QWidget>(u"inspector.wire.view"_s)->accessibleDescription();
        QVERIFY2(said.endsWith(u"It is not part of what runs. Stop (Shift+F5), then Run (F5) "
                               "takes it in."_s),
                 qPrintable(said));
    }

    /// Its nodes may be called as those on the canvas.
    void problemsOfWhatRunsMarkNoCardOfAnother()
    {
        Studio studio;
        runtime::Snapshot snapshot = clickstreamSnapshot(300);
        runtime::ProblemEntry wrong{
            Problem(Code::InvalidArgument, {{"what", "x"}}, "node " + kMap.value)};
        wrong.project = Uuid::parse("00000000-0000-4000-8000-000000000009").value();
        snapshot.project = wrong.project;
        snapshot.problems = {wrong};
        studio.show(snapshot);
        QVERIFY(studio.window.scene().itemFor(kMap)->content().attention.isEmpty());
        QCOMPARE(studio.window.problems().activeCount(), 0);
        wrong.project = studio.window.document().graph().project;
        snapshot.problems = {wrong};
        studio.show(snapshot);
        QVERIFY(!studio.window.scene().itemFor(kMap)->content().attention.isEmpty());
    }

    /// The reply to a person's own deploy comes with the next poll, and may be older news.
    void whoDeployedLastDecidesWhatIsSaid()
    {
        Studio studio;
        studio.engine->answers = false;
        QAction *run = studio.window.actions().action(u"run.run"_s);
        run->trigger();
        deployByOther(studio, shop());
        studio.engine->answers = true;
        studio.window.bridge().poll();
        studio.tick();
        QVERIFY(shows(studio, u"notice.other"_s));
        runtime::Snapshot paused = clickstreamSnapshot(400);
        paused.state = runtime::RunState::Paused;
        studio.show(paused);
        // The other way round: that another program was first is told late.
        const quint64 first = studio.engine->takeTicket().value;
        run->trigger();
        studio.window.bridge().poll();
        QVERIFY(!shows(studio, u"notice.other"_s));
        studio.window.showDeployedByOther(shop(), u"/shop"_s, first);
        QVERIFY(!shows(studio, u"notice.other"_s));
    }

    /// Loaded again while the deploy of what it was before still took its time.
    void afterAReloadWhatWasSentBeforeIsNotWhatIsOpen()
    {
        Studio studio;
        studio.engine->answers = false;
        QAction *run = studio.window.actions().action(u"run.run"_s);
        run->trigger();
        studio.window.document().open(shop(), studio.window.document().filePath());
        studio.engine->answers = true;
        studio.window.bridge().poll();
        runtime::Snapshot paused = clickstreamSnapshot(400);
        paused.state = runtime::RunState::Paused;
        studio.show(paused);
        run->trigger();
        QCOMPARE(studio.engine->count<engine::DeployRequest>(), 2);
        QCOMPARE(studio.engine->last<engine::DeployRequest>()->document, shop());
    }
};

MILLRACE_TEST(NoticesTest)
#include "notices_test.moc"
