// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/base/problem_codes.h"
#include "core/graph/file.h"

#include "ui/shell/canvas_page.h"
#include "ui/shell/message_page.h"
#include "ui/style/format.h"

#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <algorithm>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class MessagePageTest final : public QObject
{
    Q_OBJECT

private slots:
    void aBrokenFileShowsEveryProblemWithItsPlace()
    {
        Studio studio;
        const std::string text = "{\"formatVersion\": 1, \"project\": \"nonsense\", \"name\": 7,\n"
                                 " \"nodes\": {\"x\": {\"kind\": 7}}, \"wires\": 3}";
        const QString path = writeTemporary(u"broken.millrace"_s, text);
        studio.openFile(path);
        const graph::ReadOutcome outcome = graph::readDocument(text);
        QVERIFY(outcome.problems.size() >= 4);
        const QStringList lines = studio.window.message().lines();
        QCOMPARE(lines.size(), static_cast<qsizetype>(outcome.problems.size()));
        for (const QString &line : lines)
            QVERIFY(line.startsWith(path));
        QVERIFY(studio.window.message().isVisible());
        QCOMPARE(studio.find<QLabel>(u"message.headline"_s)->text(),
                 u"broken.millrace was not opened"_s);
        auto *status = studio.find<QPushButton>(u"status.problems.button"_s);
        QVERIFY2(status->text().startsWith(u"%1 problems"_s.arg(lines.size())),
                 qPrintable(status->text()));
        picture(studio.window, u"broken"_s);
        // The buttons follow what was said.
        auto *open = studio.find<QPushButton>(u"message.open.button"_s);
        auto *area = studio.find<QScrollArea>(u"message.problems"_s);
        const auto *list = area->widget();
        const int end = list->mapTo(&studio.window, QPoint(0, list->height())).y();
        const int gap = open->mapTo(&studio.window, QPoint()).y() - end;
        QVERIFY2(gap > 0 && gap <= 40, qPrintable(QString::number(gap)));
        QTest::mouseClick(studio.find<QPushButton>(u"message.back.button"_s), Qt::LeftButton);
        QVERIFY(studio.window.canvas().isVisible());
        QCOMPARE(studio.window.document().graph(), clickstream());
        QVERIFY(!status->text().startsWith(u"%1 problems"_s.arg(lines.size())));
    }

    void aFileThatIsNotThereIsTriedAgainOrLeft()
    {
        MainWindow window(testKinds(), {});
        window.resize(1366, 768);
        window.show();
        const QString path = writeTemporary(u"late.millrace"_s, "");
        QVERIFY(QFile::remove(path));
        openFile(window, path);
        QVERIFY(window.message().isVisible());
        QCOMPARE(window.findChild<QLabel *>(u"message.headline"_s)->text(),
                 u"late.millrace is not there"_s);
        QCOMPARE(window.findChild<QLabel *>(u"message.lead"_s)->text(),
                 u"It may have been moved, renamed or deleted. Nothing was changed."_s);
        QCOMPARE(window.message().lines().size(), 1);
        QVERIFY(window.message().lines().first().contains(path));
        QVERIFY(window.findChild<QPushButton *>(u"message.open.button"_s)->isVisible());
        picture(window, u"missing-file"_s);
        auto *back = window.findChild<QPushButton *>(u"message.back.button"_s);
        QCOMPARE(back->text(), u"Show the templates"_s);
        QCOMPARE(back->accessibleName(), back->text());
        QTest::mouseClick(back, Qt::LeftButton);
        QVERIFY(window.findChild<QWidget *>(u"start"_s)->isVisible());
        openFile(window, path);
        writeTemporary(u"late.millrace"_s, *graph::writeDocument(clickstream()));
        QTest::mouseClick(window.findChild<QPushButton *>(u"message.again.button"_s),
                          Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(window.canvas().isVisible(), 60'000);
        QCOMPARE(window.document().filePath(), path);
    }

    void aFolderIsSaidNotToBeRead()
    {
        Studio studio;
        const QTemporaryDir folder;
        studio.openFile(folder.path());
        QCOMPARE(studio.find<QLabel>(u"message.lead"_s)->text(),
                 u"It could not be read. Nothing was changed."_s);
        QCOMPARE(studio.find<QPushButton>(u"message.back.button"_s)->text(), u"Back"_s);
    }

    void aMendedFileIsTriedAgain()
    {
        Studio studio;
        const QString path = writeTemporary(u"mended.millrace"_s, "{}");
        studio.openFile(path);
        QVERIFY(studio.window.message().isVisible());
        graph::Document mended = clickstream();
        mended.name = "Mended";
        writeTemporary(u"mended.millrace"_s, *graph::writeDocument(mended));
        QTest::mouseClick(studio.find<QPushButton>(u"message.again.button"_s), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.document().name(), u"Mended"_s, 60'000);
    }

    void whatRunsBehindThePageIsNamedAndCanBeStopped_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("broken") << writeTemporary(u"broken.millrace"_s, "{}");
        QTest::newRow("missing") << u"/nonexistent/a.millrace"_s;
    }
    void whatRunsBehindThePageIsNamedAndCanBeStopped()
    {
        QFETCH(QString, path);
        Studio studio;
        studio.tick();
        studio.openFile(path);
        auto *runs = studio.find<QLabel>(u"message.runs"_s);
        QVERIFY(runs->isVisible());
        QVERIFY2(runs->text().contains(u"“Clickstream” runs on"_s), qPrintable(runs->text()));
        picture(studio.window, u"broken-while-running"_s);
        // A sentence that names the file is not followed by its name.
        const bool named = studio.window.message().sentences().first().contains(path);
        const auto labels = studio.window.message().findChildren<QLabel *>();
        QCOMPARE(std::count_if(labels.begin(), labels.end(),
                               [&](const QLabel *label) { return label->text() == path; }),
                 named ? 0 : 1);
        QTest::mouseClick(studio.find<QToolButton>(u"topbar.run.pause.button"_s), Qt::LeftButton);
        QCOMPARE(studio.engine->count<engine::PauseRequest>(), 1);
        runtime::Snapshot paused = clickstreamSnapshot(301);
        paused.state = runtime::RunState::Paused;
        studio.show(paused);
        QVERIFY2(runs->text().contains(u"is paused"_s), qPrintable(runs->text()));
        QTest::mouseClick(studio.find<QToolButton>(u"topbar.run.stop.button"_s), Qt::LeftButton);
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 1);
        runtime::Snapshot stopped = clickstreamSnapshot(302);
        stopped.state = runtime::RunState::Stopped;
        studio.show(stopped);
        QVERIFY(!runs->isVisible());
        QVERIFY(!studio.find<QToolButton>(u"topbar.run.run.button"_s)->isEnabled());
    }

    void aSecondBrokenFileIsExplainedToo()
    {
        Studio studio;
        const QString first = writeTemporary(u"first.millrace"_s, "{}");
        const QString second = writeTemporary(u"second.millrace"_s, "{\"formatVersion\": 1}");
        studio.openFile(first);
        studio.openFile(second); // from the page that explains the first
        QVERIFY(!studio.window.message().lines().isEmpty());
        const auto *area = studio.find<QScrollArea>(u"message.problems"_s);
        QTRY_VERIFY2_WITH_TIMEOUT(
            area->height() > 30 && area->widget()->height() <= area->height(),
            qPrintable(u"%1 of %2"_s.arg(area->height()).arg(area->widget()->height())), 60'000);
    }

    void enterPressesTheButtonThatHasTheFocus()
    {
        Studio studio;
        studio.openFile(writeTemporary(u"bad.millrace"_s, "{}"));
        auto *back = studio.find<QPushButton>(u"message.back.button"_s);
        back->setFocus();
        QTest::keyClick(back, Qt::Key_Return);
        QVERIFY(studio.window.canvas().isVisible());
    }

    void escapeGoesBack()
    {
        Studio studio;
        QVERIFY(QTest::qWaitForWindowActive(&studio.window));
        studio.openFile(writeTemporary(u"bad.millrace"_s, "{}"));
        QTest::keyClick(&studio.window, Qt::Key_Escape);
        // The button is seen to be pressed before it acts.
        QTRY_VERIFY_WITH_TIMEOUT(studio.window.canvas().isVisible(), 60'000);
    }

    void anotherFileIsOpenedFromHere()
    {
        Studio studio;
        studio.openFile(writeTemporary(u"bad.millrace"_s, "{}"));
        QTest::mouseClick(studio.find<QPushButton>(u"message.open.button"_s), Qt::LeftButton);
        graph::Document other = clickstream();
        other.name = "Other";
        studio.chooseFile(writeTemporary(u"other.millrace"_s, *graph::writeDocument(other)));
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.document().name(), u"Other"_s, 60'000);
        QVERIFY(studio.window.canvas().isVisible());
    }

    void anEngineThatCannotOpenIsExplained()
    {
        MainWindow window(testKinds(), {});
        window.resize(1366, 768);
        window.show();
        openFile(window, writeTemporary(u"c.millrace"_s, *graph::writeDocument(clickstream())));
        window.showEngineProblem(
            Problem(Code::NetworkFileSystem,
                    {{"what", "/mnt/share"}, {"type", "nfs"}, {"suggestion", "/data/local"}}));
        QCOMPARE(window.message().lines().size(), 1);
        QVERIFY(window.message().lines().first().contains(u"--data /data/local"_s));
        QVERIFY(!window.actions().action(u"run.run"_s)->isEnabled());
        QCOMPARE(window.findChild<QLabel *>(u"status.engine"_s)->text(), u"No engine"_s);
        QVERIFY(window.findChild<QPushButton *>(u"status.problems.button"_s)
                    ->text()
                    .startsWith(u"1 problem"_s));
        picture(window, u"engine-failed"_s);
    }

    void anEngineIsTriedAgainFromThePage()
    {
        MainWindow window(testKinds(), {});
        window.resize(1366, 768);
        window.show();
        openFile(window, writeTemporary(u"c.millrace"_s, *graph::writeDocument(clickstream())),
                 AfterOpening::Run);
        const Problem busy(Code::DirectoryBusy, {{"directory", "/data/shop"}});
        window.showEngineProblem(busy, u"“millrace run shop.millrace --for 9s” (PID 4711)"_s);
        QVERIFY(window.message().isVisible());
        const auto labels = window.message().findChildren<QLabel *>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel *label) {
            return label->text().contains(
                format::withWholeOptions(u"“millrace run shop.millrace --for 9s” (PID 4711)"_s));
        }));
        picture(window, u"directory-busy"_s);
        QVERIFY(window.findChild<QPushButton *>(u"message.open.button"_s)->isVisible());
        const QSignalSpy wanted(&window, &MainWindow::engineWanted);
        auto *again = window.findChild<QPushButton *>(u"message.again.button"_s);
        QTest::mouseClick(again, Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
        window.showEngineProblem(busy); // still
        QVERIFY(window.message().isVisible());
        QTest::mouseClick(again, Qt::LeftButton);
        QCOMPARE(wanted.count(), 2);
        // The same where it says how to run.
        const auto said = [&] {
            window.scene().select(graph::WireEnds{{kMap, "out"}, {kPages, "in"}});
            return window.findChild<QWidget *>(u"inspector.wire.view"_s)->accessibleDescription();
        };
        QVERIFY2(said().contains(u"The engine is starting."_s), qPrintable(said()));
        window.showEngineProblem(busy, u"“millrace run shop.millrace” (PID 4711)"_s);
        for (const QString &panel : {u"records.empty"_s, u"throughput.empty"_s})
            QVERIFY(window.findChild<QLabel *>(panel)->text().contains(
                u"Another program has the data directory"_s));
        QVERIFY2(said().contains(u"Another program has the data directory: "
                                 "“millrace run shop.millrace” (PID 4711). End it"_s),
                 qPrintable(said()));
        QTest::mouseClick(again, Qt::LeftButton);
        QCOMPARE(wanted.count(), 3);
        // What was to run still is.
        const auto engine = std::make_shared<FakeEngine>();
        window.setEngine(engine);
        QVERIFY(window.canvas().isVisible());
        QCOMPARE(engine->count<engine::DeployRequest>(), 1);
    }

    /// A bad directory is known at once, while the button's click is still at work.
    void anEngineThatFailsAtOnceIsTriedAsOftenAsWanted()
    {
        MainWindow window(testKinds(), {});
        window.resize(1366, 768);
        window.show();
        openFile(window, writeTemporary(u"c.millrace"_s, *graph::writeDocument(clickstream())));
        const Problem busy(Code::DirectoryBusy, {{"directory", "/data/shop"}});
        const QSignalSpy wanted(&window, &MainWindow::engineWanted);
        connect(&window, &MainWindow::engineWanted, &window,
                [&] { window.showEngineProblem(busy); });
        window.showEngineProblem(busy);
        auto *again = window.findChild<QPushButton *>(u"message.again.button"_s);
        for (int i = 1; i <= 3; ++i) {
            QTest::mouseClick(again, Qt::LeftButton);
            QCOMPARE(wanted.count(), i);
            QVERIFY(window.message().isVisible());
        }
    }

    void backFromAFailedEngineItIsStillAProblem()
    {
        MainWindow window(testKinds(), {});
        window.resize(1366, 768);
        window.show();
        const QString path = writeTemporary(u"c.millrace"_s, *graph::writeDocument(clickstream()));
        openFile(window, path);
        auto *status = window.findChild<QPushButton *>(u"status.problems.button"_s);
        const auto said = [&] { return status->accessibleName(); };
        const QString before = said();
        window.showEngineProblem(Problem(Code::DirectoryBusy, {{"directory", "/data/shop"}}));
        QTest::mouseClick(window.findChild<QPushButton *>(u"message.back.button"_s),
                          Qt::LeftButton);
        QVERIFY(window.canvas().isVisible());
        QVERIFY2(said().startsWith(u"1 problem: "_s) && said().contains(u"/data/shop"_s),
                 qPrintable(said()));
        picture(window, u"back-from-failed-engine"_s);
        QTest::mouseClick(status, Qt::LeftButton);
        QTest::mouseClick(window.findChild<QPushButton *>(u"problems.clear.button"_s),
                          Qt::LeftButton);
        QCoreApplication::processEvents();
        QVERIFY2(said().startsWith(u"1 problem: "_s) && said().contains(u"/data/shop"_s),
                 qPrintable(said()));
        openFile(window, path); // it holds for every pipeline
        QVERIFY2(said().contains(u"/data/shop"_s), qPrintable(said()));
        window.actions().action(u"run.run"_s)->trigger();
        QCOMPARE(said(), before);
    }

    void runTriesTheEngineAgain()
    {
        MainWindow window(testKinds(), {});
        window.resize(1366, 768);
        window.show();
        openFile(window, writeTemporary(u"c.millrace"_s, *graph::writeDocument(clickstream())));
        window.showEngineProblem(Problem(Code::DirectoryBusy, {{"directory", "/data/shop"}}));
        QTest::mouseClick(window.findChild<QPushButton *>(u"message.back.button"_s),
                          Qt::LeftButton);
        QVERIFY(window.canvas().isVisible());
        const QSignalSpy wanted(&window, &MainWindow::engineWanted);
        QVERIFY(window.actions().action(u"run.run"_s)->isEnabled());
        window.actions().action(u"run.run"_s)->trigger();
        QCOMPARE(wanted.count(), 1);
        const auto engine = std::make_shared<FakeEngine>();
        window.setEngine(engine);
        QCOMPARE(engine->count<engine::DeployRequest>(), 1);
    }
};

MILLRACE_TEST(MessagePageTest)
#include "message_page_test.moc"
