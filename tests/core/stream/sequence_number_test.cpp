// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/stream/sequence_number.h"

#include <QTest>

using namespace millrace;
using namespace millrace::stream;

class SequenceNumberTest : public QObject
{
    Q_OBJECT
private slots:
    void isTheKnownExample() // Kinesis facts, 3.2
    {
        const SequenceNumber number{1767225600, ShardIndex(17), 5, 1767225610};
        QCOMPARE(number.toString(),
                 std::string("49670424472753470606260425006290465772635962918974783762"));
        QVERIFY(*SequenceNumber::parse(number.toString()) == number);
    }

    void readsWhatItWrites()
    {
        for (std::uint64_t i = 0; i < 200; ++i) {
            const SequenceNumber number{1700000000 + static_cast<std::int64_t>(i * 77),
                                        ShardIndex(static_cast<std::uint32_t>(i * 131)),
                                        i * 0x00FFFFFFFFFFFULL,
                                        1767225600 + static_cast<std::int64_t>(i)};
            QVERIFY(*SequenceNumber::parse(number.toString()) == number);
            QCOMPARE(number.toString().size(), std::size_t(56));
        }
    }

    void ordersBySeqIxWithinAShard()
    {
        const SequenceNumber older{1767225600, ShardIndex(3), 9, 1767229999};
        const SequenceNumber newer{1767225600, ShardIndex(3), 10, 1767225601};
        QVERIFY(older.toString() < newer.toString());
    }

    void refusesWhatIsNone()
    {
        for (const char *bad :
             {"", "1", "abc", "-5", "49670424472753470606260425006290465772635962918974783763",
              "99999999999999999999999999999999999999999999999999999999",
              "496704244727534706062604250062904657726359629189747837621"})
            QVERIFY2(!SequenceNumber::parse(bad).has_value(), bad);
    }
};

MILLRACE_TEST(SequenceNumberTest)
#include "sequence_number_test.moc"
