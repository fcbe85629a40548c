// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/runtime/snapshot.h"

#include <QWidget>

#include <optional>

class QFrame;
class QHBoxLayout;
class QLabel;
class QStackedWidget;
class QTabBar;

namespace millrace::ui {

class CountsView;
class KeysView;
class PipelineDocument;
class SettingsView;
class ShardsView;
class WireView;

/// What the selected node is and how it does: its settings; the counts of what became of its
/// records; for a stream its shards and their hottest keys. Or what the selected wire joins.
class InspectorPanel final : public QWidget
{
    Q_OBJECT

public:
    /// `document` outlives the panel.
    explicit InspectorPanel(PipelineDocument &document, QWidget *parent = nullptr);

    void showNode(const std::optional<NodeId> &node);
    /// Where no node is shown.
    void showWire(const std::optional<graph::WireEnds> &wire);
    void showSnapshot(const runtime::SnapshotPtr &snapshot);
    /// Why Run does not start what is shown, and what to do; empty: it does.
    void showObstacle(const QString &sentence);
    QTabBar &tabs() { return *m_tabs; }

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void rebuild();
    void showWireFigures();
    QString howToRun() const;
    QString nameOf(const NodeId &id) const;
    void fit();

    PipelineDocument &m_document;
    std::optional<NodeId> m_node;
    std::optional<graph::WireEnds> m_wire;
    runtime::SnapshotPtr m_snapshot;
    QString m_obstacle;
    QString m_name; ///< of the node or wire, in full
    QHBoxLayout *m_names = nullptr;
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
    WireView *m_wireView = nullptr;
};

} // namespace millrace::ui
