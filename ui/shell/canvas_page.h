// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QToolButton;

namespace millrace::ui {

class ActionRegistry;
class CanvasScene;
class CanvasView;

/// The canvas with its zoom buttons in the lower left corner. A new pipeline is fitted into sight
/// as soon as the page has its size.
class CanvasPage final : public QWidget
{
    Q_OBJECT

public:
    CanvasPage(CanvasScene &scene, const ActionRegistry &actions, QWidget *parent = nullptr);

    CanvasView &view() { return *m_view; }
    /// Fits now, and again with the first resize: docks take their place after the page is shown.
    void fitSoon();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    CanvasView *m_view = nullptr;
    QWidget *m_zoom = nullptr;
    QToolButton *m_percent = nullptr;
    bool m_keepsFit = true; ///< until a person zooms or pans
};

} // namespace millrace::ui
