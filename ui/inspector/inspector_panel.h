// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include <QWidget>

#include <optional>

class QFrame;
class QLabel;
class QStackedWidget;
class QTabBar;

namespace millrace::ui {

class CountsView;
class KeysView;
class PipelineDocument;
class SettingsView;
class ShardsView;

/// What the selected node is and how it does: its settings; the counts of what became of its
/// records; for a stream its shards and their hottest keys.
class InspectorPanel final : public QWidget
{
    Q_OBJECT

public:
    /// `document` outlives the panel.
    explicit InspectorPanel(PipelineDocument &document, QWidget *parent = nullptr);

    void showNode(const std::optional<NodeId> &node);
    void showSnapshot(const runtime::SnapshotPtr &snapshot);
    QTabBar &tabs() { return *m_tabs; }

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void rebuild();
    void fitTitle();

    PipelineDocument &m_document;
    std::optional<NodeId> m_node;
    runtime::SnapshotPtr m_snapshot;
    QString m_name; ///< of the node, in full
    QLabel *m_title = nullptr;
    QLabel *m_kind = nullptr;
    QTabBar *m_tabs = nullptr;
    QFrame *m_rule = nullptr;
    QStackedWidget *m_pages = nullptr;
    QLabel *m_empty = nullptr;
    SettingsView *m_settings = nullptr;
    CountsView *m_counts = nullptr;
    ShardsView *m_shards = nullptr;
    KeysView *m_keys = nullptr;
};

} // namespace millrace::ui
