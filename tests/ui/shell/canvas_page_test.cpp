// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include <QTest>
#include <QToolButton>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class CanvasPageTest final : public QObject
{
    Q_OBJECT

private slots:
    void anEmptyPipelineShowsItsZoomInPercent()
    {
        Studio studio;
        graph::Document empty = clickstream();
        empty.nodes.clear();
        empty.wires.clear();
        empty.layout.nodes.clear();
        studio.window.openFile(writeTemporary(u"empty.millrace"_s, *graph::writeDocument(empty)));
        studio.tick();
        auto *percent = studio.find<QToolButton>(u"canvas.view.zoom-100.button"_s);
        QVERIFY2(percent->text().endsWith(u'%'), qPrintable(percent->text()));
    }
};

MILLRACE_TEST(CanvasPageTest)
#include "canvas_page_test.moc"
