// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"

#include <QWidget>

#include <vector>

class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace millrace::ui {

/// A page for when there is nothing else to show: a file that could not be read, an engine that
/// could not open its directory. Says what, where and what to do, for every problem there is.
class MessagePage final : public QWidget
{
    Q_OBJECT

public:
    explicit MessagePage(QWidget *parent = nullptr);

    /// `back`: whether there is something to go back to; `open`: whether another file helps.
    void show(const QString &headline, const QString &lead, const std::vector<Problem> &problems,
              bool back, bool open);
    /// What goes on behind the page, in a sentence; empty: nothing does.
    void showWhatRuns(const QString &sentence);
    /// What is shown, a problem on a line, with and without its place.
    QStringList lines() const { return m_lines; }
    QStringList sentences() const { return m_sentences; }

signals:
    void backWanted();
    void openWanted();

protected:
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void fitList();

    QLabel *m_headline = nullptr;
    QLabel *m_lead = nullptr;
    QLabel *m_runs = nullptr;
    QVBoxLayout *m_list = nullptr;
    QPushButton *m_back = nullptr;
    QPushButton *m_open = nullptr;
    QScrollArea *m_area = nullptr;
    QStringList m_lines;
    QStringList m_sentences;
};

} // namespace millrace::ui
