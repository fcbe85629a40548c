// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include "ui/canvas/shard_bars.h"

#include <QWidget>

#include <vector>

namespace millrace::ui {

/// The hottest partition keys of each shard with their share of it, the fullest shard first.
class KeysView final : public QWidget
{
    Q_OBJECT

public:
    explicit KeysView(QWidget *parent = nullptr);
    /// `figures` null: not running yet, and `howToRun` says what to do.
    void show(const runtime::NodeFigures *figures, Limits limits, const QString &howToRun);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    struct Shard {
        std::uint32_t shard = 0;
        bool hot = false;
        std::vector<runtime::KeyShare> keys;
    };
    qreal widestName(qreal wide) const;

    std::vector<Shard> m_shards;
    QString m_hint; ///< while there is nothing to show
};

} // namespace millrace::ui
