// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"
#include "tests/ui/support/fake_engine.h"

#include "ui/bridge/engine_bridge.h"
#include "ui/charts/throughput_panel.h"

#include <QLabel>
#include <QTest>
#include <QToolButton>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

struct Panel {
    std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
    EngineBridge bridge;
    ThroughputPanel panel{bridge};

    Panel()
    {
        engine->history = clickstreamHistory;
        bridge.setEngine(engine);
        panel.resize(700, 300);
        panel.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&panel);
    }
    void tick(int second)
    {
        engine->publish(clickstreamSnapshot(second));
        bridge.poll();
    }
};

} // namespace

class ThroughputPanelTest final : public QObject
{
    Q_OBJECT

private slots:
    void explainsItselfWhileEmpty()
    {
        Panel p;
        QVERIFY(!p.panel.showsChart());
        QVERIFY(p.panel.findChild<QLabel *>(u"throughput.empty"_s)
                    ->text()
                    .contains(u"Select a stream"_s));
        p.panel.showStream(kStream);
        QVERIFY(!p.panel.showsChart());
        QVERIFY(p.panel.findChild<QLabel *>(u"throughput.empty"_s)->text().contains(u"Run"_s));
    }

    void beginsWithTheEnginesHistoryAndGoesOnLive()
    {
        Panel p;
        p.panel.showStream(kStream);
        p.tick(400);
        QVERIFY(p.panel.showsChart());
        QCOMPARE(p.engine->count<engine::HistoryRequest>(), 4); // one a shard
        QCOMPARE(p.engine->last<engine::HistoryRequest>()->toSecond -
                     p.engine->last<engine::HistoryRequest>()->fromSecond,
                 kChartSeconds);
        p.tick(401);
        const QList<QPointF> points = p.panel.pointsOf(2);
        QVERIFY(points.size() > 250);
        const double last = kRunStart.time_since_epoch().count() / 1000.0 + 401;
        QCOMPARE(points.last().x(), last);
        const double expected =
            clickstreamSnapshot(401).node(kStream)->shards[2].bytesInPerSecond / 1048576;
        QCOMPARE(points.last().y(), expected);
        QCOMPARE(p.engine->count<engine::HistoryRequest>(), 4); // asked once
    }

    void unitIsThatOfTheLimitThatBinds()
    {
        Panel p;
        p.panel.showStream(kStream);
        runtime::Snapshot idle = clickstreamSnapshot(400);
        runtime::Snapshot small = clickstreamSnapshot(401); // small records: their number binds
        for (runtime::Snapshot *snapshot : {&idle, &small}) {
            for (runtime::NodeFigures &node : snapshot->nodes) {
                for (runtime::ShardFigures &shard : node.shards) {
                    shard.recordsInPerSecond = snapshot == &idle ? 0 : 870;
                    shard.bytesInPerSecond = shard.recordsInPerSecond * 100;
                }
            }
        }
        p.engine->publish(idle);
        p.bridge.poll();
        QCOMPARE(p.panel.unit(), ThroughputPanel::Unit::Bytes); // nothing to tell it by
        p.engine->publish(small);
        p.bridge.poll();
        QCOMPARE(p.panel.unit(), ThroughputPanel::Unit::Records);
        QCOMPARE(p.panel.pointsOf(0).last().y(), 870.0);
        p.tick(402); // bytes bind now, but the unit does not jump about
        QCOMPARE(p.panel.unit(), ThroughputPanel::Unit::Records);
    }

    void aFreshRunFillsTheChart()
    {
        ShardHistory history;
        history.add(0, 1000, 1);
        QCOMPARE(history.begin(1010), 950); // never narrower than a minute
        QCOMPARE(history.begin(1100), 1000);
        QCOMPARE(history.begin(2000), 1700);
    }

    void unitIsChosenByButton()
    {
        Panel p;
        p.panel.showStream(kStream);
        p.tick(400);
        QTest::mouseClick(p.panel.findChild<QToolButton *>(u"throughput.records.button"_s),
                          Qt::LeftButton);
        QCOMPARE(p.panel.unit(), ThroughputPanel::Unit::Records);
        QCOMPARE(p.engine->last<engine::HistoryRequest>()->series.metric,
                 runtime::Metric::RecordsIn);
        p.tick(401);
        const double expected =
            clickstreamSnapshot(401).node(kStream)->shards[1].recordsInPerSecond;
        QCOMPARE(p.panel.pointsOf(1).last().y(), expected);
        QCOMPARE(p.panel.findChild<QLabel *>(u"throughput.title"_s)->text(),
                 u"Incoming, records/s per shard"_s);
    }

    void answersForAnotherStreamAreDropped()
    {
        Panel p;
        p.engine->answers = false;
        p.panel.showStream(kStream);
        p.tick(400);
        p.panel.showStream(std::nullopt);
        p.engine->answers = true;
        p.bridge.poll();
        QVERIFY(!p.panel.showsChart());
        QVERIFY(p.panel.pointsOf(0).isEmpty());
    }
};

MILLRACE_TEST(ThroughputPanelTest)
#include "throughput_panel_test.moc"
