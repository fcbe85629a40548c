// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include "ui/charts/shard_history.h"

#include <QWidget>

#include <optional>

class QLabel;
class QStackedLayout;
class QToolButton;

namespace millrace::ui {

class EngineBridge;
class ShardLegend;
class ThroughputChart;

/// What each shard of a stream takes in, the last five minutes and live, with the limit as a line;
/// in MiB/s or in records/s. While nothing runs, the last five minutes that something did.
class ThroughputPanel final : public QWidget
{
    Q_OBJECT

public:
    /// `bridge` outlives the panel.
    explicit ThroughputPanel(EngineBridge &bridge, QWidget *parent = nullptr);

    /// The stream node to show; nothing: an explanation instead. The limit is drawn if it has one.
    void showStream(const std::optional<NodeId> &node, bool limited);
    /// Why Run does not start the pipeline, and what to do; empty: it does.
    void showObstacle(const QString &sentence);
    const std::optional<NodeId> &stream() const { return m_node; }

    enum class Unit : std::uint8_t { Bytes = 1, Records };
    /// A person's choice; before one, the unit of the limit that binds.
    void setUnit(Unit unit);
    Unit unit() const { return m_unit; }

    /// The points drawn for a shard now, and in how many lines; for tests.
    QList<QPointF> pointsOf(std::uint32_t shard) const;
    qsizetype piecesOf(std::uint32_t shard) const;
    ThroughputChart &chart() { return *m_chart; }
    bool showsChart() const;

protected:
    void showEvent(QShowEvent *event) override;

private:
    void forget();
    void showSnapshot(const runtime::SnapshotPtr &snapshot);
    void settleUnit(const std::vector<runtime::ShardFigures> &shards);
    void useUnit(Unit unit);
    /// Asks for the five minutes before `end` (seconds since 1970, exclusive).
    void requestHistory(qint64 end);
    /// Looks for the newest second before `end` that has figures, farther back with each `step`.
    bool isStopped(const runtime::Snapshot &snapshot) const;
    void findHistory(qint64 end, std::size_t step);
    void refresh();
    void retranslate();
    std::optional<double> limit() const;
    double scaled(double value) const;

    EngineBridge &m_bridge;
    std::optional<NodeId> m_node;
    bool m_limited = true;
    QString m_obstacle;
    Unit m_unit = Unit::Bytes;
    bool m_unitChosen = false;  ///< by a person
    bool m_unitSettled = false; ///< for the stream shown
    ShardHistory m_history;
    std::size_t m_requestedShards = 0; ///< history was asked for so many shards
    quint64 m_generation = 0;          ///< of the stream and unit shown; late answers are dropped
    qint64 m_lastSecond = 0;           ///< where the chart ends
    QLabel *m_title = nullptr;
    QToolButton *m_bytesButton = nullptr;
    QToolButton *m_recordsButton = nullptr;
    QStackedLayout *m_stack = nullptr;
    QLabel *m_empty = nullptr;
    ThroughputChart *m_chart = nullptr;
    ShardLegend *m_legend = nullptr;
};

} // namespace millrace::ui
