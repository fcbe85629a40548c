// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/requests.h"

#include <QObject>

#include <optional>

namespace millrace::ui {

class EngineBridge;
class RecordTableModel;

/// Keeps a RecordTableModel at the newest records of a stream: one request at a time, at most one
/// for each tick of the bridge. A stream that is faster than the requests is not read through to
/// the end: the follower jumps to its newest records and says so.
class RecordFollower final : public QObject
{
    Q_OBJECT

public:
    /// Both outlive the follower.
    RecordFollower(EngineBridge &bridge, RecordTableModel &model, QObject *parent = nullptr);

    void follow(const std::optional<StreamUuid> &stream);
    /// Nothing is asked for while nobody looks.
    void setActive(bool active);
    /// Whether the stream's first page is here, be it empty: only then is an empty model a fact.
    bool answered() const { return m_answered; }
    /// Whether records were skipped lately to stay at the end.
    bool skips() const { return m_skips; }
    /// Why the newest page could not be read; nothing: it could, or is not here yet.
    const std::optional<Problem> &failure() const { return m_failure; }

signals:
    void answeredChanged();
    void skipsChanged();
    void failureChanged();

private:
    void restart();
    void tick();
    void take(RecordsPage page);
    void setFailure(std::optional<Problem> failure);

    EngineBridge &m_bridge;
    RecordTableModel &m_model;
    std::optional<StreamUuid> m_stream;
    std::optional<RecordsCursor> m_cursor;
    quint64 m_generation = 0; ///< of the stream followed; answers for an older one are dropped
    int m_behind = 0;         ///< replies in a row that did not reach the end
    int m_caughtUp = 0;       ///< replies in a row that reached it
    bool m_waiting = false;
    bool m_active = false;
    bool m_answered = false;
    bool m_skips = false;
    std::optional<Problem> m_failure;
};

} // namespace millrace::ui
