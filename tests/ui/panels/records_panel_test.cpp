// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"
#include "tests/ui/support/fake_engine.h"
#include "tests/ui/support/ink.h"

#include "core/base/problem_codes.h"

#include "ui/bridge/engine_bridge.h"
#include "ui/panels/record_delegate.h"
#include "ui/panels/records_panel.h"
#include "ui/style/style.h"

#include <QAction>
#include <QClipboard>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTableView>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

struct Panel {
    std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
    EngineBridge bridge;
    RecordsPanel panel{bridge};
    int second = 0;

    Panel()
    {
        engine->records = RecordFeed();
        bridge.setEngine(engine);
        panel.resize(800, 360);
        panel.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&panel);
    }
    void follow()
    {
        panel.showStream(clickstreamSnapshot(0).node(kStream)->stream, u"clicks"_s);
        bridge.poll();
    }
    void tick()
    {
        engine->publish(clickstreamSnapshot(second++));
        bridge.poll();
        bridge.poll();
    }
    QPushButton *newer() { return panel.findChild<QPushButton *>(u"records.newer.button"_s); }
};

} // namespace

class RecordsPanelTest final : public QObject
{
    Q_OBJECT

private slots:
    void payloadsAreCutWhereTheCellEnds()
    {
        QCOMPARE(cutToWidth(u"abcdef"_s, 60, 10), u"abcdef"_s);
        QCOMPARE(cutToWidth(u"abcdefg"_s, 69, 10), u"abcde…"_s);
        QCOMPARE(cutToWidth(u"abc"_s, 0, 10), u"…"_s);
        QCOMPARE(cutToWidth(u"ab\U0001F600cdef"_s, 40, 10), u"ab…"_s); // no half of a pair
    }

    void explainsItselfWhileEmpty()
    {
        Panel p;
        const auto says = [&p](const QString &part) {
            const QString text = p.panel.findChild<QLabel *>(u"records.empty"_s)->text();
            return text.contains(part) ? QString() : text;
        };
        QCOMPARE(says(u"no stream to read"_s), QString());
        QVERIFY(!p.panel.table().isVisible());
        // The pipeline has a stream, but it is made by the first run.
        p.panel.showStream(std::nullopt, u"clicks"_s);
        QCOMPARE(says(u"is made when the pipeline runs. Press Run (F5)."_s), QString());
        p.engine->answers = false;
        p.engine->records = [](const auto &) {
            engine::RecordsReply reply;
            reply.reachedEnd = true;
            return reply;
        };
        p.tick();
        QCOMPARE(says(u"is being made"_s), QString());
        // It runs, and its first page is not here: nobody knows yet whether it is empty.
        p.follow();
        p.tick();
        QCOMPARE(says(u"Reading “clicks”"_s), QString());
        p.engine->answers = true;
        p.bridge.poll();
        QCOMPARE(says(u"Nothing has arrived in “clicks” yet"_s), QString());
        runtime::Snapshot stopped = clickstreamSnapshot(9);
        stopped.state = runtime::RunState::Stopped;
        p.engine->publish(stopped);
        p.bridge.poll();
        QCOMPARE(says(u"holds no records. Press Run (F5)"_s), QString());
        p.engine->records = RecordFeed();
        p.tick();
        QVERIFY(p.panel.table().isVisible());
    }

    void followsTheNewest()
    {
        Panel p;
        p.follow();
        const int before = p.panel.model().rowCount();
        QVERIFY(before > 0);
        p.tick();
        QCOMPARE(p.panel.model().rowCount(), before + 8);
        QVERIFY(!p.newer()->isVisible());
    }

    void nothingMovesWhenARowIsSelected()
    {
        Panel p;
        p.follow();
        p.tick();
        QCoreApplication::processEvents();
        const auto top = [&p] { return p.panel.table().mapTo(&p.panel, QPoint()).y(); };
        const int before = top();
        QTest::mouseClick(p.panel.table().viewport(), Qt::LeftButton, {}, {40, 33});
        QCoreApplication::processEvents(); // layouts follow
        QVERIFY(p.newer()->isVisible());
        QCOMPARE(top(), before);
    }

    void scrollingAwayHoldsAndTheButtonFollowsAgain()
    {
        Panel p;
        p.follow();
        p.tick();
        const int before = p.panel.model().rowCount();
        p.panel.table().verticalScrollBar()->setValue(60);
        QVERIFY(p.panel.model().isHeld());
        p.tick();
        QCOMPARE(p.panel.model().rowCount(), before);
        QVERIFY(p.newer()->isVisible());
        QVERIFY(p.newer()->text().startsWith(u"8 new"_s));
        QTest::mouseClick(p.newer(), Qt::LeftButton);
        QCOMPARE(p.panel.model().rowCount(), before + 8);
        QCOMPARE(p.panel.table().verticalScrollBar()->value(), 0);
        QVERIFY(!p.newer()->isVisible());
    }

    void scrollingBackFollowsAgain()
    {
        Panel p;
        p.follow();
        p.panel.table().verticalScrollBar()->setValue(60);
        p.tick();
        p.panel.table().verticalScrollBar()->setValue(0);
        QVERIFY(!p.panel.model().isHeld());
        QCOMPARE(p.panel.model().waiting(), 0);
    }

    void aSelectedRecordStaysAndIsShownInFull()
    {
        Panel p;
        p.follow();
        QTableView &table = p.panel.table();
        const QPoint at = table.visualRect(table.model()->index(2, 4)).center();
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, at);
        const RecordRow chosen = *p.panel.model().record(2);
        p.tick();
        QVERIFY(p.panel.model().isHeld());
        QCOMPARE(p.panel.model().record(2)->ordinal, chosen.ordinal);
        auto *text = p.panel.findChild<QPlainTextEdit *>(u"records.text"_s);
        QVERIFY(text->isVisible());
        QVERIFY(text->toPlainText().contains(u"\"page\": "_s)); // indented
        auto *hex = p.panel.findChild<QPlainTextEdit *>(u"records.hex"_s);
        QVERIFY(hex->toPlainText().startsWith(u"0000  7b 22"_s));
        const auto *title = p.panel.findChild<QLabel *>(u"records.detail.title"_s);
        QVERIFY(title->text().endsWith(chosen.sequenceNumber));
    }

    void aLowPanelShowsTheRecordBesideTheTable()
    {
        Panel p;
        p.panel.resize(850, 200); // what a window of 1366x768 leaves it
        p.follow();
        QTableView &table = p.panel.table();
        const QPoint at = table.visualRect(table.model()->index(2, 0)).center();
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, at);
        QCoreApplication::processEvents(); // layouts follow
        auto *text = p.panel.findChild<QPlainTextEdit *>(u"records.text"_s);
        QVERIFY(text->isVisible());
        QVERIFY(!p.panel.findChild<QPlainTextEdit *>(u"records.hex"_s)->isVisible());
        const int left = text->mapTo(&p.panel, QPoint()).x();
        QVERIFY(left > table.mapTo(&p.panel, QPoint(table.width(), 0)).x());
        QVERIFY2(text->width() > 240 && text->height() > 100 && table.height() > 120,
                 qPrintable(u"%1x%2"_s.arg(text->width()).arg(text->height())));
        p.panel.resize(850, 400);
        QCoreApplication::processEvents();
        QVERIFY(p.panel.findChild<QPlainTextEdit *>(u"records.hex"_s)->isVisible());
        QVERIFY(text->mapTo(&p.panel, QPoint()).y() >
                table.mapTo(&p.panel, QPoint(0, table.height())).y());
    }

    void ofALargeRecordTheBeginningIsShown()
    {
        Panel p;
        p.engine->records = [](const auto &) {
            engine::RecordsReply reply;
            reply.rows.resize(1);
            reply.rows[0].data = "[";
            for (int i = 0; i < 70'000; ++i)
                reply.rows[0].data += "11111111,";
            reply.rows[0].data += "1]";
            reply.reachedEnd = true;
            return reply;
        };
        p.follow();
        p.panel.table().selectRow(0);
        auto *text = p.panel.findChild<QPlainTextEdit *>(u"records.text"_s);
        const QString shown = text->toPlainText();
        QVERIFY(shown.startsWith(u"[\n    111"_s));
        QVERIFY2(shown.endsWith(u" more bytes"_s), qPrintable(shown.right(40)));
        QVERIFY(shown.size() < 300'000);
    }

    void whoReadsARecordKeepsTheirPlaceWhenThePanelIsResized()
    {
        Panel p;
        p.engine->records = [](const auto &) {
            engine::RecordsReply reply;
            reply.rows.resize(1);
            for (int i = 0; i < 200; ++i)
                reply.rows[0].data += "line\n";
            reply.reachedEnd = true;
            return reply;
        };
        p.follow();
        p.panel.table().selectRow(0);
        auto *text = p.panel.findChild<QPlainTextEdit *>(u"records.text"_s);
        QCoreApplication::processEvents(); // layouts follow
        text->verticalScrollBar()->setValue(50);
        QCOMPARE(text->verticalScrollBar()->value(), 50);
        p.panel.resize(p.panel.width() + 10, p.panel.height() + 10);
        QCOMPARE(text->verticalScrollBar()->value(), 50);
    }

    void whatIsTooMuchToHoldIsSaid()
    {
        Panel p;
        p.follow();
        p.panel.table().verticalScrollBar()->setValue(60);
        p.engine->records = [](const auto &) {
            engine::RecordsReply reply;
            reply.rows.resize(RecordTableModel::kMaxRows);
            reply.reachedEnd = true;
            return reply;
        };
        p.tick();
        p.tick();
        QCOMPARE(p.newer()->text(), u"Over 10,000 new · follow"_s);
    }

    void aStreamThatCannotBeReadSaysWhy()
    {
        Panel p;
        p.engine->problems = {Problem(Code::PermissionDenied, {{"operation", "read the log"}})};
        p.follow();
        p.tick();
        const auto *label = p.panel.findChild<QLabel *>(u"records.empty"_s);
        const QString text = label->text();
        QVERIFY2(text.startsWith(u"“clicks” could not be read: No permission to read"_s),
                 qPrintable(text));
        p.engine->records = [](const auto &) {
            engine::RecordsReply reply;
            reply.reachedEnd = true;
            return reply;
        };
        const auto says = [label](const QString &part) { return label->text().contains(part); };
        const std::vector<Problem> problems = std::exchange(p.engine->problems, {});
        p.tick();
        QVERIFY(says(u"Nothing has arrived"_s));
        p.engine->problems = problems;
        p.tick();
        QVERIFY(says(u"could not be read"_s));
        p.engine->problems.clear();
        p.tick(); // empty as before it failed
        QVERIFY(says(u"Nothing has arrived"_s));
    }

    void askingStopsWhileNobodySeesIt()
    {
        Panel p;
        p.follow();
        p.panel.hide();
        const int before = p.engine->count<engine::RecordsRequest>();
        p.tick();
        p.tick();
        QCOMPARE(p.engine->count<engine::RecordsRequest>(), before);
        p.panel.show();
        p.tick();
        QVERIFY(p.engine->count<engine::RecordsRequest>() > before);
    }

    void whatCannotBeFollowedInFullIsSaid()
    {
        Panel p;
        RecordFeed fast;
        fast.reachesEnd = false;
        p.engine->records = fast;
        p.follow();
        for (int i = 0; i < 8; ++i)
            p.tick();
        QCOMPARE(p.panel.findChild<QLabel *>(u"records.title"_s)->text(),
                 u"clicks, newest first; too fast to show every record"_s);
    }

    void cellsAreDrawn()
    {
        Panel p;
        p.follow();
        QTableView &table = p.panel.table();
        const QRect cell = table.visualRect(table.model()->index(1, RecordTableModel::DataColumn));
        const QImage image = table.viewport()->grab(cell).toImage();
        const int ground = ink(image, theme().panel);
        QVERIFY2(ground > 0 && ground < image.width() * image.height() - 500,
                 qPrintable(QString::number(ground)));
    }

    void wholeSequenceNumbersAreCopied()
    {
        Panel p;
        p.follow();
        QTableView &table = p.panel.table();
        const QModelIndex cell = table.model()->index(1, RecordTableModel::SequenceColumn);
        QTest::mouseClick(table.viewport(), Qt::RightButton, {}, table.visualRect(cell).center());
        const RecordRow chosen = *p.panel.model().record(1);
        QCOMPARE(chosen.sequenceNumber.size(), 56);
        table.setFocus();
        QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), chosen.sequenceNumber);
        QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), QString::fromUtf8(chosen.data));
        QCOMPARE(table.contextMenuPolicy(), Qt::ActionsContextMenu);
        QCOMPARE(table.actions().size(), 3);
        table.actions().last()->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(), chosen.key);
    }

    void hexDumpsAreSixteenALine()
    {
        const QString dump = hexDump(QByteArray(40, 'a'), 32);
        QCOMPARE(dump.split(u'\n').size(), 3);
        QVERIFY(dump.startsWith(u"0000  61 61"_s));
        QVERIFY(dump.contains(u"\n0010  "_s));
        QVERIFY(dump.endsWith(u"8 more bytes"_s));
    }
};

MILLRACE_TEST(RecordsPanelTest)
#include "records_panel_test.moc"
