// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include "ui/inspector/inspector_panel.h"
#include "ui/panels/bottom_panel.h"
#include "ui/shell/canvas_page.h"

#include <QMouseEvent>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class DocksTest final : public QObject
{
    Q_OBJECT

private slots:
    void theCanvasKeepsHalfOfASmallWindow()
    {
        Studio studio({1366, 768});
        QTRY_COMPARE(studio.window.bottom().height(), 240);
        const QSize canvas = studio.window.canvas().size();
        QVERIFY2(2 * canvas.width() * canvas.height() >= 1366 * 768,
                 qPrintable(u"%1x%2"_s.arg(canvas.width()).arg(canvas.height())));
        Studio large({1600, 1000});
        QCoreApplication::processEvents();
        QTRY_COMPARE(large.window.inspector().width(), 311);
        QTRY_COMPARE(large.window.bottom().height(), 366);
        // The same when the pipeline is opened in a window that was there before.
        MainWindow late(testKinds(), {});
        late.resize(1600, 1000);
        late.show();
        QVERIFY(QTest::qWaitForWindowExposed(&late));
        late.openFile(writeTemporary(u"late.millrace"_s, *graph::writeDocument(clickstream())));
        QTRY_COMPARE(late.bottom().height(), 366);
        QTRY_COMPARE(late.inspector().width(), 311);
    }

    void aLineThatWasDraggedStays()
    {
        Studio studio({1600, 1000});
        QTRY_COMPARE(studio.window.bottom().height(), 366);
        const int line = studio.find<QWidget>(u"dock.bottom"_s)->geometry().top() - 1;
        const QPoint from(400, line);
        const QPoint to(400, line - 120);
        QTest::mousePress(&studio.window, Qt::LeftButton, {}, from);
        QMouseEvent move(QEvent::MouseMove, to, studio.window.mapToGlobal(to), Qt::NoButton,
                         Qt::LeftButton, {});
        QCoreApplication::sendEvent(&studio.window, &move);
        QTRY_COMPARE(studio.window.bottom().height(), 486);
        QTest::mouseRelease(&studio.window, Qt::LeftButton, {}, to);
        studio.window.resize(1590, 1000); // what would have put it back
        QTRY_COMPARE(studio.window.canvas().width() + studio.window.inspector().width(), 1589);
        Studio other({1600, 1000}); // its docks follow later than those of the first would have
        QTRY_COMPARE(other.window.bottom().height(), 366);
        QCOMPARE(studio.window.bottom().height(), 486);
    }

    void docksFollowTheWindowBothWays()
    {
        Studio studio({1600, 1000});
        studio.tick(3);
        QTRY_COMPARE(studio.window.bottom().height(), 366);
        QTest::mouseClick(studio.find<QWidget>(u"topbar"_s), Qt::LeftButton); // drags no line
        studio.window.resize(960, 600);
        QTRY_VERIFY(!studio.window.inspector().isVisible());
        const auto canvas = [&] { return studio.window.canvas().size(); };
        QTRY_VERIFY2(2 * canvas().width() * canvas().height() >= 960 * 600,
                     qPrintable(u"%1x%2"_s.arg(canvas().width()).arg(canvas().height())));
        picture(studio.window, u"small"_s);
        // A person may have it all the same.
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier);
        QVERIFY(studio.window.inspector().isVisible());
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier);
        QVERIFY(!studio.window.inspector().isVisible());
        QTest::keyClick(&studio.window, Qt::Key_4, Qt::AltModifier);
        studio.window.resize(1600, 1000);
        QTRY_COMPARE(studio.window.bottom().height(), 366);
        QTRY_COMPARE(studio.window.inspector().width(), 311);
        picture(studio.window, u"large-again"_s);
    }
};

MILLRACE_TEST(DocksTest)
#include "docks_test.moc"
