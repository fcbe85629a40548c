// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include "ui/shell/canvas_page.h"
#include "ui/shell/message_page.h"
#include "ui/shell/notice_bar.h"

#include <QApplication>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QTest>
#include <QUrl>

#include <condition_variable>
#include <mutex>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

QString otherFile()
{
    graph::Document other = clickstream();
    other.name = "Other";
    return writeTemporary(u"other.millrace"_s, *graph::writeDocument(other));
}

/// A folder on another computer. From hang() on whoever asks waits until answer().
class HangingFolder final : public FileSystem
{
public:
    ~HangingFolder() override { answer(); }
    void hang()
    {
        const std::lock_guard guard(m_mutex);
        m_answers = false;
    }
    void answer()
    {
        {
            const std::lock_guard guard(m_mutex);
            m_answers = true;
        }
        m_answered.notify_all();
    }

    int asked()
    {
        const std::lock_guard guard(m_mutex);
        return m_asked;
    }

    Result<std::unique_ptr<File>> open(const Path &path, OpenMode mode) override
    {
        wait();
        return posixFileSystem().open(path, mode);
    }
    Result<FileInfo> info(const Path &path) override
    {
        wait();
        return posixFileSystem().info(path);
    }
    Result<std::vector<std::string>> list(const Path &folder) override
    {
        wait();
        return posixFileSystem().list(folder);
    }
    Status makeFolders(const Path &) override { return Done{}; }
    Status rename(const Path &, const Path &) override { return Done{}; }
    Status renameNew(const Path &, const Path &) override { return Done{}; }
    Status remove(const Path &) override { return Done{}; }
    Status syncFolder(const Path &, std::source_location) override { return Done{}; }
    Result<VolumeInfo> volume(const Path &path) override { return posixFileSystem().volume(path); }
    Result<std::unique_ptr<FileLock>> lock(const Path &path) override
    {
        return posixFileSystem().lock(path);
    }

private:
    void wait()
    {
        std::unique_lock lock(m_mutex);
        ++m_asked;
        m_answered.wait(lock, [this] { return m_answers; });
    }

    std::mutex m_mutex; ///< guards m_answers and m_asked
    std::condition_variable m_answered;
    bool m_answers = true;
    int m_asked = 0;
};

/// For as long as the process: threads that asked may outlive a window.
HangingFolder &hangingFolder()
{
    static HangingFolder folders[4];
    static int next = 0;
    return folders[next++];
}

} // namespace

class FilesTest final : public QObject
{
    Q_OBJECT

private slots:
    void whatRunsIsNotStoppedWithoutAQuestion_data()
    {
        QTest::addColumn<QString>("way");
        QTest::newRow("menu") << u"menu"_s;
        QTest::newRow("drop") << u"drop"_s;
    }
    void whatRunsIsNotStoppedWithoutAQuestion()
    {
        QFETCH(QString, way);
        const QString path = otherFile();
        Studio studio;
        const auto open = [&] {
            if (way == u"menu") {
                studio.clickMenu({u"menu.file"_s}, u"file.open"_s);
                studio.chooseFile(path);
            } else {
                QMimeData dragged;
                dragged.setUrls({QUrl::fromLocalFile(path)});
                QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &dragged, Qt::LeftButton,
                                      {});
                QApplication::sendEvent(&studio.window, &enter);
                QDropEvent drop(QPointF(300, 300), Qt::CopyAction, &dragged, Qt::LeftButton, {});
                QApplication::sendEvent(&studio.window, &drop);
                QVERIFY(drop.isAccepted());
            }
        };
        studio.tick();
        open();
        QTRY_VERIFY_WITH_TIMEOUT(studio.find<QMessageBox>(u"dialog.stop"_s), 60'000);
        auto *box = studio.find<QMessageBox>(u"dialog.stop"_s);
        QVERIFY2(box->text().contains(u"Clickstream"_s), qPrintable(box->text()));
        QVERIFY(box->informativeText().contains(u"other.millrace"_s));
        picture(*box, u"question"_s);
        studio.answerQuestion(u"dialog.stop.cancel.button"_s);
        QCOMPARE(studio.window.document().name(), u"Clickstream"_s);
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 0);
        open();
        studio.answerQuestion(u"dialog.stop.stop.button"_s);
        QCOMPARE(studio.window.document().name(), u"Other"_s);
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 1);
        QVERIFY(studio.window.canvas().isVisible());
    }

    void nothingIsAskedWhenNothingRuns()
    {
        Studio studio;
        studio.clickMenu({u"menu.file"_s}, u"file.open"_s);
        studio.chooseFile(otherFile());
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.document().name(), u"Other"_s, 60'000);
        QVERIFY(!studio.find<QMessageBox>(u"dialog.stop"_s));
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 0);
    }

    void anotherPipelineRunsAfterAPauseOfTheFirst()
    {
        Studio studio;
        QTest::keyClick(&studio.window, Qt::Key_F5);
        runtime::Snapshot paused = clickstreamSnapshot(9);
        paused.state = runtime::RunState::Paused;
        studio.show(paused);
        studio.window.openFile(otherFile(), AfterOpening::Run);
        studio.answerQuestion(u"dialog.stop.stop.button"_s);
        // The engine keeps its directory and has not said yet that it stopped.
        QCOMPARE(studio.engine->count<engine::DeployRequest>(), 2);
        QCOMPARE(studio.engine->last<engine::DeployRequest>()->document.name, std::string("Other"));
    }

    void theWindowAnswersWhileAFolderDoesNot()
    {
        HangingFolder &folder = hangingFolder();
        const QString path = otherFile();
        Studio studio({1366, 768}, {}, folder);
        folder.hang();
        studio.window.openFile(path);
        auto *message = studio.find<QLabel>(u"message.headline"_s);
        QTRY_VERIFY_WITH_TIMEOUT(message->isVisible(), 60'000);
        QCOMPARE(message->text(), u"Opening other.millrace…"_s);
        picture(studio.window, u"opening"_s);
        QTest::mouseClick(studio.find<QPushButton>(u"message.back.button"_s), Qt::LeftButton);
        QVERIFY(!studio.window.isReading()); // nobody waits for it any more
        studio.window.openFile(path);
        QVERIFY(studio.window.isReading());
        QTest::keyClick(&studio.window, Qt::Key_W, Qt::ControlModifier); // keys work
        QVERIFY(!studio.window.document().isOpen());
        studio.window.openFile(path);
        folder.answer();
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.document().name(), u"Other"_s, 60'000);
        QVERIFY(studio.window.canvas().isVisible());
    }

    /// The page spoke of the other file for ever.
    void aReloadTakesThePlaceOfAFileThatHangs()
    {
        HangingFolder &folder = hangingFolder();
        const QString path = otherFile();
        Studio studio({1366, 768}, {}, folder);
        graph::Document changed = clickstream();
        changed.name = "Changed";
        QFile file(studio.window.document().filePath());
        const std::string text = *graph::writeDocument(changed);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text.c_str()) > 0);
        file.close();
        QTRY_VERIFY_WITH_TIMEOUT(studio.find<NoticeBar>(u"notice.file"_s)->isVisible(), 60'000);
        folder.hang();
        studio.window.openFile(path);
        auto *message = studio.find<QLabel>(u"message.headline"_s);
        QTRY_COMPARE_WITH_TIMEOUT(message->text(), u"Opening other.millrace…"_s, 60'000);
        QTest::mouseClick(studio.find<QPushButton>(u"notice.file.action.button"_s), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(message->text(), u"Opening clickstream.millrace…"_s, 60'000);
        folder.answer();
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.document().name(), u"Changed"_s, 60'000);
        QVERIFY(studio.window.canvas().isVisible());
    }

    void noCheckIsBegunWhileOneHangs()
    {
        HangingFolder &folder = hangingFolder();
        Studio studio({1366, 768}, {}, folder);
        folder.hang();
        const int before = folder.asked();
        constexpr int kTurns = 100;
        for (int i = 0; i < kTurns; ++i) {
            QEvent activated(QEvent::WindowActivate);
            QApplication::sendEvent(&studio.window, &activated);
        }
        folder.answer();
        // What was changed meanwhile is found by the one after it.
        QFile file(studio.window.document().filePath());
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{") > 0);
        file.close();
        auto *notice = studio.find<NoticeBar>(u"notice.file"_s);
        QTRY_VERIFY_WITH_TIMEOUT(notice->isVisible(), 60'000);
        QVERIFY2(folder.asked() - before < kTurns / 2, qPrintable(QString::number(folder.asked())));
    }

    void templatesThatHangHoldUpNothing()
    {
        HangingFolder &folder = hangingFolder();
        const QString templates = QFileInfo(otherFile()).absolutePath();
        folder.hang();
        MainWindow window(testKinds(), {{templates}, u"0.0"_s, folder});
        window.show();
        auto *open = window.findChild<QPushButton *>(u"start.open.button"_s);
        QVERIFY(open->isVisible());
        QVERIFY(!window.findChild<QMenu *>(u"menu.templates"_s));
        folder.answer();
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<QMenu *>(u"menu.templates"_s), 60'000);
        QVERIFY(window.findChild<QAbstractButton *>(u"start.template.0"_s)->isVisible());
    }

    void whatIsNoFileIsNotTaken()
    {
        Studio studio;
        QMimeData dragged;
        dragged.setText(u"a word"_s);
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &dragged, Qt::LeftButton, {});
        enter.ignore();
        QApplication::sendEvent(&studio.window, &enter);
        QVERIFY(!enter.isAccepted());
        dragged.setUrls({QUrl::fromLocalFile(u"/somewhere/a.millrace"_s)});
        QApplication::sendEvent(&studio.window, &enter);
        QVERIFY(enter.isAccepted());
    }
};

MILLRACE_TEST(FilesTest)
#include "files_test.moc"
