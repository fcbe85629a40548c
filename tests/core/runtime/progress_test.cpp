// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/runtime/fate.h"
#include "core/runtime/sink.h"

#include <QTest>

using namespace millrace;
using namespace millrace::runtime;

namespace {
FragmentProgress sample()
{
    SeededRandom random(9);
    FragmentProgress progress;
    for (std::uint32_t shard = 0; shard < 3; ++shard)
        progress.cursors.push_back(
            {Uuid::random(random), ShardIndex(shard * 1000), Ordinal(1ULL << (20 * shard))});
    progress.details = Bytes(40, std::byte{7});
    return progress;
}
} // namespace

class ProgressTest : public QObject
{
    Q_OBJECT
private slots:
    void readsWhatItWrites()
    {
        QVERIFY(*FragmentProgress::decode(sample().encode()) == sample());
        QVERIFY(*FragmentProgress::decode(FragmentProgress{}.encode()) == FragmentProgress{});
    }

    void everyPrefixAndEveryExtraByteIsRefused()
    {
        const Bytes whole = sample().encode();
        for (std::size_t n = 0; n < whole.size(); ++n)
            QVERIFY2(!FragmentProgress::decode(ByteView(whole).first(n)).has_value(),
                     qPrintable(QString::number(n)));
        Bytes longer = whole;
        longer.push_back(std::byte{0});
        QVERIFY(!FragmentProgress::decode(longer).has_value());
    }

    void countsLeaveOutWhatWasInFlight()
    {
        FateCounts counts;
        counts.in = 100;
        counts.processed = 50;
        counts.filtered = 20;
        counts.dead = 5;
        counts.expired = 15;
        counts.inFlight = 10;
        counts.out = 60;
        QVERIFY(counts.lawHolds());
        Bytes out;
        ByteWriter writer(out);
        counts.write(writer);
        ByteReader reader(out);
        const FateCounts back = FateCounts::read(reader);
        QCOMPARE(back.in, std::uint64_t(90));
        QCOMPARE(back.inFlight, std::uint64_t(0));
        QVERIFY(back.lawHolds());
        counts.late = 1;
        QVERIFY(!counts.lawHolds());
    }
};

MILLRACE_TEST(ProgressTest)
#include "progress_test.moc"
