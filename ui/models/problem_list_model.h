// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include "ui/style/theme.h"

#include <QAbstractTableModel>

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace millrace::ui {

/// All problems in one list, worst and newest first: what is wrong with the document, why a deploy
/// was refused, and what happened at run time. The engine counts by code and place, and what it
/// counted is no second row beside what the document or a deploy said of that place.
class ProblemListModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { SentenceColumn, WhereColumn, CountColumn, LastColumn, ColumnCount };

    /// Turns a node's id into the name people know.
    using NodeName = std::function<QString(const NodeId &)>;
    explicit ProblemListModel(NodeName nodeName, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    void setDocumentProblems(std::vector<Problem> problems);
    void setDeployProblems(std::vector<Problem> problems);
    void setRuntimeProblems(const std::vector<runtime::ProblemEntry> &problems);

    Health health(int row) const;
    /// The node a problem is about, if it is about one.
    std::optional<NodeId> node(int row) const;
    const Problem *problem(int row) const; ///< null when there is no such row
    int activeCount() const;               ///< those that hold now and are more than information
    Health worst() const;                  ///< Quiet when there is none
    /// The worst problem that holds now of each node that has one, warnings and errors only.
    std::map<NodeId, Problem> worstByNode() const;

signals:
    void countChanged();

private:
    struct Row {
        Problem problem;
        qint64 lastMs = 0; ///< 0: it holds without a time
        quint64 count = 1;
        bool active = true;
    };
    void rebuild();
    QString where(const Problem &problem) const;

    NodeName m_nodeName;
    std::vector<Problem> m_document;
    std::vector<Problem> m_deploy;
    std::vector<runtime::ProblemEntry> m_runtime;
    std::vector<Row> m_rows;
};

} // namespace millrace::ui
