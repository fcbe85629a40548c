// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/style.h"

#include "ui/style/metrics.h"
#include "ui/style/style_sheet.h"

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QScreen>
#include <QStyleFactory>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

QString firstInstalled(const QStringList &families, QFontDatabase::SystemFont fallback)
{
    const QStringList installed = QFontDatabase::families();
    for (const QString &family : families) {
        if (installed.contains(family))
            return family;
    }
    return QFontDatabase::systemFont(fallback).family();
}

/// Sizes are pixels with halves (12.5). QFont takes only whole ones, points with fractions.
QFont face(const QString &family, qreal sizePx, QFont::Weight weight)
{
    const QScreen *screen = QGuiApplication::primaryScreen();
    const qreal dotsPerInch = screen ? screen->logicalDotsPerInchY() : 96;
    QFont font(family);
    font.setPointSizeF(sizePx * 72 / dotsPerInch);
    font.setWeight(weight);
    // Both faces draw ">=" as one sign and "1366x768" with "×"; expressions and paths are read as
    // they were typed. Scripts that need shaping keep it.
    font.setStyleStrategy(QFont::PreferNoShaping);
    return font;
}

} // namespace

Style &Style::instance()
{
    static Style style;
    return style;
}

void Style::install(QApplication &application)
{
    m_application = &application;
    m_systemPalette = application.palette();
    m_textFamily = firstInstalled({u"Inter"_s}, QFontDatabase::GeneralFont);
    m_figureFamily = firstInstalled({u"JetBrains Mono"_s}, QFontDatabase::FixedFont);
    application.setStyle(QStyleFactory::create(u"Fusion"_s));
    application.installEventFilter(this);
    apply();
}

void Style::choose(std::optional<ThemeKind> kind)
{
    m_chosen = kind;
    apply();
}

void Style::setScale(qreal scale)
{
    m_scale = std::clamp(scale, 1.0, 2.0);
    apply();
}

void Style::setReducedMotion(bool reduced)
{
    if (std::exchange(m_reducedMotion, reduced) != reduced)
        emit changed();
}

QFont Style::text(qreal sizePx, QFont::Weight weight) const
{
    return face(m_textFamily, sizePx * m_scale, weight);
}

QFont Style::figures(qreal sizePx, QFont::Weight weight) const
{
    return face(m_figureFamily, sizePx * m_scale, weight);
}

QFont Style::caption() const
{
    QFont font = text(type::kCaption, QFont::DemiBold);
    font.setCapitalization(QFont::AllUppercase);
    return font;
}

QFont Style::canvasText(qreal sizePx, QFont::Weight weight) const
{
    return face(m_textFamily, sizePx, weight);
}

QFont Style::canvasFigures(qreal sizePx, QFont::Weight weight) const
{
    return face(m_figureFamily, sizePx, weight);
}

int Style::px(qreal atHundredPercent) const
{
    return static_cast<int>(std::lround(atHundredPercent * m_scale));
}

bool Style::eventFilter(QObject *watched, QEvent *event)
{
    // The desktop changed between light and dark while no theme was chosen by hand.
    if (event->type() == QEvent::ApplicationPaletteChange && watched == m_application &&
        !m_applying && !m_chosen) {
        m_systemPalette = QApplication::palette();
        apply();
    }
    return QObject::eventFilter(watched, event);
}

ThemeKind Style::systemKind() const
{
    const QColor ground = m_systemPalette.color(QPalette::Window);
    const QColor ink = m_systemPalette.color(QPalette::WindowText);
    return ground.lightness() < ink.lightness() ? ThemeKind::Dark : ThemeKind::Light;
}

void Style::apply()
{
    m_kind = m_chosen.value_or(systemKind());
    if (!m_application)
        return;
    m_applying = true;
    m_application->setPalette(theme().palette());
    m_application->setFont(text(type::kBody));
    m_application->setStyleSheet(styleSheet(*this));
    m_applying = false;
    emit changed();
}

} // namespace millrace::ui
