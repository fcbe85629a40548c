// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/template_card.h"

#include "ui/canvas/card_content.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <utility>

namespace millrace::ui {

namespace {

constexpr int kCardWidthPx = 280;
constexpr int kCardHeightPx = 184;
constexpr int kMiniatureHeightPx = 88;
constexpr int kInsetPx = 16;
/// Of a node in the miniature, in canvas units, and where the lines in it stand.
constexpr QSizeF kNode(190, 96);
constexpr qreal kNodeRadius = 14;
constexpr qreal kLineInset = 30;

QPen hairline(const QColor &ink, qreal width = 1.4)
{
    QPen pen(ink, width);
    pen.setCosmetic(true);
    return pen;
}

} // namespace

TemplateCard::TemplateCard(Template shown, const graph::KindCatalog &catalog, QWidget *parent)
    : QAbstractButton(parent)
    , m_template(std::move(shown))
    , m_catalog(catalog)
{
    setText(m_template.name);
    setAccessibleName(tr("Template %1").arg(m_template.name));
    setAccessibleDescription(m_template.about.isEmpty()
                                 ? m_template.parts
                                 : tr("%1. %2").arg(m_template.about, m_template.parts));
    setToolTip(m_template.parts);
    setCheckable(true);
    setAutoExclusive(true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    const auto resize = [this] { setFixedSize(TemplateCard::sizeHint()); };
    connect(&Style::instance(), &Style::changed, this, resize);
    resize();
}

QSize TemplateCard::sizeHint() const
{
    return {Style::instance().px(kCardWidthPx), Style::instance().px(kCardHeightPx)};
}

void TemplateCard::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        emit runWanted();
    else
        QAbstractButton::keyPressEvent(event);
}

void TemplateCard::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        emit runWanted(); // its first click chose this card
}

void TemplateCard::paintEvent(QPaintEvent *)
{
    const Style &style = Style::instance();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    // The outline's outer edge is the card's, however wide it is: cards stand in line with what is
    // above and below them.
    const qreal pen = !isChecked() ? 1 : hasFocus() ? 3 : 2;
    const QRectF card = QRectF(rect()).adjusted(pen / 2, pen / 2, -pen / 2, -pen / 2);
    const qreal radius = metrics::kCardRadiusPx;
    QPainterPath outline;
    outline.addRoundedRect(card, radius, radius);
    painter.fillPath(outline, theme().panel);
    const QRectF upper(0, 0, width(), style.px(kMiniatureHeightPx));
    painter.save();
    painter.setClipPath(outline);
    painter.fillRect(upper, theme().canvas);
    const int inset = style.px(kInsetPx);
    paintMiniature(painter, upper.adjusted(inset, style.px(12), -inset, -style.px(12)));
    painter.restore();
    const QColor &ink = isChecked()    ? theme().selection
                        : underMouse() ? theme().muted
                                       : theme().line;
    painter.setPen(QPen(ink, pen));
    painter.drawPath(outline);
    paintTexts(painter, QRectF(rect()).adjusted(inset, style.px(kMiniatureHeightPx + 10), -inset,
                                                -style.px(8)));
}

void TemplateCard::paintTexts(QPainter &painter, QRectF where) const
{
    const Style &style = Style::instance();
    const auto line = [&](const QString &text, int height) {
        painter.drawText(where, Qt::AlignLeft | Qt::AlignTop,
                         painter.fontMetrics().elidedText(text, Qt::ElideRight,
                                                          static_cast<int>(where.width())));
        where.setTop(where.top() + style.px(height));
    };
    painter.setFont(style.text(type::kTitle, QFont::DemiBold));
    painter.setPen(theme().text);
    line(m_template.name, 22);
    if (!m_template.about.isEmpty()) {
        painter.setFont(style.text(type::kBody));
        line(m_template.about, 20);
    }
    painter.setFont(style.text(type::kSmall));
    painter.setPen(theme().muted);
    painter.drawText(where, Qt::TextWordWrap, m_template.parts);
}

void TemplateCard::paintMiniature(QPainter &painter, const QRectF &where) const
{
    const graph::Document &document = m_template.document;
    QRectF bounds;
    std::map<NodeId, QRectF> boxes;
    for (const auto &[id, place] : m_template.places) {
        boxes[id] = QRectF(place, kNode);
        bounds = bounds.united(boxes[id]);
    }
    if (bounds.isEmpty())
        return;
    const qreal scale =
        std::min({where.width() / bounds.width(), where.height() / bounds.height(), 0.3});
    painter.save();
    painter.translate(where.center());
    painter.scale(scale, scale);
    painter.translate(-bounds.center());
    const auto color = [&](const NodeId &id) {
        const graph::NodeKind *kind = m_catalog.find(document.find(id)->kind);
        return kind ? theme().role(roleOf(kind->category)) : theme().muted;
    };
    painter.setBrush(Qt::NoBrush);
    for (const auto &[ends, wire] : document.wires) {
        const auto from = boxes.find(ends.from.node);
        const auto to = boxes.find(ends.to.node);
        if (from == boxes.end() || to == boxes.end())
            continue;
        const QPointF start(from->second.right(), from->second.center().y());
        const QPointF end(to->second.left(), to->second.center().y());
        const QPointF reach((end.x() - start.x()) / 2, 0);
        QPainterPath path(start);
        path.cubicTo(start + reach, end - reach, end);
        painter.setPen(hairline(color(ends.from.node)));
        painter.drawPath(path);
    }
    painter.setBrush(theme().panel);
    for (const auto &[id, box] : boxes) {
        painter.setPen(hairline(color(id)));
        painter.drawRoundedRect(box, kNodeRadius, kNodeRadius);
        // A name and a figure, as lines.
        const qreal left = box.left() + kLineInset;
        painter.setPen(hairline(theme().muted, 2));
        painter.drawLine(QPointF(left, box.top() + box.height() * 0.36),
                         QPointF(box.right() - kLineInset * 1.4, box.top() + box.height() * 0.36));
        painter.setPen(hairline(theme().line, 2));
        painter.drawLine(QPointF(left, box.top() + box.height() * 0.66),
                         QPointF(box.center().x() + 8, box.top() + box.height() * 0.66));
    }
    painter.restore();
}

} // namespace millrace::ui
