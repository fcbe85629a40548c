// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/runtime/metrics_history.h"

#include <QTemporaryDir>
#include <QTest>

#include <future>
#include <limits>

using namespace millrace;
using namespace millrace::runtime;
using namespace std::chrono_literals;

class MetricsHistoryTest : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    const SeriesId m_series{{"f81k2m0a"}, ShardIndex(2), Metric::BytesIn};

    std::unique_ptr<store::Catalog> open(const char *name)
    {
        return *store::Catalog::open(m_dir.filePath(QString::fromLatin1(name)).toStdString(),
                                     store::Database::Mode::ReadWrite);
    }

private slots:
    void survivesARestartWithinAMinute()
    {
        constexpr std::int64_t kBegin = 1'767'225'600 + 37;
        {
            auto catalog = open("a.db");
            MetricsHistory history(*catalog);
            for (std::int64_t s = 0; s < 100; ++s)
                history.add(m_series, kBegin + s, static_cast<double>(s) / 4);
            QVERIFY(history.flush().has_value());
        }
        auto catalog = open("a.db");
        MetricsHistory history(*catalog);
        for (std::int64_t s = 100; s < 130; ++s)
            history.add(m_series, kBegin + s, static_cast<double>(s) / 4);
        const auto points = *history.points(m_series, kBegin + 10, kBegin + 125);
        QCOMPARE(points.size(), std::size_t(115));
        for (std::size_t i = 0; i < points.size(); ++i) {
            QCOMPARE(points[i].second, kBegin + 10 + static_cast<std::int64_t>(i));
            QCOMPARE(points[i].value, static_cast<double>(i + 10) / 4);
        }
    }

    void olderMinutesComeFromTheCatalog()
    {
        auto catalog = open("b.db");
        MetricsHistory history(*catalog);
        for (std::int64_t minute = 0; minute < 40; ++minute) {
            history.add(m_series, minute * 60, 1);
            QVERIFY(history.flush().has_value());
        }
        QCOMPARE(history.points(m_series, 0, 40 * 60)->size(), std::size_t(40));
    }

    void seriesDoNotMix()
    {
        auto catalog = open("c.db");
        MetricsHistory history(*catalog);
        const SeriesId node{{"f81k2m0a"}, {}, Metric::BytesIn};
        history.add(m_series, 100, 1);
        history.add(node, 100, 2);
        QVERIFY(history.flush().has_value());
        QCOMPARE(history.points(m_series, 0, 200)->front().value, 1.0);
        QCOMPARE(history.points(node, 0, 200)->front().value, 2.0);
        // Whoever asks may name any time.
        constexpr auto kAll = std::numeric_limits<std::int64_t>();
        QCOMPARE(history.points(node, kAll.min(), kAll.max())->size(), std::size_t{1});
        QVERIFY(MetricsHistory::seriesName(node) != MetricsHistory::seriesName(m_series));
        SeriesId elsewhere = m_series;
        elsewhere.project = Uuid::parse("00000000-0000-4000-8000-000000000001").value();
        QVERIFY(history.points(elsewhere, 0, 200)->empty());
        history.add(elsewhere, 100, 3);
        QVERIFY(history.flush().has_value());
        MetricsHistory again(*catalog);
        QCOMPARE(again.points(m_series, 0, 200)->front().value, 1.0);
        QCOMPARE(again.points(elsewhere, 0, 200)->front().value, 3.0);
    }

    void aClockThatGoesBackDoesNotRewriteHistory()
    {
        auto catalog = open("d.db");
        MetricsHistory history(*catalog);
        history.add(m_series, 50, 5);
        history.add(m_series, 40, 4);
        history.add(m_series, 51, 6);
        const auto points = *history.points(m_series, 0, 100);
        QCOMPARE(points.size(), std::size_t(2));
        QCOMPARE(points[1].value, 6.0);
    }

    void damagedPointsEndTheMinuteEarly()
    {
        const Bytes packed = MetricsHistory::pack({{60, 1.5}, {61, -2.25}, {119, 1e9}});
        QCOMPARE(MetricsHistory::unpack(1, packed).size(), std::size_t(3));
        QCOMPARE(MetricsHistory::unpack(1, packed)[1].value, -2.25);
        for (std::size_t n = 0; n < packed.size(); ++n)
            QVERIFY(MetricsHistory::unpack(1, ByteView(packed).first(n)).size() < 3);
    }

    void whatCannotBeWrittenForAnHourIsGivenUp()
    {
        auto catalog = open("given-up.db");
        MetricsHistory history(*catalog);
        const SeriesId gone{{"gone0000"}, {}, m_series.metric};
        history.add(gone, 0, 1);
        history.add(gone, 120, 2);
        history.add(m_series, (MetricsHistory::kMinutesUnwritten + 2) * 60, 3);
        QCOMPARE(history.points(gone, 0, 200)->size(), std::size_t(1)); // of memory
        QVERIFY(history.flush().has_value());
        const auto written = *MetricsHistory(*catalog).points(gone, 0, 200);
        QCOMPARE(written.size(), std::size_t(1));
        QCOMPARE(written[0].value, 2.0);
    }

    void aMinuteThatCouldNotBeWrittenIsTriedAgain()
    {
        constexpr std::int64_t kBegin = 1'767'225'600;
        auto catalog = open("refused.db");
        MetricsHistory history(*catalog);
        history.add(m_series, kBegin, 7);
        auto other = *store::Database::open(m_dir.filePath("refused.db").toStdString(),
                                            store::Database::Mode::ReadWrite);
        QVERIFY(other.execute("ALTER TABLE metrics RENAME TO away").has_value());
        QVERIFY(!history.flush().has_value());
        QVERIFY(other.execute("ALTER TABLE away RENAME TO metrics").has_value());
        history.add(m_series, kBegin + 60, 8); // the minute is over: nothing changes it any more
        QVERIFY(history.flush().has_value());
        QCOMPARE(MetricsHistory(*catalog).points(m_series, kBegin, kBegin + 60)->size(),
                 std::size_t(1));
    }

    /// What is in memory is what is left when the catalog has nothing.
    void aClockThatJumpedAheadAndBackLeavesMemoryBounded()
    {
        constexpr std::int64_t kBegin = 1'767'225'600;
        constexpr std::int64_t kYear = 365 * 86'400;
        auto catalog = open("jump.db");
        MetricsHistory history(*catalog);
        history.add(m_series, kBegin, 1);
        for (std::int64_t minute = 0; minute < 20; ++minute) {
            history.add(m_series, kBegin + kYear + minute * 60, 1);
            QVERIFY(history.flush().has_value());
        }
        for (std::int64_t minute = 1; minute < 200; ++minute) {
            history.add(m_series, kBegin + minute * 60, 1);
            QVERIFY(history.flush().has_value());
        }
        QCOMPARE(history.points(m_series, kBegin + 60, kBegin + 200 * 60)->size(),
                 std::size_t(199));
        QVERIFY(catalog->trimMetrics(0).has_value());
        QCOMPARE(history.points(m_series, 0, kBegin + 2 * kYear)->size(),
                 std::size_t(MetricsHistory::kMinutesInMemory + 1));
    }

    void minutesThatGoOnWhileTheyAreWrittenAreNotLost()
    {
        constexpr std::int64_t kBegin = 1'767'225'600;
        auto catalog = open("writing.db");
        MetricsHistory history(*catalog);
        history.add(m_series, kBegin, 1);
        QVERIFY(history.flush().has_value());
        history.add(m_series, kBegin + 1, 2);
        auto other = *store::Database::open(m_dir.filePath("writing.db").toStdString(),
                                            store::Database::Mode::ReadWrite);
        QVERIFY(other.execute("BEGIN IMMEDIATE; ALTER TABLE metrics RENAME TO away").has_value());
        auto flushed = std::async(std::launch::async, [&] { return history.flush(); });
        // It waits for the other's transaction and then finds no table; the engine goes on.
        for (std::int64_t minute = 1; minute <= 2 * MetricsHistory::kMinutesInMemory; ++minute) {
            (void)flushed.wait_for(5ms); // until it is at its waiting
            history.add(m_series, kBegin + minute * 60, 3);
        }
        QVERIFY(other.execute("COMMIT").has_value());
        QVERIFY(!flushed.get().has_value());
        QVERIFY(other.execute("ALTER TABLE away RENAME TO metrics").has_value());
        QVERIFY(history.flush().has_value());
        QCOMPARE(MetricsHistory(*catalog).points(m_series, kBegin, kBegin + 60)->size(),
                 std::size_t(2));
    }

    /// A query per series at each new minute would wait for whatever the catalog is at.
    void aNewMinuteAsksTheCatalogNothing()
    {
        constexpr std::int64_t kBegin = 1'767'225'600;
        auto catalog = open("asks.db");
        MetricsHistory history(*catalog);
        auto other = open("asks.db"); // what it writes is not known here
        QVERIFY(other
                    ->putMetrics({{MetricsHistory::seriesName(m_series), kBegin / 60,
                                   MetricsHistory::pack({{kBegin, 1}})}})
                    .has_value());
        history.add(m_series, kBegin + 1, 2);
        QCOMPARE(history.points(m_series, kBegin, kBegin + 60)->size(), std::size_t(1));
    }
};

MILLRACE_TEST(MetricsHistoryTest)
#include "metrics_history_test.moc"
