// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/charts/value_axis.h"

#include <QTest>

using namespace millrace::ui;
using namespace Qt::StringLiterals;

class ValueAxisTest final : public QObject
{
    Q_OBJECT

private slots:
    void reachesTheLimitWhenDataIsNearIt()
    {
        QCOMPARE(valueAxisTop(1000, 700), 1200.0);
        QCOMPARE(valueAxisTop(1000, 200), 1200.0);
        QCOMPARE(valueAxisTop(1000, 0), 1200.0); // nothing to scale to
        QCOMPARE(valueAxisTop(1000, 1900), 2000.0);
    }

    void isTheDatasOwnFarBelowTheLimit()
    {
        QCOMPARE(valueAxisTop(1000, 10), 12.0);
        QCOMPARE(valueAxisTop(1000, 199), 400.0);
        QVERIFY(qAbs(valueAxisTop(1.0, 0.05) - 0.08) < 1e-12);
    }

    void isTheDatasOwnWithoutALimit()
    {
        QCOMPARE(valueAxisTop(std::nullopt, 700), 800.0);
        QCOMPARE(valueAxisTop(std::nullopt, 0), 1.0);
    }

    void numbersAreGroupedAndAsShortAsTheirStepAllows()
    {
        QCOMPARE(valueAxisText(1200, 300), u"1,200"_s);
        QCOMPARE(valueAxisText(0, 300), u"0"_s);
        QCOMPARE(valueAxisText(0.9, 0.3), u"0.9"_s);
        QCOMPARE(valueAxisText(0.06, 0.02), u"0.06"_s);
        QCOMPARE(valueAxisText(2, 1), u"2"_s);
        QCOMPARE(valueAxisText(20'000, 5000), u"20,000"_s);
    }
};

MILLRACE_TEST(ValueAxisTest)
#include "value_axis_test.moc"
