// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/canvas/card_layout.h"
#include "ui/canvas/shard_bar_painter.h"
#include "ui/canvas/shard_bars.h"
#include "ui/style/style.h"

#include <QImage>
#include <QPainter>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr double kMiB = 1024 * 1024;

runtime::ShardFigures shard(std::uint32_t index, double mebibytes, double records)
{
    runtime::ShardFigures made;
    made.shard = ShardIndex(index);
    made.bytesInPerSecond = mebibytes * kMiB;
    made.recordsInPerSecond = records;
    return made;
}

} // namespace

class ShardBarsTest final : public QObject
{
    Q_OBJECT

private slots:
    void namesTheLimitThatBinds()
    {
        const auto bars = shardBars({shard(0, 0.46, 200), shard(1, 0.2, 870)}, Limits::Shown);
        QCOMPARE(bars[0].figure, u"0.46\u00a0MiB/s"_s);
        QVERIFY(qAbs(bars[0].load - 0.46) < 1e-9);
        QCOMPARE(bars[1].figure, u"870 rec/s"_s);
        QVERIFY(qAbs(bars[1].load - 0.87) < 1e-9);
    }

    void anIdleShardCountsRecordsAsTheCardsAroundItDo()
    {
        QCOMPARE(shardBars({shard(0, 0, 0)}, Limits::Shown)[0].figure, u"0 rec/s"_s);
        std::vector<runtime::ShardFigures> many(20, shard(0, 0, 0));
        QCOMPARE(shardBars(many, Limits::Shown).back().figure, u"0 rec/s"_s);
    }

    void aLittleIsSeenAndNothingIsNot()
    {
        const auto inked = [](double load) {
            ShardBar bar;
            bar.load = load;
            QImage image(120, 12, QImage::Format_RGB32);
            image.fill(theme().panel);
            QPainter painter(&image);
            paintShardBar(painter, QRectF(1, 1, 118, 10), bar);
            painter.end();
            return image.pixelColor(1, 6) == theme().shard(0);
        };
        QVERIFY(inked(0.001));
        QVERIFY(!inked(0));
    }

    void hotFromNinetyPercentOn()
    {
        const auto bars =
            shardBars({shard(0, 0.89, 0), shard(1, 0.9, 0), shard(2, 0, 1200)}, Limits::Shown);
        QVERIFY(!bars[0].hot());
        QVERIFY(bars[1].hot());
        QVERIFY(bars[2].hot());
    }

    void eightAreShownAsTheyAre()
    {
        std::vector<runtime::ShardFigures> shards;
        for (std::uint32_t i = 0; i < 8; ++i)
            shards.push_back(shard(i, 0.1, 0));
        const auto bars = shardBars(shards, Limits::Shown);
        QCOMPARE(bars.size(), 8U);
        QCOMPARE(bars[7].others, 0U);
        QCOMPARE(bars[7].label(), u"7"_s);
    }

    void beyondEightTheBusiestSevenAndTheRest()
    {
        std::vector<runtime::ShardFigures> shards;
        for (std::uint32_t i = 0; i < 16; ++i)
            shards.push_back(shard(i, i % 2 == 0 ? 0.05 : 0.3 + 0.01 * i, 0));
        const auto bars = shardBars(shards, Limits::Shown);
        QCOMPARE(bars.size(), 8U);
        for (std::size_t i = 0; i < 7; ++i)
            QCOMPARE(bars[i].shard,
                     static_cast<std::uint32_t>(2 * i + 3)); // 1 is the least of the odd ones
        QCOMPARE(bars[7].others, 9U);
        QCOMPARE(bars[7].label(), u"+9"_s);
        QVERIFY(qAbs(bars[7].load - (8 * 0.05 + 0.31) / 9) < 1e-9); // their mean
    }

    void withoutLimitsBarsAreSharesOfTheBusiest()
    {
        const auto bars = shardBars({shard(0, 3, 0), shard(1, 1.5, 0)}, Limits::Off);
        QCOMPARE(bars[0].load, 1.0);
        QCOMPARE(bars[1].load, 0.5);
        QVERIFY(!bars[0].hot());
        const auto idle = shardBars({shard(0, 0, 0), shard(1, 0, 0)}, Limits::Off);
        QCOMPARE(idle[0].load, 0.0);
        std::vector<runtime::ShardFigures> many(20, shard(0, 2, 0));
        QVERIFY(!shardBars(many, Limits::Off).back().hot());
    }

    void aBarEndsAtItsLimit()
    {
        const QRectF track(10, 0, 100, 10);
        QCOMPARE(CardLayout::fill(track, 0.25).width(), 25.0);
        QCOMPARE(CardLayout::fill(track, 1.7).width(), 100.0);
        QCOMPARE(CardLayout::fill(track, -1).width(), 0.0);
    }
};

MILLRACE_TEST(ShardBarsTest)
#include "shard_bars_test.moc"
