// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/lock_holder.h"

#include <QFile>
#include <QFileInfo>
#include <QStringList>

#include <sys/stat.h>
#include <sys/sysmacros.h>

using namespace Qt::StringLiterals;

namespace millrace::studio {

namespace {

constexpr int kShownCommand = 120;

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// "1: FLOCK  ADVISORY  WRITE 4711 08:01:131073 0 EOF": the process, by the file's inode. The
/// device is not compared: with btrfs and overlays stat and this file name different ones.
QByteArray lockingProcess(quint64 inode)
{
    constexpr int kProcess = 4;
    constexpr int kFile = 5;
    const QByteArray end = ':' + QByteArray::number(inode);
    for (const QByteArray &line : contents(u"/proc/locks"_s).split('\n')) {
        const QList<QByteArray> fields = line.simplified().split(' ');
        if (fields.size() > kFile && fields[1] == "FLOCK" && fields[kFile].endsWith(end))
            return fields[kProcess];
    }
    return {};
}

} // namespace

QString lockHolder(const Path &dataDirectory)
{
    struct stat status = {};
    if (::stat(dataDirectory.c_str(), &status) != 0) // the folder itself is what is locked
        return {};
    const QByteArray process = lockingProcess(status.st_ino);
    if (process.isEmpty() || process == "0") // of another container
        return {};
    QStringList words =
        QFile::decodeName(contents(u"/proc/%1/cmdline"_s.arg(QString::fromLatin1(process))))
            .split(QChar::Null, Qt::SkipEmptyParts);
    if (words.isEmpty())
        return u"PID %1"_s.arg(QString::fromLatin1(process));
    words.first() = QFileInfo(words.first()).fileName();
    QString command = words.join(u' ');
    if (command.size() > kShownCommand)
        command = command.left(kShownCommand) + u'…';
    return u"“%1” (PID %2)"_s.arg(command, QString::fromLatin1(process));
}

} // namespace millrace::studio
