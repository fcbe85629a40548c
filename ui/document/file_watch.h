// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/background_job.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <cstdint>
#include <memory>
#include <optional>

class QFileSystemWatcher;

namespace millrace::ui {

/// Says when a file may have been changed by another program: written to, or replaced by a rename,
/// or removed and made again, as editors and version control do. Whoever listens reads it and
/// compares. Writes that follow each other closely are one. Lives on the GUI thread, on which
/// nothing asks for the file: its folder may be one that does not answer.
class FileWatch final : public QObject
{
    Q_OBJECT

public:
    explicit FileWatch(QObject *parent = nullptr);

    /// Watches this file from now on and no other; empty: none. touched() follows once the watch
    /// stands, as the file may have changed before.
    void watch(const QString &filePath);

signals:
    void touched();

private:
    /// What a look is for.
    enum class Look : std::uint8_t {
        Return = 1, ///< whether the file that was away is back
        Anew,       ///< a file that took its place is another one to the system
    };
    /// What a look found, on another thread.
    struct Seen {
        bool gone = false;
        std::shared_ptr<QFileSystemWatcher> watcher; ///< null: that of before still does
    };
    static Seen lookFor(const QString &filePath, QThread *owner);
    void replaceWatcher(std::shared_ptr<QFileSystemWatcher> watcher);
    void look(Look what);
    void begin(Look what);
    void take(const Seen &seen);

    BackgroundJob m_looking;
    std::optional<Look> m_next; ///< asked for while m_looking runs, which may take for ever
    std::shared_ptr<QFileSystemWatcher> m_watcher;
    QTimer m_settle;
    QString m_filePath;
    bool m_gone = false; ///< when it was last looked for
};

} // namespace millrace::ui
