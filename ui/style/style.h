// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"

#include <QFont>
#include <QObject>

#include <optional>

class QApplication;

namespace millrace::ui {

/// The look in force: theme, interface size, motion and fonts. One for the process, like the
/// palette of QApplication. apply() hands it to Qt; changed() tells whoever paints by hand.
/// Lives on the GUI thread.
class Style final : public QObject
{
    Q_OBJECT

public:
    static Style &instance();

    /// Loads the fonts, sets the Fusion style, palette and style sheet, and follows the system's
    /// palette while no theme was chosen.
    void install(QApplication &application);

    const Theme &theme() const { return Theme::of(m_kind); }
    /// The theme a person chose; nothing: that of the system.
    std::optional<ThemeKind> chosen() const { return m_chosen; }
    void choose(std::optional<ThemeKind> kind);

    qreal scale() const { return m_scale; }
    void setScale(qreal scale); ///< 1 to 2
    bool reducedMotion() const { return m_reducedMotion; }
    void setReducedMotion(bool reduced);

    /// Interface face; `sizePx` is at 100 % and is scaled.
    QFont text(qreal sizePx, QFont::Weight weight = QFont::Normal) const;
    /// Figures and data: monospaced, so digits are tabular and live values do not jump.
    QFont figures(qreal sizePx, QFont::Weight weight = QFont::Normal) const;
    /// Upper-case captions.
    QFont caption() const;
    /// The same faces unscaled, for what zooms by itself.
    QFont canvasText(qreal sizePx, QFont::Weight weight = QFont::Normal) const;
    QFont canvasFigures(qreal sizePx, QFont::Weight weight = QFont::Normal) const;

    int px(qreal atHundredPercent) const;

signals:
    void changed();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    Style() = default;
    ThemeKind systemKind() const;
    void apply();

    QApplication *m_application = nullptr;
    QString m_textFamily;
    QString m_figureFamily;
    std::optional<ThemeKind> m_chosen;
    ThemeKind m_kind = ThemeKind::Dark;
    QPalette m_systemPalette;
    qreal m_scale = 1;
    bool m_reducedMotion = false;
    bool m_applying = false;
};

inline const Theme &theme()
{
    return Style::instance().theme();
}

} // namespace millrace::ui
