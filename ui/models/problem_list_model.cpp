// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/problem_list_model.h"

#include "core/graph/place.h"

#include "ui/bridge/convert.h"
#include "ui/bridge/problem_text.h"
#include "ui/style/format.h"
#include "ui/style/plain_text.h"

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

Health healthOf(Severity severity)
{
    switch (severity) {
    case Severity::Error:
        return Health::Error;
    case Severity::Warning:
        return Health::Warning;
    case Severity::Information:
        break;
    }
    return Health::Quiet;
}

bool sameEntries(const std::vector<runtime::ProblemEntry> &a,
                 const std::vector<runtime::ProblemEntry> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto &x, const auto &y) {
        return x.problem == y.problem && x.last == y.last && x.count == y.count &&
               x.active == y.active;
    });
}

} // namespace

ProblemListModel::ProblemListModel(NodeName nodeName, QObject *parent)
    : QAbstractTableModel(parent)
    , m_nodeName(std::move(nodeName))
{}

int ProblemListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ProblemListModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ProblemListModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    if (role == Qt::ToolTipRole)
        return plainToolTip(problemText(row.problem));
    if (role == Qt::AccessibleTextRole && index.column() == SentenceColumn)
        return row.active ? problemText(row.problem) : tr("Over: %1").arg(problemText(row.problem));
    if (role != Qt::DisplayRole)
        return {};
    switch (static_cast<Column>(index.column())) {
    case SentenceColumn:
        return problemText(row.problem);
    case WhereColumn:
        return where(row.problem);
    case CountColumn:
        return format::integer(row.count);
    case LastColumn:
        return row.lastMs == 0 ? tr("now") : format::secondOfDay(row.lastMs);
    case ColumnCount:
        break;
    }
    return {};
}

QVariant ProblemListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (static_cast<Column>(section)) {
    case SentenceColumn:
        return tr("Problem");
    case WhereColumn:
        return tr("Where");
    case CountColumn:
        return tr("Count");
    case LastColumn:
        return tr("Last (%1)").arg(format::zone());
    case ColumnCount:
        break;
    }
    return {};
}

void ProblemListModel::setDocumentProblems(std::vector<Problem> problems)
{
    m_document = std::move(problems);
    rebuild();
}

void ProblemListModel::setDeployProblems(std::vector<Problem> problems)
{
    if (problems == m_deploy)
        return;
    m_deploy = std::move(problems);
    rebuild();
}

void ProblemListModel::setRuntimeProblems(const std::vector<runtime::ProblemEntry> &problems)
{
    if (sameEntries(problems, m_runtime))
        return;
    m_runtime = problems;
    rebuild();
}

Health ProblemListModel::health(int row) const
{
    const Row &entry = m_rows.at(static_cast<std::size_t>(row));
    return entry.active ? healthOf(entry.problem.severity()) : Health::Quiet;
}

std::optional<NodeId> ProblemListModel::node(int row) const
{
    const Problem *entry = problem(row);
    const auto place = entry ? graph::parsePlace(entry->place()) : std::nullopt;
    if (!place)
        return std::nullopt;
    return place->wire ? std::optional(place->wire->from.node) : place->node;
}

const Problem *ProblemListModel::problem(int row) const
{
    return row >= 0 && row < rowCount() ? &m_rows[static_cast<std::size_t>(row)].problem : nullptr;
}

int ProblemListModel::activeCount() const
{
    return static_cast<int>(std::count_if(m_rows.begin(), m_rows.end(), [](const Row &row) {
        return row.active && row.problem.severity() != Severity::Information;
    }));
}

Health ProblemListModel::worst() const
{
    Health worst = Health::Quiet;
    for (int row = 0; row < rowCount(); ++row) {
        const Health each = health(row);
        if (each == Health::Error)
            return each;
        if (each == Health::Warning)
            worst = each;
    }
    return worst;
}

std::map<NodeId, Problem> ProblemListModel::worstByNode() const
{
    std::map<NodeId, Problem> worst;
    for (int row = 0; row < rowCount(); ++row) { // worst first: the first of a node counts
        const std::optional<NodeId> id = node(row);
        if (id && (health(row) == Health::Error || health(row) == Health::Warning))
            worst.try_emplace(*id, *problem(row));
    }
    return worst;
}

void ProblemListModel::rebuild()
{
    std::vector<Row> rows;
    const auto addStanding = [&rows](const Problem &problem) {
        const bool there = std::any_of(rows.begin(), rows.end(),
                                       [&](const Row &row) { return row.problem == problem; });
        if (!there)
            rows.push_back({problem});
    };
    std::for_each(m_deploy.begin(), m_deploy.end(), addStanding);
    std::for_each(m_document.begin(), m_document.end(), addStanding);
    for (const runtime::ProblemEntry &entry : m_runtime) {
        const auto same = std::find_if(rows.begin(), rows.end(), [&](const Row &row) {
            return row.problem.code() == entry.problem.code() &&
                   row.problem.place() == entry.problem.place();
        });
        // What stands holds on, whatever became of the run that met it.
        const bool standing = same != rows.end();
        Row row{standing ? same->problem : entry.problem, entry.last.time_since_epoch().count(),
                entry.count, standing || entry.active};
        if (standing)
            *same = std::move(row);
        else
            rows.push_back(std::move(row));
    }
    const auto rank = [](const Row &row) {
        return std::pair(!row.active, -static_cast<int>(row.problem.severity()));
    };
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const Row &a, const Row &b) { return rank(a) < rank(b); });
    // A problem that goes on happening is counted; whoever has it selected keeps it.
    const bool same = std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(),
                                 [](const Row &a, const Row &b) { return a.problem == b.problem; });
    if (same) {
        m_rows = std::move(rows);
        if (!m_rows.empty())
            emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    } else {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
    }
    emit countChanged();
}

QString ProblemListModel::where(const Problem &problem) const
{
    const auto place = graph::parsePlace(problem.place());
    if (!place || (!place->node && !place->wire))
        return toQt(problem.place());
    QString text;
    if (place->wire)
        text =
            u"%1 → %2"_s.arg(m_nodeName(place->wire->from.node), m_nodeName(place->wire->to.node));
    else
        text = m_nodeName(*place->node);
    if (!place->parameter.empty())
        text += u" · "_s + toQt(place->parameter);
    if (!place->detail.empty())
        text += u", "_s + toQt(place->detail);
    return text;
}

} // namespace millrace::ui
