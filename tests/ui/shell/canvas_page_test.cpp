// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include "ui/canvas/canvas_view.h"
#include "ui/shell/canvas_page.h"

#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class CanvasPageTest final : public QObject
{
    Q_OBJECT

private slots:
    void buttonsAndKeysZoom()
    {
        Studio studio;
        CanvasView &view = studio.window.canvas().view();
        const auto press = [&](const QString &name) {
            QTest::mouseClick(studio.find<QToolButton>(u"canvas.view.%1.button"_s.arg(name)),
                              Qt::LeftButton);
        };
        press(u"zoom-100"_s);
        QCOMPARE(view.zoom(), 1.0);
        press(u"zoom-in"_s);
        QCOMPARE(view.zoom(), 1.25);
        QCOMPARE(studio.find<QToolButton>(u"canvas.view.zoom-100.button"_s)->text(),
                 u"125\u00a0%"_s);
        QTest::keyClick(&studio.window, Qt::Key_Minus, Qt::ControlModifier);
        QCOMPARE(view.zoom(), 1.0);
        press(u"zoom-out"_s);
        QCOMPARE(view.zoom(), 0.8);
        press(u"fit"_s);
        QCOMPARE(view.zoom(), view.fitZoom());
    }

    void theFitIsKeptUntilAPersonMovesTheCanvas()
    {
        Studio studio;
        CanvasView &view = studio.window.canvas().view();
        const auto fits = [&] { return qFuzzyCompare(view.zoom(), view.fitZoom()); };
        studio.window.resize(1100, 700);
        QTRY_VERIFY_WITH_TIMEOUT(fits(), 60'000);
        const QPoint at = view.viewport()->rect().center();
        QWheelEvent wheel(at, view.viewport()->mapToGlobal(at), {}, {0, -120}, Qt::NoButton, {},
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(view.viewport(), &wheel);
        const qreal zoom = view.zoom();
        QVERIFY(!fits());
        studio.window.resize(1300, 800);
        QTRY_VERIFY_WITH_TIMEOUT(studio.window.canvas().width() > 1000, 60'000);
        QCOMPARE(view.zoom(), zoom);
    }

    /// Many nodes below each other: the lowest stands in the corner of the zoom buttons.
    void theFitLeavesTheZoomButtonsFree()
    {
        Studio studio;
        graph::Document tall = clickstream();
        int y = 0;
        for (auto &[id, node] : tall.layout.nodes)
            node.position = graph::Point{0, 300.0 * y++};
        studio.openFile(writeTemporary(u"tall.millrace"_s, *graph::writeDocument(tall)));
        CanvasPage &page = studio.window.canvas();
        QTest::mouseClick(studio.find<QToolButton>(u"canvas.view.fit.button"_s), Qt::LeftButton);
        const QToolButton *button = studio.find<QToolButton>(u"canvas.view.zoom-out.button"_s);
        const int top = button->mapTo(&page, QPoint()).y();
        const QRectF content = studio.window.scene().contentRect();
        QVERIFY(page.view().zoom() < 1);
        QVERIFY(page.view().mapFromScene(content.bottomLeft()).y() < top);
        QVERIFY(page.view().mapFromScene(content.topLeft()).y() > 0);
    }

    void anEmptyPipelineShowsItsZoomInPercent()
    {
        Studio studio;
        graph::Document empty = clickstream();
        empty.nodes.clear();
        empty.wires.clear();
        empty.layout.nodes.clear();
        studio.openFile(writeTemporary(u"empty.millrace"_s, *graph::writeDocument(empty)));
        studio.tick();
        auto *percent = studio.find<QToolButton>(u"canvas.view.zoom-100.button"_s);
        QVERIFY2(percent->text().endsWith(u'%'), qPrintable(percent->text()));
    }
};

MILLRACE_TEST(CanvasPageTest)
#include "canvas_page_test.moc"
