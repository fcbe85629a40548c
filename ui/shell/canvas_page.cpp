// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/canvas_page.h"

#include "ui/canvas/canvas_view.h"
#include "ui/shell/action_registry.h"
#include "ui/style/format.h"
#include "ui/style/style.h"

#include <QHBoxLayout>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kInsetPx = 12;

QToolButton *button(QAction *action, QWidget *parent)
{
    auto *made = new QToolButton(parent);
    made->setDefaultAction(action);
    made->setObjectName(u"canvas.%1.button"_s.arg(action->objectName()));
    made->setAccessibleName(action->text());
    made->setProperty("look", u"tool"_s);
    made->setFocusPolicy(Qt::TabFocus);
    return made;
}

} // namespace

CanvasPage::CanvasPage(CanvasScene &scene, const ActionRegistry &actions, QWidget *parent)
    : QWidget(parent)
    , m_view(new CanvasView(scene, this))
    , m_zoom(new QWidget(this))
{
    setObjectName(u"canvas"_s);
    auto *row = new QHBoxLayout(m_zoom);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(button(actions.action(u"view.zoom-out"_s), m_zoom));
    QAction *hundred = actions.action(u"view.zoom-100"_s);
    m_percent = button(hundred, m_zoom);
    m_percent->setToolButtonStyle(Qt::ToolButtonTextOnly);
    // The button takes all of its action whenever that changes; its text is the zoom.
    connect(hundred, &QAction::changed, this,
            [this] { m_percent->setText(format::percent(m_view->zoom())); });
    row->addWidget(m_percent);
    row->addWidget(button(actions.action(u"view.zoom-in"_s), m_zoom));
    row->addWidget(button(actions.action(u"view.fit"_s), m_zoom));

    connect(actions.action(u"view.zoom-in"_s), &QAction::triggered, this, [this] {
        m_keepsFit = false;
        m_view->zoomIn();
    });
    connect(actions.action(u"view.zoom-out"_s), &QAction::triggered, this, [this] {
        m_keepsFit = false;
        m_view->zoomOut();
    });
    connect(actions.action(u"view.zoom-100"_s), &QAction::triggered, this, [this] {
        m_keepsFit = false;
        m_view->zoomToHundred();
    });
    connect(actions.action(u"view.fit"_s), &QAction::triggered, this, &CanvasPage::fitSoon);
    connect(m_view, &CanvasView::movedByHand, this, [this] { m_keepsFit = false; });
    connect(m_view, &CanvasView::zoomChanged, this,
            [this] { m_percent->setText(format::percent(m_view->zoom())); });
    m_percent->setText(format::percent(m_view->zoom()));
}

void CanvasPage::fitSoon()
{
    m_keepsFit = true;
    m_view->fit();
}

void CanvasPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    m_view->setGeometry(rect());
    const int inset = Style::instance().px(kInsetPx);
    m_percent->setFixedWidth(Style::instance().px(64));
    m_zoom->adjustSize();
    m_view->setCoveredBelow(m_zoom->height() + inset);
    if (m_keepsFit)
        m_view->fit();
    m_zoom->move(inset, height() - m_zoom->height() - inset);
    m_zoom->raise();
}

} // namespace millrace::ui
