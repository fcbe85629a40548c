// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/bytes.h"
#include "core/base/crc32c.h"
#include "core/base/md5.h"

#include <QTest>

using namespace millrace;

namespace {
std::string hex(const std::array<std::uint8_t, 16> &digest)
{
    std::string out;
    for (const auto byte : digest)
        out += QString::asprintf("%02x", byte).toStdString();
    return out;
}
} // namespace

class HashTest : public QObject
{
    Q_OBJECT
private slots:
    void md5AsInTheRfc() // RFC 1321, A.5
    {
        QCOMPARE(hex(md5("")), std::string("d41d8cd98f00b204e9800998ecf8427e"));
        QCOMPARE(hex(md5("message digest")), std::string("f96b697d7cb7938d525a2f31aaf161d0"));
    }

    void crc32cAsInTheRfc() // RFC 3720, B.4
    {
        QCOMPARE(crc32c(asBytes("123456789")), 0xE3069283U);
        const Bytes zeros(32, std::byte{0});
        QCOMPARE(crc32c(zeros), 0x8A9136AAU);
        const Bytes ones(32, std::byte{0xFF});
        QCOMPARE(crc32c(ones), 0x62A8AB43U);
    }

    void crc32cContinues()
    {
        const std::string text = "the quick brown fox jumps over the lazy dog";
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            const auto first = crc32c(asBytes(std::string_view(text).substr(0, cut)));
            QCOMPARE(crc32c(asBytes(std::string_view(text).substr(cut)), first),
                     crc32c(asBytes(text)));
        }
    }

    void everyFlippedBitChangesIt()
    {
        Bytes data(77, std::byte{0x5A});
        const auto whole = crc32c(data);
        for (std::size_t bit = 0; bit < data.size() * 8; ++bit) {
            data[bit / 8] ^= std::byte(1U << (bit % 8));
            QVERIFY(crc32c(data) != whole);
            data[bit / 8] ^= std::byte(1U << (bit % 8));
        }
    }
};

MILLRACE_TEST(HashTest)
#include "hash_test.moc"
