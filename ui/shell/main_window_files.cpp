// SPDX-License-Identifier: GPL-3.0-or-later
// How files get into the main window: read off its thread, with a question before anything stops.
#include "core/base/problem_codes.h"
#include "core/graph/file.h"

#include "ui/bridge/convert.h"
#include "ui/shell/main_window.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/start_page.h"
#include "ui/style/style.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>

#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kQuestionWidthPx = 380;

/// The one file that is dragged; empty when it is none, or several.
QString draggedFile(const QMimeData &dragged)
{
    const QList<QUrl> urls = dragged.urls();
    return urls.size() == 1 && urls.first().isLocalFile() ? urls.first().toLocalFile() : QString();
}

/// Whether it is about what stands in the file, and not about getting at it.
bool wasRead(const Problem &problem)
{
    switch (problem.code()) {
    case Code::NotFound:
    case Code::InvalidArgument: // it is a folder
    case Code::Io:
    case Code::PermissionDenied:
        return false;
    default:
        return true;
    }
}

} // namespace

void MainWindow::openFile(const QString &path, AfterOpening then)
{
    const QString filePath = QFileInfo(path).absoluteFilePath(); // what is said of it is whole
    delete std::exchange(m_stopQuestion, nullptr);               // it was about another file
    readFile(filePath, [this, filePath, then](const graph::ReadOutcome &read) {
        if (!read.document)
            refuseFile(filePath, read.problems,
                       [this, filePath, then] { openFile(filePath, then); });
        else if (runsAnything())
            askToStop(*read.document, filePath, then);
        else
            takeFile(*read.document, filePath, then);
    });
}

/// Instead of the file that is being read, if one is.
void MainWindow::readFile(const QString &filePath,
                          std::function<void(const graph::ReadOutcome &)> done)
{
    m_opening = filePath;
    m_slowTimer.start();
    m_reading.run([files = &m_options.fileSystem,
                   path = pathFromQt(filePath)] { return graph::loadDocument(*files, path); },
                  [this, done = std::move(done)](const graph::ReadOutcome &read) {
                      m_slowTimer.stop();
                      done(read);
                  });
}

void MainWindow::cancelOpening()
{
    m_slowTimer.stop();
    m_reading.cancel();
    showDocument();
}

void MainWindow::showSlowFile()
{
    showMessage(tr("Opening %1…").arg(QFileInfo(m_opening).fileName()),
                tr("%1 has not been read yet. Its disk or the network may be slow.").arg(m_opening),
                {}, {.back = wayBack(), .open = true});
}

/// What the button says that leaves a page which stands before everything else.
QString MainWindow::wayBack() const
{
    return m_document.isOpen() ? tr("Back") : tr("Show the templates");
}

void MainWindow::refuseFile(const QString &filePath, const std::vector<Problem> &problems,
                            std::function<void()> again)
{
    const int count = static_cast<int>(problems.size());
    const bool gone = count > 0 && problems.front().code() == Code::NotFound;
    const QString headline = gone ? tr("%1 is not there") : tr("%1 was not opened");
    const QString lead =
        gone ? tr("It may have been moved, renamed or deleted. Nothing was changed.")
        : count > 0 && !wasRead(problems.front())
            ? tr("It could not be read. Nothing was changed.")
            : tr("%n problem(s) were found in it. Nothing was changed.", nullptr, count);
    m_again = std::move(again);
    showMessage(headline.arg(QFileInfo(filePath).fileName()), lead, problems,
                {.back = m_document.isOpen() || !m_engineProblem ? wayBack() : QString(),
                 .open = true,
                 .again = true});
    emit fileRefused(problems);
}

/// What runs is somebody's work: it is not stopped for a slip of the mouse.
void MainWindow::askToStop(const graph::Document &document, const QString &filePath,
                           AfterOpening then)
{
    auto *box = new QMessageBox(this);
    m_stopQuestion = box;
    box->setObjectName(u"dialog.stop"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(tr("Open another pipeline"));
    box->setTextFormat(Qt::PlainText);
    box->setText(tr("“%1” is still running.").arg(runningName()));
    box->setInformativeText(
        tr("Only one pipeline runs in this window. To open %1, “%2” is stopped; "
           "its streams and destinations keep what they have.")
            .arg(QFileInfo(filePath).fileName(), runningName()));
    if (auto *text = box->findChild<QLabel *>(u"qt_msgbox_informativelabel"_s))
        text->setMinimumWidth(Style::instance().px(kQuestionWidthPx)); // else a narrow column
    QPushButton *agree = box->addButton(tr("Stop and open"), QMessageBox::AcceptRole);
    QPushButton *cancel = box->addButton(tr("Cancel"), QMessageBox::RejectRole);
    agree->setObjectName(u"dialog.stop.stop.button"_s);
    cancel->setObjectName(u"dialog.stop.cancel.button"_s);
    box->setDefaultButton(cancel);
    box->setEscapeButton(cancel);
    connect(box, &QMessageBox::finished, this, [this, box, agree, document, filePath, then] {
        m_stopQuestion = nullptr;
        if (box->clickedButton() != agree) {
            showDocument();
            return;
        }
        stop(); // another pipeline in the same data directory keeps the engine
        takeFile(document, filePath, then);
    });
    box->open();
}

void MainWindow::takeFile(const graph::Document &document, const QString &filePath,
                          AfterOpening then)
{
    m_runPending = then == AfterOpening::Run;
    m_onDisk = document;
    m_onDiskProblems.clear();
    m_checking.cancel();
    m_document.open(document, filePath);
    if (m_bridge.hasEngine() && std::exchange(m_runPending, false))
        run();
}

void MainWindow::checkFile()
{
    if (!m_document.isOpen() || m_document.filePath().isEmpty() || m_reading.isRunning())
        return;
    // One that hangs would be joined by another with every turn to this window.
    if (m_checking.isRunning()) {
        m_checkAgain = true;
        return;
    }
    m_checkAgain = false;
    m_checking.run(
        [files = &m_options.fileSystem, path = pathFromQt(m_document.filePath())] {
            return graph::loadDocument(*files, path);
        },
        [this](const graph::ReadOutcome &read) {
            compareFile(read);
            if (m_checkAgain)
                checkFile();
        });
}

/// The text may differ and the pipeline be the same; a file that is away may come back at once.
void MainWindow::compareFile(const graph::ReadOutcome &read)
{
    const bool same = read.document ? m_onDiskProblems.empty() && *read.document == m_onDisk
                                    : read.problems == m_onDiskProblems;
    const bool gone =
        !read.document && !read.problems.empty() && read.problems.front().code() == Code::NotFound;
    if (same || gone) {
        m_fileNotice->hide();
        return;
    }
    m_found = read;
    QString sentence;
    if (!read.document)
        sentence = tr("%1 was changed by another program and is no pipeline now. What is open "
                      "stays as it is.");
    else if (m_document.isModified())
        sentence = tr("%1 was changed by another program. To load it again drops what you changed "
                      "here.");
    else
        sentence = tr("%1 was changed by another program.");
    m_fileNotice->show(sentence.arg(m_document.fileName()),
                       read.document ? tr("Reload") : tr("Show what is wrong"));
}

/// As it is on the disk by now. What runs goes on with what differs.
void MainWindow::reload()
{
    const QString filePath = m_document.filePath();
    m_checking.cancel();
    readFile(filePath, [this, filePath](const graph::ReadOutcome &read) {
        const AfterOpening then = m_bridge.snapshot()->state == runtime::RunState::Running
                                      ? AfterOpening::Run
                                      : AfterOpening::Show;
        if (!read.document)
            refuseFile(filePath, read.problems, [this] { reload(); });
        else
            takeFile(*read.document, filePath, then);
    });
}

void MainWindow::askForFile()
{
    auto *dialog = new QFileDialog(this, tr("Open a pipeline"), m_document.folder(),
                                   tr("Millrace pipelines (*.millrace);;All files (*)"));
    dialog->setObjectName(u"dialog.open"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString &filePath) { openFile(filePath); });
    dialog->open();
}

void MainWindow::offerTemplates()
{
    if (m_start->templates().empty())
        return;
    auto *menu = new QMenu(tr("Open &template"), m_fileMenu);
    menu->setObjectName(u"menu.templates"_s);
    menu->setAccessibleName(menu->title().remove(u'&'));
    menu->setToolTipsVisible(true);
    for (const Template &each : m_start->templates()) {
        QAction *action = menu->addAction(each.name);
        action->setObjectName(
            u"file.template.%1"_s.arg(QFileInfo(each.filePath).completeBaseName()));
        action->setToolTip(each.parts);
        connect(action, &QAction::triggered, this,
                [this, path = each.filePath] { openFile(path); });
    }
    m_fileMenu->insertMenu(m_fileMenu->actions().at(1), menu); // behind "Open…"
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    if (!draggedFile(*event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    const QString filePath = draggedFile(*event->mimeData());
    if (filePath.isEmpty())
        return;
    event->acceptProposedAction();
    openFile(filePath);
}

} // namespace millrace::ui
