// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/status_line.h"

#include "ui/bridge/convert.h"
#include "ui/shell/health_mark.h"
#include "ui/style/format.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"

#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr qsizetype kPathChars = 48;
constexpr int kButtonExtraPx = 6; ///< of a flat button around its text, and for rounding

/// "~/.local/share/millrace/x": the home folder is not worth its letters.
QString shortPath(const QString &path)
{
    const QString home = QDir::homePath();
    QString text = path;
    if (home.size() > 1 && (path == home || path.startsWith(home + u'/')))
        text = u"~"_s + path.mid(home.size());
    return text.size() <= kPathChars ? text : u"…"_s + text.right(kPathChars - 1);
}

QLabel *smallLabel(const QString &objectName, QWidget *parent)
{
    auto *label = plainLabel(parent);
    label->setObjectName(objectName);
    label->setProperty("look", u"small"_s);
    return label;
}

} // namespace

StatusLine::StatusLine(QWidget *parent)
    : QWidget(parent)
    , m_engine(smallLabel(u"status.engine"_s, this))
    , m_disk(smallLabel(u"status.disk"_s, this))
    , m_memory(smallLabel(u"status.memory"_s, this))
    , m_mark(new HealthMark(this))
    , m_problems(new QPushButton(this))
{
    setObjectName(u"status"_s);
    setProperty("look", u"bar"_s);
    setAttribute(Qt::WA_StyledBackground);
    m_mark->setObjectName(u"status.problems.mark"_s);
    m_problems->setObjectName(u"status.problems.button"_s);
    m_problems->setProperty("look", u"status"_s);
    m_problems->setFlat(true);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 0, 16, 0);
    layout->setSpacing(40);
    layout->addWidget(m_engine);
    layout->addWidget(m_disk);
    layout->addWidget(m_memory);
    layout->addStretch(1);
    auto *problems = new QHBoxLayout;
    problems->setSpacing(6);
    problems->addWidget(m_mark);
    problems->addWidget(m_problems);
    layout->addLayout(problems);
    connect(m_problems, &QPushButton::clicked, this, &StatusLine::problemsWanted);
    showNoEngine(NoEngine::NoPipeline);
    showProblems(0, Health::Quiet, {});
}

void StatusLine::showNoEngine(NoEngine why)
{
    m_engineText = why == NoEngine::Starting ? tr("Starting the engine…")
                   : why == NoEngine::Failed ? tr("No engine")
                                             : tr("No pipeline is open");
    m_engine->setToolTip({});
    m_disk->clear();
    m_memory->clear();
    fit();
}

void StatusLine::showSnapshot(const runtime::Snapshot &snapshot)
{
    const QString directory = pathToQt(snapshot.dataDirectory);
    m_engineText = directory.isEmpty() ? tr("Embedded engine")
                                       : tr("Embedded engine · %1").arg(shortPath(directory));
    m_engine->setToolTip(
        plainToolTip(tr("The engine in this window keeps its streams in %1").arg(directory)));
    const QString used = format::disk(snapshot.diskBytes);
    const QString budget = format::disk(snapshot.budgetBytes);
    m_disk->setText(
        snapshot.diskBytes > 0
            ? tr("Disk %1 of %2 (zstd %3)").arg(used, budget, format::ratio(snapshot.compression))
            : tr("Disk %1 of %2").arg(used, budget));
    m_disk->setToolTip(
        tr("When the budget is used up, the oldest data of the largest stream goes"));
    m_memory->setText(tr("Memory %1").arg(format::memory(snapshot.memoryBytes)));
    fit();
}

void StatusLine::showProblems(int count, Health worst, const QString &first)
{
    m_mark->setVisible(count > 0);
    m_mark->show(worst, tr("Problems"));
    QString text = tr("No problems");
    if (count > 0)
        text = tr("%n problem(s): %1", nullptr, count).arg(format::oneLine(first));
    m_problemsText = text;
    m_problems->setAccessibleName(text);
    m_problems->setToolTip(tr("Show all problems"));
    fit();
}

void StatusLine::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fit();
}

void StatusLine::fit()
{
    const QMargins margins = layout()->contentsMargins();
    int room = width() - margins.left() - margins.right() - 4 * layout()->spacing();
    for (const QWidget *figure : {static_cast<QWidget *>(m_disk), static_cast<QWidget *>(m_memory),
                                  static_cast<QWidget *>(m_mark)})
        room -= figure->sizeHint().width();
    const auto widthOf = [](const QWidget *widget, const QString &text) {
        return widget->fontMetrics().horizontalAdvance(text) + kButtonExtraPx;
    };
    const int engine = widthOf(m_engine, m_engineText);
    const int problems = widthOf(m_problems, m_problemsText);
    // What one of them leaves is the other's; both too long share evenly.
    const int engineRoom = std::min(engine, std::max(room - problems, room / 2));
    const int problemsRoom = std::min(problems, std::max(room - engineRoom, 0));
    m_engine->setText(
        m_engine->fontMetrics().elidedText(m_engineText, Qt::ElideMiddle, engineRoom));
    m_problems->setText(
        m_problems->fontMetrics().elidedText(m_problemsText, Qt::ElideRight, problemsRoom));
}

} // namespace millrace::ui
