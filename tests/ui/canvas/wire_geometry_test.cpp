// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/canvas/wire_geometry.h"

#include <QTest>

using namespace millrace::ui;

class WireGeometryTest final : public QObject
{
    Q_OBJECT

private slots:
    void widthGrowsWithTheLogarithmOfTheRate()
    {
        QCOMPARE(wireWidth(0), 1.5);
        QCOMPARE(wireWidth(-3), 1.5);
        QCOMPARE(wireWidth(100'000), 6.0);
        QCOMPARE(wireWidth(1e9), 6.0);
        // Each tenfold rate adds about the same width.
        const double first = wireWidth(100) - wireWidth(10);
        const double second = wireWidth(1000) - wireWidth(100);
        QVERIFY(first > 0.7);
        QVERIFY(qAbs(first - second) < 0.05);
    }

    void dashesStandStillWithoutRecords()
    {
        QCOMPARE(flowSpeed(0), 0.0);
        QVERIFY(flowSpeed(1000) > flowSpeed(10));
    }

    void leavesAndArrivesHorizontally()
    {
        const WireGeometry wire{{100, 50}, {300, 180}};
        const QPainterPath path = wire.curve();
        QCOMPARE(path.pointAtPercent(0), wire.from);
        QCOMPARE(path.pointAtPercent(1), wire.to);
        QVERIFY(qAbs(path.angleAtPercent(0.001)) < 5 || qAbs(path.angleAtPercent(0.001) - 360) < 5);
        QVERIFY(qAbs(path.angleAtPercent(0.999)) < 5 || qAbs(path.angleAtPercent(0.999) - 360) < 5);
    }

    void middleLiesOnTheCurve()
    {
        for (const WireGeometry &wire :
             {WireGeometry{{0, 0}, {200, 90}}, WireGeometry{{300, 0}, {20, 160}}}) {
            const QPointF on = wire.curve().pointAtPercent(0.5);
            QVERIFY((on - wire.middle()).manhattanLength() < 3);
        }
    }

    void labelsKeepClearOfCardsInTheWay()
    {
        const WireGeometry wire{{0, 0}, {1000, 0}};
        const QSizeF size(60, 20);
        QCOMPARE(wire.labelPlace(size, {}), QPointF(500, 0));
        const QRectF card(400, -60, 220, 120);
        QRectF label(QPointF(), size);
        label.moveCenter(wire.labelPlace(size, {card}));
        QVERIFY(!label.intersects(card));
        QVERIFY(label.left() > 0 && label.right() < 1000);
        // No room at all: where least of it is covered, not lost.
        const QRectF left(-100, -60, 140, 120);
        const QRectF right(60, -60, 140, 120);
        label.moveCenter(WireGeometry{{40, 0}, {60, 0}}.labelPlace(size, {left, right}));
        QVERIFY(qAbs(label.center().x() - 50) < 3);
    }

    void aWireThatGoesBackSwingsOut()
    {
        const WireGeometry wire{{300, 100}, {100, 300}};
        const QRectF bounds = wire.curve().boundingRect();
        QVERIFY(bounds.right() > 320);
        QVERIFY(bounds.left() < 80);
    }
};

MILLRACE_TEST(WireGeometryTest)
#include "wire_geometry_test.moc"
