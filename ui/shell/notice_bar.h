// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;
class QPushButton;

namespace millrace::ui {

/// A sentence above the pipeline with the one thing to do about it, which may also be left. It
/// comes and goes without taking the focus; screen readers are told.
class NoticeBar final : public QFrame
{
    Q_OBJECT

public:
    /// `name` begins the names of its parts, such as "notice.file".
    explicit NoticeBar(const QString &name, QWidget *parent = nullptr);

    void show(const QString &sentence, const QString &action);
    QString sentence() const;

signals:
    void accepted();
    void dismissed(); ///< by a person; it has gone

private:
    QLabel *m_sentence = nullptr;
    QPushButton *m_action = nullptr;
    QPushButton *m_dismiss = nullptr;
};

} // namespace millrace::ui
