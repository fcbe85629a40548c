// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include "ui/style/theme.h"

#include <QWidget>

#include <cstdint>

class QLabel;
class QPushButton;

namespace millrace::ui {

class HealthMark;

/// The engine and its data directory, the disk it uses of its budget, memory, and the problems.
/// Where the room is short, the directory and the first problem's sentence are cut, never a figure.
class StatusLine final : public QWidget
{
    Q_OBJECT

public:
    explicit StatusLine(QWidget *parent = nullptr);

    /// Why there are no figures of an engine.
    enum class NoEngine : std::uint8_t { NoPipeline = 1, Starting, Failed };
    void showNoEngine(NoEngine why);
    void showSnapshot(const runtime::Snapshot &snapshot);
    void showProblems(int count, Health worst, const QString &first);

signals:
    void problemsWanted();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void fit();

    QString m_engineText;
    QString m_problemsText;
    QLabel *m_engine = nullptr;
    QLabel *m_disk = nullptr;
    QLabel *m_memory = nullptr;
    HealthMark *m_mark = nullptr;
    QPushButton *m_problems = nullptr;
};

} // namespace millrace::ui
