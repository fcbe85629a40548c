// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/charts/shard_history.h"

#include <QTest>

#include <cmath>

using namespace millrace::ui;

class ShardHistoryTest final : public QObject
{
    Q_OBJECT

    /// Of shard 0, all pieces as one.
    static QList<QPointF> points(const ShardHistory &history, qint64 from, qint64 to, int columns)
    {
        QList<QPointF> all;
        for (const QList<QPointF> &piece : history.pieces(0, from, to, columns))
            all << piece;
        return all;
    }

private slots:
    void noLineCrossesTimeWithoutFigures()
    {
        ShardHistory history;
        for (int second = 0; second <= 300; ++second) {
            if (second <= 100 || second >= 103) { // bridged
                if (second < 200 || second > 210)
                    history.add(0, second, 1);
            }
        }
        for (const int columns : {10, 300, 1000}) { // also where the gap lies in one column
            const auto pieces = history.pieces(0, 0, 300, columns);
            QCOMPARE(pieces.size(), 2);
            QVERIFY(pieces.first().last().x() < 200);
            QCOMPARE(pieces.last().first().x(), 211.0);
        }
    }

    void aSecondThatComesTwiceIsReplaced()
    {
        ShardHistory history;
        history.add(0, 100, 1);
        history.add(0, 100, 2);
        QCOMPARE(points(history, 0, 200, 1000), (QList<QPointF>{{100, 2}}));
    }

    void forgetsWhatIsOlderThanTheWindow()
    {
        ShardHistory history;
        history.add(0, 100, 1);
        history.add(0, 100 + kChartSeconds, 2);
        history.trim(101 + kChartSeconds);
        QCOMPARE(points(history, 0, 1000, 1000).size(), 1);
    }

    void atMostTwoPointsAPixelColumn()
    {
        ShardHistory history;
        for (int second = 0; second <= 300; ++second)
            history.add(0, second, std::sin(second));
        const int columns = 40;
        const QList<QPointF> all = points(history, 0, 300, columns);
        QVERIFY(all.size() <= 2 * (columns + 1));
        std::map<int, int> perColumn;
        for (const QPointF &point : all)
            ++perColumn[static_cast<int>(point.x()) * columns / 300];
        for (const auto &[column, count] : perColumn)
            QVERIFY(count <= 2);
        for (qsizetype i = 1; i < all.size(); ++i)
            QVERIFY(all[i - 1].x() < all[i].x());
    }

    void decimationKeepsTheExtremes()
    {
        ShardHistory history;
        for (int second = 0; second <= 300; ++second)
            history.add(0, second, 1);
        history.add(0, 151, 9);
        history.add(0, 153, -2);
        const QList<QPointF> all = points(history, 0, 300, 20);
        QVERIFY(all.contains(QPointF(151, 9)));
        QVERIFY(all.contains(QPointF(153, -2)));
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
        QVERIFY(history.pieces(7, 0, 200, 10).isEmpty());
        QVERIFY(history.pieces(0, 200, 200, 10).isEmpty());
        QVERIFY(history.pieces(0, 0, 200, 0).isEmpty());
    }
};

MILLRACE_TEST(ShardHistoryTest)
#include "shard_history_test.moc"
