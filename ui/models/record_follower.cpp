// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/record_follower.h"

#include "ui/bridge/engine_bridge.h"
#include "ui/models/record_table_model.h"

#include <utility>

namespace millrace::ui {

namespace {

/// 1,000 rows a tick are 10,000 records/s: ten full shards are read through.
constexpr quint32 kRowsPerRequest = 1000;
/// Replies in a row that do not reach the end before the follower jumps to it, and replies that do
/// before it says again that every record is shown.
constexpr int kJumpAfter = 5;
constexpr int kCaughtUpAfter = 20;

} // namespace

RecordFollower::RecordFollower(EngineBridge &bridge, RecordTableModel &model, QObject *parent)
    : QObject(parent)
    , m_bridge(bridge)
    , m_model(model)
{
    connect(&bridge, &EngineBridge::snapshotChanged, this, &RecordFollower::tick);
    // What was asked of the engine before is never answered.
    connect(&bridge, &EngineBridge::engineChanged, this, &RecordFollower::restart);
}

void RecordFollower::follow(const std::optional<StreamUuid> &stream)
{
    if (stream == m_stream)
        return;
    m_stream = stream;
    restart();
}

void RecordFollower::setActive(bool active)
{
    m_active = active;
}

void RecordFollower::restart()
{
    m_cursor.reset();
    ++m_generation;
    m_behind = 0;
    m_caughtUp = 0;
    m_waiting = false;
    m_model.clear();
    setFailure(std::nullopt);
    if (std::exchange(m_answered, false))
        emit answeredChanged();
    if (std::exchange(m_skips, false))
        emit skipsChanged();
    tick();
}

void RecordFollower::tick()
{
    if (!m_active || m_waiting || !m_stream || !m_bridge.hasEngine())
        return;
    m_waiting = true;
    RecordsQuery query{*m_stream, m_cursor, kRowsPerRequest};
    m_bridge.requestRecords(query, this, [this, generation = m_generation](RecordsPage page) {
        if (generation == m_generation)
            take(std::move(page));
    });
}

void RecordFollower::setFailure(std::optional<Problem> failure)
{
    if (failure == m_failure)
        return;
    m_failure = std::move(failure);
    emit failureChanged();
}

void RecordFollower::take(RecordsPage page)
{
    m_waiting = false;
    if (!page.problems.empty()) {
        setFailure(page.problems.front());
        return;
    }
    setFailure(std::nullopt);
    m_behind = page.reachedEnd ? 0 : m_behind + 1;
    m_caughtUp = page.reachedEnd ? m_caughtUp + 1 : 0;
    if (m_caughtUp >= kCaughtUpAfter && std::exchange(m_skips, false))
        emit skipsChanged();
    m_cursor = std::move(page.next);
    if (m_behind >= kJumpAfter) {
        m_behind = 0;
        m_cursor.reset();
        if (!std::exchange(m_skips, true))
            emit skipsChanged();
    }
    const bool known = page.reachedEnd || !page.rows.empty();
    m_model.append(std::move(page.rows));
    if (known && !std::exchange(m_answered, true))
        emit answeredChanged();
}

} // namespace millrace::ui
