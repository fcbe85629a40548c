// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/shard_history.h"

#include <QtCharts/QChartView>

#include <map>
#include <optional>
#include <vector>

QT_BEGIN_NAMESPACE
class QChart;
class QLineSeries;
class QValueAxis;
QT_END_NAMESPACE

namespace millrace::ui {

/// The chart itself: a line per shard, a dashed line at the limit, times below. Qt Charts draws
/// lines and grid; numbers, times and the limit's name are painted here: its axes cannot put ticks
/// on whole minutes of a moving window, and write "…" where they find their numbers too long.
class ThroughputChart final : public QChartView
{
    Q_OBJECT

public:
    explicit ThroughputChart(QWidget *parent = nullptr);

    struct Line {
        std::uint32_t shard = 0;
        /// (second since 1970, value in the unit of the axis); nothing is drawn between pieces.
        QList<QList<QPointF>> pieces;
    };
    /// The time axis runs from second `from` to `to`. No `limit`: none is drawn.
    void show(const std::vector<Line> &lines, std::optional<double> limit, double highest,
              qint64 from, qint64 to);
    /// "limit 1 MiB/s", and the same where the limit lies above the axis.
    void setLimitTexts(const QString &text, const QString &above);
    int columns() const; ///< pixel columns of the plot

    // What is drawn now.
    QList<QPointF> pointsOf(std::uint32_t shard) const;
    qsizetype piecesOf(std::uint32_t shard) const;
    bool showsLimit() const; ///< as a line
    QString limitText() const;
    QStringList valueLabels() const; ///< from below

protected:
    void drawForeground(QPainter *painter, const QRectF &rect) override;

private:
    void restyle();
    QLineSeries *makeSeries(std::uint32_t shard);
    int gridLines() const;
    void fitGrid();
    void paintTimes(QPainter &painter) const;
    void paintValues(QPainter &painter) const;
    void paintLimitText(QPainter &painter) const;

    QChart *m_chart = nullptr;
    QValueAxis *m_time = nullptr;
    QValueAxis *m_value = nullptr;
    QLineSeries *m_limit = nullptr;
    std::map<std::uint32_t, std::vector<QLineSeries *>> m_series; ///< a shard's pieces
    QString m_limitText;
    QString m_limitAboveText;
    std::optional<double> m_limitValue;
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
