// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace millrace::ui {

/// What the selected wire joins, what goes over it, and what waits on it. Painted, as it changes
/// ten times a second.
class WireView final : public QWidget
{
    Q_OBJECT

public:
    explicit WireView(QWidget *parent = nullptr);
    /// `from`, `to`: names of the cards. `figures` null: not running yet. `waiting`: records; none
    /// where nothing can wait, as both ends work hand in hand.
    void show(const QString &from, const QString &to, const runtime::WireFigures *figures,
              std::optional<std::uint64_t> waiting, const QString &howToRun);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    struct Line {
        QString name;
        QString value;
        bool isName = false; ///< of a card, and no figure
    };
    QRect noteRect() const;
    void fit();

    std::vector<Line> m_lines;
    QString m_note; ///< what else there is to say; may be empty
    bool m_bad = false;
};

} // namespace millrace::ui
