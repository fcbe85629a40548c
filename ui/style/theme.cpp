// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/theme.h"

#include <algorithm>
#include <cmath>

namespace millrace::ui {

namespace {

constexpr qreal kHeadShare = 0.16;
constexpr qreal kStripShare = 0.16;
constexpr qreal kLightStripShare = 0.08; ///< more, and its sentence falls below 4.5:1
constexpr qreal kSelectedRowShare = 0.24;
constexpr qreal kEmptyArcShare = 0.22;
constexpr qreal kScrollHandleShare = 0.8; ///< less, and it falls below 3:1 on the light window

Theme dark()
{
    Theme t;
    t.kind = ThemeKind::Dark;
    t.window = 0x12151A, t.canvas = 0x161A20, t.gridDot = 0x20262E;
    t.panel = 0x1B2027, t.raised = 0x232A33, t.field = 0x14181E;
    t.line = 0x323B47;
    t.text = 0xE8ECF1, t.muted = 0x93A0B0, t.faint = 0x5C6876;
    t.selection = 0x4FB3F6;
    t.producer = 0x56B4E9, t.stream = 0x2DBE9D, t.transform = 0xE6A21A, t.destination = 0xBD8AD6;
    t.good = 0x2DBE9D, t.warning = 0xE6A21A, t.error = 0xFF8A70;
    t.shards = {0x9DB7F5, 0xE3D27A, 0xF09AAB, 0x8FD8C8, 0xC9B2E8, 0xB7C27A};
    t.primary = 0x2DBE9D, t.onPrimary = 0x10141A;
    return t;
}

Theme light()
{
    Theme t;
    t.kind = ThemeKind::Light;
    t.window = 0xEEF1F4, t.canvas = 0xF8F9FB, t.gridDot = 0xE6EAEE;
    t.panel = 0xFFFFFF, t.raised = 0xF3F5F8, t.field = 0xF6F8FA;
    t.line = 0xD3DAE2;
    t.text = 0x1B2430, t.muted = 0x5B6878, t.faint = 0x93A0B0;
    t.selection = 0x0B72C4;
    t.producer = 0x0B6FB3, t.stream = 0x0B7D63, t.transform = 0x8F5F00, t.destination = 0x7C44A0;
    t.good = 0x0B7D63, t.warning = 0x8F5F00, t.error = 0xB3261E;
    t.shards = {0x3D5FB8, 0x7D7414, 0xB5435C, 0x1F7A72, 0x6B4FA0, 0x5E6B1E};
    t.primary = 0x0B7D63, t.onPrimary = 0xFFFFFF;
    return t;
}

/// Black ground, white lines and text, the dark theme's hues lifted: text pairs reach 7:1.
Theme highContrast()
{
    Theme t;
    t.kind = ThemeKind::HighContrast;
    t.window = Qt::black, t.canvas = Qt::black, t.gridDot = 0x3A3A3A;
    t.panel = Qt::black, t.raised = 0x141414, t.field = Qt::black;
    t.line = 0xB0B0B0;
    t.text = 0xFFFFFF, t.muted = 0xD8D8D8, t.faint = 0xA8A8A8;
    t.selection = 0x66CCFF;
    t.producer = 0x7FCBFF, t.stream = 0x4FE0BE, t.transform = 0xFFC44D, t.destination = 0xDDB3F2;
    t.good = 0x4FE0BE, t.warning = 0xFFC44D, t.error = 0xFF9C85;
    t.shards = {0xB3C8FF, 0xF2E38A, 0xFFB0BE, 0xA5ECDC, 0xDCC8FF, 0xCFDC8A};
    t.primary = 0x4FE0BE, t.onPrimary = Qt::black;
    return t;
}

qreal luminance(const QColor &color)
{
    const auto linear = [](qreal c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

} // namespace

const Theme &Theme::of(ThemeKind kind)
{
    static const Theme darkTheme = dark();
    static const Theme lightTheme = light();
    static const Theme highContrastTheme = highContrast();
    switch (kind) {
    case ThemeKind::Light:
        return lightTheme;
    case ThemeKind::HighContrast:
        return highContrastTheme;
    case ThemeKind::Dark:
        break;
    }
    return darkTheme;
}

const QColor &Theme::role(KindRole kindRole) const
{
    switch (kindRole) {
    case KindRole::Producer:
        return producer;
    case KindRole::Stream:
        return stream;
    case KindRole::Transform:
        return transform;
    case KindRole::Destination:
        break;
    }
    return destination;
}

const QColor &Theme::health(Health ofWhat) const
{
    switch (ofWhat) {
    case Health::Good:
        return good;
    case Health::Warning:
        return warning;
    case Health::Error:
        return error;
    case Health::Paused:
        return text;
    case Health::Quiet:
        break;
    }
    return muted;
}

QColor Theme::cardHead(KindRole kindRole) const
{
    return blend(role(kindRole), panel, kHeadShare);
}

QColor Theme::strip(Health ofWhat) const
{
    return blend(health(ofWhat), panel, kind == ThemeKind::Light ? kLightStripShare : kStripShare);
}

QColor Theme::selectedRow() const
{
    return blend(selection, panel, kSelectedRowShare);
}

QColor Theme::emptyArc(std::uint32_t index) const
{
    return blend(shard(index), panel, kEmptyArcShare);
}

QColor Theme::scrollHandle() const
{
    return blend(muted, panel, kScrollHandleShare);
}

QPalette Theme::palette() const
{
    QPalette p;
    p.setColor(QPalette::Window, window);
    p.setColor(QPalette::WindowText, text);
    p.setColor(QPalette::Base, panel);
    p.setColor(QPalette::AlternateBase, raised);
    p.setColor(QPalette::ToolTipBase, raised);
    p.setColor(QPalette::ToolTipText, text);
    p.setColor(QPalette::PlaceholderText, faint);
    p.setColor(QPalette::Text, text);
    p.setColor(QPalette::Button, raised);
    p.setColor(QPalette::ButtonText, text);
    p.setColor(QPalette::BrightText, error);
    p.setColor(QPalette::Highlight, selection);
    p.setColor(QPalette::HighlightedText, kind == ThemeKind::Light ? panel : window);
    p.setColor(QPalette::Link, selection);
    p.setColor(QPalette::LinkVisited, selection);
    p.setColor(QPalette::Light, raised);
    p.setColor(QPalette::Midlight, raised);
    p.setColor(QPalette::Mid, line);
    p.setColor(QPalette::Dark, line);
    p.setColor(QPalette::Shadow, window);
    for (const QPalette::ColorRole role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, faint);
    return p;
}

QColor Theme::blend(const QColor &over, const QColor &ground, qreal share)
{
    const auto mix = [share](int a, int b) {
        return static_cast<int>(std::lround(a * share + b * (1 - share)));
    };
    return QColor(mix(over.red(), ground.red()), mix(over.green(), ground.green()),
                  mix(over.blue(), ground.blue()));
}

qreal Theme::contrast(const QColor &a, const QColor &b)
{
    const qreal first = luminance(a);
    const qreal second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QString toText(ThemeKind kind)
{
    switch (kind) {
    case ThemeKind::Light:
        return QStringLiteral("light");
    case ThemeKind::HighContrast:
        return QStringLiteral("high-contrast");
    case ThemeKind::Dark:
        break;
    }
    return QStringLiteral("dark");
}

bool themeKindFromText(const QString &text, ThemeKind &kind)
{
    for (const ThemeKind each : {ThemeKind::Dark, ThemeKind::Light, ThemeKind::HighContrast}) {
        if (toText(each) == text) {
            kind = each;
            return true;
        }
    }
    return false;
}

} // namespace millrace::ui
