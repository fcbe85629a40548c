// SPDX-License-Identifier: GPL-3.0-or-later
// What the main window is told of the engine: that it is there or not, and what it has.
#include "ui/bridge/convert.h"
#include "ui/charts/throughput_panel.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/panels/records_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/status_line.h"
#include "ui/style/format.h"

#include <utility>

namespace millrace::ui {

void MainWindow::setEngine(std::shared_ptr<engine::Engine> engine)
{
    setEngineProblem(std::nullopt);
    m_deployed = false;
    m_deployTicket = 0;
    m_stopping = false;
    m_other.reset();
    updateOtherNotice();
    m_bridge.setEngine(std::move(engine));
    updateActions();
    if (m_bridge.hasEngine() && std::exchange(m_runPending, false))
        run();
}

void MainWindow::showEngineProblem(const Problem &problem, const QString &holder)
{
    setEngineProblem(problem);
    m_holder = holder;
    m_status->showNoEngine(StatusLine::NoEngine::Failed);
    m_again = [this] { tryAgain(); };
    showMessage(tr("The engine could not start"),
                holder.isEmpty()
                    ? tr("Nothing can run until this is solved. Then try again.")
                    //: %1 a program, such as: “millrace run orders.millrace” (PID 4711)
                    : tr("Nothing can run here until another program that has the data directory "
                         "has ended: %1. Then try again.")
                          .arg(format::withWholeOptions(holder)),
                {problem},
                {.back = m_document.isOpen() ? wayBack() : QString(),
                 .open = m_document.isOpen(),
                 .again = m_document.isOpen()});
}

/// Why there is no engine is a problem of every pipeline.
void MainWindow::setEngineProblem(const std::optional<Problem> &problem)
{
    m_engineProblem = problem;
    forgetDeployProblems();
}

void MainWindow::forgetDeployProblems()
{
    m_problems.setDeployProblems(m_engineProblem ? std::vector{*m_engineProblem}
                                                 : std::vector<Problem>());
}

/// What was to run as soon as the engine is there still is.
void MainWindow::tryAgain()
{
    setEngineProblem(std::nullopt);
    m_status->showNoEngine(StatusLine::NoEngine::Starting);
    showDocument();
    emit engineWanted();
}

/// The file may have been loaded again since it was sent, and another program may have deployed.
void MainWindow::showDeployed(const graph::Document &document, quint64 ticket)
{
    forgetDeployProblems();
    if (ticket < m_deployTicket)
        return;
    m_deployTicket = ticket;
    m_deployed = document == m_document.graph();
    m_other.reset();
    updateOtherNotice();
}

void MainWindow::showDeployedByOther(const graph::Document &document, const QString &folder,
                                     quint64 ticket)
{
    if (!m_document.isOpen() || ticket < m_deployTicket)
        return;
    m_deployTicket = ticket;
    m_stopping = false;
    m_deployed = document == m_document.graph();
    m_other.reset();
    if (!m_deployed)
        m_other = Other{document, folder};
    updateOtherNotice();
    updateActions();
}

/// It speaks of what runs and of what the canvas shows: it stands as long as both are so.
void MainWindow::updateOtherNotice()
{
    if (!m_other || m_other->dismissed || !runsAnything() ||
        m_other->document == m_document.graph()) {
        m_otherNotice->hide();
        return;
    }
    const graph::Document &other = m_other->document;
    QString sentence;
    if (other.project != m_document.graph().project)
        //: %1 and %2 names of pipelines
        sentence = tr("Another program runs “%1” here. “%2” on the canvas does not run.")
                       .arg(other.name.empty() ? tr("Unnamed pipeline") : toQt(other.name),
                            m_document.name());
    else
        //: %1 the name of a pipeline
        sentence = tr("Another program runs “%1” here as it has it, which differs from the canvas: "
                      "figures on the canvas are those of what runs.")
                       .arg(m_document.name());
    if (m_otherNotice->isHidden() || m_otherNotice->sentence() != sentence)
        m_otherNotice->show(sentence, tr("Show what runs"));
}

/// Why Run does not start what the canvas shows, and what to do; empty: it does.
QString MainWindow::obstacle() const
{
    if (m_engineProblem)
        return m_holder.isEmpty()
                   ? QString() // Run tries it again
                   //: %1 a program, such as: “millrace run orders.millrace” (PID 4711)
                   : tr("Another program has the data directory: %1. End it, then press Run (F5).")
                         .arg(format::withWholeOptions(m_holder));
    if (m_document.isOpen() && !m_bridge.hasEngine())
        return tr("The engine is starting.");
    if (m_bridge.snapshot()->state == runtime::RunState::Running && m_bridge.runsAnother())
        return m_stopping ? tr("What runs is being stopped. Then press Run (F5).") : otherRuns();
    return {};
}

QString MainWindow::otherRuns() const
{
    if (!m_other) // it began before a pipeline was open here
        return tr("Another program runs another pipeline in this data directory. Stop it "
                  "(Shift+F5), then press Run (F5).");
    //: %1 the name of a pipeline
    return tr("Another program runs “%1” in this data directory. Stop it (Shift+F5), then press "
              "Run (F5).")
        .arg(m_other->document.name.empty() ? tr("Unnamed pipeline")
                                            : toQt(m_other->document.name));
}

/// Why there are no figures of what the canvas shows although its pipeline runs; empty: it does
/// not run.
QString MainWindow::notPart() const
{
    if (m_bridge.snapshot()->state != runtime::RunState::Running)
        return {};
    if (m_other && m_other->document != m_document.graph())
        return otherRuns();
    return tr("It is not part of what runs. Stop (Shift+F5), then Run (F5) takes it in.");
}

void MainWindow::showObstacle()
{
    const QString sentence = obstacle();
    m_records->showObstacle(sentence);
    m_throughput->showObstacle(sentence);
    m_inspector->showObstacle(sentence.isEmpty() ? notPart() : sentence);
}

void MainWindow::showOther()
{
    if (!m_other)
        return;
    const Other other = *std::exchange(m_other, std::nullopt);
    m_document.openFromEngine(other.document, other.folder);
    m_deployed = true;
    updateActions();
}

} // namespace millrace::ui
