// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/convert.h"

#include <QFile>

namespace millrace::ui {

QString pathToQt(const std::string &path)
{
    return QFile::decodeName(QByteArray::fromStdString(path));
}

std::string pathFromQt(const QString &path)
{
    return QFile::encodeName(path).toStdString();
}

} // namespace millrace::ui
