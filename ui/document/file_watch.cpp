// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/file_watch.h"

#include <QFileInfo>

#include <chrono>

namespace millrace::ui {

namespace {

/// An editor writes in pieces; half a file would look broken.
constexpr std::chrono::milliseconds kSettleTime(200);

} // namespace

FileWatch::FileWatch(QObject *parent)
    : QObject(parent)
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettleTime);
    connect(&m_settle, &QTimer::timeout, this, &FileWatch::touched);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, [this] {
        addFile(); // a file that took its place is another one to the system
        m_settle.start();
    });
    // A folder tells of every file in it. Only one that was away and came back matters here: a
    // destination that writes beside the pipeline must not make it be read all the time.
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, [this] {
        const bool wasGone = m_gone;
        m_gone = !QFileInfo::exists(m_filePath);
        if (!wasGone || m_gone)
            return;
        addFile();
        m_settle.start();
    });
}

void FileWatch::watch(const QString &filePath)
{
    if (const QStringList before = m_watcher.files() + m_watcher.directories(); !before.isEmpty())
        m_watcher.removePaths(before);
    m_settle.stop();
    m_filePath = filePath;
    m_gone = false;
    if (filePath.isEmpty())
        return;
    m_watcher.addPath(QFileInfo(filePath).absolutePath());
    addFile();
}

void FileWatch::addFile()
{
    m_watcher.removePath(m_filePath);
    m_gone = !QFileInfo::exists(m_filePath);
    if (!m_gone)
        m_watcher.addPath(m_filePath);
}

} // namespace millrace::ui
