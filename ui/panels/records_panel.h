// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/record_follower.h"
#include "ui/models/record_table_model.h"

#include <QWidget>

#include <optional>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QStackedLayout;
class QTableView;

namespace millrace::ui {

/// The newest records of a stream, newest first, and the one that is selected in full. It follows
/// until a person scrolls away from the top or selects a row; then it counts what is new.
class RecordsPanel final : public QWidget
{
    Q_OBJECT

public:
    /// `bridge` outlives the panel.
    explicit RecordsPanel(EngineBridge &bridge, QWidget *parent = nullptr);

    /// `name` is that of the pipeline's stream; empty: it has none. Nothing to follow: the stream
    /// is not made yet. An explanation stands for what cannot be shown.
    void showStream(const std::optional<StreamUuid> &stream, const QString &name);

    /// Why Run does not start the pipeline, and what to do; empty: it does.
    void showObstacle(const QString &sentence);

    RecordTableModel &model() { return m_model; }
    QTableView &table() { return *m_table; }

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void buildTable();
    void makeCopyActions();
    void restyle();
    void refresh();
    QString emptyText() const;
    const RecordRow *selectedRecord() const; ///< null: none
    void showDetail();
    void nameDetail(const RecordRow &record);
    void placeDetail();
    void followAgain();

    EngineBridge &m_bridge;
    RecordTableModel m_model;
    RecordFollower m_follower;
    std::optional<StreamUuid> m_stream;
    QString m_name;
    QString m_obstacle;
    runtime::RunState m_shownState = runtime::RunState::Stopped;
    QLabel *m_title = nullptr;
    QPushButton *m_newer = nullptr;
    QTableView *m_table = nullptr;
    QStackedLayout *m_stack = nullptr;
    QLabel *m_empty = nullptr;
    QSplitter *m_splitter = nullptr;
    QWidget *m_detail = nullptr;
    QLabel *m_detailTitle = nullptr;
    QPlainTextEdit *m_hex = nullptr;
    QPlainTextEdit *m_text = nullptr;
    Qt::Orientation m_detailSide = Qt::Vertical;
};

/// "0000  7b 22 70 …": sixteen bytes a line, at most `limit` bytes and then how many more.
QString hexDump(const QByteArray &data, qsizetype limit);

} // namespace millrace::ui
