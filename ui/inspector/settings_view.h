// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/graph/node_kind.h"

#include <QWidget>

class QVBoxLayout;

namespace millrace::ui {

/// A node's settings with the titles and units of its kind; defaults are muted.
class SettingsView final : public QWidget
{
    Q_OBJECT

public:
    explicit SettingsView(QWidget *parent = nullptr);

    /// Both may be null: nothing, or an unknown kind whose parameters are listed by id.
    void show(const graph::Node *node, const graph::NodeKind *kind);

private:
    void addRow(const QString &title, const QString &value, const QString &help, bool isDefault);

    QVBoxLayout *m_layout = nullptr;
};

} // namespace millrace::ui
