// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/throughput_panel.h"

#include "ui/bridge/engine_bridge.h"
#include "ui/charts/throughput_chart.h"
#include "ui/style/format.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"

#include <QHBoxLayout>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr std::size_t kMaxLines = 8;
constexpr double kMiB = 1024.0 * 1024.0;

/// How far back a stopped pipeline's last figures are looked for. Farther costs memory: each second
/// that ran is a point.
constexpr std::array<std::chrono::seconds, 4> kLooksBack = {
    std::chrono::seconds(kChartSeconds), std::chrono::hours(1), std::chrono::hours(24),
    std::chrono::hours(7 * 24)};

qint64 secondsOf(WallTime time)
{
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

QToolButton *unitButton(const QString &name, const QString &text, QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(text);
    button->setAccessibleName(ThroughputPanel::tr("Show in %1").arg(text));
    button->setCheckable(true);
    button->setAutoExclusive(true);
    button->setProperty("look", u"segment"_s);
    return button;
}

} // namespace

ThroughputPanel::ThroughputPanel(EngineBridge &bridge, QWidget *parent)
    : QWidget(parent)
    , m_bridge(bridge)
    , m_title(plainLabel(this))
    , m_bytesButton(unitButton(u"throughput.bytes.button"_s, tr("MiB/s"), this))
    , m_recordsButton(unitButton(u"throughput.records.button"_s, tr("records/s"), this))
    , m_stack(new QStackedLayout)
    , m_empty(plainLabel(this))
    , m_chart(new ThroughputChart(this))
    , m_legend(new ShardLegend(this))
{
    setObjectName(u"throughput"_s);
    setProperty("look", u"panel"_s);
    setAttribute(Qt::WA_StyledBackground);
    m_title->setProperty("look", u"small"_s);
    m_title->setObjectName(u"throughput.title"_s);
    m_empty->setObjectName(u"throughput.empty"_s);
    m_empty->setProperty("look", u"muted"_s);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_bytesButton->setChecked(true);

    auto *head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_bytesButton);
    head->addWidget(m_recordsButton);
    head->setSpacing(0);
    auto *chartPage = new QWidget(this);
    auto *chartLayout = new QVBoxLayout(chartPage);
    chartLayout->setContentsMargins(0, 0, 0, 0);
    chartLayout->setSpacing(2);
    chartLayout->addWidget(m_chart, 1);
    chartLayout->addWidget(m_legend);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(chartPage);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 6, 12, 6);
    layout->setSpacing(2);
    layout->addLayout(head);
    layout->addLayout(m_stack, 1);

    connect(m_bytesButton, &QToolButton::clicked, this, [this] { setUnit(Unit::Bytes); });
    connect(m_recordsButton, &QToolButton::clicked, this, [this] { setUnit(Unit::Records); });
    connect(&bridge, &EngineBridge::engineChanged, this, &ThroughputPanel::forget);
    connect(&bridge, &EngineBridge::pipelineChanged, this, &ThroughputPanel::forget);
    connect(&bridge, &EngineBridge::snapshotChanged, this, &ThroughputPanel::showSnapshot);
    retranslate();
}

void ThroughputPanel::showObstacle(const QString &sentence)
{
    if (std::exchange(m_obstacle, sentence) != sentence)
        refresh();
}

void ThroughputPanel::showStream(const std::optional<NodeId> &node, bool limited)
{
    if (node == m_node && limited == m_limited)
        return;
    m_limited = limited;
    m_node = node;
    forget();
    showSnapshot(m_bridge.snapshot());
}

/// What comes is another stream, maybe another engine's with the same node.
void ThroughputPanel::forget()
{
    m_unitSettled = m_unitChosen;
    ++m_generation;
    m_history.clear();
    m_requestedShards = 0;
}

void ThroughputPanel::setUnit(Unit unit)
{
    m_unitSettled = true;
    m_unitChosen = true;
    if (unit == m_unit)
        return;
    useUnit(unit);
    showSnapshot(m_bridge.snapshot());
}

void ThroughputPanel::settleUnit(const std::vector<runtime::ShardFigures> &shards)
{
    const auto fullest =
        std::max_element(shards.begin(), shards.end(),
                         [](const auto &a, const auto &b) { return a.load() < b.load(); });
    if (m_unitSettled || fullest->load() <= 0)
        return;
    m_unitSettled = true;
    if (const Unit binds = fullest->bytesBind() ? Unit::Bytes : Unit::Records; binds != m_unit)
        useUnit(binds);
}

void ThroughputPanel::useUnit(Unit unit)
{
    m_unit = unit;
    m_bytesButton->setChecked(unit == Unit::Bytes);
    m_recordsButton->setChecked(unit == Unit::Records);
    ++m_generation;
    m_history.clear();
    m_requestedShards = 0;
    retranslate();
}

QList<QPointF> ThroughputPanel::pointsOf(std::uint32_t shard) const
{
    return showsChart() ? m_chart->pointsOf(shard) : QList<QPointF>();
}

qsizetype ThroughputPanel::piecesOf(std::uint32_t shard) const
{
    return showsChart() ? m_chart->piecesOf(shard) : 0;
}

bool ThroughputPanel::showsChart() const
{
    return m_stack->currentIndex() == 1;
}

void ThroughputPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

void ThroughputPanel::showSnapshot(const runtime::SnapshotPtr &snapshot)
{
    const runtime::NodeFigures *figures = m_node ? snapshot->node(*m_node) : nullptr;
    if (figures && !figures->shards.empty()) {
        settleUnit(figures->shards);
        const bool stopped = isStopped(*snapshot);
        const bool asks = m_requestedShards != figures->shards.size();
        m_requestedShards = figures->shards.size();
        // Rates are those of the last whole second.
        const qint64 second = secondsOf(snapshot->at) - 1;
        if (!stopped) {
            for (const runtime::ShardFigures &shard : figures->shards) {
                m_history.add(shard.shard.value, second,
                              m_unit == Unit::Bytes ? shard.bytesInPerSecond
                                                    : shard.recordsInPerSecond);
            }
            m_lastSecond = second;
            m_history.trim(second);
        }
        if (asks && stopped)
            findHistory(second + 1, 0);
        else if (asks)
            requestHistory(second);
    }
    refresh();
}

/// Another pipeline may run while nothing of this one does.
bool ThroughputPanel::isStopped(const runtime::Snapshot &snapshot) const
{
    const runtime::NodeFigures *figures = m_node ? snapshot.node(*m_node) : nullptr;
    return snapshot.state == runtime::RunState::Stopped ||
           (figures && figures->state == runtime::NodeState::Stopped);
}

void ThroughputPanel::findHistory(qint64 end, std::size_t step)
{
    const auto farBack = kLooksBack.at(step).count();
    const auto searched = step == 0 ? 0 : kLooksBack.at(step - 1).count();
    HistoryQuery query;
    query.series = {*m_node, std::nullopt, runtime::Metric::RecordsIn};
    query.fromSecond = end - farBack;
    query.toSecond = end - searched;
    m_bridge.requestHistory(
        query, this, [this, end, step, generation = m_generation](const HistoryPoints &history) {
            if (generation != m_generation || !isStopped(*m_bridge.snapshot()))
                return;
            if (!history.points.empty()) {
                m_lastSecond = history.points.back().second;
                requestHistory(m_lastSecond + 1);
            } else if (step + 1 < kLooksBack.size()) {
                findHistory(end, step + 1);
            }
        });
}

void ThroughputPanel::requestHistory(qint64 end)
{
    const runtime::NodeFigures *figures = m_bridge.snapshot()->node(*m_node);
    if (!figures)
        return;
    for (const runtime::ShardFigures &shard : figures->shards) {
        HistoryQuery query;
        query.series = {*m_node, shard.shard,
                        m_unit == Unit::Bytes ? runtime::Metric::BytesIn
                                              : runtime::Metric::RecordsIn};
        query.fromSecond = end - kChartSeconds;
        query.toSecond = end;
        m_bridge.requestHistory(query, this,
                                [this, index = shard.shard.value,
                                 generation = m_generation](const HistoryPoints &history) {
                                    if (generation != m_generation)
                                        return;
                                    for (const runtime::MetricPoint &point : history.points)
                                        m_history.add(index, point.second, point.value);
                                });
    }
}

void ThroughputPanel::refresh()
{
    const bool chart = m_node && !m_history.empty();
    const bool stopped = isStopped(*m_bridge.snapshot());
    m_stack->setCurrentIndex(chart ? 1 : 0);
    const QString title = m_unit == Unit::Bytes ? tr("Incoming, MiB/s per shard")
                                                : tr("Incoming, records/s per shard");
    //: %1 what a chart shows, %2 date and time of its last value
    m_title->setText(chart && stopped
                         ? tr("%1, until %2").arg(title, format::dateTime(m_lastSecond * 1000))
                         : title);
    if (!chart) {
        const bool runs = m_obstacle.isEmpty() && !stopped;
        m_empty->setText(!m_node ? tr("This pipeline has no stream whose shards could be shown.")
                         : runs
                             ? tr("Nothing has arrived yet.")
                             : tr("What each shard takes in is drawn here when the pipeline "
                                  "runs. %1")
                                   .arg(m_obstacle.isEmpty() ? tr("Press Run (F5).") : m_obstacle));
        return;
    }
    if (!isVisible())
        return;
    const std::vector<std::uint32_t> shown = m_history.busiest(kMaxLines);
    const qint64 from = m_history.begin(m_lastSecond);
    std::vector<ThroughputChart::Line> lines;
    for (const std::uint32_t shard : shown) {
        auto pieces = m_history.pieces(shard, from, m_lastSecond, m_chart->columns());
        for (QList<QPointF> &piece : pieces) {
            for (QPointF &point : piece)
                point.setY(scaled(point.y()));
        }
        lines.push_back({shard, std::move(pieces)});
    }
    m_chart->show(lines, limit(), scaled(m_history.highest()), from, m_lastSecond);
    m_legend->show(shown, m_history.shards().size() - shown.size());
}

void ThroughputPanel::retranslate()
{
    if (m_unit == Unit::Bytes)
        m_chart->setLimitTexts(tr("limit 1 MiB/s"), tr("limit 1 MiB/s is above"));
    else
        m_chart->setLimitTexts(tr("limit 1,000 records/s"), tr("limit 1,000 records/s is above"));
}

std::optional<double> ThroughputPanel::limit() const
{
    if (!m_limited)
        return std::nullopt;
    return scaled(m_unit == Unit::Bytes ? runtime::kShardBytesPerSecond
                                        : runtime::kShardRecordsPerSecond);
}

double ThroughputPanel::scaled(double value) const
{
    return m_unit == Unit::Bytes ? value / kMiB : value;
}

} // namespace millrace::ui
