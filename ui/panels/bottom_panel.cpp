// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/bottom_panel.h"

#include "ui/charts/throughput_panel.h"
#include "ui/panels/problems_panel.h"
#include "ui/panels/records_panel.h"
#include "ui/style/format.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"
#include "ui/style/tab_bar.h"

#include <QHBoxLayout>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QTableView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace millrace::ui {

BottomPanel::BottomPanel(ThroughputPanel *throughput, RecordsPanel *records,
                         ProblemsPanel *problems, QWidget *parent)
    : QWidget(parent)
    , m_throughput(throughput)
    , m_records(records)
    , m_problems(problems)
    , m_tabs(new TabBar(this))
    , m_pages(new QStackedWidget(this))
    , m_both(new QSplitter(Qt::Horizontal, this))
{
    setObjectName(u"bottom"_s);
    setProperty("look", u"panel"_s);
    setAttribute(Qt::WA_StyledBackground);
    m_tabs->setObjectName(u"bottom.tabs"_s);
    m_tabs->setAccessibleName(tr("Panels under the canvas"));
    m_tabs->setExpanding(false);
    m_tabs->setDrawBase(false);
    m_both->setObjectName(u"bottom.splitter"_s);
    m_both->setChildrenCollapsible(false);
    m_both->setHandleWidth(1);
    m_both->addWidget(m_throughput);
    m_pages->addWidget(m_both);
    m_pages->addWidget(m_records);
    m_pages->addWidget(m_problems);

    auto *tabs = new QHBoxLayout;
    tabs->setContentsMargins(16, 2, 16, 0);
    tabs->addWidget(m_tabs);
    auto *rule = new QFrame(this);
    rule->setProperty("look", u"rule"_s);
    rule->setFixedHeight(1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(tabs);
    layout->addWidget(rule);
    layout->addWidget(m_pages, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        if (tab >= 0)
            m_pages->setCurrentIndex(m_tabs->tabData(tab).toInt());
    });
    arrange(false);
}

void BottomPanel::open(Page page)
{
    const int index = page == Page::Problems                   ? m_pages->indexOf(m_problems)
                      : page == Page::Records && !m_sideBySide ? m_pages->indexOf(m_records)
                                                               : m_pages->indexOf(m_both);
    for (int tab = 0; tab < m_tabs->count(); ++tab) {
        if (m_tabs->tabData(tab).toInt() == index)
            m_tabs->setCurrentIndex(tab);
    }
}

void BottomPanel::focusPage(Page page)
{
    open(page);
    QWidget *wanted = page == Page::Records    ? &m_records->table()
                      : page == Page::Problems ? &m_problems->table()
                                               : nullptr;
    if (!wanted || !wanted->isVisible()) // nothing to read there, or a chart
        wanted = m_tabs;
    wanted->setFocus(Qt::ShortcutFocusReason);
}

void BottomPanel::showProblemCount(int count)
{
    m_problemCount = count;
    retitle();
}

void BottomPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const bool wide = width() >= Style::instance().px(metrics::kSideBySidePx);
    if (wide != m_sideBySide)
        arrange(wide);
}

void BottomPanel::arrange(bool sideBySide)
{
    m_sideBySide = sideBySide;
    QWidget *shown = m_pages->currentWidget();
    if (sideBySide) {
        m_both->addWidget(m_records);
        m_records->show();
        m_both->setSizes({width() * 37 / 100, width() * 63 / 100}); // the look's proportion
    } else {
        m_pages->insertWidget(1, m_records);
    }
    // The page numbers differ now; the tabs are made again for them.
    while (m_tabs->count() > 0)
        m_tabs->removeTab(0);
    const auto add = [this](QWidget *page) {
        m_tabs->setTabData(m_tabs->addTab(QString()), m_pages->indexOf(page));
    };
    add(m_both);
    if (!sideBySide)
        add(m_records);
    add(m_problems);
    retitle();
    if (shown == m_problems)
        open(Page::Problems);
    else
        m_pages->setCurrentIndex(m_tabs->tabData(m_tabs->currentIndex()).toInt());
}

void BottomPanel::retitle()
{
    const QString problems =
        m_problemCount > 0
            ? tr("Problems %1").arg(format::integer(static_cast<quint64>(m_problemCount)))
            : tr("Problems");
    m_tabs->setTabText(0, m_sideBySide ? tr("Throughput and records") : tr("Throughput"));
    if (!m_sideBySide)
        m_tabs->setTabText(1, tr("Records"));
    m_tabs->setTabText(m_tabs->count() - 1, problems);
}

} // namespace millrace::ui
