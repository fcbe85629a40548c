// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/action_registry.h"

#include "core/base/assert.h"

using namespace Qt::StringLiterals;

namespace millrace::ui {

QAction *ActionRegistry::add(const QString &id, const QString &text, const QString &help,
                             const QKeySequence &shortcut, const QIcon &icon)
{
    MILLRACE_ASSERT(!m_actions.contains(id));
    auto *action = new QAction(icon, text, this);
    action->setObjectName(id);
    action->setShortcut(shortcut);
    action->setToolTip(shortcut.isEmpty()
                           ? help
                           : u"%1 (%2)"_s.arg(help, shortcut.toString(QKeySequence::NativeText)));
    m_actions[id] = action;
    return action;
}

QAction *ActionRegistry::action(const QString &id) const
{
    const auto found = m_actions.find(id);
    MILLRACE_ASSERT(found != m_actions.end());
    return found->second;
}

std::vector<QAction *> ActionRegistry::all() const
{
    std::vector<QAction *> actions;
    for (const auto &[id, action] : m_actions)
        actions.push_back(action);
    return actions;
}

} // namespace millrace::ui
