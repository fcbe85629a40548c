// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/record_table_model.h"

#include "ui/style/format.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace millrace::ui {

int RecordTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RecordTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RecordTableModel::data(const QModelIndex &index, int role) const
{
    const RecordRow *row = index.isValid() ? record(index.row()) : nullptr;
    if (!row)
        return {};
    if (role == Qt::ToolTipRole) {
        if (index.column() == SequenceColumn)
            return row->sequenceNumber;
        if (index.column() == ArrivedColumn)
            return format::dateTime(row->arrivalMs) + QChar(QChar::Nbsp) + format::zone();
        return {};
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (static_cast<Column>(index.column())) {
    case ArrivedColumn:
        return format::timeOfDay(row->arrivalMs);
    case ShardColumn:
        return row->shard;
    case SequenceColumn:
        return format::sequenceShort(row->sequenceNumber);
    case KeyColumn:
        return format::oneLine(row->key);
    case DataColumn:
        return format::oneLine(QString::fromUtf8(row->data.left(kShownBytes)));
    case ColumnCount:
        break;
    }
    return {};
}

QVariant RecordTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignLeft | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == ArrivedColumn)
        return tr("When the stream took it, in %1").arg(format::zone());
    if (role != Qt::DisplayRole)
        return {};
    switch (static_cast<Column>(section)) {
    case ArrivedColumn:
        return tr("Arrived (%1)").arg(format::zone());
    case ShardColumn:
        return tr("Shard");
    case SequenceColumn:
        return tr("Sequence");
    case KeyColumn:
        return tr("Key");
    case DataColumn:
        return tr("Data");
    case ColumnCount:
        break;
    }
    return {};
}

const RecordRow *RecordTableModel::record(int row) const
{
    return row >= 0 && row < rowCount() ? &m_rows[static_cast<std::size_t>(row)] : nullptr;
}

void RecordTableModel::append(std::vector<RecordRow> rows)
{
    if (rows.empty())
        return;
    if (!m_held) {
        insert(std::move(rows));
        return;
    }
    std::move(rows.begin(), rows.end(), std::back_inserter(m_waiting));
    keepNewest(m_waiting);
    emit waitingChanged();
}

void RecordTableModel::clear()
{
    beginResetModel();
    m_rows.clear();
    m_bytes = 0;
    m_waiting.clear();
    endResetModel();
    emit waitingChanged();
}

void RecordTableModel::setHeld(bool held)
{
    if (held == m_held)
        return;
    m_held = held;
    emit heldChanged();
    if (!held) {
        insert(std::exchange(m_waiting, {}));
        emit waitingChanged();
    }
}

/// Drops the oldest, which stand first, until the rest is what the window may hold.
void RecordTableModel::keepNewest(std::vector<RecordRow> &rows)
{
    qsizetype bytes = 0;
    auto oldest = rows.end();
    while (oldest != rows.begin() && rows.end() - oldest < kMaxRows) {
        bytes += std::prev(oldest)->data.size();
        if (bytes > kMaxBytes && oldest != rows.end())
            break; // the newest stays, however large it is
        --oldest;
    }
    rows.erase(rows.begin(), oldest);
}

void RecordTableModel::insert(std::vector<RecordRow> rows)
{
    keepNewest(rows);
    const int added = static_cast<int>(rows.size());
    if (added == 0)
        return;
    for (const RecordRow &row : rows)
        m_bytes += row.data.size();
    int kept = rowCount();
    while (kept > 0 && (kept + added > kMaxRows || m_bytes > kMaxBytes))
        m_bytes -= m_rows[static_cast<std::size_t>(--kept)].data.size();
    if (kept < rowCount()) {
        beginRemoveRows({}, kept, rowCount() - 1); // `last` is inclusive
        m_rows.erase(m_rows.begin() + kept, m_rows.end());
        endRemoveRows();
    }
    beginInsertRows({}, 0, added - 1);
    for (RecordRow &row : rows)
        m_rows.push_front(std::move(row));
    endInsertRows();
}

} // namespace millrace::ui
