// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"
#include "core/runtime/snapshot.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <vector>

namespace millrace::ui {

// What the window asks of the engine and gets back, in the window's types. Plain values.

/// A record as tables and details show it.
struct RecordRow {
    quint32 shard = 0;
    quint64 ordinal = 0;
    qint64 arrivalMs = 0;   ///< since 1970, UTC
    QString sequenceNumber; ///< 56 digits
    QString key;
    QByteArray data;
};

/// Where reading goes on, per shard; opaque to the window.
struct RecordsCursor {
    std::vector<std::pair<quint32, quint64>> next;
};

struct RecordsQuery {
    StreamUuid stream;
    std::optional<RecordsCursor> from; ///< nothing: the newest `limit` records
    quint32 limit = 500;
};

struct RecordsPage {
    std::vector<RecordRow> rows; ///< oldest first
    RecordsCursor next;
    quint64 expired = 0; ///< records between the cursor and the first one still there
    bool reachedEnd = false;
    std::vector<Problem> problems; ///< not empty: the request failed and the rest is empty
};

struct HistoryQuery {
    runtime::SeriesId series; ///< of the open pipeline, whatever its project says
    qint64 fromSecond = 0;
    qint64 toSecond = 0; ///< exclusive
};

struct HistoryPoints {
    std::vector<runtime::MetricPoint> points; ///< rising
    std::vector<Problem> problems;            ///< not empty: the request failed
};

} // namespace millrace::ui
