// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/top_bar.h"

#include "ui/shell/action_registry.h"
#include "ui/shell/health_mark.h"
#include "ui/style/format.h"
#include "ui/style/metrics.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenuBar>
#include <QStyle>
#include <QToolButton>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kTitleGapPx = 10;
constexpr int kLeastFilePx = 48; ///< of a cut name that still says something; less is nothing

QToolButton *button(QAction *action, int width, QWidget *parent)
{
    auto *made = new QToolButton(parent);
    made->setDefaultAction(action);
    made->setObjectName(u"topbar.%1.button"_s.arg(action->objectName()));
    made->setAccessibleName(action->text());
    made->setProperty("look", u"tool"_s);
    made->setToolButtonStyle(Qt::ToolButtonIconOnly);
    made->setFocusPolicy(Qt::TabFocus);
    made->setFixedWidth(width);
    return made;
}

/// Of the style sheet's properties: it is asked again only when one has changed.
void setLook(QWidget *widget, const char *name, const QString &look)
{
    if (widget->property(name).toString() == look)
        return;
    widget->setProperty(name, look);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

int failedNodes(const runtime::Snapshot &snapshot)
{
    return static_cast<int>(
        std::count_if(snapshot.nodes.begin(), snapshot.nodes.end(),
                      [](const auto &node) { return node.state == runtime::NodeState::Failed; }));
}

/// What the pipeline does, and for how long; nodes that failed matter more than the time.
QString stateText(const runtime::Snapshot &snapshot)
{
    const int failed = failedNodes(snapshot);
    switch (snapshot.state) {
    case runtime::RunState::Running:
        return failed > 0 ? TopBar::tr("running, %n node(s) failed", nullptr, failed)
                          : TopBar::tr("running %1").arg(format::running(snapshot.runningFor));
    case runtime::RunState::Paused:
        return failed > 0 ? TopBar::tr("paused, %n node(s) failed", nullptr, failed)
                          : TopBar::tr("paused after %1").arg(format::running(snapshot.runningFor));
    case runtime::RunState::Stopped:
        break;
    }
    return failed > 0 ? TopBar::tr("stopped, %n node(s) failed", nullptr, failed)
                      : TopBar::tr("stopped");
}

Health healthOf(const runtime::Snapshot &snapshot)
{
    if (failedNodes(snapshot) > 0)
        return Health::Error;
    if (std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(),
                    [](const auto &node) { return node.state == runtime::NodeState::Retrying; }))
        return Health::Warning;
    if (snapshot.state == runtime::RunState::Paused)
        return Health::Paused;
    return snapshot.state == runtime::RunState::Running ? Health::Good : Health::Quiet;
}

} // namespace

TopBar::TopBar(const ActionRegistry &actions, QMenuBar *menus, QWidget *parent)
    : QWidget(parent)
    , m_left(new QWidget(this))
    , m_right(new QWidget(this))
    , m_name(plainLabel(this))
    , m_file(plainLabel(this))
    , m_controls(new QWidget(this))
    , m_clock(plainLabel(this))
    , m_rate(plainLabel(this))
    , m_state(new HealthMark(this))
{
    setObjectName(u"topbar"_s);
    setProperty("look", u"bar"_s);
    setAttribute(Qt::WA_StyledBackground);
    m_name->setObjectName(u"topbar.name"_s);
    m_name->setProperty("look", u"title"_s);
    m_file->setObjectName(u"topbar.file"_s);
    m_file->setProperty("look", u"muted"_s);
    m_clock->setObjectName(u"topbar.clock"_s);
    m_clock->setProperty("look", u"muted"_s);
    m_rate->setObjectName(u"topbar.rate"_s);
    m_rate->setToolTip(tr("Records that all producers put in, per second"));
    m_state->setObjectName(u"topbar.state"_s);
    menus->setSizePolicy(QSizePolicy::Minimum, QSizePolicy::Fixed);

    auto *left = new QHBoxLayout(m_left);
    left->setContentsMargins(0, 0, 0, 0);
    left->setSpacing(kTitleGapPx);
    m_logo = new LogoMark(this);
    m_logo->setObjectName(u"topbar.logo"_s);
    m_menus = menus;
    left->addWidget(m_logo);
    left->addWidget(m_name);
    left->addWidget(m_file);
    left->addWidget(menus);
    left->addStretch(1);

    auto *centre = new QHBoxLayout(m_controls);
    centre->setContentsMargins(0, 0, 0, 0);
    centre->setSpacing(6);
    const Style &style = Style::instance();
    m_runAction = actions.action(u"run.run"_s);
    m_run = button(m_runAction, style.px(36), m_controls);
    m_run->setProperty("primary", true);
    m_run->setIcon(primaryIcon(u"run"_s, m_lit));
    // The button takes all of its action whenever that changes; its icon is in the primary ink.
    connect(m_runAction, &QAction::changed, this,
            [this] { m_run->setIcon(primaryIcon(u"run"_s, m_lit)); });
    centre->addWidget(m_run);
    centre->addWidget(button(actions.action(u"run.pause"_s), style.px(32), m_controls));
    centre->addWidget(button(actions.action(u"run.stop"_s), style.px(32), m_controls));
    centre->addSpacing(8);
    centre->addWidget(m_clock);

    auto *right = new QHBoxLayout(m_right);
    right->setContentsMargins(0, 0, 0, 0);
    right->setSpacing(14);
    right->addStretch(1);
    right->addWidget(m_rate);
    right->addWidget(m_state);

    // Equal stretch on both sides keeps the buttons in the middle of the window, and no side asks
    // for more: a long title gives way.
    m_left->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_right->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 0, 16, 0);
    layout->setSpacing(12);
    layout->addWidget(m_left, 1);
    layout->addWidget(m_controls, 0);
    layout->addWidget(m_right, 1);

    connect(&Style::instance(), &Style::changed, this, &TopBar::restyle);
    restyle();
    showPipeline({}, {}, false);
    setRunVisible(false);
}

void TopBar::showPipeline(const QString &name, const QString &fileName, bool modified)
{
    m_nameText = name.isEmpty() ? tr("Millrace") : name;
    m_fileText = modified ? tr("%1, changed").arg(fileName) : fileName;
    m_file->setVisible(!fileName.isEmpty());
    fitTitle();
}

void TopBar::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fitTitle();
}

/// Cuts the file's name, and only then the pipeline's, to what logo and menus leave of the left
/// side.
void TopBar::fitTitle()
{
    const auto cut = [](QLabel *label, const QString &text, int room) {
        const QString shown = label->fontMetrics().elidedText(text, Qt::ElideRight, room);
        label->setText(shown);
        label->setToolTip(shown == text ? QString() : plainToolTip(text));
        return shown.isEmpty() ? 0 : label->fontMetrics().horizontalAdvance(shown);
    };
    m_name->ensurePolished();
    m_file->ensurePolished();
    int room = m_left->width() - 4 * kTitleGapPx;
    for (const QWidget *other : {static_cast<QWidget *>(m_logo), static_cast<QWidget *>(m_menus)})
        room -= other->sizeHint().width();
    const int least = Style::instance().px(kLeastFilePx);
    room -= cut(m_name, m_nameText, std::max(room, least));
    cut(m_file, m_fileText, room < least ? 0 : room);
}

void TopBar::showSnapshot(const runtime::Snapshot &snapshot)
{
    const Health health = healthOf(snapshot);
    const bool failed = health == Health::Error;
    light(snapshot.state != runtime::RunState::Running ? Lit::No
          : failed                                     ? Lit::Failed
                                                       : Lit::Well);
    setLook(m_clock, "look", failed ? u"error"_s : u"muted"_s);
    m_clock->setText(stateText(snapshot));
    m_rate->setText(format::recordRate(snapshot.recordsInPerSecond));
    m_state->show(health, stateText(snapshot));
}

/// A running pipeline has nothing to run, but its button shows that it runs, and how.
void TopBar::light(Lit lit)
{
    if (std::exchange(m_lit, lit) == lit)
        return;
    m_run->setIcon(primaryIcon(u"run"_s, lit));
    setLook(m_run, "running",
            lit == Lit::Well     ? u"well"_s
            : lit == Lit::Failed ? u"failed"_s
                                 : QString());
}

void TopBar::setRunVisible(bool visible)
{
    m_controls->setVisible(visible);
    m_rate->setVisible(visible);
    m_state->setVisible(visible);
    layout()->activate(); // the sides have other widths now
    fitTitle();
}

void TopBar::restyle()
{
    const Style &style = Style::instance();
    m_rate->setFont(style.figures(type::kBody + 1, QFont::DemiBold));
    // Room for the longest of each: neither may wander, or be cut, while it changes.
    m_rate->setMinimumWidth(
        QFontMetrics(m_rate->font()).horizontalAdvance(format::recordRate(99'999)));
    m_rate->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_clock->ensurePolished();
    runtime::Snapshot longest;
    longest.state = runtime::RunState::Paused;
    longest.runningFor = std::chrono::hours(23) + std::chrono::minutes(59);
    const int clock = m_clock->fontMetrics().horizontalAdvance(stateText(longest));
    longest.nodes.resize(99);
    for (runtime::NodeFigures &node : longest.nodes)
        node.state = runtime::NodeState::Failed;
    m_clock->setFixedWidth(
        std::max(clock, m_clock->fontMetrics().horizontalAdvance(stateText(longest))));
    fitTitle();
}

} // namespace millrace::ui
