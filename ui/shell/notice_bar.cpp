// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/notice_bar.h"

#include "ui/shell/health_mark.h"
#include "ui/style/plain_text.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace millrace::ui {

NoticeBar::NoticeBar(const QString &name, QWidget *parent)
    : QFrame(parent)
    , m_sentence(plainLabel(this))
    , m_action(new QPushButton(this))
    , m_dismiss(new QPushButton(tr("Not now"), this))
{
    setObjectName(name);
    setAccessibleName(tr("Notice"));
    setProperty("look", u"notice"_s);
    auto *mark = new HealthMark(this);
    mark->show(Health::Warning, tr("Notice"));
    m_sentence->setObjectName(name + u".sentence"_s);
    m_sentence->setWordWrap(true);
    m_action->setObjectName(name + u".action.button"_s);
    m_action->setAccessibleName(tr("Do what the notice offers")); // until it offers something
    m_dismiss->setObjectName(name + u".dismiss.button"_s);
    m_dismiss->setAccessibleName(m_dismiss->text());
    for (QPushButton *button : {m_action, m_dismiss}) {
        button->setFocusPolicy(Qt::TabFocus);
        button->setAutoDefault(true);
    }
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(16, 8, 16, 8);
    row->setSpacing(12);
    row->addWidget(mark);
    row->addWidget(m_sentence, 1);
    row->addWidget(m_action);
    row->addWidget(m_dismiss);
    connect(m_action, &QPushButton::clicked, this, [this] {
        hide();
        emit accepted();
    });
    connect(m_dismiss, &QPushButton::clicked, this, [this] {
        hide();
        emit dismissed();
    });
    hide();
}

void NoticeBar::show(const QString &sentence, const QString &action)
{
    m_sentence->setText(sentence);
    m_action->setText(action);
    m_action->setAccessibleName(action);
    setAccessibleDescription(sentence);
    setVisible(true);
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

QString NoticeBar::sentence() const
{
    return m_sentence->text();
}

} // namespace millrace::ui
