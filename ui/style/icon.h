// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QRectF>
#include <QString>

#include <cstdint>

class QPainter;

namespace millrace::ui {

/// Draws resources/icons/<name>.svg, whose `currentColor` becomes `color`; sharp at every zoom.
/// A name without a file draws nothing.
void paintIcon(QPainter &painter, const QString &name, const QRectF &where, const QColor &color);

/// Whether there is such an icon; for kinds that name one of their own.
bool hasIcon(const QString &name);

/// A tinted icon for buttons and menus. It takes the theme's text colour (the faint one while
/// disabled) at the moment it is painted, so that a change of theme needs nothing more.
QIcon themedIcon(const QString &name);
/// How a disabled button shows that what it does is being done.
enum class Lit : std::uint8_t { No = 1, Well, Failed };
/// The same in the colour of text on the primary button; disabled and lit, in the primary colour
/// itself, or in the error's.
QIcon primaryIcon(const QString &name, Lit whileDisabled);

/// The logo: two waves in the producer's and the stream's colour.
void paintLogo(QPainter &painter, const QRectF &where);
/// The logo on a ground, for the task bar.
QIcon applicationIcon();

/// A state as a shape with a colour: disc, triangle, octagon; a ring where nothing happens.
enum class Health : std::uint8_t;
void paintHealth(QPainter &painter, Health health, const QRectF &where);

} // namespace millrace::ui
