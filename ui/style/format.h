// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QtGlobal>

#include <chrono>
#include <cstdint>

namespace millrace::ui::format {

// How the studio writes numbers, units and times: in the user's locale, three significant digits
// with k, M, G from 10,000 on, MiB/s and rec/s for rates. "–" is "no data", "0" is zero.

QString noData(); ///< "–"

QString integer(std::uint64_t value); ///< "2,370"
QString count(double value);
/// "1 record", "1,204 records".
QString records(std::uint64_t count);      ///< "0.4", "476", "2,370", "12.3 k", "1.21 M"
QString recordRate(double perSecond);      ///< "2,370 rec/s"
QString recordRateShort(double perSecond); ///< "2,370/s", for wires
QString
byteRate(double perSecond); ///< "0 B/s", "512 B/s", "40.2 KiB/s", "0.46 MiB/s", "2.41 MiB/s"
QString mebibyteRate(double perSecond); ///< always MiB/s with two decimals: "0.46 MiB/s"
QString memory(std::uint64_t bytes);    ///< IEC: "142 MiB"
QString disk(std::uint64_t bytes);      ///< decimal, as disks and --budget are: "84 MB", "2 GB"
QString percent(double share);          ///< 0.71 → "71 %"
QString ratio(double value);            ///< 7.9 → "7.9×"

QString running(std::chrono::milliseconds time); ///< "8 s", "6 min", "3 h 12 min", "2 d 4 h"
QString lag(std::chrono::milliseconds time);     ///< "12 ms", "0.2 s", "3 min 4 s"
QString timeOfDay(qint64 msecsSinceEpoch);       ///< "14:32:07.391", local
QString zone();                                  ///< of timeOfDay: "UTC+02:00"
QString minuteOfDay(qint64 msecsSinceEpoch);     ///< "14:32"
QString secondOfDay(qint64 msecsSinceEpoch);     ///< "14:32:07"
QString dateTime(qint64 msecsSinceEpoch);        ///< "2026-07-01 14:32:07"

/// The last six digits of a 56-digit number: "…440817".
QString sequenceShort(const QString &sequenceNumber);
/// Text on one line: line breaks and tabs become blanks, control characters a dot.
QString oneLine(const QString &text);
/// A command line whose options stay whole where a line of text ends: "--for" is not "--", "for".
QString withWholeOptions(const QString &command);

} // namespace millrace::ui::format
