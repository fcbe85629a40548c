// SPDX-License-Identifier: GPL-3.0-or-later
// The actions of the main window and the menus made of them.
#include "ui/canvas/canvas_view.h"
#include "ui/panels/bottom_panel.h"
#include "ui/shell/canvas_page.h"
#include "ui/shell/main_window.h"
#include "ui/style/format.h"
#include "ui/style/icon.h"
#include "ui/style/style.h"

#include <QActionGroup>
#include <QApplication>
#include <QMenuBar>
#include <QMessageBox>

#include <array>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr std::array<int, 5> kInterfacePercents = {100, 125, 150, 175, 200};

} // namespace

void MainWindow::makeActions()
{
    ActionRegistry &a = m_actions;
    connect(a.add(u"file.open"_s, tr("&Open…"), tr("Open a pipeline file"), QKeySequence::Open),
            &QAction::triggered, this, &MainWindow::askForFile);
    connect(a.add(u"file.close"_s, tr("&Close pipeline"),
                  tr("Stop the pipeline and go back to the start page; its streams stay"),
                  Qt::CTRL | Qt::Key_W),
            &QAction::triggered, &m_document, &PipelineDocument::close);
    connect(a.add(u"file.quit"_s, tr("&Quit"), tr("Stop the engine and quit"), QKeySequence::Quit),
            &QAction::triggered, this, &QWidget::close);

    connect(
        a.add(u"run.run"_s, tr("&Run"), tr("Run the pipeline"), Qt::Key_F5, themedIcon(u"run"_s)),
        &QAction::triggered, this, &MainWindow::run);
    connect(a.add(u"run.pause"_s, tr("&Pause"), tr("Pause; streams go on accepting"), Qt::Key_F6,
                  themedIcon(u"pause"_s)),
            &QAction::triggered, this, [this] { m_bridge.pause(); });
    connect(a.add(u"run.stop"_s, tr("&Stop"), tr("Stop the pipeline"), Qt::SHIFT | Qt::Key_F5,
                  themedIcon(u"stop"_s)),
            &QAction::triggered, this, &MainWindow::stop);

    a.add(u"view.zoom-in"_s, tr("Zoom &in"), tr("Zoom in"), QKeySequence::ZoomIn,
          themedIcon(u"plus"_s));
    a.add(u"view.zoom-out"_s, tr("Zoom &out"), tr("Zoom out"), QKeySequence::ZoomOut,
          themedIcon(u"minus"_s));
    a.add(u"view.zoom-100"_s, tr("Zoom to &100 %"), tr("Zoom to 100 %"), Qt::CTRL | Qt::Key_0);
    a.add(u"view.fit"_s, tr("&Fit the pipeline"), tr("Fit all cards into sight"),
          Qt::CTRL | Qt::Key_1, themedIcon(u"fit"_s));
    connect(
        a.add(u"view.canvas"_s, tr("&Canvas"),
              tr("Walk from card to card with the arrow keys, and with W from a card to its wires"),
              Qt::ALT | Qt::Key_0),
        &QAction::triggered, this, [this] { m_canvas->view().setFocus(); });
    const auto panel = [&](const QString &id, const QString &text, const QString &help,
                           QKeySequence key, BottomPanel::Page page) {
        connect(a.add(id, text, help, key), &QAction::triggered, this,
                [this, page] { m_bottom->focusPage(page); });
    };
    panel(u"view.throughput"_s, tr("&Throughput"), tr("Show the throughput of a stream"),
          Qt::ALT | Qt::Key_1, BottomPanel::Page::Throughput);
    panel(u"view.records"_s, tr("&Records"), tr("Show the records of a stream"),
          Qt::ALT | Qt::Key_2, BottomPanel::Page::Records);
    panel(u"view.problems"_s, tr("&Problems"), tr("Show all problems"), Qt::ALT | Qt::Key_3,
          BottomPanel::Page::Problems);
    QAction *inspector =
        a.add(u"view.inspector"_s, tr("&Inspector"),
              tr("Show settings and figures of the selected card"), Qt::ALT | Qt::Key_4);
    inspector->setCheckable(true);
    connect(inspector, &QAction::triggered, this, &MainWindow::showInspector);
    QAction *motion =
        a.add(u"view.reduced-motion"_s, tr("Reduced &motion"), tr("Nothing moves on the wires"));
    motion->setCheckable(true);
    connect(motion, &QAction::toggled, this,
            [](bool reduced) { Style::instance().setReducedMotion(reduced); });
    makeThemeActions();
    makeSizeActions();
    connect(a.add(u"help.about"_s, tr("&About Millrace"), tr("Version and licence")),
            &QAction::triggered, this, &MainWindow::showAbout);
    // Shortcuts work wherever the focus is.
    for (QAction *action : a.all())
        addAction(action);
}

void MainWindow::makeThemeActions()
{
    auto *group = new QActionGroup(this);
    const auto add = [&](const QString &id, const QString &text, const QString &help,
                         std::optional<ThemeKind> kind) {
        QAction *action = m_actions.add(id, text, help);
        action->setCheckable(true);
        action->setChecked(Style::instance().chosen() == kind);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [kind] { Style::instance().choose(kind); });
    };
    add(u"view.theme.system"_s, tr("As the &system"), tr("Light or dark as the desktop is"),
        std::nullopt);
    add(u"view.theme.light"_s, tr("&Light"), tr("Light theme"), ThemeKind::Light);
    add(u"view.theme.dark"_s, tr("&Dark"), tr("Dark theme"), ThemeKind::Dark);
    add(u"view.theme.high-contrast"_s, tr("&High contrast"), tr("High-contrast theme"),
        ThemeKind::HighContrast);
}

void MainWindow::makeSizeActions()
{
    auto *group = new QActionGroup(this);
    for (const int percent : kInterfacePercents) {
        QAction *action = m_actions.add(u"view.size.%1"_s.arg(percent),
                                        format::percent(percent / 100.0), tr("Interface size"));
        action->setCheckable(true);
        action->setChecked(qRound(Style::instance().scale() * 100) == percent);
        group->addAction(action);
        connect(action, &QAction::triggered, this,
                [percent] { Style::instance().setScale(percent / 100.0); });
    }
}

void MainWindow::makeMenus()
{
    const auto menu = [this](const QString &name, const QString &title, QMenu *under) {
        QMenu *made = under ? under->addMenu(title) : m_menus->addMenu(title);
        made->setObjectName(name);
        made->setAccessibleName(made->title().remove(u'&'));
        made->setToolTipsVisible(true);
        return made;
    };
    const auto add = [this](QMenu *to, std::initializer_list<QString> ids) {
        for (const QString &id : ids)
            to->addAction(m_actions.action(id));
    };
    m_fileMenu = menu(u"menu.file"_s, tr("&File"), nullptr);
    add(m_fileMenu, {u"file.open"_s});
    m_fileMenu->addSeparator();
    add(m_fileMenu, {u"file.close"_s, u"file.quit"_s});

    QMenu *run = menu(u"menu.run"_s, tr("&Run"), nullptr);
    add(run, {u"run.run"_s, u"run.pause"_s, u"run.stop"_s});

    QMenu *view = menu(u"menu.view"_s, tr("&View"), nullptr);
    add(view, {u"view.zoom-in"_s, u"view.zoom-out"_s, u"view.zoom-100"_s, u"view.fit"_s});
    view->addSeparator();
    add(view, {u"view.canvas"_s, u"view.throughput"_s, u"view.records"_s, u"view.problems"_s,
               u"view.inspector"_s});
    view->addSeparator();
    add(menu(u"menu.theme"_s, tr("T&heme"), view),
        {u"view.theme.system"_s, u"view.theme.light"_s, u"view.theme.dark"_s,
         u"view.theme.high-contrast"_s});
    QMenu *size = menu(u"menu.size"_s, tr("Interface &size"), view);
    for (const int percent : kInterfacePercents)
        size->addAction(m_actions.action(u"view.size.%1"_s.arg(percent)));
    add(view, {u"view.reduced-motion"_s});

    add(menu(u"menu.help"_s, tr("&Help"), nullptr), {u"help.about"_s});
}

void MainWindow::showAbout()
{
    auto *box = new QMessageBox(this);
    box->setObjectName(u"dialog.about"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(tr("About Millrace"));
    box->setIconPixmap(applicationIcon().pixmap(64, 64));
    box->setText(tr("Millrace %1").arg(m_options.version));
    box->setInformativeText(
        tr("Draw streaming pipelines and run them on this computer.\n\n"
           "Free software under the GNU General Public License, version 3 or later. "
           "It comes without any warranty."));
    box->open();
}

} // namespace millrace::ui
