// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/shell/dock_sizes.h"

#include <QTest>

using namespace millrace::ui;

class DockSizesTest final : public QObject
{
    Q_OBJECT

private slots:
    void asTheLookSays()
    {
        QCOMPARE(dockSizes({1600, 1000}, 73, 1, false), (DockSizes{311, 366}));
        QCOMPARE(dockSizes({1366, 768}, 69, 1, false), (DockSizes{218, 240}));
    }

    void theCanvasKeepsHalf_data()
    {
        QTest::addColumn<QSize>("window");
        for (const QSize size : {QSize(960, 600), QSize(1024, 768), QSize(1180, 700),
                                 QSize(1280, 720), QSize(1366, 768), QSize(1400, 1000)})
            QTest::addRow("%dx%d", size.width(), size.height()) << size;
    }
    void theCanvasKeepsHalf()
    {
        QFETCH(QSize, window);
        const int bars = 69;
        const DockSizes sizes = dockSizes(window, bars, 1, false);
        const int canvas =
            (window.width() - sizes.inspectorPx) * (window.height() - bars - sizes.bottomPx);
        QVERIFY(2 * canvas >= window.width() * window.height());
        QVERIFY(sizes.bottomPx >= 160);
    }

    void aNarrowWindowFoldsTheInspectorUnlessAPersonWantsIt()
    {
        QCOMPARE(dockSizes({960, 600}, 69, 1, false).inspectorPx, 0);
        QCOMPARE(dockSizes({960, 600}, 69, 1, true).inspectorPx, 218);
        QCOMPARE(dockSizes({1400, 900}, 69, 1.5, false).inspectorPx, 0); // nothing has more room
    }
};

MILLRACE_TEST(DockSizesTest)
#include "dock_sizes_test.moc"
