// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTabBar>

namespace millrace::ui {

/// Tabs that stay where they are when another is selected: the selected one's text is bold, and
/// each is as wide as that.
class TabBar final : public QTabBar
{
    Q_OBJECT

public:
    using QTabBar::QTabBar;

protected:
    QSize tabSizeHint(int index) const override;
};

} // namespace millrace::ui
