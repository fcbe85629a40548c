// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/support/clickstream.h"
#include "tests/ui/support/fake_engine.h"

#include "ui/shell/main_window.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <memory>

namespace millrace::test {

/// Opens a file and waits until it was read.
void openFile(ui::MainWindow &window, const QString &path,
              ui::AfterOpening then = ui::AfterOpening::Show);

/// The studio's window, shown, on the clickstream pipeline with an engine played by hand.
struct Studio {
    std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
    ui::MainWindow window;
    int second = 300;

    explicit Studio(QSize size = {1600, 1000}, const QStringList &templateFolders = {},
                    FileSystem &files = posixFileSystem());

    /// Publishes the next second's snapshot and lets the window see it.
    void tick(int times = 1);
    /// Lets the window see `snapshot`.
    void show(const runtime::Snapshot &snapshot);

    template <class Widget>
    Widget *find(const QString &name)
    {
        return window.findChild<Widget *>(name);
    }

    /// Opens a file and waits until it was read.
    void openFile(const QString &path) { test::openFile(window, path); }
    /// Presses a button of the question that opening another file asks.
    void answerQuestion(const QString &button);
    void clickNode(const NodeId &id);
    /// Opens the menus of these names by clicks, one out of the other, and clicks the action.
    void clickMenu(const QStringList &menus, const QString &action);
    /// Chooses a file in the dialog that asks for one, and presses its button.
    void chooseFile(const QString &path);
};

/// Saves a picture for people when MILLRACE_PICTURES names a folder.
void picture(QWidget &window, const QString &name);

} // namespace millrace::test
