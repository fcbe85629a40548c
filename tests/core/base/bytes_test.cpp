// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/bytes.h"

#include <QTest>

#include <limits>

using namespace millrace;

class BytesTest : public QObject
{
    Q_OBJECT
private slots:
    void integersAreLittleEndian()
    {
        Bytes out;
        ByteWriter(out).u32(0x01020304);
        QCOMPARE(asText(out), std::string_view("\x04\x03\x02\x01", 4));
    }

    void everythingReadsBack()
    {
        Bytes out;
        ByteWriter writer(out);
        const std::uint64_t varints[] = {
            0, 1, 127, 128, 16383, 16384, std::numeric_limits<std::uint64_t>::max()};
        const std::int64_t zigzags[] = {0, -1, 1, std::numeric_limits<std::int64_t>::min(),
                                        std::numeric_limits<std::int64_t>::max()};
        for (const auto v : varints)
            writer.varint(v);
        for (const auto v : zigzags)
            writer.zigzag(v);
        writer.sized(std::string_view("abc"));
        writer.sized(std::string_view());
        ByteReader reader(out);
        for (const auto v : varints)
            QCOMPARE(reader.varint(), v);
        for (const auto v : zigzags)
            QCOMPARE(reader.zigzag(), v);
        QCOMPARE(reader.sizedText(), std::string_view("abc"));
        QCOMPARE(reader.sizedText(), std::string_view());
        QVERIFY(reader.ok());
        QCOMPARE(reader.remaining(), std::size_t(0));
    }

    void everyPrefixIsNoticed()
    {
        Bytes out;
        ByteWriter writer(out);
        writer.u64(7);
        writer.varint(300);
        writer.sized(std::string_view("hello"));
        for (std::size_t n = 0; n < out.size(); ++n) {
            ByteReader reader(ByteView(out).first(n));
            (void)reader.u64();
            (void)reader.varint();
            (void)reader.sized();
            QVERIFY2(!reader.ok(), qPrintable(QString::number(n)));
        }
    }

    void aLengthBeyondTheInputIsNoAllocation()
    {
        Bytes out;
        ByteWriter(out).varint(std::numeric_limits<std::uint64_t>::max());
        ByteReader reader(out);
        QVERIFY(reader.sized().empty());
        QVERIFY(!reader.ok());
    }

    void aVarintOfElevenBytesIsRefused()
    {
        const Bytes out(11, std::byte{0x80});
        ByteReader reader(out);
        (void)reader.varint();
        QVERIFY(!reader.ok());
    }
};

MILLRACE_TEST(BytesTest)
#include "bytes_test.moc"
