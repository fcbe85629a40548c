// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include <QLabel>
#include <QTest>
#include <QToolButton>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class TopBarTest final : public QObject
{
    Q_OBJECT

private slots:
    void theButtonsStayWhereTheyAre()
    {
        Studio studio({1366, 768});
        studio.tick();
        QCoreApplication::processEvents();
        auto *run = studio.find<QToolButton>(u"topbar.run.run.button"_s);
        const auto at = [&] { return run->mapTo(&studio.window, QPoint()).x(); };
        const int before = at();
        graph::Document document = clickstream();
        document.name = std::string(200, 'W');
        studio.window.openFile(writeTemporary(u"a-long-name-of-a-file-for-the-title.millrace"_s,
                                              *graph::writeDocument(document)));
        studio.tick();
        QCoreApplication::processEvents();
        QCOMPARE(at(), before);
        auto *name = studio.find<QLabel>(u"topbar.name"_s);
        QVERIFY(name->text().endsWith(u'…'));
        QCOMPARE(name->toolTip().size(), 200);
        QVERIFY(name->width() >= name->fontMetrics().horizontalAdvance(name->text()));
        runtime::Snapshot paused = clickstreamSnapshot(2);
        paused.state = runtime::RunState::Paused;
        paused.runningFor = std::chrono::hours(23);
        paused.recordsInPerSecond = 0.9;
        studio.show(paused);
        QCoreApplication::processEvents();
        QCOMPARE(at(), before);
        auto *rate = studio.find<QLabel>(u"topbar.rate"_s);
        QCOMPARE(rate->text(), u"0.9 rec/s"_s);
        QVERIFY(rate->width() >= rate->sizeHint().width());
        picture(studio.window, u"long-title"_s);
    }
};

MILLRACE_TEST(TopBarTest)
#include "top_bar_test.moc"
