// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/ink.h"

#include "core/base/problem_codes.h"

#include "ui/bridge/engine_bridge.h"
#include "ui/charts/throughput_panel.h"
#include "ui/models/problem_list_model.h"
#include "ui/panels/bottom_panel.h"
#include "ui/panels/problems_panel.h"
#include "ui/panels/records_panel.h"
#include "ui/style/style.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTableView>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

struct Bottom {
    EngineBridge bridge;
    ProblemListModel problems{[](const NodeId &id) { return QString::fromStdString(id.value); }};
    ThroughputPanel *throughput = new ThroughputPanel(bridge);
    RecordsPanel *records = new RecordsPanel(bridge);
    ProblemsPanel *list = new ProblemsPanel(problems);
    BottomPanel panel{throughput, records, list};

    explicit Bottom(int width)
    {
        panel.resize(width, 300);
        panel.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&panel);
    }
};

} // namespace

class BottomPanelTest final : public QObject
{
    Q_OBJECT

private slots:
    void wideShowsChartAndRecordsBesideEachOther()
    {
        Bottom b(1400);
        QVERIFY(b.panel.isSideBySide());
        QVERIFY(b.throughput->isVisible());
        QVERIFY(b.records->isVisible());
        QVERIFY(b.throughput->geometry().right() <= b.records->geometry().left());
        QCOMPARE(b.panel.tabs().count(), 2);
    }

    void narrowShowsThemOnTabs()
    {
        Bottom b(1000);
        QVERIFY(!b.panel.isSideBySide());
        QCOMPARE(b.panel.tabs().count(), 3);
        QVERIFY(b.throughput->isVisible());
        QVERIFY(!b.records->isVisible());
        b.panel.open(BottomPanel::Page::Records);
        QVERIFY(b.records->isVisible());
        QVERIFY(!b.throughput->isVisible());
    }

    void tabsStayWhereTheyAre()
    {
        Bottom b(1000);
        const auto places = [&] {
            QList<QRect> rects;
            for (int tab = 0; tab < b.panel.tabs().count(); ++tab)
                rects << b.panel.tabs().tabRect(tab);
            return rects;
        };
        const QList<QRect> before = places();
        for (int tab = 0; tab < b.panel.tabs().count(); ++tab) {
            QTest::mouseClick(&b.panel.tabs(), Qt::LeftButton, {}, before[tab].center());
            QCOMPARE(b.panel.tabs().currentIndex(), tab);
            QCOMPARE(places(), before);
        }
    }

    void resizingRearranges()
    {
        Bottom b(1000);
        b.panel.open(BottomPanel::Page::Problems);
        b.panel.resize(1400, 300);
        QVERIFY(b.panel.isSideBySide());
        QVERIFY(b.list->isVisible()); // what was looked at stays
        b.panel.open(BottomPanel::Page::Records);
        QVERIFY(b.records->isVisible());
        QVERIFY(b.throughput->isVisible());
        b.panel.resize(1000, 300);
        QVERIFY(!b.panel.isSideBySide());
        QCOMPARE(b.panel.tabs().count(), 3);
    }

    void problemsAreCountedOnTheirTab()
    {
        Bottom b(1000);
        QCOMPARE(b.panel.tabs().tabText(2), u"Problems"_s);
        b.panel.showProblemCount(3);
        QCOMPARE(b.panel.tabs().tabText(2), u"Problems 3"_s);
    }

    void aTabIsOpenedByAClick()
    {
        Bottom b(1000);
        QTabBar &tabs = b.panel.tabs();
        QTest::mouseClick(&tabs, Qt::LeftButton, {}, tabs.tabRect(1).center());
        QVERIFY(b.records->isVisible());
        QTest::mouseClick(&tabs, Qt::LeftButton, {}, tabs.tabRect(2).center());
        QVERIFY(b.list->isVisible());
        QVERIFY(!b.records->isVisible());
    }

    void besideEachOtherTheRecordsHaveMoreRoom()
    {
        Bottom b(1400);
        QTRY_VERIFY_WITH_TIMEOUT(b.records->width() > b.throughput->width() * 3 / 2, 60'000);
        QVERIFY(b.throughput->width() > 400);
    }

    void noProblemsAreSaidToBeNone()
    {
        Bottom b(1000);
        b.panel.open(BottomPanel::Page::Problems);
        auto *empty = b.list->findChild<QLabel *>(u"problems.empty"_s);
        QVERIFY(empty->isVisible());
        QVERIFY(!b.list->table().isVisible());
        b.problems.setDocumentProblems({Problem(Code::NotFound, {{"what", "x"}})});
        QVERIFY(!empty->isVisible());
        QVERIFY(b.list->table().isVisible());
        // The severity is drawn in front of the sentence.
        QCoreApplication::processEvents(); // layouts follow
        const QTableView &table = b.list->table();
        const QRect cell = table.visualRect(table.model()->index(0, 0));
        QVERIFY(ink(table.viewport()->grab(cell).toImage(), theme().error) > 30);
        QSignalSpy clear(b.list, &ProblemsPanel::clearWanted);
        QTest::mouseClick(b.list->findChild<QPushButton *>(u"problems.clear.button"_s),
                          Qt::LeftButton);
        QCOMPARE(clear.count(), 1);
    }

    void doubleClickOnAProblemAsksForItsNode()
    {
        Bottom b(1000);
        b.problems.setDocumentProblems({Problem(Code::NotFound, {{"what", "x"}}, "node f81k2m0a")});
        b.panel.open(BottomPanel::Page::Problems);
        NodeId wanted;
        connect(b.list, &ProblemsPanel::nodeWanted, this, [&](const NodeId &id) { wanted = id; });
        QTableView &table = b.list->table();
        const QPoint at = table.visualRect(table.model()->index(0, 0)).center();
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, at);
        QTest::mouseDClick(table.viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(wanted, NodeId{"f81k2m0a"});
    }
};

MILLRACE_TEST(BottomPanelTest)
#include "bottom_panel_test.moc"
