// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"
#include "tests/ui/support/fake_engine.h"

#include "core/graph/file.h"

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/node_item.h"
#include "ui/canvas/wire_item.h"
#include "ui/charts/throughput_panel.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/panels/bottom_panel.h"
#include "ui/panels/records_panel.h"
#include "ui/shell/canvas_page.h"
#include "ui/shell/main_window.h"
#include "ui/shell/message_page.h"
#include "ui/style/style.h"

#include <QLabel>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

/// A window on the clickstream pipeline with an engine played by hand.
struct Studio {
    std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
    MainWindow window{testKinds(), {u"/nonexistent"_s, u"0.0"_s}};
    int second = 300;

    explicit Studio(QSize size = {1600, 1000})
    {
        engine->records = RecordFeed();
        engine->history = clickstreamHistory;
        window.resize(size);
        const std::string text = *graph::writeDocument(clickstream());
        window.openFile(writeTemporary(u"clickstream.millrace"_s, text));
        window.setEngine(engine);
        window.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&window);
    }

    void tick(int times = 1)
    {
        for (int i = 0; i < times; ++i) {
            engine->publish(clickstreamSnapshot(second++));
            window.bridge().poll();
        }
    }

    template <class Widget>
    Widget *find(const QString &name)
    {
        return window.findChild<Widget *>(name);
    }

    void clickNode(const NodeId &id)
    {
        CanvasView &view = window.canvas().view();
        const QPoint at =
            view.mapFromScene(window.scene().itemFor(id)->sceneBoundingRect().center());
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, at);
    }
};

/// Saves a picture for people when MILLRACE_PICTURES names a folder.
void picture(QWidget &window, const QString &name)
{
    const QString folder = qEnvironmentVariable("MILLRACE_PICTURES");
    if (!folder.isEmpty())
        window.grab().save(u"%1/%2.png"_s.arg(folder, name));
}

} // namespace

class MainWindowTest final : public QObject
{
    Q_OBJECT

private slots:
    void cleanup() { Style::instance().choose(ThemeKind::Dark); }

    void showsFiguresOfTheSnapshot()
    {
        Studio studio;
        studio.tick(3);
        const CardContent &generator = studio.window.scene().itemFor(kGenerator)->content();
        QCOMPARE(generator.figure, u"1,894 rec/s"_s);
        QCOMPARE(generator.health, Health::Good);
        const CardContent &stream = studio.window.scene().itemFor(kStream)->content();
        QCOMPARE(stream.bars.size(), 4U);
        QVERIFY(stream.bars[2].hot());
        QCOMPARE(stream.attention, u"Shard 2 is hot: key “guest” is 71\u00a0% of it"_s);
        QCOMPARE(stream.health, Health::Warning);
        const WireItem *wire =
            studio.window.scene().itemFor(graph::WireEnds{{kGenerator, "out"}, {kStream, "in"}});
        QVERIFY(wire);
        QCOMPARE(wire->content().label, u"1,894/s"_s);
        QCOMPARE(studio.find<QLabel>(u"topbar.rate"_s)->text(), u"2,370 rec/s"_s);
        QCOMPARE(studio.find<QLabel>(u"topbar.clock"_s)->text(), u"running 5 min"_s);
        QCOMPARE(studio.find<QLabel>(u"status.disk"_s)->text(),
                 u"Disk 104\u00a0MB of 2\u00a0GB (zstd 7.9×)"_s);
    }

    void pictures_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("theme");
        for (const QSize size : {QSize(1600, 1000), QSize(1366, 768)}) {
            for (const ThemeKind kind :
                 {ThemeKind::Dark, ThemeKind::Light, ThemeKind::HighContrast})
                QTest::addRow("%d-%s", size.width(), qPrintable(toText(kind)))
                    << size << static_cast<int>(kind);
        }
    }

    void pictures()
    {
        QFETCH(QSize, size);
        QFETCH(int, theme);
        Style::instance().choose(static_cast<ThemeKind>(theme));
        Studio studio(size);
        studio.tick(3);
        studio.clickNode(kStream);
        studio.tick(60);
        QCoreApplication::processEvents();
        picture(studio.window, QString::fromLatin1(QTest::currentDataTag()));
        QCOMPARE(studio.window.size(), size);
    }
};

MILLRACE_TEST(MainWindowTest)
#include "main_window_test.moc"
