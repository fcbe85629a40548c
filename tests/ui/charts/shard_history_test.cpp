// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/charts/shard_history.h"

#include <QTest>

#include <cmath>

using namespace millrace::ui;

class ShardHistoryTest final : public QObject
{
    Q_OBJECT

private slots:
    void aSecondThatComesTwiceIsReplaced()
    {
        ShardHistory history;
        history.add(0, 100, 1);
        history.add(0, 100, 2);
        QCOMPARE(history.points(0, 0, 200, 1000), (QList<QPointF>{{100, 2}}));
    }

    void forgetsWhatIsOlderThanTheWindow()
    {
        ShardHistory history;
        history.add(0, 100, 1);
        history.add(0, 100 + kChartSeconds, 2);
        history.trim(101 + kChartSeconds);
        QCOMPARE(history.points(0, 0, 1000, 1000).size(), 1);
    }

    void atMostTwoPointsAPixelColumn()
    {
        ShardHistory history;
        for (int second = 0; second <= 300; ++second)
            history.add(0, second, std::sin(second));
        const int columns = 40;
        const QList<QPointF> points = history.points(0, 0, 300, columns);
        QVERIFY(points.size() <= 2 * (columns + 1));
        std::map<int, int> perColumn;
        for (const QPointF &point : points)
            ++perColumn[static_cast<int>(point.x()) * columns / 300];
        for (const auto &[column, count] : perColumn)
            QVERIFY(count <= 2);
        for (qsizetype i = 1; i < points.size(); ++i)
            QVERIFY(points[i - 1].x() < points[i].x());
    }

    void decimationKeepsTheExtremes()
    {
        ShardHistory history;
        for (int second = 0; second <= 300; ++second)
            history.add(0, second, 1);
        history.add(0, 151, 9);
        history.add(0, 153, -2);
        const QList<QPointF> points = history.points(0, 0, 300, 20);
        QVERIFY(points.contains(QPointF(151, 9)));
        QVERIFY(points.contains(QPointF(153, -2)));
        QCOMPARE(history.highest(), 9.0);
    }

    void theBusiestAreChosenByTheirLastSeconds()
    {
        ShardHistory history;
        for (std::uint32_t shard = 0; shard < 12; ++shard) {
            history.add(shard, 10, 1000); // long ago all were busy
            for (int second = 100; second < 110; ++second)
                history.add(shard, second, shard);
        }
        QCOMPARE(history.busiest(8), (std::vector<std::uint32_t>{4, 5, 6, 7, 8, 9, 10, 11}));
        QCOMPARE(history.busiest(20).size(), 12U);
    }

    void nothingForAnUnknownShardOrAnEmptySpan()
    {
        ShardHistory history;
        history.add(0, 100, 1);
        QVERIFY(history.points(7, 0, 200, 10).isEmpty());
        QVERIFY(history.points(0, 200, 200, 10).isEmpty());
        QVERIFY(history.points(0, 0, 200, 0).isEmpty());
    }
};

MILLRACE_TEST(ShardHistoryTest)
#include "shard_history_test.moc"
