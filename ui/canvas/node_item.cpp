// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/node_item.h"

#include "ui/canvas/shard_bar_painter.h"
#include "ui/style/icon.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <QStyleOptionGraphicsItem>

#include <algorithm>
#include <utility>

namespace millrace::ui {

namespace {

constexpr qreal kPortRadiusPx = 4.5;
constexpr qreal kFadedOpacity = 0.45;

void drawElided(QPainter &painter, const QRectF &where, const QString &text, Qt::Alignment align)
{
    const QString shown =
        QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, where.width());
    painter.drawText(where, static_cast<int>(align | Qt::AlignVCenter), shown);
}

} // namespace

NodeItem::NodeItem(NodeId id)
    : m_id(std::move(id))
    , m_layout(layoutCard(m_content))
{
    setFlag(ItemIsSelectable);
    setZValue(1);
}

bool NodeItem::setContent(CardContent content)
{
    if (content == m_content)
        return false;
    m_content = std::move(content);
    CardLayout layout = layoutCard(m_content);
    const bool resized = layout.size != m_layout.size;
    if (resized)
        prepareGeometryChange();
    m_layout = std::move(layout);
    setOpacity(m_content.faded ? kFadedOpacity : 1);
    update();
    return resized;
}

void NodeItem::setCounts(const runtime::NodeFigures *figures)
{
    setToolTip(figures ? countsText(*figures) : QString());
}

void NodeItem::setWireCounts(int in, int out)
{
    m_wiresIn = in;
    m_wiresOut = out;
    update();
}

void NodeItem::restyle()
{
    prepareGeometryChange();
    m_layout = layoutCard(m_content);
    update();
}

QRectF NodeItem::boundingRect() const
{
    const qreal around = kPortRadiusPx + 2;
    return m_layout.rect().adjusted(-around, -around, around, around);
}

QPainterPath NodeItem::shape() const
{
    QPainterPath path;
    path.addRoundedRect(m_layout.rect(), metrics::kCardRadiusPx, metrics::kCardRadiusPx);
    return path;
}

void NodeItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *)
{
    const qreal zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    if (zoom < kDetailZoom) {
        paintFar(*painter, zoom);
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    paintBody(*painter);
    paintHead(*painter);
    if (!m_content.attention.isEmpty())
        paintStrip(*painter);
    const QRectF outline = m_layout.rect().adjusted(0.5, 0.5, -0.5, -0.5);
    const bool selected = isSelected();
    painter->setBrush(Qt::NoBrush);
    painter->setPen(selected ? QPen(theme().selection, 2) : QPen(theme().line, 1));
    painter->drawRoundedRect(outline, metrics::kCardRadiusPx, metrics::kCardRadiusPx);
    paintPorts(*painter);
}

void NodeItem::paintFar(QPainter &painter, qreal zoom) const
{
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.fillRect(m_layout.rect(), theme().panel);
    painter.fillRect(m_layout.head, theme().role(m_content.role));
    if (m_content.health == Health::Warning || m_content.health == Health::Error)
        painter.fillRect(m_layout.rect().adjusted(0, m_layout.head.height(), 0, 0),
                         theme().strip(m_content.health));
    painter.setBrush(Qt::NoBrush);
    QPen pen(isSelected() ? theme().selection : theme().line, isSelected() ? 2 : 1);
    pen.setCosmetic(true);
    painter.setPen(pen);
    painter.drawRect(m_layout.rect());
    if (zoom < kNamedZoom)
        return;
    // As large as close by: a map without names is none.
    painter.setFont(Style::instance().canvasText(type::kCaption / zoom, QFont::DemiBold));
    painter.setPen(theme().text);
    const qreal inset = metrics::kGridPx / zoom;
    const QRectF body = m_layout.rect().adjusted(inset, m_layout.head.height(), -inset, 0);
    drawElided(painter, body, m_content.title, Qt::AlignLeft);
}

void NodeItem::paintHead(QPainter &painter) const
{
    QPainterPath head;
    head.setFillRule(Qt::WindingFill);
    head.addRoundedRect(m_layout.head, metrics::kCardRadiusPx, metrics::kCardRadiusPx);
    head.addRect(m_layout.head.adjusted(0, metrics::kCardRadiusPx, 0, 0));
    painter.fillPath(head.simplified(), theme().cardHead(m_content.role));
    paintIcon(painter, m_content.icon, m_layout.icon, theme().role(m_content.role));
    painter.setFont(Style::instance().canvasText(type::kCardTitle, QFont::DemiBold));
    painter.setPen(theme().text);
    drawElided(painter, m_layout.title, m_content.title, Qt::AlignLeft);
    paintHealth(painter, m_content.health, m_layout.health);
}

void NodeItem::paintBody(QPainter &painter) const
{
    const Style &style = Style::instance();
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().panel);
    painter.drawRoundedRect(m_layout.rect(), metrics::kCardRadiusPx, metrics::kCardRadiusPx);

    painter.setFont(style.canvasText(type::kSmall));
    painter.setPen(theme().muted);
    drawElided(painter, m_layout.what, m_content.what, Qt::AlignLeft);
    if (!m_content.foot.isEmpty())
        drawElided(painter, m_layout.foot, m_content.foot, Qt::AlignLeft);
    if (!m_content.note.isEmpty()) {
        painter.setPen(theme().error);
        drawElided(painter, m_layout.note, m_content.note, Qt::AlignLeft);
    }
    if (!m_content.figure.isEmpty()) {
        painter.setFont(style.canvasFigures(type::kFigure, QFont::DemiBold));
        painter.setPen(theme().text);
        drawElided(painter, m_layout.figure, m_content.figure, Qt::AlignLeft);
    }
    for (std::size_t i = 0; i < m_content.bars.size(); ++i)
        paintBar(painter, m_layout.bars[i], m_content.bars[i]);
}

void NodeItem::paintBar(QPainter &painter, const CardLayout::Bar &where, const ShardBar &bar) const
{
    const Style &style = Style::instance();
    painter.setFont(style.canvasFigures(type::kCaption));
    painter.setPen(theme().muted);
    painter.drawText(where.label, static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter), bar.label());
    paintShardBar(painter, where.track, bar);
    painter.setPen(bar.hot() ? theme().error : theme().muted);
    painter.drawText(where.figure, static_cast<int>(Qt::AlignRight | Qt::AlignVCenter), bar.figure);
    if (bar.hot())
        paintHealth(painter, Health::Warning, where.sign);
}

void NodeItem::paintStrip(QPainter &painter) const
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().strip(m_content.attentionHealth));
    painter.drawRoundedRect(m_layout.strip, metrics::kGridPx, metrics::kGridPx);
    painter.setFont(Style::instance().canvasText(type::kSmall));
    painter.setPen(theme().health(m_content.attentionHealth));
    painter.drawText(m_layout.stripText, Qt::TextWordWrap, m_content.attention);
}

void NodeItem::paintPorts(QPainter &painter) const
{
    const QColor &color = theme().role(m_content.role);
    painter.setBrush(theme().canvas);
    painter.setPen(QPen(color, 1.5));
    const auto dot = [&painter](const QPointF &at) {
        painter.drawEllipse(at, kPortRadiusPx, kPortRadiusPx);
    };
    const int in = std::max(m_wiresIn, m_content.inputs > 0 ? 1 : 0);
    for (int i = 0; i < in; ++i)
        dot(m_layout.anchorIn(i, in));
    const int out = std::max(m_wiresOut, m_content.outputs > 0 ? 1 : 0);
    for (int i = 0; i < out; ++i)
        dot(m_layout.anchorOut(i, out));
}

} // namespace millrace::ui
