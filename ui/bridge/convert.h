// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QByteArray>
#include <QString>

#include <string>
#include <string_view>

namespace millrace::ui {

// The one place where core's texts and times become Qt's and back. Core's texts are UTF-8; bytes
// that are not become U+FFFD.

inline QString toQt(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

inline std::string fromQt(const QString &text)
{
    return text.toStdString();
}

inline QString toQt(const NodeId &id)
{
    return toQt(id.value);
}

/// A file name is bytes; on Linux Qt decodes it as the locale says, which is UTF-8.
QString pathToQt(const std::string &path);
std::string pathFromQt(const QString &path);

} // namespace millrace::ui
