// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QSplitter;
class QStackedWidget;
class QTabBar;

namespace millrace::ui {

class ProblemsPanel;
class RecordsPanel;
class ThroughputPanel;

/// Throughput, records and problems under the canvas: the first two beside each other where there
/// is room, each on a tab of its own otherwise.
class BottomPanel final : public QWidget
{
    Q_OBJECT

public:
    /// Takes the panels as children.
    BottomPanel(ThroughputPanel *throughput, RecordsPanel *records, ProblemsPanel *problems,
                QWidget *parent = nullptr);

    enum class Page { Throughput, Records, Problems };
    void open(Page page);
    /// Opens it and gives it the keys.
    void focusPage(Page page);
    void showProblemCount(int count);
    bool isSideBySide() const { return m_sideBySide; }
    QTabBar &tabs() { return *m_tabs; }

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void arrange(bool sideBySide);
    void retitle();

    ThroughputPanel *m_throughput;
    RecordsPanel *m_records;
    ProblemsPanel *m_problems;
    QTabBar *m_tabs = nullptr;
    QStackedWidget *m_pages = nullptr;
    QSplitter *m_both = nullptr;
    int m_problemCount = 0;
    bool m_sideBySide = false;
};

} // namespace millrace::ui
