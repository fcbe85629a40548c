// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/node_item.h"
#include "ui/shell/canvas_page.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace millrace::test {

void openFile(ui::MainWindow &window, const QString &path, ui::AfterOpening then)
{
    window.openFile(path, then);
    QTRY_VERIFY_WITH_TIMEOUT(!window.isReading(), 60'000);
}

Studio::Studio(QSize size, const QStringList &templateFolders, FileSystem &files)
    : window(testKinds(), {templateFolders, u"0.0"_s, files})
{
    engine->records = RecordFeed();
    engine->history = clickstreamHistory;
    window.resize(size);
    const std::string text = *graph::writeDocument(clickstream());
    openFile(writeTemporary(u"clickstream.millrace"_s, text));
    window.setEngine(engine);
    window.show();
    [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&window);
}

void Studio::tick(int times)
{
    for (int i = 0; i < times; ++i)
        show(clickstreamSnapshot(second++));
}

void Studio::show(const runtime::Snapshot &snapshot)
{
    engine->publish(snapshot);
    window.bridge().poll();
}

void Studio::answerQuestion(const QString &button)
{
    QTRY_VERIFY_WITH_TIMEOUT(find<QPushButton>(button), 60'000);
    QTest::mouseClick(find<QPushButton>(button), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!find<QPushButton>(button), 60'000);
}

void Studio::clickNode(const NodeId &id)
{
    ui::CanvasView &view = window.canvas().view();
    const QPoint at = view.mapFromScene(window.scene().itemFor(id)->sceneBoundingRect().center());
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, at);
}

namespace {

/// Takes the pointer to an entry the way a hand does, and clicks: Qt 6.8 takes a press that comes
/// without any way behind it for the rest of the one that opened the menu, and closes it.
void clickEntry(QMenu *menu, QAction *entry)
{
    const QPoint to = menu->actionGeometry(entry).center();
    for (int step = 9; step >= 0; --step)
        QTest::mouseMove(menu, to - QPoint(step, 0));
    QTest::mouseClick(menu, Qt::LeftButton, {}, to);
}

} // namespace

void Studio::clickMenu(const QStringList &menus, const QString &action)
{
    auto *bar = window.findChild<QMenuBar *>(u"menus"_s);
    QMenu *from = nullptr;
    for (const QString &name : menus) {
        auto *menu = window.findChild<QMenu *>(name);
        if (from)
            clickEntry(from, menu->menuAction());
        else
            QTest::mouseClick(bar, Qt::LeftButton, {},
                              bar->actionGeometry(menu->menuAction()).center());
        if (!QTest::qWaitFor([menu] { return menu->isVisible(); }))
            QFAIL(qPrintable(name + u" did not open"_s));
        from = menu;
    }
    const QList<QAction *> entries = from->actions();
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const QAction *each) {
        return each->objectName() == action;
    });
    QVERIFY2(entry != entries.end(), qPrintable(action));
    clickEntry(from, *entry);
}

void Studio::chooseFile(const QString &path)
{
    auto *dialog = window.findChild<QFileDialog *>(u"dialog.open"_s);
    QVERIFY(dialog && dialog->isVisible());
    dialog->selectFile(path);
    auto *buttons = dialog->findChild<QDialogButtonBox *>();
    QVERIFY(buttons);
    QTest::mouseClick(buttons->button(QDialogButtonBox::Open), Qt::LeftButton);
}

void picture(QWidget &window, const QString &name)
{
    const QString folder = qEnvironmentVariable("MILLRACE_PICTURES");
    QCoreApplication::processEvents(); // layouts follow
    if (!folder.isEmpty())
        window.grab().save(u"%1/%2.png"_s.arg(folder, name));
}

} // namespace millrace::test
