// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/gateway/control/base64.h"

#include <QTest>

using namespace millrace::gateway;

class Base64Test : public QObject
{
    Q_OBJECT

private slots:
    void writesTheExamplesOfRfc4648()
    {
        const std::pair<const char *, const char *> examples[] = {{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"}};
        for (const auto &[plain, encoded] : examples) {
            QCOMPARE(toBase64(plain), std::string(encoded));
            QCOMPARE(fromBase64(encoded).value(), std::string(plain));
        }
    }

    void keepsEveryByte()
    {
        std::string bytes;
        for (int length = 0; length < 300; ++length) {
            QCOMPARE(fromBase64(toBase64(bytes)).value(), bytes);
            bytes += static_cast<char>(length * 37);
        }
    }

    void refusesWhatIsNotBase64()
    {
        for (const char *text : {"Zg=", "Zg", "Z", "Zg==Zg==", "=Zg=", "Zm9v\n", "Zm-v",
                                 "Zh==", "Zm9=", "====", "Z==="})
            QVERIFY2(!fromBase64(text), text);
    }
};

MILLRACE_TEST(Base64Test)
#include "base64_test.moc"
