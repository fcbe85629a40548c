// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/problems_panel.h"

#include "ui/models/problem_list_model.h"
#include "ui/style/icon.h"
#include "ui/style/metrics.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPainter>
#include <QPushButton>
#include <QStackedLayout>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

/// Draws the severity as a shape in front of the sentence.
class SentenceDelegate final : public QStyledItemDelegate
{
public:
    SentenceDelegate(ProblemListModel &model, QObject *parent)
        : QStyledItemDelegate(parent)
        , m_model(model)
    {}

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override
    {
        QStyleOptionViewItem shifted = option;
        const int room = Style::instance().px(22);
        if (option.state & QStyle::State_Selected)
            painter->fillRect(option.rect, theme().selectedRow());
        shifted.rect.setLeft(option.rect.left() + room);
        QStyledItemDelegate::paint(painter, shifted, index);
        const qreal size = Style::instance().px(10);
        paintHealth(
            *painter, m_model.health(index.row()),
            QRectF(option.rect.left() + 6, option.rect.center().y() - size / 2 + 0.5, size, size));
    }

private:
    ProblemListModel &m_model;
};

} // namespace

ProblemsPanel::ProblemsPanel(ProblemListModel &model, QWidget *parent)
    : QWidget(parent)
    , m_model(model)
    , m_title(plainLabel(this))
    , m_clear(new QPushButton(tr("Clear what is over"), this))
    , m_table(new QTableView(this))
    , m_stack(new QStackedLayout)
    , m_empty(plainLabel(tr("No problems."), this))
{
    setObjectName(u"problems"_s);
    setProperty("look", u"panel"_s);
    setAttribute(Qt::WA_StyledBackground);
    m_title->setProperty("look", u"small"_s);
    m_clear->setObjectName(u"problems.clear.button"_s);
    m_clear->setAccessibleName(m_clear->text());
    m_clear->setProperty("look", u"link"_s);
    m_empty->setObjectName(u"problems.empty"_s);
    m_empty->setProperty("look", u"muted"_s);
    m_empty->setAlignment(Qt::AlignCenter);
    m_table->setObjectName(u"problems.table"_s);
    m_table->setAccessibleName(tr("Problems, worst first"));
    m_table->setModel(&model);
    m_table->setItemDelegateForColumn(ProblemListModel::SentenceColumn,
                                      new SentenceDelegate(model, this));
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setSectionResizeMode(ProblemListModel::SentenceColumn,
                                                      QHeaderView::Stretch);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_table);

    auto *head = new QHBoxLayout;
    head->setContentsMargins(9, 0, 0, 0); // in line with the cells
    head->addWidget(m_title, 1);
    head->addWidget(m_clear);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 6, 12, 6);
    layout->setSpacing(2);
    layout->addLayout(head);
    layout->addLayout(m_stack, 1);

    connect(m_clear, &QPushButton::clicked, this, &ProblemsPanel::clearWanted);
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex &index) {
        if (const auto node = m_model.node(index.row()))
            emit nodeWanted(*node);
    });
    connect(&model, &ProblemListModel::countChanged, this, &ProblemsPanel::refresh);
    connect(&Style::instance(), &Style::changed, this, &ProblemsPanel::restyle);
    restyle();
    refresh();
}

void ProblemsPanel::refresh()
{
    const int rows = m_model.rowCount();
    m_stack->setCurrentIndex(rows > 0 ? 1 : 0);
    m_title->setText(
        rows > 0 ? tr("Worst first. Double-click one, or press Enter, to go to where it is.")
                 : QString());
    m_clear->setVisible(rows > 0);
}

void ProblemsPanel::restyle()
{
    const Style &style = Style::instance();
    m_table->verticalHeader()->setDefaultSectionSize(style.px(metrics::kControlHeightPx));
    m_table->setColumnWidth(ProblemListModel::WhereColumn, style.px(240));
    m_table->setColumnWidth(ProblemListModel::CountColumn, style.px(72));
    m_table->setColumnWidth(ProblemListModel::LastColumn, style.px(110));
}

} // namespace millrace::ui
