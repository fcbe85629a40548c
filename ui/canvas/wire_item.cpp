// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/wire_item.h"

#include "ui/canvas/node_item.h"
#include "ui/style/icon.h"
#include "ui/style/metrics.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPathStroker>
#include <QStyleOptionGraphicsItem>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr qreal kHitPx = 10;
constexpr qreal kPillHeightPx = 20;
constexpr qreal kPillInsetPx = 9;
constexpr qreal kDrumPx = 12;
constexpr qreal kHatchPx = 5;
constexpr qreal kDashPx = 5;
constexpr qreal kDashGapPx = 13;
constexpr qreal kSelectedPx = 3;   ///< on each side of a selected wire
constexpr qreal kDashShare = 0.45; ///< how far a dash is lifted from the wire towards the text

} // namespace

WireItem::WireItem(graph::WireEnds ends)
    : m_ends(std::move(ends))
{
    setFlag(ItemIsSelectable);
    measure();
}

void WireItem::setContent(WireContent content)
{
    if (content == m_content)
        return;
    m_content = std::move(content);
    setToolTip(plainToolTip(m_content.toolTip));
    measure();
    update();
}

void WireItem::setGeometry(const WireGeometry &geometry)
{
    if (geometry == m_geometry)
        return;
    m_geometry = geometry;
    measure();
    update();
}

void WireItem::setCards(const std::vector<QRectF> &cards)
{
    // Only what the wire passes: its label changes ten times a second.
    const QRectF reach = m_curve.boundingRect().adjusted(-kHitPx * 4, -kHitPx, kHitPx * 4, kHitPx);
    std::vector<QRectF> near;
    std::copy_if(cards.begin(), cards.end(), std::back_inserter(near),
                 [&](const QRectF &card) { return card.intersects(reach); });
    if (near == m_cards)
        return;
    m_cards = std::move(near);
    measure();
    update();
}

void WireItem::setFlow(bool flows, qreal phase)
{
    m_flows = flows;
    m_phase = phase;
}

void WireItem::measure()
{
    prepareGeometryChange();
    m_curve = m_geometry.curve();
    QPainterPathStroker stroker;
    stroker.setWidth(kHitPx);
    m_hitArea = stroker.createStroke(m_curve);
    m_pill = {};
    if (!m_content.label.isEmpty() || m_content.implicitStream) {
        const QFontMetricsF font(Style::instance().canvasFigures(type::kSmall));
        qreal width = font.horizontalAdvance(m_content.label) + 2 * kPillInsetPx;
        if (m_content.implicitStream)
            width += kDrumPx + (m_content.label.isEmpty() ? 0 : 5);
        m_pill = QRectF(0, 0, std::ceil(width), kPillHeightPx);
        m_pill.moveCenter(m_geometry.labelPlace(m_pill.size(), m_cards));
        // The label is what a person aims at.
        m_hitArea.setFillRule(Qt::WindingFill);
        m_hitArea.addRect(m_pill);
    }
    m_bounds = m_curve.boundingRect().adjusted(-kHitPx, -kHitPx, kHitPx, kHitPx).united(m_pill);
}

void WireItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *)
{
    const QColor color = m_content.backPressured ? theme().error : theme().role(m_content.role);
    const qreal width = wireWidth(m_content.recordsPerSecond);
    const qreal zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    painter->setBrush(Qt::NoBrush);
    if (zoom < kDetailZoom) {
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->setPen(isSelected() ? QPen(theme().selection, width + 2 * kSelectedPx)
                                     : QPen(color, width));
        painter->drawPolyline(m_geometry.straight());
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    if (isSelected()) {
        const qreal inner = m_content.backPressured ? std::max(width, kHatchPx) : width;
        painter->setPen(
            QPen(theme().selection, inner + 2 * kSelectedPx, Qt::SolidLine, Qt::FlatCap));
        painter->drawPath(m_curve);
        painter->setPen(QPen(theme().canvas, inner + 2, Qt::SolidLine, Qt::FlatCap));
        painter->drawPath(m_curve);
    }
    if (m_content.backPressured) {
        // A pattern brush follows the device's pixels, so that the stripes stay apart at any zoom.
        const qreal wide = std::max(width, kHatchPx);
        painter->setPen(
            QPen(Theme::blend(color, theme().canvas, 0.35), wide, Qt::SolidLine, Qt::FlatCap));
        painter->drawPath(m_curve);
        painter->setPen(QPen(color, wide, Qt::CustomDashLine, Qt::FlatCap));
        QPen hatch = painter->pen();
        hatch.setDashPattern({0.7, 0.7});
        painter->setPen(hatch);
        painter->drawPath(m_curve);
    } else {
        painter->setPen(QPen(color, width, Qt::SolidLine, Qt::FlatCap));
        painter->drawPath(m_curve);
        if (m_flows && m_content.recordsPerSecond > 0) {
            const qreal dashWidth = std::max(1.2, width * 0.45);
            QPen dashes(Theme::blend(theme().text, color, kDashShare), dashWidth,
                        Qt::CustomDashLine, Qt::RoundCap);
            dashes.setDashPattern({kDashPx / dashWidth, kDashGapPx / dashWidth});
            dashes.setDashOffset(-m_phase / dashWidth);
            painter->setPen(dashes);
            painter->drawPath(m_curve);
        }
    }
}

void WireItem::paintLabel(QPainter &painter) const
{
    if (m_pill.isNull())
        return;
    painter.setBrush(theme().raised);
    painter.setPen(QPen(m_content.backPressured ? theme().error : theme().line, 1));
    painter.drawRoundedRect(m_pill, kPillHeightPx / 2, kPillHeightPx / 2);
    QRectF text = m_pill.adjusted(kPillInsetPx, 0, -kPillInsetPx, 0);
    if (m_content.implicitStream) {
        const QRectF drum(text.left(), m_pill.center().y() - kDrumPx / 2, kDrumPx, kDrumPx);
        paintIcon(painter, u"drum"_s, drum, theme().stream);
        text.setLeft(drum.right() + 5);
    }
    painter.setFont(Style::instance().canvasFigures(type::kSmall));
    painter.setPen(m_content.backPressured ? theme().error : theme().muted);
    painter.drawText(text, static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter), m_content.label);
}

} // namespace millrace::ui
