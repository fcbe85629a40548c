// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"
#include "tests/ui/support/ink.h"
#include "tests/ui/support/studio.h"

#include "ui/document/pipeline_document.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QHelpEvent>
#include <QLabel>
#include <QTabBar>
#include <QTest>
#include <QToolTip>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

struct Inspector {
    PipelineDocument document{testKinds()};
    InspectorPanel panel{document};

    Inspector()
    {
        document.open(clickstream(), {});
        panel.resize(311, 560);
        panel.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&panel);
    }
    QStringList tabs()
    {
        QStringList texts;
        for (int i = 0; i < panel.tabs().count(); ++i)
            texts << panel.tabs().tabText(i);
        return texts;
    }
    void tick()
    {
        panel.showSnapshot(std::make_shared<const runtime::Snapshot>(clickstreamSnapshot(60)));
        QCoreApplication::processEvents(); // layouts follow
    }
    void openTab(int tab)
    {
        QTest::mouseClick(&panel.tabs(), Qt::LeftButton, {}, panel.tabs().tabRect(tab).center());
    }
    QWidget *page(const QString &name)
    {
        return panel.findChild<QWidget *>(u"inspector.%1.view"_s.arg(name));
    }
    /// All texts of the settings page.
    QStringList settings()
    {
        QStringList texts;
        for (const QLabel *label :
             panel.findChild<QWidget *>(u"inspector.settings.view"_s)->findChildren<QLabel *>())
            if (!label->isHidden())
                texts << label->text();
        return texts;
    }
};

} // namespace

class InspectorPanelTest final : public QObject
{
    Q_OBJECT

private slots:
    void nothingSelectedIsExplained()
    {
        Inspector i;
        QVERIFY(!i.panel.tabs().isVisible());
        QVERIFY(!i.panel.findChild<QLabel *>(u"inspector.kind"_s)->isVisible()); // takes no room
        i.panel.showNode(NodeId{"gone0000"});
        QVERIFY(!i.panel.tabs().isVisible());
    }

    void aStreamHasShardsAndKeys()
    {
        Inspector i;
        i.panel.showNode(kStream);
        QCOMPARE(i.tabs(), (QStringList{u"Settings"_s, u"Shards"_s, u"Keys"_s}));
        QCOMPARE(i.panel.tabs().currentIndex(), 1);
        QCOMPARE(i.panel.findChild<QLabel *>(u"inspector.title"_s)->text(), u"clicks"_s);
        QCOMPARE(i.panel.findChild<QLabel *>(u"inspector.kind"_s)->text(), u"Data stream"_s);
    }

    void aWireHasItsEndsItsRateAndWhatWaits()
    {
        const auto wire = [](const NodeId &from, const NodeId &to) {
            return graph::WireEnds{{from, "out"}, {to, "in"}};
        };
        Inspector i;
        const auto said = [&] { return i.page(u"wire"_s)->accessibleDescription(); };
        i.panel.showWire(wire(kStream, kFilter));
        QVERIFY(i.page(u"wire"_s)->isVisible());
        QVERIFY(!i.panel.tabs().isVisible());
        QCOMPARE(i.panel.findChild<QLabel *>(u"inspector.kind"_s)->text(), u"Wire"_s);
        QVERIFY2(said().contains(u"Run (F5)"_s), qPrintable(said()));
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        for (runtime::NodeFigures &node : snapshot.nodes) {
            if (node.id == kFilter)
                node.lagRecords = 1234;
        }
        for (runtime::WireFigures &each : snapshot.wires) {
            if (each.from == kStream && each.to == kFilter)
                each.recordsPerSecond = 321;
        }
        i.panel.showSnapshot(std::make_shared<const runtime::Snapshot>(snapshot));
        QVERIFY2(said().startsWith(u"From clicks, To "_s), qPrintable(said()));
        QVERIFY2(said().contains(u"Rate 321 rec/s"_s), qPrintable(said()));
        QVERIFY2(said().contains(u"Waiting 1,234 records"_s), qPrintable(said()));
        QVERIFY(ink(i.page(u"wire"_s)->grab().toImage(), theme().text) > 50);
        i.panel.showWire(wire(kGenerator, kStream)); // whose end takes it at once
        QVERIFY2(said().contains(u"Nothing waits here"_s), qPrintable(said()));
        i.panel.showWire(std::nullopt);
        QVERIFY(!i.page(u"wire"_s)->isVisible());
    }

    void othersHaveSettingsAndRecords()
    {
        Inspector i;
        i.panel.showNode(kFilter);
        QCOMPARE(i.tabs(), (QStringList{u"Settings"_s, u"Records"_s}));
    }

    void settingsHaveTitlesUnitsAndDefaults()
    {
        Inspector i;
        i.panel.showNode(kGenerator);
        QTRY_VERIFY_WITH_TIMEOUT(i.settings().contains(u"Rate"_s),
                                 60'000); // a layout shows its new children later
        const QStringList texts = i.settings();
        QVERIFY(texts.contains(u"1,900\u00a0records/s"_s));
        QVERIFY(texts.contains(u"Seed"_s));
        QVERIFY(texts.contains(u"42"_s));          // not in the file
        QVERIFY(texts.contains(u"Clickstream"_s)); // a choice by its title
    }

    void whatMeansNothingIsNotShown()
    {
        Inspector i;
        i.panel.showNode(kGenerator);
        QTRY_VERIFY_WITH_TIMEOUT(i.settings().contains(u"Seed"_s), 60'000);
        QVERIFY(i.document.edit(
            {graph::SetParameter{kGenerator, "profile", std::string("sensors")}}, u"Set"_s));
        QTRY_VERIFY_WITH_TIMEOUT(i.settings().contains(u"IoT sensors"_s), 60'000);
        QVERIFY(!i.settings().contains(u"Seed"_s));
    }

    void nothingOfTheNodeBeforeStays()
    {
        Inspector i;
        i.panel.showNode(kGenerator);
        i.panel.showNode(kFilter);
        QTRY_VERIFY_WITH_TIMEOUT(i.settings().contains(u"Condition"_s), 60'000);
        QVERIFY(!i.settings().contains(u"Rate"_s));
    }

    void thePageStaysForTheNextNodeOfItsKind()
    {
        Inspector i;
        i.panel.showNode(kFilter);
        QTest::mouseClick(&i.panel.tabs(), Qt::LeftButton, {}, i.panel.tabs().tabRect(1).center());
        i.panel.showNode(kMap);
        QCOMPARE(i.panel.tabs().tabText(i.panel.tabs().currentIndex()), u"Records"_s);
    }

    void tabsStayWhereTheyAre()
    {
        Inspector i;
        i.panel.showNode(kStream);
        const QRect keys = i.panel.tabs().tabRect(2);
        i.openTab(0);
        QCOMPARE(i.panel.tabs().tabRect(2), keys);
        i.openTab(2);
        QCOMPARE(i.panel.tabs().tabRect(2), keys);
    }

    void theShardsAreDrawnAndTold()
    {
        Inspector i;
        i.panel.showNode(kStream);
        i.tick();
        auto *view = i.page(u"shards"_s);
        const QImage image = view->grab().toImage();
        const int middle = view->width() / 2;
        const QRect strip(0, 30, view->width(), 26);
        const QRect ring(middle - 90, 70, 180, 190);
        const QRect rows(0, 280, view->width(), view->height() - 280);
        for (const std::uint32_t shard : {0U, 1U, 2U, 3U}) {
            QVERIFY(ink(image, theme().shard(shard), strip) > 200);
            QVERIFY(ink(image, theme().shard(shard), ring) > 200);
            QVERIFY(ink(image, theme().shard(shard), rows) > 50);
        }
        QVERIFY(view->accessibleDescription().startsWith(u"shard 0: 0.4"_s));
        QHelpEvent help(QEvent::ToolTip, {40, 300}, view->mapToGlobal(QPoint(40, 300)));
        QCoreApplication::sendEvent(view, &help);
        QVERIFY2(QToolTip::text().startsWith(u"Shard 0 takes hash keys\n0000"_s),
                 qPrintable(QToolTip::text()));
        QToolTip::hideText();
    }

    void theRingFillsWithTheLoadAndIsEmptyAtZero()
    {
        Inspector i;
        i.panel.showNode(kStream);
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        const auto filled = [&](double load) {
            for (runtime::NodeFigures &node : snapshot.nodes) {
                for (runtime::ShardFigures &shard : node.shards) {
                    shard.bytesInPerSecond = 0;
                    shard.recordsInPerSecond = load * runtime::kShardRecordsPerSecond;
                }
            }
            i.panel.showSnapshot(std::make_shared<const runtime::Snapshot>(snapshot));
            QCoreApplication::processEvents();
            auto *view = i.page(u"shards"_s);
            return ink(view->grab().toImage(), theme().shard(1),
                       {view->width() / 2 - 90, 70, 180, 190});
        };
        const int whole = filled(1);
        QVERIFY(whole > 1000);
        const double half = filled(0.5) / static_cast<double>(whole);
        QVERIFY2(half > 0.45 && half < 0.55, qPrintable(QString::number(half)));
        QCOMPARE(filled(0), 0);
        picture(i.panel, u"ring-at-zero"_s);
        QVERIFY(ink(i.page(u"shards"_s)->grab().toImage(), theme().emptyArc(1)) > 1000);
    }

    void theKeysAreDrawnAndToldHotShardFirst()
    {
        Inspector i;
        i.panel.showNode(kStream);
        QVERIFY(i.page(u"keys"_s)->accessibleDescription().isEmpty());
        i.openTab(2);
        i.tick();
        auto *view = i.page(u"keys"_s);
        QVERIFY2(
            view->accessibleDescription().startsWith(
                u"shard 2: guest 71\u00a0%, user-1042 3\u00a0%, user-88 2\u00a0%. shard 0: "_s),
            qPrintable(view->accessibleDescription()));
        const QImage image = view->grab().toImage();
        QVERIFY(ink(image, theme().error) > 200); // the hot key's bar
        QVERIFY(ink(image, theme().shard(3)) > 5);
    }

    /// Another program's command line is as long as it is.
    void whatIsSaidOfAWireIsWholeHoweverLong_data()
    {
        QTest::addColumn<int>("options");
        QTest::newRow("more than five rows") << 4;
        QTest::newRow("more than the page") << 40;
    }
    void whatIsSaidOfAWireIsWholeHoweverLong()
    {
        QFETCH(int, options);
        Inspector i;
        i.panel.resize(218, 459); // of the smallest window that shows it
        i.panel.showWire(graph::WireEnds{{kMap, "out"}, {kPages, "in"}});
        const QString sentence =
            u"Another program has the data directory: “millrace run orders.millrace%1” "
            "(PID 4711). End it, then press Run (F5)."_s.arg(
                QString(u" --set clicks.rate=1900"_s).repeated(options));
        i.panel.showObstacle(sentence);
        QCoreApplication::processEvents();
        auto *view = i.page(u"wire"_s);
        const int top = 12 + 2 * 22 + 8;
        const QRect note =
            QFontMetrics(Style::instance().text(type::kBody))
                .boundingRect(QRect(16, top, view->width() - 32, 10'000), Qt::TextWordWrap,
                              u"Figures come once it runs. "_s + sentence);
        QVERIFY(note.height() > 5 * 22);
        QVERIFY2(view->height() >= note.bottom(), qPrintable(QString::number(view->height())));
        const QRect lastLine(0, note.bottom() - 12, view->width(), 12);
        QVERIFY(ink(view->grab().toImage(), theme().muted, lastLine, 60) > 20);
        picture(i.panel, u"wire-note-%1"_s.arg(options));
    }

    void theFatesAreDrawnAndTold()
    {
        Inspector i;
        i.panel.showNode(kMap);
        i.openTab(1);
        i.panel.showSnapshot(std::make_shared<const runtime::Snapshot>());
        auto *view = i.page(u"counts"_s);
        QVERIFY(view->accessibleDescription().isEmpty());
        QCOMPARE(ink(view->grab().toImage(), theme().good), 0);
        i.tick();
        QCOMPARE(view->accessibleDescription(),
                 u"In 141,720, Processed 141,712, Filtered out 0, Late 0, To dead letters 8, "
                 "Expired unread 0, In flight 0, Out 141,720"_s);
        const QImage image = view->grab().toImage();
        QVERIFY(ink(image, theme().good) > 100); // how busy it was
        QVERIFY(ink(image, theme().error) > 20); // the dead letters
        QVERIFY(ink(image, theme().text) > 100);
    }

    void longFiguresDoNotRunIntoTheirNames()
    {
        Inspector i;
        i.panel.resize(218, 459); // of the smallest window that shows it
        i.panel.showNode(kFilter);
        i.openTab(1);
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        for (runtime::NodeFigures &node : snapshot.nodes)
            node.counts.filtered = 123'456'789;
        i.panel.showSnapshot(std::make_shared<const runtime::Snapshot>(snapshot));
        QCoreApplication::processEvents();
        auto *view = i.page(u"counts"_s);
        const QImage image = view->grab().toImage();
        const QRect row(0, 12 + 2 * 22, view->width(), 22);
        int begin = -1; // of the figure, which alone is in the text's colour
        for (int x = 0; x < row.width() && begin < 0; ++x)
            begin = ink(image, theme().text, {x, row.top(), 1, row.height()}, 60) > 0 ? x : -1;
        QVERIFY2(begin > 60, qPrintable(QString::number(begin)));
        QCOMPARE(ink(image, theme().panel, {begin - 5, row.top(), 4, row.height()}),
                 4 * row.height());
    }

    void keysThatDifferAreToldApart_data()
    {
        QTest::addColumn<QString>("form");
        QTest::newRow("as long as there is room") << u"user-19%1"_s;
        QTest::newRow("longer") << u"customer-of-the-north-000%1"_s;
    }
    void keysThatDifferAreToldApart()
    {
        QFETCH(QString, form);
        Inspector i;
        i.panel.resize(218, 459);
        i.panel.showNode(kStream);
        i.openTab(2);
        runtime::Snapshot snapshot = clickstreamSnapshot(60);
        for (runtime::NodeFigures &node : snapshot.nodes) {
            for (runtime::ShardFigures &shard : node.shards) {
                shard.bytesInPerSecond = 0; // none is hot: rows differ by their names alone
                shard.recordsInPerSecond = 10;
                shard.topKeys.clear();
                for (const int number : {67, 42, 11, 12, 13})
                    shard.topKeys.push_back({form.arg(number).toStdString(), 0.03});
            }
        }
        i.panel.showSnapshot(std::make_shared<const runtime::Snapshot>(snapshot));
        QCoreApplication::processEvents();
        const QImage image = i.page(u"keys"_s)->grab().toImage();
        const QRect first(16, 12 + 26, 88, 22);
        QVERIFY(ink(image, theme().text, first, 60) > 20);
        QVERIFY(image.copy(first) != image.copy(first.translated(0, 22)));
        QVERIFY(ink(image, theme().shard(0)) > 4); // bars as well
    }

    void anEditIsShown()
    {
        Inspector i;
        i.panel.showNode(kFilter);
        QVERIFY(i.document.edit({graph::RenameNode{kFilter, "Trouble"}}, u"Rename"_s));
        QCOMPARE(i.panel.findChild<QLabel *>(u"inspector.title"_s)->text(), u"Trouble"_s);
    }

    void settingsSayWhatTheyAre()
    {
        Inspector i;
        i.panel.showNode(kGenerator);
        QTRY_VERIFY_WITH_TIMEOUT(i.settings().contains(u"A kind for tests."_s),
                                 60'000); // its summary
        const auto value = [&](const QString &text) -> QLabel * {
            for (QLabel *label : i.page(u"settings"_s)->findChildren<QLabel *>()) {
                if (label->text() == text)
                    return label;
            }
            return nullptr;
        };
        QCOMPARE(value(u"42"_s)->toolTip(), u"Not set: this is the default"_s);
        QCOMPARE(value(u"42"_s)->accessibleName(), u"Seed"_s);
        QCOMPARE(value(u"1,900\u00a0records/s"_s)->toolTip(), u"Help."_s);
        i.panel.showNode(kFilter);
        QTRY_VERIFY_WITH_TIMEOUT(value(u"status >= 500"_s), 60'000);
        QCOMPARE(value(u"status >= 500"_s)->font().family(),
                 Style::instance().figures(11).family());
    }
};

MILLRACE_TEST(InspectorPanelTest)
#include "inspector_panel_test.moc"
