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

    /// The buttons that help, and what the first of them says.
    struct Offers {
        QString back = {};  ///< to what was there before; empty: there was nothing
        bool open = false;  ///< another file
        bool again = false; ///< the same once more, when what stood in its way is gone
    };
    void show(const QString &headline, const QString &lead, const std::vector<Problem> &problems,
              const Offers &offers);
    /// What goes on behind the page, in a sentence; empty: nothing does.
    void showWhatRuns(const QString &sentence);
    /// What is shown, a problem on a line, with and without its place.
    QStringList lines() const { return m_lines; }
    QStringList sentences() const { return m_sentences; }

signals:
    void backWanted();
    void openWanted();
    void againWanted();

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
    QPushButton *m_again = nullptr;
    QScrollArea *m_area = nullptr;
    QStringList m_lines;
    QStringList m_sentences;
};

} // namespace millrace::ui
