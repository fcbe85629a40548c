// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include "ui/style/icon.h"

#include <QWidget>

class QAction;
class QLabel;
class QMenuBar;
class QToolButton;

namespace millrace::ui {

class ActionRegistry;
class HealthMark;
class LogoMark;

/// Logo, menus, the pipeline's name; run, pause and stop with how long it has run; what comes in
/// altogether, and the state as a shape.
class TopBar final : public QWidget
{
    Q_OBJECT

public:
    /// Buttons are made of the actions run.run, run.pause and run.stop.
    TopBar(const ActionRegistry &actions, QMenuBar *menus, QWidget *parent = nullptr);

    void showPipeline(const QString &name, const QString &fileName, bool modified);
    void showSnapshot(const runtime::Snapshot &snapshot);
    void setRunVisible(bool visible);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void restyle();
    void fitTitle();
    void light(Lit lit);

    QString m_nameText;
    QString m_fileText;
    QWidget *m_left = nullptr;
    LogoMark *m_logo = nullptr;
    QMenuBar *m_menus = nullptr;
    QWidget *m_right = nullptr;
    QLabel *m_name = nullptr;
    QLabel *m_file = nullptr;
    QWidget *m_controls = nullptr;
    QLabel *m_clock = nullptr;
    QLabel *m_rate = nullptr;
    HealthMark *m_state = nullptr;
    QToolButton *m_run = nullptr;
    QAction *m_runAction = nullptr;
    Lit m_lit = Lit::No;
};

} // namespace millrace::ui
