// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

namespace millrace::studio {

/// Of the window where there is room, and of pictures.
inline constexpr QSize kUsualSize{1600, 1000};

/// More than any screen has; a picture of it takes 1 GB of memory.
inline constexpr QSize kLargestSize{16384, 16384};

/// What the command line asks for.
struct Options {
    QString file;                  ///< empty: the start page
    QString dataDirectory;         ///< empty: one of the pipeline's own
    std::uint64_t budgetBytes = 0; ///< 0: the engine's default
    std::optional<ui::ThemeKind> theme;
    std::optional<QSize> size; ///< may be smaller than a window can be; none: startSize() decides
    bool run = false;
    QString screenshot; ///< empty: none
    bool benchStart = false;
    std::chrono::milliseconds after{1000};
    QString language; ///< empty: the system's
    bool help = false;
    bool version = false;
};

/// Reads the arguments behind the program's name. A text says what is wrong with them.
std::variant<Options, QString> readOptions(const QStringList &arguments);

/// The size to start the window with, where none was asked for, on a screen with `available`
/// pixels. None: the screen has no room for the usual size, and the window takes all there is.
std::optional<QSize> startSize(QSize available);

QString helpText();

/// "2GB", "500 MB", "1.5GiB", "1000000": decimal units as disks are sold, binary with an i.
std::optional<std::uint64_t> readBytes(const QString &text);
/// "10s", "500ms", "2min", "10" (seconds).
std::optional<std::chrono::milliseconds> readTime(const QString &text);

} // namespace millrace::studio
