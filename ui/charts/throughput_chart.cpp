// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/throughput_chart.h"

#include "ui/charts/value_axis.h"
#include "ui/style/format.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QPainter>
#include <QtCharts/QChart>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>

#include <algorithm>
#include <iterator>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr qreal kLinePx = 2;
constexpr int kGridLines = 4;
constexpr std::size_t kNamedShards = 6; ///< in the legend; more of them are only numbered
constexpr int kLowGridLines = 2;        ///< below kLowPlotPx more numbers would touch
constexpr int kLowPlotPx = 150;
/// Times below the chart: every minute, or every 15 s while it is narrow.
constexpr qint64 kTimeStep = 60;
constexpr qint64 kShortTimeStep = 15;
constexpr int kLabelGapPx = 8; ///< between a number and the plot

QPen shardPen(std::uint32_t shard)
{
    return {theme().shard(shard), kLinePx,
            Theme::shardDashed(shard) ? Qt::DashLine : Qt::SolidLine};
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
    m_value->setLabelsVisible(false);
    connect(m_chart, &QChart::plotAreaChanged, this, &ThroughputChart::fitGrid);
    m_chart->addSeries(m_limit);
    m_limit->attachAxis(m_time);
    m_limit->attachAxis(m_value);
    connect(&Style::instance(), &Style::changed, this, &ThroughputChart::restyle);
    restyle();
}

void ThroughputChart::show(const std::vector<Line> &lines, std::optional<double> limit,
                           double highest, qint64 from, qint64 to)
{
    m_time->setRange(static_cast<qreal>(from), static_cast<qreal>(to));
    m_value->setRange(0, valueAxisTop(limit, highest));
    m_limitValue = limit;
    m_limit->setVisible(limit && *limit <= m_value->max());
    if (limit)
        m_limit->replace({QPointF(m_time->min(), *limit), QPointF(m_time->max(), *limit)});
    for (const Line &line : lines) {
        std::vector<QLineSeries *> &pieces = m_series[line.shard];
        while (std::ssize(pieces) < line.pieces.size())
            pieces.push_back(makeSeries(line.shard));
    }
    for (auto &[shard, pieces] : m_series) {
        const auto line = std::find_if(lines.begin(), lines.end(),
                                       [shard = shard](const Line &l) { return l.shard == shard; });
        const qsizetype shown = line == lines.end() ? 0 : line->pieces.size();
        for (qsizetype i = 0; i < std::ssize(pieces); ++i) {
            QLineSeries *piece = pieces[static_cast<std::size_t>(i)];
            piece->setVisible(i < shown);
            if (i < shown)
                piece->replace(line->pieces[i]);
        }
    }
    fitGrid();
    scene()->update();
}

void ThroughputChart::setLimitTexts(const QString &text, const QString &above)
{
    m_limitText = text;
    m_limitAboveText = above;
}

int ThroughputChart::columns() const
{
    return std::max(1, static_cast<int>(m_chart->plotArea().width()));
}

QList<QPointF> ThroughputChart::pointsOf(std::uint32_t shard) const
{
    QList<QPointF> points;
    if (const auto found = m_series.find(shard); found != m_series.end()) {
        for (const QLineSeries *piece : found->second)
            points << (piece->isVisible() ? piece->points() : QList<QPointF>());
    }
    return points;
}

qsizetype ThroughputChart::piecesOf(std::uint32_t shard) const
{
    const auto found = m_series.find(shard);
    return found == m_series.end()
               ? 0
               : std::count_if(found->second.begin(), found->second.end(),
                               [](const QLineSeries *piece) { return piece->isVisible(); });
}

bool ThroughputChart::showsLimit() const
{
    return m_limit->isVisible();
}

QString ThroughputChart::limitText() const
{
    return !m_limitValue ? QString() : showsLimit() ? m_limitText : m_limitAboveText;
}

int ThroughputChart::gridLines() const
{
    return m_chart->plotArea().height() < Style::instance().px(kLowPlotPx) ? kLowGridLines
                                                                           : kGridLines;
}

QStringList ThroughputChart::valueLabels() const
{
    QStringList labels;
    const int lines = gridLines();
    const double step = m_value->max() / lines;
    for (int i = 0; i <= lines; ++i)
        labels << valueAxisText(step * i, step);
    return labels;
}

/// As many grid lines as there is room for, and room on the left for their numbers, above for the
/// words about a limit beyond the top.
void ThroughputChart::fitGrid()
{
    const Style &style = Style::instance();
    if (m_value->tickCount() != gridLines() + 1)
        m_value->setTickCount(gridLines() + 1);
    const QFontMetrics font(style.figures(type::kCaption));
    int widest = 0;
    for (const QString &label : valueLabels())
        widest = std::max(widest, font.horizontalAdvance(label));
    const bool above = !limitText().isEmpty() && !showsLimit();
    const QMargins margins(widest + style.px(kLabelGapPx), style.px(above ? 18 : 6), style.px(8),
                           style.px(18));
    if (m_chart->margins() != margins)
        m_chart->setMargins(margins);
}

void ThroughputChart::drawForeground(QPainter *painter, const QRectF &)
{
    paintTimes(*painter);
    paintValues(*painter);
    if (!limitText().isEmpty())
        paintLimitText(*painter);
}

void ThroughputChart::paintTimes(QPainter &painter) const
{
    const QRectF plot = m_chart->plotArea();
    const Style &style = Style::instance();
    painter.setFont(style.figures(type::kCaption));
    painter.setPen(theme().muted);
    const auto from = static_cast<qint64>(m_time->min());
    const auto to = static_cast<qint64>(m_time->max());
    const qint64 step = to - from > 3 * kTimeStep ? kTimeStep
                        : to - from > kTimeStep   ? 2 * kShortTimeStep
                                                  : kShortTimeStep;
    for (qint64 second = (from / step + 1) * step; second <= to; second += step) {
        const qreal x = m_chart->mapToPosition({static_cast<qreal>(second), 0}, m_limit).x();
        const QString text = step < kTimeStep ? format::secondOfDay(second * 1000)
                                              : format::minuteOfDay(second * 1000);
        const qreal half = painter.fontMetrics().horizontalAdvance(text) / 2.0 + 1;
        const QRectF where(x - half, plot.bottom() + 3, 2 * half, style.px(16));
        // Clear of the lowest number, which ends a gap before the plot.
        if (where.left() >= plot.left() - style.px(kLabelGapPx) / 2.0 && where.right() <= width())
            painter.drawText(where, Qt::AlignHCenter | Qt::AlignTop, text);
    }
}

void ThroughputChart::paintValues(QPainter &painter) const
{
    const Style &style = Style::instance();
    const QRectF plot = m_chart->plotArea();
    painter.setFont(style.figures(type::kCaption));
    painter.setPen(theme().muted);
    const QStringList labels = valueLabels();
    const qreal height = style.px(16);
    for (qsizetype i = 0; i < labels.size(); ++i) {
        const qreal y = plot.bottom() - plot.height() * static_cast<qreal>(i) /
                                            static_cast<qreal>(labels.size() - 1);
        painter.drawText(QRectF(0, y - height / 2, plot.left() - style.px(kLabelGapPx), height),
                         Qt::AlignRight | Qt::AlignVCenter, labels[i]);
    }
}

void ThroughputChart::paintLimitText(QPainter &painter) const
{
    const Style &style = Style::instance();
    const QRectF plot = m_chart->plotArea();
    painter.setFont(style.text(type::kCaption));
    const qreal height = style.px(16);
    const qreal width = painter.fontMetrics().horizontalAdvance(limitText()) + 2 * style.px(4);
    const qreal line =
        m_chart->mapToPosition({m_time->max(), m_limitValue.value_or(0)}, m_limit).y();
    const qreal top = std::max((showsLimit() ? line : plot.top()) - height - 2, 0.0);
    const QRectF where(plot.right() - width, top, width, height);
    painter.fillRect(where, theme().panel); // a ground of its own: lines come close to the limit
    painter.setPen(showsLimit() ? theme().error : theme().muted);
    painter.drawText(where, Qt::AlignCenter, limitText());
}

void ThroughputChart::restyle()
{
    setBackgroundBrush(theme().panel);
    m_value->setGridLinePen(QPen(theme().line, 1));
    m_limit->setPen(QPen(theme().error, kLinePx, Qt::DashLine));
    for (auto &[shard, pieces] : m_series) {
        for (QLineSeries *piece : pieces)
            piece->setPen(shardPen(shard));
    }
    fitGrid();
}

QLineSeries *ThroughputChart::makeSeries(std::uint32_t shard)
{
    auto *made = new QLineSeries;
    m_chart->addSeries(made);
    made->attachAxis(m_time);
    made->attachAxis(m_value);
    made->setPen(shardPen(shard));
    return made;
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
