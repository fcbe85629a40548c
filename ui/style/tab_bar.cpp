// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/tab_bar.h"

namespace millrace::ui {

/// The style takes the bold font's measures for the selected tab only.
QSize TabBar::tabSizeHint(int index) const
{
    QSize size = QTabBar::tabSizeHint(index);
    if (index == currentIndex())
        return size;
    QFont bold = font();
    bold.setWeight(QFont::DemiBold); // as the style sheet has it
    const auto widthIn = [text = tabText(index)](const QFontMetrics &metrics) {
        return metrics.size(Qt::TextShowMnemonic, text).width();
    };
    size.rwidth() += widthIn(QFontMetrics(bold)) - widthIn(fontMetrics());
    return size;
}

} // namespace millrace::ui
