// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/uuid.h"

#include <QTest>

using namespace millrace;

class UuidTest : public QObject
{
    Q_OBJECT
private slots:
    void readsWhatItWrites()
    {
        SeededRandom random(7);
        for (int i = 0; i < 100; ++i) {
            const Uuid id = Uuid::random(random);
            const std::string text = id.toString();
            QCOMPARE(text.size(), std::size_t(36));
            QCOMPARE(text[14], '4');
            QVERIFY(std::string("89ab").find(text[19]) != std::string::npos);
            QVERIFY(*Uuid::parse(text) == id);
        }
    }

    void refusesWhatIsNone()
    {
        for (const char *text :
             {"", "0b9d6a3e-1111-4222-8333-44444444444", "0b9d6a3e-1111-4222-8333-4444444444444",
              "0b9d6a3e_1111-4222-8333-444444444444", "0b9d6a3g-1111-4222-8333-444444444444"})
            QVERIFY2(!Uuid::parse(text).has_value(), text);
        QVERIFY(Uuid::parse("0B9D6A3E-1111-4222-8333-44444444444F").has_value());
    }
};

MILLRACE_TEST(UuidTest)
#include "uuid_test.moc"
