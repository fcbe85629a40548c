// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/throughput_chart.h"

#include "ui/style/format.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QLocale>
#include <QPainter>
#include <QtCharts/QChart>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr qreal kLinePx = 2;
constexpr int kGridLines = 4;
constexpr std::size_t kNamedShards = 6; ///< in the legend; more of them are only numbered
constexpr int kLowGridLines = 2;        ///< below kLowPlotPx Qt Charts has no room for more labels
constexpr int kLowPlotPx = 150;
/// Times below the chart: every minute, or every 15 s while it is narrow.
constexpr qint64 kTimeStep = 60;
constexpr qint64 kShortTimeStep = 15;
/// The axis ends a little above the limit, or above the highest value.
constexpr double kHeadroom = 1.2;

/// The next of 1, 1.2, 2, 4, 8 times a power of ten: four grid lines fall on short numbers.
double niceTop(double value)
{
    if (!(value > 0))
        return 1;
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.2, 2.0, 4.0, 8.0, 12.0}) {
        if (value <= step * power * 1.0001)
            return step * power;
    }
    return value;
}

} // namespace

ThroughputChart::ThroughputChart(QWidget *parent)
    : QChartView(parent)
    , m_chart(chart()) // the view owns it; another one would leave this one to us
    , m_time(new QValueAxis)
    , m_value(new QValueAxis)
    , m_limit(new QLineSeries)
{
    setObjectName(u"throughput.chart"_s);
    setAccessibleName(tr("Chart: incoming throughput per shard"));
    setFrameShape(NoFrame);
    setFocusPolicy(Qt::NoFocus);
    setRenderHint(QPainter::Antialiasing);
    m_chart->legend()->hide();
    m_chart->setLocalizeNumbers(true);
    m_chart->setAnimationOptions(QChart::NoAnimation);
    m_chart->setBackgroundVisible(false);
    m_chart->setMargins({});
    m_chart->layout()->setContentsMargins(0, 0, 0, 0);
    m_chart->addAxis(m_time, Qt::AlignBottom);
    m_chart->addAxis(m_value, Qt::AlignLeft);
    m_time->setLabelsVisible(false);
    m_time->setGridLineVisible(false);
    m_time->setLineVisible(false);
    m_value->setLineVisible(false);
    m_value->setTickCount(kGridLines + 1);
    m_chart->addSeries(m_limit);
    m_limit->attachAxis(m_time);
    m_limit->attachAxis(m_value);
    connect(&Style::instance(), &Style::changed, this, &ThroughputChart::restyle);
    restyle();
}

void ThroughputChart::show(const std::vector<Line> &lines, double limit, double highest,
                           qint64 from, qint64 to)
{
    m_time->setRange(static_cast<qreal>(from), static_cast<qreal>(to));
    const double top = niceTop(std::max(limit * kHeadroom, highest * 1.05));
    m_value->setRange(0, top);
    const bool low = m_chart->plotArea().height() < Style::instance().px(kLowPlotPx);
    m_value->setTickCount(low ? kLowGridLines + 1 : kGridLines + 1);
    m_value->setLabelFormat(top < 10 ? u"%.1f"_s : u"%.0f"_s);
    m_limit->replace({QPointF(m_time->min(), limit), QPointF(m_time->max(), limit)});
    m_limitValue = limit;
    for (auto &[shard, line] : m_series)
        line->setVisible(std::any_of(lines.begin(), lines.end(), [shard = shard](const Line &each) {
            return each.shard == shard;
        }));
    for (const Line &line : lines)
        series(line.shard)->replace(line.points);
    scene()->update();
}

int ThroughputChart::columns() const
{
    return std::max(1, static_cast<int>(m_chart->plotArea().width()));
}

QList<QPointF> ThroughputChart::pointsOf(std::uint32_t shard) const
{
    const auto found = m_series.find(shard);
    return found == m_series.end() || !found->second->isVisible() ? QList<QPointF>()
                                                                  : found->second->points();
}

void ThroughputChart::drawForeground(QPainter *painter, const QRectF &)
{
    const QRectF plot = m_chart->plotArea();
    const Style &style = Style::instance();
    painter->setFont(style.figures(type::kCaption));
    painter->setPen(theme().muted);
    const auto from = static_cast<qint64>(m_time->min());
    const auto to = static_cast<qint64>(m_time->max());
    const qreal half = style.px(36);
    const qint64 step = to - from > 3 * kTimeStep ? kTimeStep
                        : to - from > kTimeStep   ? 2 * kShortTimeStep
                                                  : kShortTimeStep;
    for (qint64 second = (from / step + 1) * step; second <= to; second += step) {
        const qreal x = m_chart->mapToPosition({static_cast<qreal>(second), 0}, m_limit).x();
        const QRectF where(x - half, plot.bottom() + 3, 2 * half, style.px(16));
        if (where.left() >= 0 && where.right() <= width())
            painter->drawText(where, Qt::AlignHCenter | Qt::AlignTop,
                              step < kTimeStep ? format::secondOfDay(second * 1000)
                                               : format::minuteOfDay(second * 1000));
    }
    const qreal y = m_chart->mapToPosition({m_time->max(), m_limitValue}, m_limit).y();
    painter->setFont(style.text(type::kCaption));
    painter->setPen(theme().error);
    painter->drawText(QRectF(plot.left(), y - style.px(18), plot.width() - 4, style.px(16)),
                      Qt::AlignRight | Qt::AlignBottom, m_limitText);
}

void ThroughputChart::restyle()
{
    const Style &style = Style::instance();
    setBackgroundBrush(theme().panel);
    m_chart->setMargins(QMargins(0, style.px(6), style.px(8), style.px(18)));
    m_value->setLabelsFont(style.figures(type::kCaption));
    m_value->setLabelsColor(theme().muted);
    m_value->setGridLinePen(QPen(theme().line, 1));
    m_limit->setPen(QPen(theme().error, kLinePx, Qt::DashLine));
    for (auto &[shard, line] : m_series) {
        line->setPen(QPen(theme().shard(shard), kLinePx,
                          Theme::shardDashed(shard) ? Qt::DashLine : Qt::SolidLine));
    }
}

QLineSeries *ThroughputChart::series(std::uint32_t shard)
{
    QLineSeries *&line = m_series[shard];
    if (!line) {
        line = new QLineSeries;
        m_chart->addSeries(line);
        line->attachAxis(m_time);
        line->attachAxis(m_value);
        line->setPen(QPen(theme().shard(shard), kLinePx,
                          Theme::shardDashed(shard) ? Qt::DashLine : Qt::SolidLine));
    }
    return line;
}

ShardLegend::ShardLegend(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"throughput.legend"_s);
    setAccessibleName(tr("Legend"));
    connect(&Style::instance(), &Style::changed, this, qOverload<>(&QWidget::update));
}

void ShardLegend::show(const std::vector<std::uint32_t> &shards, std::size_t others)
{
    if (shards == m_shards && others == m_others)
        return;
    m_shards = shards;
    m_others = others;
    update();
}

QSize ShardLegend::sizeHint() const
{
    return {Style::instance().px(200), Style::instance().px(24)};
}

void ShardLegend::paintEvent(QPaintEvent *)
{
    const Style &style = Style::instance();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(style.text(type::kSmall));
    const QFontMetrics metrics(painter.font());
    const int swatch = style.px(10);
    const int middle = height() / 2;
    int x = 0;
    for (const std::uint32_t shard : m_shards) {
        const QString name =
            m_shards.size() > kNamedShards ? QString::number(shard) : tr("shard %1").arg(shard);
        const QRectF where(x, middle - swatch / 2.0, swatch, swatch);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme().shard(shard));
        painter.drawRoundedRect(where, 2, 2);
        if (Theme::shardDashed(shard))
            painter.fillRect(QRectF(where.center().x() - 1, where.top(), 2, where.height()),
                             theme().panel);
        painter.setPen(theme().text);
        x += swatch + style.px(5);
        painter.drawText(QRect(x, 0, width(), height()), Qt::AlignLeft | Qt::AlignVCenter, name);
        x += metrics.horizontalAdvance(name) + style.px(16);
    }
    if (m_others > 0) {
        painter.setPen(theme().muted);
        painter.drawText(QRect(x, 0, width(), height()), Qt::AlignLeft | Qt::AlignVCenter,
                         tr("and %n less busy", nullptr, static_cast<int>(m_others)));
    }
}

} // namespace millrace::ui
