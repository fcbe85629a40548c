// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include "ui/canvas/shard_bars.h"

#include <QWidget>

#include <vector>

namespace millrace::ui {

/// First and last hash key of the `index`th of `count` even ranges, as 32 hexadecimal digits.
/// Source: Kinesis, StartingHashKey and EndingHashKey of a new stream.
std::pair<QString, QString> hashKeyRange(std::uint32_t index, std::uint32_t count);

/// The part of `strip` that stands for the `index`th of `count` even ranges.
QRectF hashKeyBox(const QRectF &strip, std::size_t index, std::size_t count);

/// The shards of a stream: the hash-key space as a strip, all of them as a ring of gauges around
/// what the stream takes in altogether, then each with its range and its load.
class ShardsView final : public QWidget
{
    Q_OBJECT

public:
    explicit ShardsView(QWidget *parent = nullptr);
    /// `figures` null: not running yet, and `howToRun` says what to do.
    void show(const runtime::NodeFigures *figures, Limits limits, const QString &howToRun);
    /// Without the ring, for where the room is low: its sum stands on lines of their own.
    void setCompact(bool compact);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Shard {
        ShardBar bar;
        QString range;     ///< "40…–7f…"
        QString fullRange; ///< both hash keys, for the tooltip
    };
    void paintStrip(QPainter &painter, const QRectF &where) const;
    void paintSum(QPainter &painter, QRectF line, Qt::Alignment align) const;
    void paintRing(QPainter &painter, const QRectF &where) const;
    void paintShard(QPainter &painter, const QRectF &where, const Shard &shard) const;
    int listTop() const;

    std::vector<Shard> m_shards;
    double m_bytesPerSecond = 0;
    double m_recordsPerSecond = 0;
    Limits m_limits = Limits::Shown;
    bool m_compact = false;
    QString m_howToRun;
};

} // namespace millrace::ui
