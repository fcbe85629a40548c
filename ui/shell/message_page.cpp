// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/message_page.h"

#include "ui/bridge/convert.h"
#include "ui/bridge/problem_text.h"
#include "ui/shell/health_mark.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kContentWidthPx = 820;

QWidget *row(const Problem &problem, QWidget *parent)
{
    auto *widget = new QWidget(parent);
    auto *mark = new HealthMark(widget);
    mark->show(problem.severity() == Severity::Error ? Health::Error : Health::Warning,
               MessagePage::tr("Problem"));
    auto *sentence = plainLabel(problemText(problem), widget);
    sentence->setWordWrap(true);
    sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *text = new QVBoxLayout;
    text->setSpacing(1);
    text->addWidget(sentence);
    const QString where = toQt(problem.place());
    if (!where.isEmpty() && !sentence->text().contains(where)) { // not said twice
        auto *place = plainLabel(where, widget);
        place->setProperty("look", u"small"_s);
        place->setWordWrap(true);
        place->setTextInteractionFlags(Qt::TextSelectableByMouse);
        text->addWidget(place);
    }
    auto *layout = new QHBoxLayout(widget);
    layout->setContentsMargins(0, 6, 0, 6);
    layout->setSpacing(12);
    for (QLabel *label : widget->findChildren<QLabel *>())
        label->ensurePolished();    // their heights are asked for before they are shown
    auto *marked = new QVBoxLayout; // beside the first line
    marked->addSpacing(
        std::max(0, (sentence->fontMetrics().height() - mark->sizeHint().height()) / 2));
    marked->addWidget(mark);
    marked->addStretch(1);
    layout->addLayout(marked);
    layout->addLayout(text, 1);
    return widget;
}

} // namespace

MessagePage::MessagePage(QWidget *parent)
    : QWidget(parent)
    , m_headline(plainLabel(this))
    , m_lead(plainLabel(this))
    , m_runs(plainLabel(this))
    , m_list(new QVBoxLayout)
    , m_back(new QPushButton(this))
    , m_open(new QPushButton(tr("Open another file…"), this))
    , m_again(new QPushButton(tr("Try again"), this))
{
    const Style &style = Style::instance();
    setObjectName(u"message"_s);
    setProperty("look", u"page"_s);
    setAttribute(Qt::WA_StyledBackground);
    m_headline->setObjectName(u"message.headline"_s);
    m_headline->setProperty("look", u"headline"_s);
    m_headline->setWordWrap(true);
    m_lead->setObjectName(u"message.lead"_s);
    m_lead->setProperty("look", u"lead"_s);
    m_lead->setWordWrap(true);
    m_runs->setObjectName(u"message.runs"_s);
    m_runs->setProperty("look", u"muted"_s);
    m_runs->setWordWrap(true);
    m_runs->hide();
    m_back->setObjectName(u"message.back.button"_s);
    m_back->setAccessibleName(tr("Back")); // until it goes anywhere
    m_back->setAutoDefault(true);          // Enter presses what has the focus
    m_open->setObjectName(u"message.open.button"_s);
    m_open->setAccessibleName(m_open->text());
    m_open->setAutoDefault(true);
    m_again->setObjectName(u"message.again.button"_s);
    m_again->setAccessibleName(m_again->text());
    m_again->setProperty("primary", true);
    m_again->setAutoDefault(true);

    auto *list = new QWidget;
    list->setProperty("look", u"page"_s);
    m_list->setContentsMargins(0, 0, 12, 0);
    m_list->setSpacing(0);
    list->setLayout(m_list);
    m_area = new QScrollArea(this);
    QScrollArea *area = m_area;
    area->setObjectName(u"message.problems"_s);
    area->setAccessibleName(tr("Problems"));
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setProperty("look", u"page"_s);
    area->setWidget(list);
    // Keys are for scrolling: a stop on the way to the buttons that shows nothing is none.
    area->setFocusPolicy(Qt::NoFocus);
    connect(area->verticalScrollBar(), &QScrollBar::rangeChanged, area, [area](int, int last) {
        area->setFocusPolicy(last > 0 ? Qt::StrongFocus : Qt::NoFocus);
    });

    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(12);
    buttons->addWidget(m_again);
    buttons->addWidget(m_open);
    buttons->addWidget(m_back);
    buttons->addStretch(1);
    auto *column = new QVBoxLayout;
    column->setSpacing(0);
    column->addSpacing(style.px(64));
    column->addWidget(m_headline);
    column->addSpacing(8);
    column->addWidget(m_lead);
    column->addSpacing(8);
    column->addWidget(m_runs);
    column->addSpacing(16);
    column->addWidget(area, 1000); // as high as its list, see fitList()
    column->addSpacing(16);
    column->addLayout(buttons);
    column->addSpacing(style.px(48));
    column->addStretch(1);
    auto *content = new QWidget(this);
    content->setMaximumWidth(style.px(kContentWidthPx));
    content->setLayout(column);
    auto *layout = new QHBoxLayout(this);
    layout->addStretch(1);
    layout->addWidget(content, 20);
    layout->addStretch(1);
    connect(m_back, &QPushButton::clicked, this, &MessagePage::backWanted);
    connect(m_open, &QPushButton::clicked, this, &MessagePage::openWanted);
    connect(m_again, &QPushButton::clicked, this, &MessagePage::againWanted);
}

void MessagePage::show(const QString &headline, const QString &lead,
                       const std::vector<Problem> &problems, const Offers &offers)
{
    m_headline->setText(headline);
    m_lead->setText(lead);
    while (QLayoutItem *item = m_list->takeAt(0)) {
        if (QWidget *widget = item->widget()) {
            widget->hide(); // it dies later and would be painted until then
            widget->deleteLater();
        }
        delete item;
    }
    m_lines.clear();
    m_sentences.clear();
    for (const Problem &problem : problems) {
        QWidget *shown = row(problem, this);
        m_list->addWidget(shown);
        shown->show(); // at once: fitList() counts what is hidden as nothing
        m_lines << problemTextWithPlace(problem);
        m_sentences << problemText(problem);
    }
    m_back->setText(offers.back);
    m_back->setShortcut(Qt::Key_Escape); // a text takes it away
    if (!offers.back.isEmpty())
        m_back->setAccessibleName(offers.back);
    m_back->setVisible(!offers.back.isEmpty());
    m_open->setVisible(offers.open);
    m_again->setVisible(offers.again);
    if (offers.again)
        m_again->setFocus(); // what Enter does
    fitList();
}

void MessagePage::showWhatRuns(const QString &sentence)
{
    m_runs->setText(sentence);
    m_runs->setVisible(!sentence.isEmpty());
}

void MessagePage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fitList();
}

void MessagePage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    fitList(); // its sentences have their fonts and widths now
}

/// The buttons stand below the last sentence, and in sight when there are many.
void MessagePage::fitList()
{
    const int width = m_area->viewport()->width();
    const int height = m_list->hasHeightForWidth() ? m_list->totalHeightForWidth(width)
                                                   : m_list->totalSizeHint().height();
    m_area->setMaximumHeight(height);
}

} // namespace millrace::ui
