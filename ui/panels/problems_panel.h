// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QStackedLayout;
class QTableView;

namespace millrace::ui {

class ProblemListModel;

/// The list of problems. Nothing leaves it by itself; Clear takes away what is over.
class ProblemsPanel final : public QWidget
{
    Q_OBJECT

public:
    /// `model` outlives the panel.
    explicit ProblemsPanel(ProblemListModel &model, QWidget *parent = nullptr);

    QTableView &table() { return *m_table; }

signals:
    void nodeWanted(const millrace::NodeId &node); ///< a row about it was double-clicked
    void clearWanted();

private:
    void refresh();
    void restyle();

    ProblemListModel &m_model;
    QLabel *m_title = nullptr;
    QPushButton *m_clear = nullptr;
    QTableView *m_table = nullptr;
    QStackedLayout *m_stack = nullptr;
    QLabel *m_empty = nullptr;
};

} // namespace millrace::ui
