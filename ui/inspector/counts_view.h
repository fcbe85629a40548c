// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include <QWidget>

#include <vector>

namespace millrace::ui {

/// What became of a node's records, each fate on a line with its share of what came in, and how
/// its last second was spent. Painted, as it changes ten times a second.
class CountsView final : public QWidget
{
    Q_OBJECT

public:
    explicit CountsView(QWidget *parent = nullptr);
    /// `figures` null: not running yet, and `howToRun` says what to do.
    void show(const runtime::NodeFigures *figures, const QString &howToRun);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    struct Line {
        QString name;
        QString value;
        double share = -1; ///< of what came in; below 0: none is shown
        bool bad = false;
    };
    bool m_known = false;
    QString m_howToRun;
    std::vector<Line> m_lines;
    double m_busy = 0;
    double m_backPressured = 0;
    QString m_lag;
};

} // namespace millrace::ui
