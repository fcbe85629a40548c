// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/shard_history.h"

#include <QtCharts/QChartView>

#include <map>

QT_BEGIN_NAMESPACE
class QChart;
class QLineSeries;
class QValueAxis;
QT_END_NAMESPACE

namespace millrace::ui {

/// The chart itself: a line per shard, a dashed line at the limit, times below. Qt Charts draws
/// lines and grid; times and the limit's name are painted here, because its axes cannot put ticks
/// on whole minutes of a moving window.
class ThroughputChart final : public QChartView
{
    Q_OBJECT

public:
    explicit ThroughputChart(QWidget *parent = nullptr);

    struct Line {
        std::uint32_t shard = 0;
        QList<QPointF> points; ///< (second since 1970, value in the unit of the axis)
    };
    /// The time axis runs from second `from` to `to`.
    void show(const std::vector<Line> &lines, double limit, double highest, qint64 from, qint64 to);
    void setLimitText(const QString &text) { m_limitText = text; }
    int columns() const; ///< pixel columns of the plot

    QList<QPointF> pointsOf(std::uint32_t shard) const;

protected:
    void drawForeground(QPainter *painter, const QRectF &rect) override;

private:
    void restyle();
    QLineSeries *series(std::uint32_t shard);

    QChart *m_chart = nullptr;
    QValueAxis *m_time = nullptr;
    QValueAxis *m_value = nullptr;
    QLineSeries *m_limit = nullptr;
    std::map<std::uint32_t, QLineSeries *> m_series;
    QString m_limitText;
    double m_limitValue = 0;
};

/// A swatch and a name for each line; hatched swatches are drawn dashed, as their lines are.
class ShardLegend final : public QWidget
{
    Q_OBJECT

public:
    explicit ShardLegend(QWidget *parent = nullptr);
    void show(const std::vector<std::uint32_t> &shards, std::size_t others);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::vector<std::uint32_t> m_shards;
    std::size_t m_others = 0;
};

} // namespace millrace::ui
