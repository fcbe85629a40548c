// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/format.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <QTimeZone>

#include <algorithm>
#include <array>
#include <climits>
#include <cmath>

using namespace Qt::StringLiterals;

namespace millrace::ui::format {

namespace {

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(millrace::ui::format)
};

/// Three significant digits: "1.21", "12.3", "123".
QString threeDigits(double value)
{
    // 9.996 would be written 10.00: the digits are counted after rounding.
    const double magnitude = std::abs(value);
    const int decimals = magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0;
    return QLocale().toString(value, 'f', decimals);
}

QString scaled(double value, double step, const std::array<const char16_t *, 5> &units)
{
    std::size_t unit = 0;
    while (value >= step * 0.9995 && unit + 1 < units.size()) {
        value /= step;
        ++unit;
    }
    const QString number =
        unit == 0 ? QLocale().toString(std::round(value), 'f', 0) : threeDigits(value);
    return number + QChar(QChar::Nbsp) + QString::fromUtf16(units[unit]);
}

} // namespace

QString noData()
{
    return u"–"_s;
}

QString integer(std::uint64_t value)
{
    return QLocale().toString(static_cast<qulonglong>(value));
}

QString count(double value)
{
    if (!(value > 0))
        return QLocale().toString(0);
    if (value < 9.95) {
        const bool whole = std::abs(value - std::round(value)) < 0.05;
        return QLocale().toString(value, 'f', whole && value >= 0.5 ? 0 : 1);
    }
    if (value < 9'999.5)
        return QLocale().toString(static_cast<qlonglong>(std::llround(value)));
    return scaled(value, 1000, {u"", u"k", u"M", u"G", u"T"});
}

QString records(std::uint64_t count)
{
    // The plural's form is asked for by an int; it is the same for all large numbers.
    const auto number = static_cast<int>(std::min<std::uint64_t>(count, INT_MAX));
    return Texts::tr("%1 record(s)", nullptr, number).arg(integer(count));
}

QString recordRate(double perSecond)
{
    //: Records per second; keep it short
    return Texts::tr("%1 rec/s").arg(count(perSecond));
}

QString recordRateShort(double perSecond)
{
    //: Records per second beside a wire, where "records" is understood
    return Texts::tr("%1/s").arg(count(perSecond));
}

QString byteRate(double perSecond)
{
    constexpr double kMiB = 1024.0 * 1024.0;
    // Beside limits of 1 MiB/s, 0.46 MiB/s reads better than 471 KiB/s.
    if (perSecond >= 0.1 * kMiB && perSecond < kMiB)
        return mebibyteRate(perSecond);
    return scaled(std::max(perSecond, 0.0), 1024, {u"B/s", u"KiB/s", u"MiB/s", u"GiB/s", u"TiB/s"});
}

QString mebibyteRate(double perSecond)
{
    return QLocale().toString(std::max(perSecond, 0.0) / (1024 * 1024), 'f', 2) +
           QChar(QChar::Nbsp) + u"MiB/s"_s;
}

QString memory(std::uint64_t bytes)
{
    return scaled(static_cast<double>(bytes), 1024, {u"B", u"KiB", u"MiB", u"GiB", u"TiB"});
}

QString disk(std::uint64_t bytes)
{
    double value = static_cast<double>(bytes);
    static constexpr std::array<const char16_t *, 5> kUnits = {u"B", u"kB", u"MB", u"GB", u"TB"};
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    // "2 GB", not "2.00 GB": budgets are round numbers.
    const bool round = std::abs(value - std::round(value)) < 0.005 || unit == 0;
    return (round ? QLocale().toString(std::round(value), 'f', 0) : threeDigits(value)) +
           QChar(QChar::Nbsp) + QString::fromUtf16(kUnits[unit]);
}

QString percent(double share)
{
    const double value = share * 100;
    const int decimals = value > 0 && value < 0.95 ? 1 : 0;
    return QLocale().toString(value, 'f', decimals) + QChar(QChar::Nbsp) + u'%';
}

QString ratio(double value)
{
    return QLocale().toString(value, 'f', 1) + u'×';
}

QString running(std::chrono::milliseconds time)
{
    const qlonglong seconds = time.count() / 1000;
    if (seconds < 60)
        return Texts::tr("%1 s").arg(seconds);
    if (seconds < 3600)
        return Texts::tr("%1 min").arg(seconds / 60);
    if (seconds < 86'400)
        return Texts::tr("%1 h %2 min").arg(seconds / 3600).arg(seconds / 60 % 60);
    return Texts::tr("%1 d %2 h").arg(seconds / 86'400).arg(seconds / 3600 % 24);
}

QString lag(std::chrono::milliseconds time)
{
    const qlonglong ms = time.count();
    if (ms < 100)
        return Texts::tr("%1 ms").arg(ms);
    if (ms < 60'000)
        return Texts::tr("%1 s").arg(QLocale().toString(static_cast<double>(ms) / 1000, 'f', 1));
    if (ms < 3'600'000)
        return Texts::tr("%1 min %2 s").arg(ms / 60'000).arg(ms / 1000 % 60);
    return running(time);
}

QString timeOfDay(qint64 msecsSinceEpoch)
{
    return QDateTime::fromMSecsSinceEpoch(msecsSinceEpoch).toString(u"HH:mm:ss.zzz");
}

QString zone()
{
    const int seconds = QDateTime::currentDateTime().offsetFromUtc();
    if (seconds == 0)
        return u"UTC"_s;
    const int minutes = std::abs(seconds) / 60;
    return u"UTC%1%2:%3"_s.arg(seconds < 0 ? u'−' : u'+')
        .arg(minutes / 60, 2, 10, QChar(u'0'))
        .arg(minutes % 60, 2, 10, QChar(u'0'));
}

QString minuteOfDay(qint64 msecsSinceEpoch)
{
    return QDateTime::fromMSecsSinceEpoch(msecsSinceEpoch).toString(u"HH:mm");
}

QString secondOfDay(qint64 msecsSinceEpoch)
{
    return QDateTime::fromMSecsSinceEpoch(msecsSinceEpoch).toString(u"HH:mm:ss");
}

QString dateTime(qint64 msecsSinceEpoch)
{
    return QDateTime::fromMSecsSinceEpoch(msecsSinceEpoch).toString(u"yyyy-MM-dd HH:mm:ss");
}

QString sequenceShort(const QString &sequenceNumber)
{
    return sequenceNumber.size() <= 6 ? sequenceNumber : u"…"_s + sequenceNumber.right(6);
}

QString oneLine(const QString &text)
{
    QString line;
    line.reserve(text.size());
    for (const QChar c : text) {
        if (c == u'\n' || c == u'\r' || c == u'\t')
            line += u' ';
        else if (c.category() == QChar::Other_Control)
            line += u'·';
        else
            line += c;
    }
    return line;
}

QString withWholeOptions(const QString &command)
{
    constexpr QChar kWordJoiner(0x2060);
    QString text;
    bool begins = true;
    bool inOption = false;
    for (const QChar c : command) {
        inOption = !c.isSpace() && (inOption || (begins && c == u'-'));
        begins = c.isSpace();
        text += c;
        if (inOption && c == u'-')
            text += kWordJoiner;
    }
    return text;
}

} // namespace millrace::ui::format
