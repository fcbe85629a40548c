// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspector/keys_view.h"

#include "ui/bridge/convert.h"
#include "ui/style/format.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QPainter>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kHeadPx = 26;
constexpr int kRowPx = 22;
constexpr int kNameGapPx = 8;
constexpr int kShareWidthPx = 48;
constexpr int kLeastBarPx = 40;
constexpr qreal kNameShare = 0.38;     ///< of the width, for short names
constexpr std::size_t kMaxShards = 16; ///< the fullest; a longer list is nobody's reading

} // namespace

KeysView::KeysView(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"inspector.keys.view"_s);
    setAccessibleName(tr("Hottest partition keys of each shard"));
    connect(&Style::instance(), &Style::changed, this, qOverload<>(&QWidget::update));
}

void KeysView::show(const runtime::NodeFigures *figures, Limits limits, const QString &howToRun)
{
    m_hint = tr("No keys have been seen yet.");
    if (!figures || figures->state == runtime::NodeState::Stopped)
        m_hint += u' ' + howToRun;
    m_shards.clear();
    if (figures) {
        std::vector<const runtime::ShardFigures *> order;
        for (const runtime::ShardFigures &shard : figures->shards) {
            if (!shard.topKeys.empty())
                order.push_back(&shard);
        }
        const auto hot = [limits](const runtime::ShardFigures *shard) {
            return limits == Limits::Shown && shard->load() >= kHotLoad;
        };
        std::stable_sort(order.begin(), order.end(),
                         [&](const auto *a, const auto *b) { return hot(a) > hot(b); });
        if (order.size() > kMaxShards)
            order.resize(kMaxShards);
        for (const runtime::ShardFigures *shard : order)
            m_shards.push_back({shard->shard.value, hot(shard), shard->topKeys});
    }
    QStringList spoken;
    for (const Shard &shard : m_shards) {
        QStringList keys;
        for (const runtime::KeyShare &key : shard.keys)
            keys << format::oneLine(toQt(key.key)) + u' ' + format::percent(key.share);
        spoken << tr("shard %1: %2").arg(QString::number(shard.shard), keys.join(u", "_s));
    }
    setAccessibleDescription(spoken.join(u". "_s));
    setMinimumHeight(sizeHint().height());
    update();
}

QSize KeysView::sizeHint() const
{
    int height = 28;
    for (const Shard &shard : m_shards)
        height += kHeadPx + kRowPx * static_cast<int>(shard.keys.size()) + 8;
    return {Style::instance().px(200), Style::instance().px(height)};
}

/// What the keys' names take of `wide`: all that they need, as long as bars can be told apart.
qreal KeysView::widestName(qreal wide) const
{
    const Style &style = Style::instance();
    const QFontMetricsF face(style.figures(type::kSmall));
    qreal widest = wide * kNameShare;
    for (const Shard &shard : m_shards) {
        for (const runtime::KeyShare &key : shard.keys)
            widest = std::max(widest, face.horizontalAdvance(format::oneLine(toQt(key.key))) +
                                          style.px(kNameGapPx) + 1);
    }
    return std::min(widest, wide - style.px(kShareWidthPx + kLeastBarPx));
}

void KeysView::paintEvent(QPaintEvent *)
{
    const Style &style = Style::instance();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int inset = style.px(16);
    qreal y = style.px(12);
    const qreal wide = width() - 2.0 * inset;
    painter.setPen(theme().muted);
    if (m_shards.empty()) {
        painter.setFont(style.text(type::kBody));
        painter.drawText(QRectF(inset, y, wide, height() - y), Qt::TextWordWrap, m_hint);
        return;
    }
    const qreal nameWidth = widestName(wide);
    for (const Shard &shard : m_shards) {
        painter.setFont(style.text(type::kSmall));
        painter.setPen(theme().muted);
        painter.drawText(QRectF(inset, y, wide, style.px(kHeadPx)),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         tr("Hottest keys on shard %1").arg(shard.shard));
        y += style.px(kHeadPx);
        painter.setFont(style.figures(type::kSmall));
        for (const runtime::KeyShare &key : shard.keys) {
            const QRectF row(inset, y, wide, style.px(kRowPx));
            painter.setPen(theme().text);
            painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter,
                             painter.fontMetrics().elidedText(
                                 format::oneLine(toQt(key.key)), Qt::ElideMiddle,
                                 static_cast<int>(nameWidth) - style.px(kNameGapPx)));
            QRectF track(row.left() + nameWidth, row.center().y() - style.px(4),
                         wide - nameWidth - style.px(kShareWidthPx), style.px(8));
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme().field);
            painter.drawRoundedRect(track, 2, 2);
            track.setWidth(std::max(2.0, track.width() * std::clamp(key.share, 0.0, 1.0)));
            painter.setBrush(shard.hot && &key == &shard.keys.front() ? theme().error
                                                                      : theme().shard(shard.shard));
            painter.drawRoundedRect(track, 2, 2);
            painter.setPen(theme().muted);
            painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, format::percent(key.share));
            y += style.px(kRowPx);
        }
        y += style.px(8);
    }
}

} // namespace millrace::ui
