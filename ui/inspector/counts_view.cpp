// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspector/counts_view.h"

#include "ui/style/format.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QPainter>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kRowPx = 22;

double shareOf(std::uint64_t part, std::uint64_t all)
{
    return all == 0 ? -1 : static_cast<double>(part) / static_cast<double>(all);
}

} // namespace

CountsView::CountsView(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"inspector.counts.view"_s);
    setAccessibleName(tr("What became of this node’s records"));
    connect(&Style::instance(), &Style::changed, this, qOverload<>(&QWidget::update));
}

void CountsView::show(const runtime::NodeFigures *figures, const QString &howToRun)
{
    m_howToRun = howToRun;
    m_known = figures != nullptr;
    m_lines.clear();
    if (figures) {
        const runtime::FateCounts &counts = figures->counts;
        const auto add = [&](const QString &name, std::uint64_t value, bool share,
                             bool bad = false) {
            m_lines.push_back({name, format::integer(value), share ? shareOf(value, counts.in) : -1,
                               bad && value > 0});
        };
        add(tr("In"), counts.in, false);
        add(tr("Processed"), counts.processed, true);
        add(tr("Filtered out"), counts.filtered, true);
        add(tr("Late"), counts.late, true, true);
        add(tr("To dead letters"), counts.dead, true, true);
        add(tr("Expired unread"), counts.expired, true, true);
        add(tr("In flight"), counts.inFlight, false);
        add(tr("Out"), counts.out, false);
        m_busy = figures->busy;
        m_backPressured = figures->backPressured;
        m_lag = figures->lagRecords == 0
                    ? tr("nothing waits")
                    : tr("%1, the oldest for %2")
                          .arg(format::records(figures->lagRecords), format::lag(figures->lag));
    }
    QStringList spoken;
    for (const Line &line : m_lines)
        spoken << line.name + u' ' + line.value;
    setAccessibleDescription(spoken.join(u", "_s));
    setMinimumHeight(sizeHint().height());
    update();
}

QSize CountsView::sizeHint() const
{
    const Style &style = Style::instance();
    return {style.px(200), style.px(28 + kRowPx * (static_cast<int>(m_lines.size()) + 7))};
}

void CountsView::paintEvent(QPaintEvent *)
{
    const Style &style = Style::instance();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int inset = style.px(16);
    const int row = style.px(kRowPx);
    QRect line(inset, style.px(12), width() - 2 * inset, row);
    painter.setFont(style.text(type::kBody));
    if (!m_known) {
        painter.setPen(theme().muted);
        painter.drawText(QRect(inset, line.top(), line.width(), height() - line.top()),
                         Qt::TextWordWrap,
                         tr("Figures come once it runs; its counts go on from where they stood. %1")
                             .arg(m_howToRun));
        return;
    }
    const QFontMetrics digits(style.figures(type::kBody));
    const int gap = style.px(8);
    const int shareWidth = digits.horizontalAdvance(format::percent(1)) + gap;
    for (const Line &each : m_lines) {
        painter.setFont(style.text(type::kBody));
        painter.setPen(each.bad ? theme().error : theme().muted);
        // A name can be guessed from its beginning, a figure cannot.
        const int room = line.width() - shareWidth - digits.horizontalAdvance(each.value) - gap;
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(each.name, Qt::ElideRight, room));
        painter.setFont(style.figures(type::kBody));
        painter.setPen(each.bad ? theme().error : theme().text);
        painter.drawText(line.adjusted(0, 0, -shareWidth, 0), Qt::AlignRight | Qt::AlignVCenter,
                         each.value);
        if (each.share >= 0) {
            painter.setPen(theme().muted);
            painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, format::percent(each.share));
        }
        line.translate(0, row);
    }
    line.translate(0, style.px(10));
    painter.setFont(style.text(type::kSmall));
    painter.setPen(theme().muted);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, tr("The last second"));
    line.translate(0, row);
    QRectF track(line.left(), line.top() + style.px(4), line.width(), style.px(10));
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().field);
    painter.drawRoundedRect(track, 3, 3);
    QRectF busy = track;
    busy.setWidth(track.width() * std::clamp(m_busy, 0.0, 1.0));
    painter.setBrush(theme().good);
    painter.drawRoundedRect(busy, 3, 3);
    QRectF waiting = track;
    waiting.setLeft(busy.right());
    waiting.setWidth(track.width() * std::clamp(m_backPressured, 0.0, 1.0));
    painter.setBrush(theme().warning);
    painter.drawRoundedRect(waiting, 3, 3);
    line.translate(0, row - style.px(2));
    painter.setFont(style.text(type::kSmall));
    painter.setPen(theme().muted);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     tr("busy %1 · held back %2")
                         .arg(format::percent(m_busy), format::percent(m_backPressured)));
    line.translate(0, row + style.px(6));
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, tr("Not yet read"));
    line.translate(0, row - style.px(2));
    painter.setPen(theme().text);
    painter.setFont(style.text(type::kBody));
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_lag);
}

} // namespace millrace::ui
