// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/main_window.h"

#include "core/graph/parameter_reader.h"

#include "ui/bridge/convert.h"
#include "ui/bridge/problem_text.h"
#include "ui/canvas/canvas_view.h"
#include "ui/canvas/card_content.h"
#include "ui/canvas/node_item.h"
#include "ui/charts/throughput_panel.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/panels/bottom_panel.h"
#include "ui/panels/problems_panel.h"
#include "ui/panels/records_panel.h"
#include "ui/shell/canvas_page.h"
#include "ui/shell/dock_sizes.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/start_page.h"
#include "ui/shell/status_line.h"
#include "ui/shell/top_bar.h"
#include "ui/style/format.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QDockWidget>
#include <QEvent>
#include <QMenuBar>
#include <QScrollArea>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>

#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr std::chrono::milliseconds kSettleTime(50);
/// From here on a person wonders whether anything happens.
constexpr std::chrono::milliseconds kSlowTime(500);

} // namespace

MainWindow::MainWindow(const graph::KindCatalog &catalog, const WindowOptions &options)
    : m_options(options)
    , m_document(catalog)
    , m_scene(m_document)
    , m_problems([this](const NodeId &id) { return nodeName(id); })
{
    setObjectName(u"window"_s);
    // Said once: left to the layout, it would follow every figure that changes its width.
    setMinimumSize(kSmallestWindow);
    // Window managers resize a window once or twice after it was shown; docks follow the last time.
    m_dockTimer.setSingleShot(true);
    m_dockTimer.setInterval(kSettleTime);
    connect(&m_dockTimer, &QTimer::timeout, this, &MainWindow::sizeDocks);
    m_slowTimer.setSingleShot(true);
    m_slowTimer.setInterval(kSlowTime);
    connect(&m_slowTimer, &QTimer::timeout, this, &MainWindow::showSlowFile);
    setAcceptDrops(true);
    makeActions();
    m_menus = new QMenuBar;
    m_menus->setObjectName(u"menus"_s);
    m_menus->setAccessibleName(tr("Menus"));
    m_topBar = new TopBar(m_actions, m_menus);
    m_status = new StatusLine;
    m_pages = new QStackedWidget;
    m_start = new StartPage(options.templateFolders, options.fileSystem, catalog);
    m_message = new MessagePage;
    m_canvas = new CanvasPage(m_scene, m_actions);
    // Scrolled: the page's height would be the least that the canvas may have.
    m_startArea = new QScrollArea;
    m_startArea->setObjectName(u"start.area"_s);
    m_startArea->setAccessibleName(tr("Start page"));
    m_startArea->setWidgetResizable(true);
    m_startArea->setFrameShape(QFrame::NoFrame);
    m_startArea->setWidget(m_start);
    m_pages->addWidget(m_startArea);
    m_pages->addWidget(m_message);
    m_pages->addWidget(m_canvas);
    makeMenus();

    // The bars are rows of their own above and below everything, docks included.
    auto *top = new QWidget;
    auto *topLayout = new QVBoxLayout(top);
    topLayout->setContentsMargins(0, 0, 0, 0);
    topLayout->setSpacing(0);
    topLayout->addWidget(m_topBar);
    auto *rule = new QFrame;
    rule->setProperty("look", u"rule"_s);
    rule->setFixedHeight(1);
    topLayout->addWidget(rule);
    setMenuWidget(top);
    m_fileNotice = new NoticeBar(u"notice.file"_s);
    m_otherNotice = new NoticeBar(u"notice.other"_s);
    auto *center = new QWidget;
    auto *centerLayout = new QVBoxLayout(center);
    centerLayout->setContentsMargins(0, 0, 0, 0);
    centerLayout->setSpacing(0);
    centerLayout->addWidget(m_fileNotice);
    centerLayout->addWidget(m_otherNotice);
    centerLayout->addWidget(m_pages, 1);
    setCentralWidget(center);
    setStatusBar(new QStatusBar);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(m_status, 1);
    makeDocks();
    connectAll();
    sizeBars();
    showDocument();
    updateActions();
}

MainWindow::~MainWindow() = default;

void MainWindow::makeDocks()
{
    m_inspector = new InspectorPanel(m_document);
    m_throughput = new ThroughputPanel(m_bridge);
    m_records = new RecordsPanel(m_bridge);
    auto *problems = new ProblemsPanel(m_problems);
    m_bottom = new BottomPanel(m_throughput, m_records, problems);
    const auto dock = [this](const QString &name, const QString &title, QWidget *content,
                             Qt::DockWidgetArea area) {
        auto *made = new QDockWidget(title, this);
        made->setObjectName(name);
        made->setTitleBarWidget(new QWidget(made)); // the panels carry their own heads
        made->setFeatures(QDockWidget::NoDockWidgetFeatures);
        made->setWidget(content);
        addDockWidget(area, made);
        return made;
    };
    m_inspectorDock =
        dock(u"dock.inspector"_s, tr("Inspector"), m_inspector, Qt::RightDockWidgetArea);
    m_bottomDock = dock(u"dock.bottom"_s, tr("Panels"), m_bottom, Qt::BottomDockWidgetArea);
    connect(problems, &ProblemsPanel::nodeWanted, this, &MainWindow::goToNode);
    connect(problems, &ProblemsPanel::clearWanted, this, [this] {
        forgetDeployProblems();
        if (m_bridge.hasEngine())
            m_bridge.clearProblems();
    });
}

void MainWindow::connectAll()
{
    connect(m_start, &StartPage::openWanted, this, &MainWindow::askForFile);
    connect(m_start, &StartPage::templateWanted, this,
            [this](const QString &filePath) { openFile(filePath); });
    connect(m_start, &StartPage::runWanted, this,
            [this](const QString &filePath) { openFile(filePath, AfterOpening::Run); });
    connect(m_start, &StartPage::templatesRead, this, &MainWindow::offerTemplates);
    connect(m_message, &MessagePage::openWanted, this, &MainWindow::askForFile);
    connect(m_message, &MessagePage::backWanted, this, &MainWindow::cancelOpening);
    connect(m_message, &MessagePage::againWanted, this, [this] {
        const auto again = m_again; // it may put another in its own place
        again();
    });
    connect(&m_watch, &FileWatch::touched, this, &MainWindow::checkFile);
    connect(m_fileNotice, &NoticeBar::accepted, this, &MainWindow::reload);
    connect(m_fileNotice, &NoticeBar::dismissed, this, [this] {
        if (m_found.document)
            m_onDisk = *m_found.document;
        m_onDiskProblems = m_found.problems;
    });
    connect(m_otherNotice, &NoticeBar::accepted, this, &MainWindow::showOther);
    connect(m_otherNotice, &NoticeBar::dismissed, this, [this] {
        if (m_other)
            m_other->dismissed = true;
    });
    connect(m_status, &StatusLine::problemsWanted, this, [this] {
        if (m_pages->currentWidget() == m_message)
            return; // they are in sight
        setDocksVisible(m_document.isOpen());
        m_bottom->open(BottomPanel::Page::Problems);
    });
    connect(&m_document, &PipelineDocument::opened, this, [this] {
        forgetDeployProblems();
        m_watch.watch(m_document.filePath());
        m_fileNotice->hide();
        const QString before = std::exchange(m_shownFile, m_document.filePath());
        const bool again = !before.isEmpty() && before == m_shownFile;
        if (!again)
            m_other.reset(); // it was said of the pipeline before
        updateOtherNotice();
        showDocument();
        if (again)
            return; // a person goes on where they were
        m_lastStream.reset();
        m_bottom->open(BottomPanel::Page::Throughput); // not where the one before was looked at
        m_canvas->fitSoon();
        // A stream says most about a pipeline: it is what the panels show first.
        if (const std::optional<NodeId> stream = streamToShow())
            m_scene.select(*stream);
    });
    connect(&m_document, &PipelineDocument::closed, this, [this] {
        m_lastStream.reset();
        m_runPending = false;
        m_reading.cancel();
        m_checking.cancel();
        m_watch.watch({});
        m_shownFile.clear();
        m_other.reset();
        m_fileNotice->hide();
        updateOtherNotice();
        m_slowTimer.stop();
        forgetDeployProblems();
        m_problems.setRuntimeProblems({});
        if (m_bridge.hasEngine())
            stop();
        showDocument();
    });
    connect(&m_document, &PipelineDocument::changed, this, [this] {
        m_deployed = false;
        m_bridge.setPipeline(m_document.graph().project, streamNames());
        m_problems.setDocumentProblems(m_document.problems());
        m_topBar->showPipeline(m_document.name(), m_document.fileName(), m_document.isModified());
        showSelection();
        updateActions();
    });
    connect(&m_scene, &CanvasScene::selectedChanged, this, &MainWindow::showSelection);
    connect(&m_bridge, &EngineBridge::snapshotChanged, this, &MainWindow::showSnapshot);
    connect(&m_bridge, &EngineBridge::deployed, this, &MainWindow::showDeployed);
    connect(&m_bridge, &EngineBridge::deployRefused, this, &MainWindow::showProblems);
    connect(&m_bridge, &EngineBridge::commandFailed, this, [this](const auto &problems) {
        m_stopping = false;
        showProblems(problems);
    });
    connect(&m_problems, &ProblemListModel::countChanged, this, &MainWindow::updateProblemCount);
    connect(&Style::instance(), &Style::changed, this, [this] {
        sizeBars();
        foldInspector();
        m_dockTimer.start();
    });
}

void MainWindow::showMessage(const QString &headline, const QString &lead,
                             const std::vector<Problem> &problems,
                             const MessagePage::Offers &offers)
{
    m_message->show(headline, lead, problems, offers);
    showWhatRuns();
    m_pages->setCurrentWidget(m_message);
    setDocksVisible(false);
    updateActions();
    updateProblemCount();
}

void MainWindow::run()
{
    if (!m_document.isOpen())
        return;
    if (m_engineProblem) {
        m_runPending = true;
        tryAgain();
        return;
    }
    if (m_deployed && m_bridge.snapshot()->state == runtime::RunState::Paused)
        m_bridge.run(m_deployTicket);
    else
        m_bridge.deployAndRun(m_document.graph(), m_document.folder());
}

void MainWindow::stop()
{
    m_stopping = true;
    m_bridge.stop();
}

void MainWindow::showSnapshot(const runtime::SnapshotPtr &snapshot)
{
    m_stopping = m_stopping && snapshot->state != runtime::RunState::Stopped;
    m_scene.showSnapshot(snapshot);
    m_inspector->showSnapshot(snapshot);
    m_topBar->showSnapshot(*snapshot);
    if (m_bridge.hasEngine())
        m_status->showSnapshot(*snapshot);
    else
        m_status->showNoEngine(m_engineProblem       ? StatusLine::NoEngine::Failed
                               : m_document.isOpen() ? StatusLine::NoEngine::Starting
                                                     : StatusLine::NoEngine::NoPipeline);
    m_problems.setRuntimeProblems(snapshot->problems);
    showWhatRuns();
    updateOtherNotice();
    m_canvas->view().setRunning(snapshot->state == runtime::RunState::Running);
    // A stream's identity is known once it runs.
    const std::optional<NodeId> stream = streamToShow();
    const runtime::NodeFigures *figures = stream ? snapshot->node(*stream) : nullptr;
    if (figures && !figures->stream.isNull())
        m_records->showStream(figures->stream, nodeName(*stream));
    updateActions();
}

void MainWindow::showDocument()
{
    const bool open = m_document.isOpen();
    m_pages->setCurrentWidget(open ? static_cast<QWidget *>(m_canvas) : m_startArea);
    m_topBar->showPipeline(m_document.name(), m_document.fileName(), m_document.isModified());
    m_topBar->setRunVisible(open);
    setWindowTitle(open ? tr("%1 – Millrace").arg(m_document.name()) : tr("Millrace"));
    setDocksVisible(open);
    if (open)
        m_canvas->view().setFocus();
    else
        m_start->focusChoice();
    showSelection();
    updateActions();
    updateProblemCount();
}

void MainWindow::showSelection()
{
    const std::optional<NodeId> selected = m_scene.selectedNode();
    const graph::Node *node = selected ? m_document.graph().find(*selected) : nullptr;
    const graph::NodeKind *kind = node ? m_document.kindOf(*node) : nullptr;
    if (kind && kind->category == graph::Category::Stream)
        m_lastStream = selected;
    m_inspector->showNode(selected);
    m_inspector->showWire(m_scene.selectedWire());
    const std::optional<NodeId> stream = streamToShow();
    const graph::Node *shown = stream ? m_document.graph().find(*stream) : nullptr;
    const graph::NodeKind *shownKind = shown ? m_document.kindOf(*shown) : nullptr;
    m_throughput->showStream(stream, !shownKind || limitsOf(*shown, *shownKind) == Limits::Shown);
    const runtime::NodeFigures *figures = stream ? m_bridge.snapshot()->node(*stream) : nullptr;
    const bool known = figures && !figures->stream.isNull();
    m_records->showStream(known ? std::optional(figures->stream) : std::nullopt,
                          stream ? nodeName(*stream) : QString());
}

std::map<NodeId, std::string> MainWindow::streamNames() const
{
    std::map<NodeId, std::string> names;
    for (const auto &[id, node] : m_document.graph().nodes) {
        const graph::NodeKind *kind = m_document.kindOf(node);
        if (kind && kind->category == graph::Category::Stream && kind->findParameter("stream"))
            names[id] = graph::ParameterReader(node, *kind).text("stream");
    }
    return names;
}

std::optional<NodeId> MainWindow::streamToShow() const
{
    const graph::Document &graph = m_document.graph();
    if (m_lastStream && graph.find(*m_lastStream))
        return m_lastStream;
    // Nothing was selected yet: the leftmost stream.
    std::optional<NodeId> first;
    qreal left = 0;
    for (const auto &[id, node] : graph.nodes) {
        const graph::NodeKind *kind = m_document.kindOf(node);
        const NodeItem *item = m_scene.itemFor(id);
        if (!kind || kind->category != graph::Category::Stream || !item)
            continue;
        if (!first || item->x() < left) {
            first = id;
            left = item->x();
        }
    }
    return first;
}

QString MainWindow::nodeName(const NodeId &id) const
{
    const graph::Node *node = m_document.graph().find(id);
    return node ? cardContent(*node, m_document.kindOf(*node), nullptr).title : toQt(id);
}

void MainWindow::showProblems(const std::vector<Problem> &problems)
{
    m_problems.setDeployProblems(problems);
    m_bottom->open(BottomPanel::Page::Problems);
}

void MainWindow::updateProblemCount()
{
    const Problem *first = m_problems.problem(0);
    m_bottom->showProblemCount(m_problems.activeCount());
    m_scene.showProblems(m_problems.worstByNode());
    // Under the page that says why a file was not opened, the pipeline's own count would be a lie.
    if (const QStringList lines = m_message->sentences();
        m_pages->currentWidget() == m_message && !lines.isEmpty())
        m_status->showProblems(static_cast<int>(lines.size()), Health::Error, lines.first());
    else
        m_status->showProblems(m_problems.activeCount(), m_problems.worst(),
                               first ? problemText(*first) : QString());
}

void MainWindow::goToNode(const NodeId &node)
{
    m_pages->setCurrentWidget(m_canvas);
    m_scene.select(node);
    if (const NodeItem *item = m_scene.itemFor(node))
        m_canvas->view().centerOn(item);
    m_canvas->view().setFocus();
}

bool MainWindow::runsAnything() const
{
    return m_document.isOpen() && m_bridge.snapshot()->state != runtime::RunState::Stopped;
}

/// Of the pipeline that runs: another program may have brought its own.
QString MainWindow::runningName() const
{
    const Uuid &project = m_bridge.snapshot()->project;
    if (!project.isNull() && m_other && m_other->document.project == project)
        return m_other->document.name.empty() ? tr("Unnamed pipeline")
                                              : toQt(m_other->document.name);
    return m_document.name();
}

/// A page that covers the canvas says what goes on behind it.
void MainWindow::showWhatRuns()
{
    const runtime::Snapshot &snapshot = *m_bridge.snapshot();
    if (!runsAnything())
        m_message->showWhatRuns({});
    else if (snapshot.state == runtime::RunState::Paused)
        m_message->showWhatRuns(
            tr("“%1” is paused. Run and Stop above act on it.").arg(runningName()));
    else
        m_message->showWhatRuns(
            tr("“%1” runs on, with %2. Pause and Stop above act on it.")
                .arg(runningName(), format::recordRate(snapshot.recordsInPerSecond)));
}

void MainWindow::updateActions()
{
    showObstacle();
    const runtime::RunState state = m_bridge.snapshot()->state;
    const bool canvas = m_document.isOpen() && m_pages->currentWidget() == m_canvas;
    const bool ready = m_document.isOpen() && m_bridge.hasEngine();
    const bool paused = state == runtime::RunState::Paused;
    const bool runs = state == runtime::RunState::Running;
    m_actions.action(u"file.close"_s)->setEnabled(m_document.isOpen());
    // What runs can be stopped from every page; what nobody sees is not started.
    m_actions.action(u"run.run"_s)
        ->setEnabled((ready && !runs && (canvas || paused)) || (canvas && m_engineProblem));
    m_actions.action(u"run.pause"_s)->setEnabled(ready && runs);
    m_actions.action(u"run.stop"_s)->setEnabled(ready && (runs || paused));
    for (const QString &id :
         {u"view.zoom-in"_s, u"view.zoom-out"_s, u"view.zoom-100"_s, u"view.fit"_s})
        m_actions.action(id)->setEnabled(canvas);
    for (const QString &id : {u"view.canvas"_s, u"view.throughput"_s, u"view.records"_s,
                              u"view.problems"_s, u"view.inspector"_s})
        m_actions.action(id)->setEnabled(canvas);
}

void MainWindow::setDocksVisible(bool visible)
{
    m_docksWanted = visible;
    m_bottomDock->setVisible(visible);
    foldInspector();
    sizeDocks();
    m_dockTimer.start();
}

void MainWindow::showInspector(bool shown)
{
    m_inspectorByHand = shown;
    foldInspector();
    sizeDocks();
}

/// Shows or hides the inspector as the window's width, or a person, wants it.
void MainWindow::foldInspector()
{
    const bool room = dockSizes(size(), 0, Style::instance().scale(), false).inspectorPx > 0;
    const bool shown = m_docksWanted && m_inspectorByHand.value_or(room);
    if (m_inspectorDock->isHidden() == shown)
        m_inspectorDock->setVisible(shown);
    m_actions.action(u"view.inspector"_s)->setChecked(shown);
}

void MainWindow::sizeDocks()
{
    if (m_docksByHand || !m_docksWanted || !isVisible())
        return;
    const int bars = m_topBar->height() + statusBar()->height() + 1;
    const DockSizes sizes =
        dockSizes(size(), bars, Style::instance().scale(), m_inspectorByHand.value_or(false));
    resizeDocks({m_bottomDock}, {sizes.bottomPx}, Qt::Vertical);
    if (sizes.inspectorPx > 0 && !m_inspectorDock->isHidden())
        resizeDocks({m_inspectorDock}, {sizes.inspectorPx}, Qt::Horizontal);
}

bool MainWindow::isLow() const
{
    return height() < Style::instance().px(metrics::kSmallHeightPx);
}

void MainWindow::sizeBars()
{
    const Style &style = Style::instance();
    m_topBar->setFixedHeight(style.px(isLow() ? metrics::kTopBarSmallPx : metrics::kTopBarPx));
    statusBar()->setFixedHeight(style.px(metrics::kStatusBarPx));
}

void MainWindow::resizeEvent(QResizeEvent *event)
{
    QMainWindow::resizeEvent(event);
    sizeBars();
    foldInspector();
    m_dockTimer.start();
}

void MainWindow::showEvent(QShowEvent *event)
{
    QMainWindow::showEvent(event);
    m_dockTimer.start();
}

bool MainWindow::event(QEvent *event)
{
    if (event->type() == QEvent::WindowActivate)
        checkFile(); // where no watch reaches, such as a folder of another computer
    // Every click that nobody takes comes by here, and so do the drags of the lines between docks,
    // of which Qt tells nothing else.
    const bool done = QMainWindow::event(event);
    if (m_inspectorDock && m_bottomDock) {
        const QSize docks(m_inspectorDock->width(), m_bottomDock->height());
        if (event->type() == QEvent::MouseButtonPress) {
            m_docksAtPress = docks;
        } else if (event->type() == QEvent::MouseButtonRelease) {
            m_docksByHand |= m_docksAtPress.isValid() && docks != m_docksAtPress;
            m_docksAtPress = QSize();
        }
    }
    return done;
}

} // namespace millrace::ui
