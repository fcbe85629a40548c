// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/file.h"
#include "core/graph/kind_catalog.h"
#include "core/runtime/snapshot.h"

#include "ui/bridge/background_job.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/canvas/canvas_scene.h"
#include "ui/document/file_watch.h"
#include "ui/document/pipeline_document.h"
#include "ui/models/problem_list_model.h"
#include "ui/shell/action_registry.h"
#include "ui/shell/message_page.h"

#include <QMainWindow>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

class QDockWidget;
class QMenu;
class QMenuBar;
class QMessageBox;
class QScrollArea;
class QStackedWidget;

namespace millrace::ui {

class BottomPanel;
class CanvasPage;
class InspectorPanel;
class NoticeBar;
class RecordsPanel;
class StartPage;
class StatusLine;
class ThroughputPanel;
class TopBar;

/// No window is smaller.
inline constexpr QSize kSmallestWindow(960, 600);

struct WindowOptions {
    /// Where `.millrace` files for the start page and the menu are looked for: the first that is
    /// there counts.
    QStringList templateFolders;
    QString version;
    /// What pipelines and templates are read from, on threads that may outlive the window.
    FileSystem &fileSystem = posixFileSystem();
};

/// What becomes of a pipeline once its file is read.
enum class AfterOpening : std::uint8_t { Show = 1, Run };

/// The studio's window: one pipeline, the engine that runs it, and everything that shows them.
/// Lives on the GUI thread. The engine comes later, as app/ opens it on another thread.
class MainWindow final : public QMainWindow
{
    Q_OBJECT

public:
    /// `catalog` outlives the window.
    MainWindow(const graph::KindCatalog &catalog, const WindowOptions &options);
    ~MainWindow() override;

    /// Opens a file: later, as reading it may take long, and once a person agreed when something
    /// runs that has to stop for it. What is wrong with it is shown on a page of its own.
    void openFile(const QString &filePath, AfterOpening then = AfterOpening::Show);
    bool isReading() const { return m_reading.isRunning(); }
    void setEngine(std::shared_ptr<engine::Engine> engine);
    /// The engine could not be opened: a page says why and what to do, and offers to try again.
    /// `holder`: the program that has the data directory, as people know it; empty: none, or
    /// unknown.
    void showEngineProblem(const Problem &problem, const QString &holder = {});
    /// Another program gave the engine `document` through its control interface. What the canvas
    /// shows stays until a person asks for what runs. `ticket`: as EngineBridge::deployed() has it.
    void showDeployedByOther(const graph::Document &document, const QString &folder,
                             quint64 ticket);
    PipelineDocument &document() { return m_document; }
    EngineBridge &bridge() { return m_bridge; }
    CanvasScene &scene() { return m_scene; }
    CanvasPage &canvas() { return *m_canvas; }
    ActionRegistry &actions() { return m_actions; }
    ThroughputPanel &throughput() { return *m_throughput; }
    RecordsPanel &records() { return *m_records; }
    InspectorPanel &inspector() { return *m_inspector; }
    BottomPanel &bottom() { return *m_bottom; }
    ProblemListModel &problems() { return m_problems; }
    MessagePage &message() { return *m_message; }

signals:
    void engineWanted(); ///< a person asks to open the engine again that could not be opened
    /// A file was read and is no pipeline, or could not be read.
    void fileRefused(const std::vector<millrace::Problem> &problems);

protected:
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    bool event(QEvent *event) override;

private:
    void makeActions();
    void makeThemeActions();
    void makeSizeActions();
    void makeMenus();
    void makeDocks();
    void connectAll();

    void askForFile();
    void readFile(const QString &filePath, std::function<void(const graph::ReadOutcome &)> done);
    void cancelOpening();
    void showSlowFile();
    void refuseFile(const QString &filePath, const std::vector<Problem> &problems,
                    std::function<void()> again);
    QString wayBack() const;
    void askToStop(const graph::Document &document, const QString &filePath, AfterOpening then);
    void takeFile(const graph::Document &document, const QString &filePath, AfterOpening then);
    void checkFile();
    void compareFile(const graph::ReadOutcome &read);
    void reload();
    void showDeployed(const graph::Document &document, quint64 ticket);
    void showOther();
    void updateOtherNotice();
    void setEngineProblem(const std::optional<Problem> &problem);
    void forgetDeployProblems();
    void tryAgain();
    void offerTemplates();
    bool runsAnything() const;
    QString runningName() const;
    QString obstacle() const;
    QString otherRuns() const;
    QString notPart() const;
    void showObstacle();
    void showWhatRuns();
    void run();
    void stop();
    void showSnapshot(const runtime::SnapshotPtr &snapshot);
    void showDocument();
    void showSelection();
    void showProblems(const std::vector<Problem> &problems);
    void updateActions();
    void updateProblemCount();
    void showMessage(const QString &headline, const QString &lead,
                     const std::vector<Problem> &problems, const MessagePage::Offers &offers);
    void goToNode(const NodeId &node);
    void showAbout();
    void setDocksVisible(bool visible);
    bool isLow() const;
    void showInspector(bool shown);
    void foldInspector();
    void sizeBars();
    void sizeDocks();
    std::map<NodeId, std::string> streamNames() const;
    std::optional<NodeId> streamToShow() const;
    QString nodeName(const NodeId &id) const;

    const WindowOptions m_options;
    EngineBridge m_bridge;
    PipelineDocument m_document;
    CanvasScene m_scene;
    ActionRegistry m_actions;
    ProblemListModel m_problems;

    std::function<void()> m_again;         ///< what "Try again" on the message page does
    BackgroundJob m_reading;               ///< of the file that is to be opened
    QString m_opening;                     ///< that file
    QTimer m_slowTimer;                    ///< until a page says that it takes long
    FileWatch m_watch;                     ///< of the open pipeline's file
    BackgroundJob m_checking;              ///< of that file, when it may have changed
    bool m_checkAgain = false;             ///< asked for while m_checking runs
    graph::Document m_onDisk;              ///< what the file was when a person last decided on it
    std::vector<Problem> m_onDiskProblems; ///< of reading it then; not empty: it was no pipeline
    graph::ReadOutcome m_found;            ///< what the file is while its notice is in sight
    QString m_shownFile;                   ///< of the pipeline that was opened last

    /// What another program gave the engine while the canvas showed something else.
    struct Other {
        graph::Document document;
        QString folder;
        bool dismissed = false; ///< a person does not want to hear of it
    };
    std::optional<Other> m_other;
    QMessageBox *m_stopQuestion = nullptr;

    QMenuBar *m_menus = nullptr;
    QMenu *m_fileMenu = nullptr;
    TopBar *m_topBar = nullptr;
    StatusLine *m_status = nullptr;
    NoticeBar *m_fileNotice = nullptr;
    NoticeBar *m_otherNotice = nullptr;
    QStackedWidget *m_pages = nullptr;
    StartPage *m_start = nullptr;
    QScrollArea *m_startArea = nullptr;
    MessagePage *m_message = nullptr;
    CanvasPage *m_canvas = nullptr;
    InspectorPanel *m_inspector = nullptr;
    ThroughputPanel *m_throughput = nullptr;
    RecordsPanel *m_records = nullptr;
    BottomPanel *m_bottom = nullptr;
    QDockWidget *m_inspectorDock = nullptr;
    QDockWidget *m_bottomDock = nullptr;
    std::optional<NodeId> m_lastStream; ///< stays shown while something else is selected
    bool m_runPending = false;          ///< what is open runs as soon as the engine is there
    bool m_deployed = false;            ///< what is open is what the engine has
    quint64 m_deployTicket = 0;         ///< of what the engine has; older news is no news
    bool m_stopping = false; ///< what runs was told to, and no other program deployed since
    std::optional<Problem> m_engineProblem; ///< why there is no engine
    QString m_holder; ///< the program that has the data directory, when the engine failed for it
    QTimer m_dockTimer;
    bool m_docksWanted = false; ///< a pipeline is in sight, and no page before it
    QSize m_docksAtPress; ///< inspector's width and bottom panel's height when a button went down
    bool m_docksByHand = false; ///< a person dragged a line between docks: their sizes stay
    std::optional<bool> m_inspectorByHand; ///< what a person chose; nothing: by the window's width
};

} // namespace millrace::ui
