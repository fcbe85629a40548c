// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QGraphicsView>
#include <QTimer>

namespace millrace::ui {

class CanvasScene;

/// Smaller only where the whole pipeline needs it.
inline constexpr qreal kMinZoom = 0.1;
inline constexpr qreal kMaxZoom = 4;
/// Dashes flow only while fewer wires than this are in sight.
inline constexpr int kMaxFlowingWires = 60;

/// The window on the canvas: zoom at the pointer, pan (middle button, Space and drag, touch pad,
/// Shift+wheel), fit, and the dotted ground. Arrow keys walk from card to card, W and Shift+W over
/// the wires of a card, arrow keys from a wire to its ends.
class CanvasView final : public QGraphicsView
{
    Q_OBJECT

public:
    explicit CanvasView(CanvasScene &scene, QWidget *parent = nullptr);

    qreal zoom() const { return transform().m11(); }
    /// Zooms so that the scene point under `anchor` (viewport pixels) stays where it is.
    void zoomAt(const QPointF &anchor, qreal zoom);
    void zoomIn();
    void zoomOut();
    void zoomToHundred();
    /// All cards in sight, at most at 100 %, and above what covers the lower edge.
    void fit();
    /// That many pixels along the lower edge lie under something.
    void setCoveredBelow(int px) { m_coveredBelowPx = px; }
    /// At which fit() shows all cards.
    qreal fitZoom() const;

    /// While a pipeline runs, nearly everything changes with every tick: one whole repaint is
    /// cheaper then than many small ones (measured).
    void setRunning(bool running);

signals:
    void zoomChanged();
    void movedByHand(); ///< zoomed by the wheel or panned

protected:
    void drawBackground(QPainter *painter, const QRectF &rect) override;
    void wheelEvent(QWheelEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void keyReleaseEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    void flow();
    void setSpaceHeld(bool held);
    void describe();
    QRectF roomToFit() const;

    CanvasScene &m_scene;
    QTimer m_flowTimer;
    QElapsedTimer m_sinceFlow;
    QPoint m_panFrom;
    int m_coveredBelowPx = 0;
    bool m_panning = false;
    bool m_spaceHeld = false;
};

} // namespace millrace::ui
