// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/file_watch.h"

#include <QEventLoop>
#include <QFileInfo>
#include <QFileSystemWatcher>
#include <QThread>

#include <algorithm>
#include <chrono>
#include <utility>

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
}

void FileWatch::watch(const QString &filePath)
{
    m_looking.cancel();
    m_next.reset();
    replaceWatcher(nullptr);
    m_settle.stop();
    m_filePath = filePath;
    m_gone = false;
    if (!filePath.isEmpty())
        begin(Look::Anew);
}

/// The one before lives until its thread comes to it, and says nothing here meanwhile.
void FileWatch::replaceWatcher(std::shared_ptr<QFileSystemWatcher> watcher)
{
    if (m_watcher)
        m_watcher->disconnect(this);
    m_watcher = std::move(watcher);
}

void FileWatch::look(Look what)
{
    if (m_looking.isRunning())
        m_next = std::max(what, m_next.value_or(what));
    else
        begin(what);
}

void FileWatch::begin(Look what)
{
    m_looking.run(
        [what, path = m_filePath, wasGone = m_gone, owner = thread()] {
            // A destination that writes beside the pipeline must not make it be read all the time.
            const bool gone = !QFileInfo::exists(path);
            const bool before = what == Look::Return && (gone || !wasGone);
            return before ? Seen{gone, nullptr} : lookFor(path, owner);
        },
        [this](const Seen &seen) { take(seen); });
}

/// A watcher asks for what it is given to watch, so it is made where that may take long, and is
/// the owner's from then on.
FileWatch::Seen FileWatch::lookFor(const QString &filePath, QThread *owner)
{
    const QEventLoop notifiable; // else this thread has nothing that a watcher could listen with
    const auto watcher = std::shared_ptr<QFileSystemWatcher>(
        new QFileSystemWatcher, [](QFileSystemWatcher *dropped) {
            dropped->deleteLater(); // by its own thread, whoever drops it
        });
    // The folder first: a file that comes between is then seen to come.
    watcher->addPath(QFileInfo(filePath).absolutePath());
    const bool gone = !watcher->addPath(filePath);
    watcher->moveToThread(owner);
    return {gone, watcher};
}

void FileWatch::take(const Seen &seen)
{
    m_gone = seen.gone;
    if (seen.watcher) {
        replaceWatcher(seen.watcher);
        connect(m_watcher.get(), &QFileSystemWatcher::fileChanged, this,
                [this] { look(Look::Anew); });
        // A folder tells of every file in it. Only one that was away and came back matters here.
        connect(m_watcher.get(), &QFileSystemWatcher::directoryChanged, this,
                [this] { look(Look::Return); });
        m_settle.start(); // whatever happened before the watch stood
    }
    if (const std::optional<Look> next = std::exchange(m_next, std::nullopt))
        begin(*next);
}

} // namespace millrace::ui
