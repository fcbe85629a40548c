// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspector/shards_view.h"

#include "ui/canvas/shard_bar_painter.h"
#include "ui/style/format.h"
#include "ui/style/icon.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <numeric>
#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kStripPx = 24;
constexpr int kRingPx = 168;
constexpr int kRingWidthPx = 18;
constexpr int kSumLinePx = 20;
constexpr int kRowPx = 40;
constexpr int kShownDigits = 2;   ///< of a hash key; all of it is in the tooltip
constexpr int kGapDegrees16 = 24; ///< between two arcs of the ring, in sixteenths of a degree

/// floor(index * 2^128 / count) as two words, by long division of (index, 0, 0) in base 2^64.
struct Wide {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
};

Wide share128(std::uint32_t index, std::uint32_t count)
{
    __extension__ using Double = unsigned __int128;
    const Double first = static_cast<Double>(index) << 64U;
    const auto high = static_cast<std::uint64_t>(first / count);
    const Double second = (first % count) << 64U;
    return {high, static_cast<std::uint64_t>(second / count)};
}

QString hex(const Wide &value)
{
    return u"%1%2"_s.arg(value.high, 16, 16, QChar(u'0')).arg(value.low, 16, 16, QChar(u'0'));
}

} // namespace

std::pair<QString, QString> hashKeyRange(std::uint32_t index, std::uint32_t count)
{
    if (index + 1 >= count)
        return {hex(index == 0 ? Wide{} : share128(index, count)), QString(32, u'f')};
    Wide last = share128(index + 1, count);
    last.high -= last.low == 0 ? 1 : 0;
    last.low -= 1;
    return {hex(share128(index, count)), hex(last)};
}

QRectF hashKeyBox(const QRectF &strip, std::size_t index, std::size_t count)
{
    const qreal each = strip.width() / static_cast<qreal>(count);
    // The gap gives way before the shard does: of 128 each has two pixels.
    const qreal gap = each >= 16 ? 2 : each >= 6 ? 1 : 0;
    return {strip.left() + each * static_cast<qreal>(index), strip.top(), each - gap,
            strip.height()};
}

ShardsView::ShardsView(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"inspector.shards.view"_s);
    setAccessibleName(tr("Shards of the stream, with hash-key ranges and load"));
    connect(&Style::instance(), &Style::changed, this, qOverload<>(&QWidget::update));
}

void ShardsView::show(const runtime::NodeFigures *figures, Limits limits, const QString &howToRun)
{
    m_howToRun = howToRun;
    m_limits = limits;
    m_shards.clear();
    m_bytesPerSecond = 0;
    m_recordsPerSecond = 0;
    if (figures) {
        const auto count = static_cast<std::uint32_t>(figures->shards.size());
        std::vector<ShardBar> bars = allShardBars(figures->shards, limits);
        for (std::uint32_t i = 0; i < count; ++i) {
            const runtime::ShardFigures &shard = figures->shards[i];
            m_bytesPerSecond += shard.bytesInPerSecond;
            m_recordsPerSecond += shard.recordsInPerSecond;
            const auto [first, last] = hashKeyRange(i, count);
            m_shards.push_back({std::move(bars[i]),
                                u"%1…–%2…"_s.arg(first.left(kShownDigits), last.left(kShownDigits)),
                                tr("Shard %1 takes hash keys\n%2 to\n%3")
                                    .arg(QString::number(shard.shard.value), first, last)});
        }
    }
    QStringList spoken;
    for (const Shard &shard : m_shards)
        spoken << tr("shard %1: %2").arg(QString::number(shard.bar.shard), shard.bar.figure);
    setAccessibleDescription(spoken.join(u", "_s));
    setMinimumHeight(sizeHint().height());
    update();
}

void ShardsView::setCompact(bool compact)
{
    if (std::exchange(m_compact, compact) == compact)
        return;
    setMinimumHeight(sizeHint().height());
    update();
}

int ShardsView::listTop() const
{
    const int sum = m_compact ? 2 * kSumLinePx : kRingPx;
    return Style::instance().px(12 + 20 + kStripPx + 20 + sum + 24 + 22);
}

QSize ShardsView::sizeHint() const
{
    const Style &style = Style::instance();
    return {style.px(200),
            listTop() + style.px(kRowPx) * static_cast<int>(m_shards.size()) + style.px(12)};
}

void ShardsView::paintEvent(QPaintEvent *)
{
    const Style &style = Style::instance();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int inset = style.px(16);
    const QRectF area(inset, style.px(12), width() - 2 * inset, style.px(20));
    painter.setFont(style.text(m_shards.empty() ? type::kBody : type::kSmall));
    painter.setPen(theme().muted);
    if (m_shards.empty()) {
        painter.drawText(QRectF(area.left(), area.top(), area.width(), height() - area.top()),
                         Qt::TextWordWrap,
                         tr("The stream is made when the pipeline runs. %1").arg(m_howToRun));
        return;
    }
    painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter, tr("Hash-key space"));
    const QRectF strip(inset, area.bottom(), area.width(), style.px(kStripPx));
    paintStrip(painter, strip);
    painter.setFont(style.figures(type::kCaption));
    painter.setPen(theme().muted);
    const QRectF ends(inset, strip.bottom() + 2, area.width(), style.px(18));
    painter.drawText(ends, Qt::AlignLeft | Qt::AlignVCenter, u"0"_s);
    painter.drawText(ends, Qt::AlignRight | Qt::AlignVCenter, u"2¹²⁸−1"_s);
    const qreal below = ends.bottom() + style.px(8);
    if (m_compact) {
        paintSum(painter, QRectF(inset, below, area.width(), style.px(kSumLinePx)), Qt::AlignLeft);
    } else {
        const qreal ring = style.px(kRingPx);
        paintRing(painter, QRectF(width() / 2.0 - ring / 2, below, ring, ring));
    }
    painter.setFont(style.text(type::kSmall));
    painter.setPen(theme().muted);
    painter.drawText(QRectF(inset, listTop() - style.px(22), area.width(), style.px(20)),
                     Qt::AlignLeft | Qt::AlignVCenter, tr("Shards, hash keys from and to"));
    QRectF row(inset, listTop(), area.width(), style.px(kRowPx));
    for (const Shard &shard : m_shards) {
        paintShard(painter, row, shard);
        row.translate(0, row.height());
    }
}

void ShardsView::paintStrip(QPainter &painter, const QRectF &where) const
{
    const Style &style = Style::instance();
    painter.setFont(style.text(type::kCaption, QFont::DemiBold));
    const qreal each = where.width() / static_cast<qreal>(m_shards.size());
    for (std::size_t i = 0; i < m_shards.size(); ++i) {
        const ShardBar &bar = m_shards[i].bar;
        const QRectF box = hashKeyBox(where, i, m_shards.size());
        const QColor &color = theme().shard(bar.shard);
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        const qreal radius = std::min(3.0, box.width() / 4);
        painter.drawRoundedRect(box, radius, radius);
        const QString name =
            each >= style.px(56) ? tr("shard %1").arg(bar.shard) : QString::number(bar.shard);
        if (each < style.px(18))
            continue;
        // Whichever ink stands out more on the shard's colour.
        const QColor &dark = Theme::of(ThemeKind::Dark).window;
        const QColor &bright = Theme::of(ThemeKind::Light).panel;
        painter.setPen(Theme::contrast(dark, color) > Theme::contrast(bright, color) ? dark
                                                                                     : bright);
        painter.drawText(box, Qt::AlignCenter,
                         bar.hot() && each >= style.px(30) ? u"▲ "_s + name : name);
    }
}

void ShardsView::paintRing(QPainter &painter, const QRectF &where) const
{
    const Style &style = Style::instance();
    const qreal width = style.px(kRingWidthPx);
    const QRectF arc = where.adjusted(width / 2, width / 2, -width / 2, -width / 2);
    const auto count = static_cast<int>(m_shards.size());
    const int full = 360 * 16;
    const int gap = count > 1 && count <= 32 ? kGapDegrees16 : 0;
    painter.setBrush(Qt::NoBrush);
    for (int i = 0; i < count; ++i) {
        // Clockwise from the top, as the hash keys grow.
        const ShardBar &bar = m_shards[static_cast<std::size_t>(i)].bar;
        const int from = full * i / count;
        const int span = full * (i + 1) / count - from - 2 * gap;
        const auto draw = [&](const QColor &color, int filled) {
            painter.setPen(QPen(color, width, Qt::SolidLine, Qt::FlatCap));
            painter.drawArc(arc, 90 * 16 - from - gap, -filled);
        };
        draw(theme().emptyArc(bar.shard), span);
        if (const int filled = qRound(span * std::clamp(bar.load, 0.0, 1.0)); filled > 0)
            draw(theme().shard(bar.shard), filled);
    }
    paintSum(painter,
             QRectF(where.left(), where.center().y() - style.px(kSumLinePx), where.width(),
                    style.px(kSumLinePx)),
             Qt::AlignHCenter);
}

/// What comes in altogether on `line`, and below it of how much.
void ShardsView::paintSum(QPainter &painter, QRectF line, Qt::Alignment align) const
{
    const Style &style = Style::instance();
    const std::size_t count = m_shards.size();
    const bool bytesBind =
        m_bytesPerSecond > 0 && m_bytesPerSecond / runtime::kShardBytesPerSecond >=
                                    m_recordsPerSecond / runtime::kShardRecordsPerSecond;
    painter.setFont(style.text(type::kTitle, QFont::DemiBold));
    painter.setPen(theme().text);
    painter.drawText(line, align | Qt::AlignVCenter,
                     bytesBind ? format::mebibyteRate(m_bytesPerSecond)
                               : format::recordRate(m_recordsPerSecond));
    painter.setFont(style.text(type::kSmall));
    painter.setPen(theme().muted);
    const QString limit = m_limits == Limits::Off ? tr("come in altogether")
                          : bytesBind ? tr("of %1 MiB/s limit").arg(QLocale().toString(count))
                                      : tr("of %1 rec/s limit").arg(format::integer(count * 1000));
    painter.drawText(line.translated(0, line.height()), align | Qt::AlignVCenter, limit);
}

void ShardsView::paintShard(QPainter &painter, const QRectF &where, const Shard &shard) const
{
    const Style &style = Style::instance();
    const QRectF upper(where.left(), where.top(), where.width(), style.px(20));
    painter.setFont(style.text(type::kBody, QFont::DemiBold));
    painter.setPen(theme().text);
    const QString name = tr("shard %1").arg(shard.bar.shard);
    painter.drawText(upper, Qt::AlignLeft | Qt::AlignVCenter, name);
    const qreal nameWidth = painter.fontMetrics().horizontalAdvance(name);
    painter.setFont(style.figures(type::kCaption));
    painter.setPen(theme().muted);
    // The range gives way where there is no room; the tooltip has it in full.
    const qreal rangeLeft = nameWidth + style.px(10);
    const QFontMetrics digits = painter.fontMetrics();
    const qreal figureWidth = digits.horizontalAdvance(shard.bar.figure) + style.px(8);
    if (rangeLeft + digits.horizontalAdvance(shard.range) + figureWidth <= upper.width())
        painter.drawText(upper.adjusted(rangeLeft, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                         shard.range);
    painter.setPen(shard.bar.hot() ? theme().error : theme().text);
    painter.drawText(upper, Qt::AlignRight | Qt::AlignVCenter, shard.bar.figure);
    const QRectF track(where.left(), upper.bottom() + style.px(2), where.width() - style.px(52),
                       style.px(8));
    paintShardBar(painter, track, shard.bar);
    if (!shard.bar.limited)
        return; // a share of which limit?
    painter.setFont(style.figures(type::kCaption));
    painter.setPen(shard.bar.hot() ? theme().error : theme().muted);
    painter.drawText(
        QRectF(track.right(), track.center().y() - style.px(8), style.px(52), style.px(16)),
        Qt::AlignRight | Qt::AlignVCenter, format::percent(shard.bar.load));
}

bool ShardsView::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const int row = (help->pos().y() - listTop()) / std::max(1, Style::instance().px(kRowPx));
    if (help->pos().y() >= listTop() && row < static_cast<int>(m_shards.size()))
        QToolTip::showText(help->globalPos(), m_shards[static_cast<std::size_t>(row)].fullRange,
                           this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace millrace::ui
