// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspector/inspector_panel.h"

#include "ui/bridge/convert.h"
#include "ui/canvas/card_content.h"
#include "ui/document/pipeline_document.h"
#include "ui/inspector/counts_view.h"
#include "ui/inspector/keys_view.h"
#include "ui/inspector/settings_view.h"
#include "ui/inspector/shards_view.h"
#include "ui/inspector/wire_view.h"
#include "ui/style/metrics.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"
#include "ui/style/tab_bar.h"

#include <QHBoxLayout>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kInsetPx = 16;
constexpr int kTitleGapPx = 10;
constexpr int kAboveTabsPx = 2;
constexpr int kAboveRulePx = 12;
constexpr int kWirePage = 5;

/// The view alone is as high as it needs; the area scrolls it.
QScrollArea *scrolled(QWidget *view, const QString &name, const QString &accessibleName)
{
    auto *area = new QScrollArea;
    area->setObjectName(name);
    area->setAccessibleName(accessibleName);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view->setProperty("look", u"panel"_s);
    area->setWidget(view);
    return area;
}

} // namespace

InspectorPanel::InspectorPanel(PipelineDocument &document, QWidget *parent)
    : QWidget(parent)
    , m_document(document)
    , m_title(plainLabel(this))
    , m_kind(plainLabel(this))
    , m_tabs(new TabBar(this))
    , m_pages(new QStackedWidget(this))
    , m_empty(plainLabel(
          tr("Select a card or a wire on the canvas to see its settings and figures."), this))
    , m_settings(new SettingsView)
    , m_counts(new CountsView)
    , m_shards(new ShardsView)
    , m_keys(new KeysView)
    , m_wireView(new WireView)
{
    setObjectName(u"inspector"_s);
    setAccessibleName(tr("Inspector"));
    setProperty("look", u"panel"_s);
    setAttribute(Qt::WA_StyledBackground);
    m_title->setObjectName(u"inspector.title"_s);
    m_title->setProperty("look", u"title"_s);
    m_title->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_title->setMinimumWidth(1); // a long name is cut; it takes no room from the canvas
    m_kind->setObjectName(u"inspector.kind"_s);
    m_kind->setProperty("look", u"muted"_s);
    m_tabs->setObjectName(u"inspector.tabs"_s);
    m_tabs->setAccessibleName(tr("Pages of the inspector"));
    m_tabs->setExpanding(false);
    m_tabs->setDrawBase(false);
    m_empty->setProperty("look", u"muted"_s);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignTop);
    m_empty->setContentsMargins(16, 12, 16, 0);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(scrolled(m_settings, u"inspector.settings"_s, tr("Settings")));
    m_pages->addWidget(scrolled(m_counts, u"inspector.counts"_s, tr("Records")));
    m_pages->addWidget(scrolled(m_shards, u"inspector.shards"_s, tr("Shards")));
    m_pages->addWidget(scrolled(m_keys, u"inspector.keys"_s, tr("Keys")));
    m_pages->addWidget(scrolled(m_wireView, u"inspector.wire"_s, tr("Wire")));

    m_names = new QHBoxLayout;
    m_names->setSpacing(kTitleGapPx);
    m_names->addWidget(m_title);
    m_names->addWidget(m_kind, 1, Qt::AlignBottom);
    auto *tabs = new QHBoxLayout;
    tabs->setContentsMargins(16, 0, 16, 0);
    tabs->addWidget(m_tabs);
    m_rule = new QFrame(this);
    m_rule->setProperty("look", u"rule"_s);
    m_rule->setFixedHeight(1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(m_names);
    layout->addLayout(tabs);
    layout->addWidget(m_rule);
    layout->addWidget(m_pages, 1);

    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        m_pages->setCurrentIndex(tab < 0 ? 0 : m_tabs->tabData(tab).toInt());
    });
    connect(&document, &PipelineDocument::changed, this, &InspectorPanel::rebuild);
    connect(&Style::instance(), &Style::changed, this, &InspectorPanel::fit);
    rebuild();
}

void InspectorPanel::showNode(const std::optional<NodeId> &node)
{
    if (node == m_node)
        return;
    m_node = node;
    rebuild();
}

void InspectorPanel::showWire(const std::optional<graph::WireEnds> &wire)
{
    if (wire == m_wire)
        return;
    m_wire = wire;
    rebuild();
}

QString InspectorPanel::nameOf(const NodeId &id) const
{
    const graph::Node *node = m_document.graph().find(id);
    return node ? cardContent(*node, m_document.kindOf(*node), nullptr).title : toQt(id);
}

void InspectorPanel::showWireFigures()
{
    const NodeId &from = m_wire->from.node;
    const NodeId &to = m_wire->to.node;
    const runtime::WireFigures *figures = m_snapshot ? m_snapshot->wire(from, to) : nullptr;
    std::optional<std::uint64_t> waiting;
    if (figures && figures->implicitStream) {
        waiting = figures->queued;
    } else if (figures) {
        // What stands in a stream waits for its reader.
        const graph::Node *source = m_document.graph().find(from);
        const graph::NodeKind *kind = source ? m_document.kindOf(*source) : nullptr;
        const runtime::NodeFigures *reader = m_snapshot->node(to);
        if (kind && kind->category == graph::Category::Stream && reader)
            waiting = reader->lagRecords;
    }
    m_wireView->show(nameOf(from), nameOf(to), figures, waiting, howToRun());
}

void InspectorPanel::showSnapshot(const runtime::SnapshotPtr &snapshot)
{
    m_snapshot = snapshot;
    const runtime::NodeFigures *figures =
        m_node && m_snapshot ? m_snapshot->node(*m_node) : nullptr;
    const graph::Node *node = m_node ? m_document.graph().find(*m_node) : nullptr;
    const graph::NodeKind *kind = node ? m_document.kindOf(*node) : nullptr;
    const Limits limits = kind ? limitsOf(*node, *kind) : Limits::Shown;
    m_counts->show(figures, howToRun());
    m_shards->show(figures, limits, howToRun());
    m_keys->show(figures, limits, howToRun());
    if (m_wire)
        showWireFigures();
}

void InspectorPanel::showObstacle(const QString &sentence)
{
    if (std::exchange(m_obstacle, sentence) != sentence)
        showSnapshot(m_snapshot);
}

QString InspectorPanel::howToRun() const
{
    return m_obstacle.isEmpty() ? tr("Press Run (F5).") : m_obstacle;
}

void InspectorPanel::rebuild()
{
    const graph::Node *node = m_node ? m_document.graph().find(*m_node) : nullptr;
    const graph::NodeKind *kind = node ? m_document.kindOf(*node) : nullptr;
    const bool stream = kind && kind->category == graph::Category::Stream;
    if (m_wire && !m_document.graph().wires.contains(*m_wire))
        m_wire.reset(); // an edit took it away
    const bool wire = !node && m_wire;
    // The page a person looks at stays open when the next node has it too.
    const int page = m_pages->currentIndex();
    const QSignalBlocker blocker(m_tabs);
    while (m_tabs->count() > 0)
        m_tabs->removeTab(0);
    const auto add = [this](const QString &text, int index) {
        m_tabs->setTabData(m_tabs->addTab(text), index);
    };
    if (node) {
        add(tr("Settings"), 1);
        if (stream) {
            add(tr("Shards"), 3);
            add(tr("Keys"), 4);
        } else if (kind) {
            add(tr("Records"), 2);
        }
    }
    int tab = stream ? 1 : 0;
    for (int i = 0; i < m_tabs->count(); ++i) {
        if (m_tabs->tabData(i).toInt() == page && page > 1)
            tab = i;
    }
    m_tabs->setCurrentIndex(tab);
    m_tabs->setVisible(node != nullptr);
    m_rule->setVisible(node || wire);
    m_names->setContentsMargins(kInsetPx, 14, kInsetPx, node ? kAboveTabsPx : kAboveRulePx);
    m_pages->setCurrentIndex(node ? m_tabs->tabData(tab).toInt() : wire ? kWirePage : 0);
    m_name = node   ? nameOf(*m_node)
             : wire ? nameOf(m_wire->from.node) + u" → "_s + nameOf(m_wire->to.node)
                    : QString();
    m_title->setVisible(node || wire);
    m_kind->setText(kind   ? kindText(kind->title)
                    : node ? toQt(node->kind)
                    : wire ? tr("Wire")
                           : QString());
    m_kind->setVisible(node || wire);
    fit();
    m_settings->show(node, kind);
    showSnapshot(m_snapshot);
}

void InspectorPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fit();
}

/// Cuts the name to what the kind leaves of the line, and the shards' page to the height.
void InspectorPanel::fit()
{
    m_shards->setCompact(height() < Style::instance().px(metrics::kInspectorLowPx));
    m_title->ensurePolished();
    m_kind->ensurePolished();
    const int room = width() - 2 * kInsetPx - kTitleGapPx - m_kind->sizeHint().width();
    const QString shown = m_title->fontMetrics().elidedText(m_name, Qt::ElideRight, room);
    m_title->setText(shown);
    m_title->setAccessibleName(m_name);
    m_title->setToolTip(shown == m_name ? QString() : plainToolTip(m_name));
}

} // namespace millrace::ui
