// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFileSystemWatcher>
#include <QObject>
#include <QString>
#include <QTimer>

namespace millrace::ui {

/// Says when a file may have been changed by another program: written to, or replaced by a rename,
/// as editors and version control do. Whoever listens reads it and compares. Writes that follow
/// each other closely are one. Lives on the GUI thread and reads nothing.
class FileWatch final : public QObject
{
    Q_OBJECT

public:
    explicit FileWatch(QObject *parent = nullptr);

    /// Watches this file from now on and no other; empty: none.
    void watch(const QString &filePath);

signals:
    void touched();

private:
    void addFile();

    QFileSystemWatcher m_watcher;
    QTimer m_settle;
    QString m_filePath;
    bool m_gone = false; ///< when its folder was last looked at
};

} // namespace millrace::ui
