// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/style_sheet.h"

#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QHash>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

/// @token is replaced by a colour or a size. `look` values: bar (top and status bar), panel,
/// page (start and message pages), caption, muted, small, title, headline, error, primary,
/// tool (an icon button), segment (one of a group of choices), link, pill.
constexpr auto kSheet = R"(
QWidget { selection-background-color: @selection; selection-color: @onSelection; }
QMainWindow, QDialog, QWidget[look="page"] { background: @window; }
QMainWindow::separator { background: @line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @selection; }
QStatusBar { background: @panel; border-top: 1px solid @line; }
QStatusBar::item { border: none; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px 6px; }

QWidget[look="bar"], QWidget[look="panel"] { background: @panel; }
QFrame[look="notice"] { background: @panel; border: none; border-bottom: 1px solid @line; }
QFrame[look="rule"] { background: @line; border: none; }

QLabel { background: transparent; color: @text; }
QLabel[look="muted"], QLabel[look="small"] { color: @muted; }
QLabel[look="small"] { font-size: @small; }
QLabel[look="caption"] { color: @muted; font-size: @caption; font-weight: 600; }
QLabel[look="title"] { font-size: @title; font-weight: 600; }
QLabel[look="headline"] { font-size: @headline; font-weight: 700; }
QLabel[look="lead"] { font-size: @title; color: @muted; }
QLabel[look="error"] { color: @error; }

QMenuBar { background: transparent; color: @muted; spacing: 0; }
QMenuBar::item { background: transparent; padding: @gap2 @gap2; border-radius: 4px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: @raised; color: @text; }
QMenu { background: @panel; color: @text; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: @selectedRow; color: @text; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QPushButton, QToolButton[look="tool"] {
    background: @raised; color: @text; border: 1px solid @line; border-radius: @radius;
    min-height: @controlInner; padding: 0 12px; font-weight: 600; outline: none; }
QToolButton[look="tool"] { padding: 0 6px; }
QPushButton:hover, QToolButton[look="tool"]:hover { border-color: @muted; }
QPushButton:pressed, QToolButton[look="tool"]:pressed, QToolButton[look="tool"]:checked {
    background: @field; }
QPushButton:focus, QToolButton[look="tool"]:focus { border: 1px solid @selection; }
QPushButton:disabled, QToolButton[look="tool"]:disabled { color: @faint; background: @panel; }
QPushButton[primary="true"], QToolButton[look="tool"][primary="true"] {
    background: @primary; color: @onPrimary; border-color: @primary; }
QPushButton[primary="true"]:focus, QToolButton[look="tool"][primary="true"]:focus {
    border: 2px solid @text; }
QToolButton[look="tool"][primary="true"]:disabled { background: @panel; border-color: @line; }
QToolButton[look="tool"][running="well"]:disabled { background: @runningGround; border-color: @primary; }
QToolButton[look="tool"][running="failed"]:disabled { background: @failedGround; border-color: @error; }
QPushButton[look="link"] { background: transparent; border: none; color: @selection;
    text-align: left; padding: 0; font-weight: 400; min-height: 0; }
QPushButton[look="link"]:focus { text-decoration: underline; }
QPushButton[look="status"] { background: transparent; border: none; color: @muted; padding: 0;
    min-height: 0; font-size: @small; font-weight: 400; }
QPushButton[look="status"]:hover, QPushButton[look="status"]:focus { color: @text; }
QPushButton[look="status"]:focus { text-decoration: underline; }
QPushButton[look="pill"] { background: @selectedRow; border: 1px solid @selection; color: @text;
    border-radius: @pillRadius; min-height: @pillInner; padding: 0 10px; }

QToolButton[look="segment"] { background: transparent; color: @muted; border: 1px solid @line;
    padding: 1px 8px; min-height: @pillInner; font-size: @small; }
QToolButton[look="segment"]:checked { background: @raised; color: @text; }
QToolButton[look="segment"]:hover { color: @text; }
QToolButton[look="segment"]:focus { border-color: @selection; }

QLineEdit { background: @field; color: @text; border: 1px solid @line; border-radius: @radius;
    min-height: @controlInner; padding: 0 8px; }
QLineEdit:focus { border-color: @selection; }

QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: @muted; padding: @gap2 2px 6px 2px;
    margin-right: 18px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; font-weight: 600; border-bottom-color: @selection; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:focus { color: @selection; }
QTabBar::tab:disabled { color: @faint; }

QTableView { background: @panel; alternate-background-color: @panel; border: none; color: @text;
    gridline-color: transparent; outline: none; selection-background-color: @selectedRow;
    selection-color: @text; }
QTableView::item { padding: 0 6px; border: none; }
QTableView::item:selected { background: @selectedRow; color: @text; }
QHeaderView { background: @panel; border: none; }
QHeaderView::section { background: @panel; color: @muted; border: none; padding: 4px 9px;
    font-size: @small; font-weight: 600; text-align: left; }
QTableCornerButton::section { background: @panel; border: none; }
QPlainTextEdit { background: @panel; color: @text; border: none; }
QScrollArea, QScrollArea > QWidget > QWidget[look="panel"] { background: @panel; border: none; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @scrollHandle; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: @line; }
)";

} // namespace

QString styleSheet(const Style &style)
{
    const Theme &theme = style.theme();
    const auto px = [&style](qreal size) { return u"%1px"_s.arg(style.px(size)); };
    // Longer names first: @selectedRow must not be eaten by @selected…
    const QList<std::pair<QString, QString>> tokens = {
        {u"@selectedRow"_s, theme.selectedRow().name()},
        {u"@onSelection"_s, theme.palette().color(QPalette::HighlightedText).name()},
        {u"@onPrimary"_s, theme.onPrimary.name()},
        {u"@runningGround"_s, theme.strip(Health::Good).name()},
        {u"@failedGround"_s, theme.strip(Health::Error).name()},
        {u"@selection"_s, theme.selection.name()},
        {u"@primary"_s, theme.primary.name()},
        {u"@scrollHandle"_s, theme.scrollHandle().name()},
        {u"@window"_s, theme.window.name()},
        {u"@panel"_s, theme.panel.name()},
        {u"@raised"_s, theme.raised.name()},
        {u"@field"_s, theme.field.name()},
        {u"@line"_s, theme.line.name()},
        {u"@text"_s, theme.text.name()},
        {u"@muted"_s, theme.muted.name()},
        {u"@faint"_s, theme.faint.name()},
        {u"@error"_s, theme.error.name()},
        {u"@controlInner"_s, px(metrics::kControlHeightPx - 2)},
        {u"@radius"_s, px(metrics::kControlRadiusPx)},
        {u"@pillRadius"_s, px(11)},
        {u"@pillInner"_s, px(20)},
        {u"@gap2"_s, px(2 * metrics::kGridPx)},
        {u"@caption"_s, px(type::kCaption)},
        {u"@small"_s, px(type::kSmall)},
        {u"@title"_s, px(type::kTitle)},
        {u"@headline"_s, px(type::kHeadline)},
    };
    QString sheet = QString::fromLatin1(kSheet);
    for (const auto &[name, value] : tokens)
        sheet.replace(name, value);
    return sheet;
}

} // namespace millrace::ui
