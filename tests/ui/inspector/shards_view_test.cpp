// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/inspector/shards_view.h"

#include <QTest>

using namespace millrace::ui;
using namespace Qt::StringLiterals;

class ShardsViewTest final : public QObject
{
    Q_OBJECT

private slots:
    void oneShardHasTheWholeSpace()
    {
        const auto [first, last] = hashKeyRange(0, 1);
        QCOMPARE(first, QString(32, u'0'));
        QCOMPARE(last, QString(32, u'f'));
    }

    void fourQuarters()
    {
        QCOMPARE(hashKeyRange(0, 4).second, u"3fffffffffffffffffffffffffffffff"_s);
        QCOMPARE(hashKeyRange(1, 4).first, u"40000000000000000000000000000000"_s);
        QCOMPARE(hashKeyRange(3, 4).first, u"c0000000000000000000000000000000"_s);
        QCOMPARE(hashKeyRange(3, 4).second, QString(32, u'f'));
    }

    void thirdsAsAwsCutsThem()
    {
        // DescribeStream of a new stream of three shards: 0 to 1134…, 1134… to 2268…, in hex:
        QCOMPARE(hashKeyRange(0, 3).second, u"55555555555555555555555555555554"_s);
        QCOMPARE(hashKeyRange(1, 3).first, u"55555555555555555555555555555555"_s);
        QCOMPARE(hashKeyRange(2, 3).first, u"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"_s);
    }

    void manyShardsStillFillTheStrip()
    {
        const QRectF strip(16, 0, 186, 24); // the smallest inspector
        for (const std::size_t count : {1U, 4U, 20U, 128U, 500U}) {
            qreal inked = 0;
            for (std::size_t i = 0; i < count; ++i) {
                const QRectF box = hashKeyBox(strip, i, count);
                QVERIFY(strip.adjusted(0, 0, 1e-6, 0).contains(box));
                inked += box.width();
            }
            QVERIFY2(inked > 0.75 * strip.width(), qPrintable(QString::number(count)));
        }
    }

    void rangesTouchAndCoverAll()
    {
        for (const std::uint32_t count : {2U, 5U, 7U, 64U}) {
            for (std::uint32_t i = 0; i + 1 < count; ++i) {
                const QString end = hashKeyRange(i, count).second;
                const QString next = hashKeyRange(i + 1, count).first;
                const quint64 endLow = end.right(16).toULongLong(nullptr, 16);
                const quint64 nextLow = next.right(16).toULongLong(nullptr, 16);
                QCOMPARE(endLow + 1, nextLow); // also around 2^64
                QVERIFY(end < next);
            }
        }
    }
};

MILLRACE_TEST(ShardsViewTest)
#include "shards_view_test.moc"
