// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"
#include "tests/ui/support/fake_engine.h"

#include "core/graph/file.h"
#include "core/graph/place.h"

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/node_item.h"
#include "ui/canvas/wire_item.h"
#include "ui/charts/throughput_panel.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/panels/bottom_panel.h"
#include "ui/panels/records_panel.h"
#include "ui/shell/canvas_page.h"
#include "ui/shell/main_window.h"
#include "ui/shell/message_page.h"
#include "ui/style/style.h"

#include <QFile>
#include <QGraphicsView>
#include <QHeaderView>
#include <QLabel>
#include <QMap>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTabBar>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

/// A window on the clickstream pipeline with an engine played by hand.
struct Studio {
    std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
    MainWindow window{testKinds(), {{u"/nonexistent"_s}, u"0.0"_s}};
    int second = 300;

    explicit Studio(QSize size = {1600, 1000})
    {
        engine->records = RecordFeed();
        engine->history = clickstreamHistory;
        window.resize(size);
        const std::string text = *graph::writeDocument(clickstream());
        window.openFile(writeTemporary(u"clickstream.millrace"_s, text));
        window.setEngine(engine);
        window.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&window);
    }

    void tick(int times = 1)
    {
        for (int i = 0; i < times; ++i) {
            engine->publish(clickstreamSnapshot(second++));
            window.bridge().poll();
        }
    }

    template <class Widget>
    Widget *find(const QString &name)
    {
        return window.findChild<Widget *>(name);
    }

    void clickNode(const NodeId &id)
    {
        CanvasView &view = window.canvas().view();
        const QPoint at =
            view.mapFromScene(window.scene().itemFor(id)->sceneBoundingRect().center());
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, at);
    }
};

/// Saves a picture for people when MILLRACE_PICTURES names a folder.
void picture(QWidget &window, const QString &name)
{
    const QString folder = qEnvironmentVariable("MILLRACE_PICTURES");
    QCoreApplication::processEvents(); // layouts follow
    if (!folder.isEmpty())
        window.grab().save(u"%1/%2.png"_s.arg(folder, name));
}

} // namespace

class MainWindowTest final : public QObject
{
    Q_OBJECT

private slots:
    void cleanup() { Style::instance().choose(ThemeKind::Dark); }

    void showsFiguresOfTheSnapshot()
    {
        Studio studio;
        studio.tick(3);
        const CardContent &generator = studio.window.scene().itemFor(kGenerator)->content();
        QCOMPARE(generator.figure, u"1,894 rec/s"_s);
        QCOMPARE(generator.health, Health::Good);
        const CardContent &stream = studio.window.scene().itemFor(kStream)->content();
        QCOMPARE(stream.bars.size(), 4U);
        QVERIFY(stream.bars[2].hot());
        QCOMPARE(stream.attention, u"Shard 2 is hot: key “guest” is 71\u00a0% of it"_s);
        QCOMPARE(stream.health, Health::Warning);
        const WireItem *wire =
            studio.window.scene().itemFor(graph::WireEnds{{kGenerator, "out"}, {kStream, "in"}});
        QVERIFY(wire);
        QCOMPARE(wire->content().label, u"1,894/s"_s);
        QCOMPARE(studio.find<QLabel>(u"topbar.rate"_s)->text(), u"2,370 rec/s"_s);
        QCOMPARE(studio.find<QLabel>(u"topbar.clock"_s)->text(), u"running 5 min"_s);
        QCOMPARE(studio.find<QLabel>(u"status.disk"_s)->text(),
                 u"Disk 104\u00a0MB of 2\u00a0GB (zstd 7.9×)"_s);
    }

    void runPauseAndStopReachTheEngine()
    {
        Studio studio;
        runtime::Snapshot stopped = clickstreamSnapshot(0);
        stopped.state = runtime::RunState::Stopped;
        studio.engine->publish(stopped);
        studio.window.bridge().poll();
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

    void closingGoesBackToTheStartPage()
    {
        Studio studio;
        studio.tick(2);
        QSignalSpy closed(&studio.window.document(), &PipelineDocument::closed);
        QTest::keyClick(&studio.window, Qt::Key_W, Qt::ControlModifier);
        QCOMPARE(closed.count(), 1);
        QVERIFY(studio.find<QLabel>(u"start.headline"_s)->isVisible());
        QVERIFY(!studio.window.document().isOpen());
        QVERIFY(!studio.window.bottom().isVisible());
        QVERIFY(!studio.window.inspector().isVisible());
        QCOMPARE(studio.window.windowTitle(), u"Millrace"_s);
        QCOMPARE(studio.window.problems().activeCount(), 0);
        QVERIFY(!studio.window.actions().action(u"file.close"_s)->isEnabled());
        QVERIFY(studio.window.openFile(
            writeTemporary(u"again.millrace"_s, *graph::writeDocument(clickstream()))));
        QVERIFY(studio.window.canvas().isVisible());
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
        studio.engine->publish(paused);
        studio.window.bridge().poll();
        QVERIFY(studio.find<QLabel>(u"topbar.clock"_s)->text().startsWith(u"paused"_s));
        QTest::keyClick(&studio.window, Qt::Key_F5); // goes on, without another deploy
        QCOMPARE(studio.engine->count<engine::DeployRequest>(), 1);
        QCOMPARE(studio.engine->count<engine::RunRequest>(), 2);
        QTest::keyClick(&studio.window, Qt::Key_F5, Qt::ShiftModifier);
        QCOMPARE(studio.engine->count<engine::StopRequest>(), 1);
    }

    void runsAsSoonAsTheEngineIsThere()
    {
        MainWindow window(testKinds(), {});
        window.openFile(writeTemporary(u"c.millrace"_s, *graph::writeDocument(clickstream())));
        window.runWhenReady();
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
        // The engine counts what it refused: the list and the cards say it once.
        runtime::Snapshot refused = clickstreamSnapshot(0);
        refused.nodes.clear();
        refused.problems.clear();
        for (const Problem &problem : studio.engine->deployProblems)
            refused.problems.push_back({problem, kRunStart, kRunStart});
        studio.engine->publish(refused);
        studio.window.bridge().poll();
        QCOMPARE(studio.window.problems().rowCount(), 2);
        const CardContent &filter = studio.window.scene().itemFor(kFilter)->content();
        QCOMPARE(filter.health, Health::Error);
        QCOMPARE(filter.attention, u"Expected a number"_s);
        QCoreApplication::processEvents();
        picture(studio.window, u"refused"_s);
    }

    void recordsAndChartFollowTheSelectedStream()
    {
        Studio studio;
        studio.tick(2);
        QCOMPARE(studio.window.throughput().stream(), std::optional(kStream)); // the only one
        studio.clickNode(kFilter);
        QCOMPARE(studio.window.throughput().stream(), std::optional(kStream)); // stays
        QVERIFY(studio.window.records().model().rowCount() > 0);
        QCOMPARE(studio.find<QLabel>(u"inspector.title"_s)->text(), u"Errors"_s);
    }

    void aBrokenFileShowsEveryProblemWithItsPlace()
    {
        Studio studio;
        const std::string text = "{\"formatVersion\": 1, \"project\": \"nonsense\", \"name\": 7,\n"
                                 " \"nodes\": {\"x\": {\"kind\": 7}}, \"wires\": 3}";
        const QString path = writeTemporary(u"broken.millrace"_s, text);
        QVERIFY(!studio.window.openFile(path));
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

    void anEngineThatCannotOpenIsExplained()
    {
        MainWindow window(testKinds(), {});
        window.resize(1366, 768);
        window.show();
        window.openFile(writeTemporary(u"c.millrace"_s, *graph::writeDocument(clickstream())));
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

    void startPageOffersTheTemplates()
    {
        QTemporaryDir folder;
        for (const char *name : {"Clickstream", "Earthquakes of a week", "Flight delays",
                                 "Follow a log file", "This computer"}) {
            graph::Document document = clickstream();
            document.name = name;
            QFile file(folder.filePath(QLatin1String(name) + u".millrace"_s));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray::fromStdString(*graph::writeDocument(document)));
        }
        MainWindow window(testKinds(), {{u"/nonexistent"_s, folder.path()}, u"0.0"_s});
        window.resize(1366, 768);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        picture(window, u"start"_s);
        auto *card = window.findChild<QAbstractButton *>(u"start.template.1"_s);
        QVERIFY(card && card->isVisible());
        QCOMPARE(card->text(), u"Earthquakes of a week"_s);
        // It branches: arrows would tell of a chain that is not there.
        QCOMPARE(card->toolTip(), u"Generator, Tail, Data stream, Filter, Map, 2 × SQLite table"_s);
        QTest::mouseClick(card, Qt::LeftButton);
        QVERIFY(window.canvas().isVisible());
        QCOMPARE(window.document().name(), u"Earthquakes of a week"_s);
        QVERIFY(window.findChild<QAction *>(u"file.template.Clickstream"_s));
        QTRY_COMPARE(window.bottom().height(), 240); // the start page's height does not matter now
    }

    void withoutTemplatesTheStartPageSaysWhereTheyWereLookedFor()
    {
        QTemporaryDir here; // pipelines of the current directory are nobody's templates
        QFile file(here.filePath(u"mine.millrace"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(*graph::writeDocument(clickstream())));
        file.close();
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(here.path()));
        MainWindow lost(testKinds(), {{u"/nonexistent/a"_s, u"/nonexistent/b"_s}, u"0.0"_s});
        MainWindow nowhere(testKinds(), {});
        QVERIFY(QDir::setCurrent(before));
        lost.show();
        for (MainWindow *window : {&lost, &nowhere}) {
            QVERIFY(!window->findChild<QAbstractButton *>(u"start.template.0"_s));
            QVERIFY(!window->findChild<QMenu *>(u"menu.templates"_s));
        }
        auto *missing = lost.findChild<QLabel *>(u"start.missing"_s);
        QVERIFY(missing && missing->isVisible());
        QCOMPARE(missing->text(), u"No templates were found. They were looked for in\n"
                                  "/nonexistent/a\n/nonexistent/b"_s);
        picture(lost, u"no-templates"_s);
    }

    void theCanvasKeepsHalfOfASmallWindow()
    {
        Studio studio({1366, 768});
        QTRY_COMPARE(studio.window.bottom().height(), 240);
        const QSize canvas = studio.window.canvas().size();
        QVERIFY2(2 * canvas.width() * canvas.height() >= 1366 * 768,
                 qPrintable(u"%1x%2"_s.arg(canvas.width()).arg(canvas.height())));
        Studio large({1600, 1000});
        QCoreApplication::processEvents();
        QTRY_COMPARE(large.window.inspector().width(), 311);
        QTRY_COMPARE(large.window.bottom().height(), 366);
        // The same when the pipeline is opened in a window that was there before.
        MainWindow late(testKinds(), {});
        late.resize(1600, 1000);
        late.show();
        QVERIFY(QTest::qWaitForWindowExposed(&late));
        late.openFile(writeTemporary(u"late.millrace"_s, *graph::writeDocument(clickstream())));
        QTRY_COMPARE(late.bottom().height(), 366);
        QCOMPARE(late.inspector().width(), 311);
    }

    void docksFollowTheWindowBothWays()
    {
        Studio studio({1600, 1000});
        studio.tick(3);
        QTRY_COMPARE(studio.window.bottom().height(), 366);
        QTest::mouseClick(studio.find<QWidget>(u"topbar"_s), Qt::LeftButton); // drags no line
        studio.window.resize(960, 600);
        QTRY_VERIFY(!studio.window.inspector().isVisible());
        const auto canvas = [&] { return studio.window.canvas().size(); };
        QTRY_VERIFY2(2 * canvas().width() * canvas().height() >= 960 * 600,
                     qPrintable(u"%1x%2"_s.arg(canvas().width()).arg(canvas().height())));
        picture(studio.window, u"small"_s);
        // A person may have it all the same.
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier);
        QVERIFY(studio.window.inspector().isVisible());
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier);
        QVERIFY(!studio.window.inspector().isVisible());
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier);
        studio.window.resize(1600, 1000);
        QTRY_COMPARE(studio.window.bottom().height(), 366);
        QTRY_COMPARE(studio.window.inspector().width(), 311);
        picture(studio.window, u"large-again"_s);
    }

    void theButtonsStayWhereTheyAre()
    {
        Studio studio({1366, 768});
        studio.tick();
        QCoreApplication::processEvents();
        auto *run = studio.find<QToolButton>(u"topbar.run.run.button"_s);
        const auto at = [&] { return run->mapTo(&studio.window, QPoint()).x(); };
        const int before = at();
        graph::Document document = clickstream();
        document.name = std::string(200, 'W');
        studio.window.openFile(writeTemporary(u"a-long-name-of-a-file-for-the-title.millrace"_s,
                                              *graph::writeDocument(document)));
        studio.tick();
        QCoreApplication::processEvents();
        QCOMPARE(at(), before);
        auto *name = studio.find<QLabel>(u"topbar.name"_s);
        QVERIFY(name->text().endsWith(u'…'));
        QCOMPARE(name->toolTip().size(), 200);
        QVERIFY(name->width() >= name->fontMetrics().horizontalAdvance(name->text()));
        runtime::Snapshot paused = clickstreamSnapshot(2);
        paused.state = runtime::RunState::Paused;
        paused.runningFor = std::chrono::hours(23);
        paused.recordsInPerSecond = 0.9;
        studio.engine->publish(paused);
        studio.window.bridge().poll();
        QCoreApplication::processEvents();
        QCOMPARE(at(), before);
        auto *rate = studio.find<QLabel>(u"topbar.rate"_s);
        QCOMPARE(rate->text(), u"0.9 rec/s"_s);
        QVERIFY(rate->width() >= rate->sizeHint().width());
        picture(studio.window, u"long-title"_s);
    }

    void figuresOfTheStatusLineAreNeverCut()
    {
        Studio studio({960, 600});
        runtime::Snapshot snapshot = clickstreamSnapshot(2);
        snapshot.compression = 10.1;
        snapshot.dataDirectory = "/data/" + std::string(80, 'x');
        snapshot.problems = {{Problem(Code::PermissionDenied, {{"operation", std::string(90, 'w')}},
                                      "node clicks01"),
                              kRunStart, kRunStart}};
        studio.engine->publish(snapshot);
        studio.window.bridge().poll();
        QCoreApplication::processEvents();
        for (const QString &name : {u"status.disk"_s, u"status.memory"_s}) {
            auto *label = studio.find<QLabel>(name);
            QVERIFY2(label->width() >= label->sizeHint().width(), qPrintable(label->text()));
        }
        QVERIFY(studio.find<QLabel>(u"status.engine"_s)->text().contains(u'…'));
        picture(studio.window, u"status"_s);
    }

    void anEmptyPipelineShowsItsZoomInPercent()
    {
        Studio studio;
        graph::Document empty = clickstream();
        empty.nodes.clear();
        empty.wires.clear();
        empty.layout.nodes.clear();
        studio.window.openFile(writeTemporary(u"empty.millrace"_s, *graph::writeDocument(empty)));
        studio.tick();
        auto *percent = studio.find<QToolButton>(u"canvas.view.zoom-100.button"_s);
        QVERIFY2(percent->text().endsWith(u'%'), qPrintable(percent->text()));
    }

    void everythingInteractiveHasAName()
    {
        Studio studio;
        studio.tick(2);
        QStringList unnamed;
        for (QWidget *widget : studio.window.findChildren<QWidget *>()) {
            const bool interactive =
                qobject_cast<QAbstractButton *>(widget) ||
                qobject_cast<QAbstractItemView *>(widget) || qobject_cast<QTabBar *>(widget) ||
                qobject_cast<QGraphicsView *>(widget) || qobject_cast<QPlainTextEdit *>(widget) ||
                qobject_cast<QMenuBar *>(widget) || qobject_cast<QScrollArea *>(widget);
            // Qt's own parts (scroll buttons of a tab bar, a table's corner and headers) name
            // themselves.
            const bool own =
                !widget->objectName().startsWith(u"qt_"_s) &&
                !qobject_cast<QHeaderView *>(widget) &&
                !(widget->parentWidget() && (qobject_cast<QTabBar *>(widget->parentWidget()) ||
                                             qobject_cast<QTableView *>(widget->parentWidget()) ||
                                             qobject_cast<QMenuBar *>(widget->parentWidget())));
            if (interactive && own &&
                (widget->objectName().isEmpty() || widget->accessibleName().isEmpty()))
                unnamed << u"%1 '%2'"_s.arg(QString::fromLatin1(widget->metaObject()->className()),
                                            widget->objectName());
        }
        QVERIFY2(unnamed.isEmpty(), qPrintable(unnamed.join(u", "_s)));
        for (const QAction *action : studio.window.actions().all())
            QVERIFY2(!action->objectName().isEmpty() && !action->text().isEmpty() &&
                         !action->toolTip().isEmpty(),
                     qPrintable(action->objectName()));
    }

    void noTwoActionsShareAShortcut()
    {
        Studio studio;
        QMap<QString, QString> taken;
        for (const QAction *action : studio.window.actions().all()) {
            for (const QKeySequence &key : action->shortcuts()) {
                const QString text = key.toString();
                QVERIFY2(!taken.contains(text), qPrintable(u"%1: %2 and %3"_s.arg(
                                                    text, taken[text], action->objectName())));
                taken[text] = action->objectName();
            }
        }
        QVERIFY(taken.size() >= 9);
    }

    void themeIsChosenInTheMenu()
    {
        Studio studio;
        studio.window.actions().action(u"view.theme.light"_s)->trigger();
        QCOMPARE(theme().kind, ThemeKind::Light);
        const QColor ground = studio.window.grab().toImage().pixelColor(800, 4);
        QCOMPARE(ground, Theme::of(ThemeKind::Light).panel);
        studio.window.actions().action(u"view.theme.high-contrast"_s)->trigger();
        QCOMPARE(theme().kind, ThemeKind::HighContrast);
    }

    void largerInterfaceClipsNothing()
    {
        Style::instance().setScale(1.5);
        {
            Studio studio;
            studio.tick(3);
            QCoreApplication::processEvents(); // layouts follow
            for (const QLabel *label : studio.window.findChildren<QLabel *>()) {
                if (label->isVisible() && !label->wordWrap())
                    QVERIFY2(label->width() >= label->sizeHint().width(),
                             qPrintable(label->objectName() + label->text()));
            }
            picture(studio.window, u"scale-150"_s);
        }
        Style::instance().setScale(1);
    }

    void troubleIsSeen()
    {
        Studio studio;
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        for (runtime::NodeFigures &node : snapshot.nodes) {
            if (node.id == kStream) {
                for (std::uint32_t i = 4; i < 12; ++i) {
                    runtime::ShardFigures shard = node.shards[i % 4];
                    shard.shard = ShardIndex(i);
                    shard.bytesInPerSecond *= 0.5;
                    node.shards.push_back(shard);
                }
            } else if (node.id == kErrors) {
                node.state = runtime::NodeState::Failed;
                node.attention =
                    Problem(Code::PermissionDenied, {{"operation", "write errors.db"}});
            } else if (node.id == kMap) {
                node.state = runtime::NodeState::BackPressured;
            } else if (node.id == kTail) {
                node.state = runtime::NodeState::Finished;
            }
        }
        for (runtime::WireFigures &wire : snapshot.wires)
            wire.backPressured = wire.from == kMap;
        studio.engine->publish(snapshot);
        studio.window.bridge().poll();
        const CardContent &failed = studio.window.scene().itemFor(kErrors)->content();
        QCOMPARE(failed.health, Health::Error);
        QCOMPARE(failed.attention, u"No permission to write errors.db"_s);
        QCOMPARE(studio.window.scene().itemFor(kStream)->content().bars.size(), 8U);
        const graph::WireEnds ends{{kMap, "out"}, {kPages, "in"}};
        QVERIFY(studio.window.scene().itemFor(ends)->content().backPressured);
        picture(studio.window, u"trouble"_s);
    }

    void pictures_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("theme");
        for (const QSize size : {QSize(1600, 1000), QSize(1366, 768)}) {
            for (const ThemeKind kind :
                 {ThemeKind::Dark, ThemeKind::Light, ThemeKind::HighContrast})
                QTest::addRow("%d-%s", size.width(), qPrintable(toText(kind)))
                    << size << static_cast<int>(kind);
        }
    }

    void pictures()
    {
        QFETCH(QSize, size);
        QFETCH(int, theme);
        Style::instance().choose(static_cast<ThemeKind>(theme));
        Studio studio(size);
        studio.tick(3);
        studio.clickNode(kStream);
        studio.tick(60);
        QCoreApplication::processEvents();
        picture(studio.window, QString::fromLatin1(QTest::currentDataTag()));
        QCOMPARE(studio.window.size(), size);
    }
};

MILLRACE_TEST(MainWindowTest)
#include "main_window_test.moc"
