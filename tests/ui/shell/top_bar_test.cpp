// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include "ui/shell/health_mark.h"
#include "ui/style/style.h"

#include <QLabel>
#include <QTest>
#include <QToolButton>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class TopBarTest final : public QObject
{
    Q_OBJECT

private slots:
    void theStateIsAShapeAndTheRunButtonIsLit()
    {
        Studio studio;
        auto *mark = studio.find<HealthMark>(u"topbar.state"_s);
        auto *run = studio.find<QToolButton>(u"topbar.run.run.button"_s);
        runtime::Snapshot snapshot = clickstreamSnapshot(2);
        const auto show = [&](runtime::RunState state, runtime::NodeState node) {
            snapshot.state = state;
            snapshot.nodes.front().state = node;
            studio.show(snapshot);
            return mark->health();
        };
        using runtime::NodeState;
        using runtime::RunState;
        QCOMPARE(show(RunState::Running, NodeState::Running), Health::Good);
        const QColor lit = run->grab().toImage().pixelColor(run->width() - 6, run->height() / 2);
        QCOMPARE(lit, theme().strip(Health::Good));
        QCOMPARE(mark->accessibleName(), u"running 2 s"_s);
        QCOMPARE(show(RunState::Running, NodeState::Retrying), Health::Warning);
        QCOMPARE(show(RunState::Running, NodeState::Failed), Health::Error);
        QCOMPARE(show(RunState::Paused, NodeState::Paused), Health::Paused);
        QCOMPARE(show(RunState::Stopped, NodeState::Stopped), Health::Quiet);
        QCOMPARE(run->grab().toImage().pixelColor(run->width() - 6, run->height() / 2),
                 theme().primary);
    }

    void nodesThatFailedAreCountedWhereTheStateStands()
    {
        Studio studio({1366, 768});
        auto *clock = studio.find<QLabel>(u"topbar.clock"_s);
        auto *run = studio.find<QToolButton>(u"topbar.run.run.button"_s);
        const auto ground = [&] {
            return run->grab().toImage().pixelColor(run->width() - 6, run->height() / 2);
        };
        runtime::Snapshot snapshot = clickstreamSnapshot(2);
        studio.show(snapshot);
        QCOMPARE(clock->text(), u"running 2 s"_s);
        QCOMPARE(clock->palette().color(QPalette::WindowText), theme().muted);
        snapshot.nodes.front().state = runtime::NodeState::Failed;
        studio.show(snapshot);
        QCOMPARE(clock->text(), u"running, 1 node failed"_s);
        snapshot.nodes.back().state = runtime::NodeState::Failed;
        studio.show(snapshot);
        QCOMPARE(clock->text(), u"running, 2 nodes failed"_s);
        QCOMPARE(clock->palette().color(QPalette::WindowText), theme().error);
        QVERIFY(clock->width() >= clock->sizeHint().width());
        QCOMPARE(ground(), theme().strip(Health::Error));
        picture(studio.window, u"two-nodes-failed"_s);
        snapshot.state = runtime::RunState::Paused;
        studio.show(snapshot);
        QCOMPARE(clock->text(), u"paused, 2 nodes failed"_s);
        QVERIFY(run->isEnabled());
        QCOMPARE(ground(), theme().primary);
        studio.show(clickstreamSnapshot(3));
        QCOMPARE(clock->text(), u"running 3 s"_s);
        QCOMPARE(clock->palette().color(QPalette::WindowText), theme().muted);
        QCOMPARE(ground(), theme().strip(Health::Good));
    }

    void theFilesNameGivesWayBeforeThePipelines()
    {
        Studio studio({1024, 640});
        studio.tick();
        QCoreApplication::processEvents(); // layouts follow
        QCOMPARE(studio.find<QLabel>(u"topbar.name"_s)->text(), u"Clickstream"_s);
        auto *file = studio.find<QLabel>(u"topbar.file"_s);
        QCOMPARE(file->toolTip(), u"clickstream.millrace"_s);
        for (int width = 960; width < 1300; width += 10) {
            studio.window.resize(width, 640);
            QCoreApplication::processEvents();
            // Some letters or none: "c…" says nothing.
            QVERIFY2(file->text().isEmpty() || file->text().size() >= 5, qPrintable(file->text()));
        }
        studio.window.resize(1366, 768);
        QTRY_COMPARE_WITH_TIMEOUT(file->text(), u"clickstream.millrace"_s, 60'000);
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
        studio.openFile(writeTemporary(u"a-long-name-of-a-file-for-the-title.millrace"_s,
                                       *graph::writeDocument(document)));
        studio.answerQuestion(u"dialog.stop.stop.button"_s);
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
        studio.show(paused);
        QCoreApplication::processEvents();
        QCOMPARE(at(), before);
        auto *rate = studio.find<QLabel>(u"topbar.rate"_s);
        QCOMPARE(rate->text(), u"0.9 rec/s"_s);
        QVERIFY(rate->width() >= rate->sizeHint().width());
        picture(studio.window, u"long-title"_s);
    }
};

MILLRACE_TEST(TopBarTest)
#include "top_bar_test.moc"
