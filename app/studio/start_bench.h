// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>

#include <optional>

class QWidget;

namespace millrace::studio {

/// Measures a start of this program: the time from the process's start to the window's first
/// painted frame, then how much of a core the window's thread takes and how much memory stands.
///
/// Make it before the window is shown. Source: /proc/self/stat (start time in clock ticks, so to
/// about 10 ms), /proc/self/statm, getrusage(RUSAGE_THREAD).
/// Thread-safety: the window's thread only.
class StartBench final : public QObject
{
    Q_OBJECT

public:
    explicit StartBench(QWidget &window);

    /// The figures as one JSON object; window_ms is null when nothing was painted.
    QByteArray report() const;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Moment {
        double sinceStartMs = 0;
        double threadCpuMs = 0;
    };
    static Moment now();

    std::optional<Moment> m_painted;
};

} // namespace millrace::studio
