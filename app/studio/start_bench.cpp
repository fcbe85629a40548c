// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/start_bench.h"

#include <QEvent>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>
#include <QWidget>

#include <ctime>
#include <sys/resource.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace millrace::studio {
namespace {

QList<QByteArray> fieldsOf(const QString &file)
{
    QFile stat(file);
    if (!stat.open(QIODevice::ReadOnly))
        return {};
    const QByteArray text = stat.readAll();
    // The second field of stat is the program's name in brackets and may hold blanks.
    return text.mid(text.lastIndexOf(')') + 1).simplified().split(' ');
}

double msOf(const timeval &time)
{
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

/// Milliseconds since the computer's start at which this process began.
double processStartMs()
{
    constexpr int kStartTime = 19; // field 22 of stat, the third being the first behind the name
    const QList<QByteArray> fields = fieldsOf(u"/proc/self/stat"_s);
    return fields.value(kStartTime).toDouble() * 1e3 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double residentBytes()
{
    constexpr int kResident = 1;
    return fieldsOf(u"/proc/self/statm"_s).value(kResident).toDouble() *
           static_cast<double>(::sysconf(_SC_PAGESIZE));
}

} // namespace

StartBench::StartBench(QWidget &window)
{
    window.installEventFilter(this);
}

bool StartBench::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Paint) {
        watched->removeEventFilter(this);
        // The children paint right behind the window: the next turn of the loop sees all of it.
        QTimer::singleShot(0, this, [this] { m_painted = now(); });
    }
    return false;
}

StartBench::Moment StartBench::now()
{
    timespec sinceBoot{};
    ::clock_gettime(CLOCK_BOOTTIME, &sinceBoot);
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    return {static_cast<double>(sinceBoot.tv_sec) * 1e3 +
                static_cast<double>(sinceBoot.tv_nsec) / 1e6 - processStartMs(),
            msOf(used.ru_utime) + msOf(used.ru_stime)};
}

QByteArray StartBench::report() const
{
    const Moment end = now();
    QJsonObject figures{{u"window_ms"_s, QJsonValue()},
                        {u"memory_bytes"_s, residentBytes()},
                        {u"gui_thread_share"_s, QJsonValue()}};
    if (m_painted) {
        figures[u"window_ms"_s] = m_painted->sinceStartMs;
        figures[u"gui_thread_share"_s] = (end.threadCpuMs - m_painted->threadCpuMs) /
                                         (end.sinceStartMs - m_painted->sinceStartMs);
    }
    return QJsonDocument(figures).toJson(QJsonDocument::Compact);
}

} // namespace millrace::studio
