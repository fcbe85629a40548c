// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QObject>

#include <map>
#include <vector>

namespace millrace::ui {

/// Every action of the studio, once: menus, buttons and (later) the command palette read it here.
/// Ids are dotted by place ("run.pause") and are the objectNames. Two enabled actions never share a
/// shortcut; a test checks it.
class ActionRegistry final : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// The registry owns the action. `help` is its tooltip, with the shortcut added.
    QAction *add(const QString &id, const QString &text, const QString &help,
                 const QKeySequence &shortcut = {}, const QIcon &icon = {});
    QAction *action(const QString &id) const; ///< a wrong id is a bug of ours and asserts
    std::vector<QAction *> all() const;

private:
    std::map<QString, QAction *> m_actions;
};

} // namespace millrace::ui
