// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/requests.h"

#include <QAbstractTableModel>

#include <deque>
#include <vector>

namespace millrace::ui {

/// The newest records of a stream that never ends, newest first: a window of at most kMaxRows and
/// kMaxBytes, whose oldest rows leave as new ones come. data() reads what is there and never
/// blocks.
///
/// While held (a person reads), what arrives waits aside: nothing moves, nothing is lost from the
/// window but what is older than that, and waiting() counts it.
class RecordTableModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { ArrivedColumn, ShardColumn, SequenceColumn, KeyColumn, DataColumn, ColumnCount };
    static constexpr int kMaxRows = 10'000;
    /// What is shown, and again what waits, holds so many bytes of payload at most, but one record.
    static constexpr qsizetype kMaxBytes = 64 << 20;
    /// Payloads are shown up to here in a row; the detail shows all of it.
    static constexpr qsizetype kShownBytes = 400;

    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    /// Null when there is no such row.
    const RecordRow *record(int row) const;

    /// `rows` are newer than all before, oldest of them first.
    void append(std::vector<RecordRow> rows);
    void clear();

    void setHeld(bool held);
    bool isHeld() const { return m_held; }
    int waiting() const { return static_cast<int>(m_waiting.size()); }

signals:
    void heldChanged();
    void waitingChanged();

private:
    void insert(std::vector<RecordRow> rows);
    static void keepNewest(std::vector<RecordRow> &rows);

    std::deque<RecordRow> m_rows;     ///< newest first
    qsizetype m_bytes = 0;            ///< of the payloads in m_rows
    std::vector<RecordRow> m_waiting; ///< oldest first
    bool m_held = false;
};

} // namespace millrace::ui
