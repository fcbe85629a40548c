// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

#include <array>
#include <cstdint>

namespace millrace::ui {

enum class ThemeKind : std::uint8_t { Dark = 1, Light, HighContrast };

/// Which family of node kinds something belongs to; decides its colour everywhere.
enum class KindRole : std::uint8_t { Producer = 1, Stream, Transform, Destination };

/// How a thing is doing; always shown as a shape with a colour.
enum class Health : std::uint8_t { Good = 1, Warning, Error, Quiet, Paused };

/// Every colour of the studio. A plain value; the table is the project's look, checked for
/// contrast by tests/ui/style/theme_test.cpp: text pairs 4.5:1, outlines, icons and series 3:1.
struct Theme {
    static constexpr int kShardColors = 6;

    ThemeKind kind = ThemeKind::Dark;
    QColor window, canvas, gridDot;
    QColor panel, raised, field;
    QColor line;
    QColor text, muted, faint; ///< faint: placeholders and decoration only
    QColor selection;          ///< also links and the focus ring
    QColor producer, stream, transform, destination;
    QColor good, warning, error;
    std::array<QColor, kShardColors> shards;
    QColor primary, onPrimary;

    static const Theme &of(ThemeKind kind);

    const QColor &role(KindRole role) const;
    const QColor &health(Health health) const;
    /// Shard colours repeat after six; the second round is drawn dashed.
    const QColor &shard(std::uint32_t index) const { return shards[index % kShardColors]; }
    static bool shardDashed(std::uint32_t index)
    {
        return index % (2 * kShardColors) >= kShardColors;
    }

    QColor cardHead(KindRole kindRole) const; ///< the role's colour at 16 % on the panel
    QColor strip(Health ofWhat) const;        ///< ground of a sentence that needs attention
    QColor selectedRow() const;
    QColor shardTrack() const { return field; }
    QColor scrollHandle() const;                ///< what tells that there is more
    QColor emptyArc(std::uint32_t index) const; ///< a shard's colour at 22 % on the panel

    QPalette palette() const;

    static QColor blend(const QColor &over, const QColor &ground, qreal share);
    /// WCAG 2.2 contrast ratio, 1 to 21.
    static qreal contrast(const QColor &a, const QColor &b);
};

/// "dark", "light", "high-contrast": the spelling of the command line and the settings.
QString toText(ThemeKind kind);
bool themeKindFromText(const QString &text, ThemeKind &kind);

} // namespace millrace::ui
