// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/records_panel.h"

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/problem_text.h"
#include "ui/panels/json_text.h"
#include "ui/panels/record_delegate.h"
#include "ui/style/format.h"
#include "ui/style/metrics.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedLayout>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr qsizetype kHexBytesPerLine = 16;
constexpr qsizetype kHexBytes = 4096;
constexpr qsizetype kTextBytes = qsizetype(256) * 1024; ///< a view shows them at once
constexpr int kNameWidthPx = 240;                       ///< at most, of a stream's name
constexpr int kDetailBelowPx = 250; ///< a lower panel shows the record beside the table

QPlainTextEdit *detailText(const QString &objectName, const QString &accessibleName,
                           QWidget *parent)
{
    auto *edit = new QPlainTextEdit(parent);
    edit->setObjectName(objectName);
    edit->setAccessibleName(accessibleName);
    edit->setReadOnly(true);
    edit->setLineWrapMode(QPlainTextEdit::NoWrap);
    edit->setFrameShape(QFrame::NoFrame);
    return edit;
}

/// "… and 12 more bytes".
QString moreBytes(qsizetype bytes)
{
    return RecordsPanel::tr("… and %n more byte(s)", nullptr, static_cast<int>(bytes));
}

} // namespace

QString hexDump(const QByteArray &data, qsizetype limit)
{
    QStringList lines;
    const qsizetype shown = std::min(data.size(), limit);
    for (qsizetype at = 0; at < shown; at += kHexBytesPerLine) {
        const QByteArray line = data.mid(at, std::min(kHexBytesPerLine, shown - at));
        lines << u"%1  %2"_s.arg(at, 4, 16, QChar(u'0')).arg(QString::fromLatin1(line.toHex(' ')));
    }
    if (shown < data.size())
        lines << moreBytes(data.size() - shown);
    return lines.join(u'\n');
}

RecordsPanel::RecordsPanel(EngineBridge &bridge, QWidget *parent)
    : QWidget(parent)
    , m_bridge(bridge)
    , m_follower(bridge, m_model)
    , m_title(plainLabel(this))
    , m_newer(new QPushButton(this))
    , m_table(new QTableView(this))
    , m_stack(new QStackedLayout)
    , m_empty(plainLabel(this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
    , m_detail(new QWidget(this))
    , m_detailTitle(plainLabel(this))
    , m_hex(detailText(u"records.hex"_s, tr("Record as bytes"), this))
    , m_text(detailText(u"records.text"_s, tr("Record as text"), this))
{
    setObjectName(u"records"_s);
    setProperty("look", u"panel"_s);
    setAttribute(Qt::WA_StyledBackground);
    m_title->setObjectName(u"records.title"_s);
    m_title->setProperty("look", u"small"_s);
    m_title->setMinimumWidth(1); // gives way
    m_newer->setObjectName(u"records.newer.button"_s);
    m_newer->setAccessibleName(tr("Follow the newest records"));
    m_newer->setProperty("look", u"pill"_s);
    m_newer->hide();
    m_empty->setObjectName(u"records.empty"_s);
    m_empty->setProperty("look", u"muted"_s);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    buildTable();
    makeCopyActions();

    m_detailTitle->setProperty("look", u"small"_s);
    m_detailTitle->setObjectName(u"records.detail.title"_s);
    m_detailTitle->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_detailTitle->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // the longest line
    auto *texts = new QHBoxLayout;
    texts->addWidget(m_hex, 3);
    texts->addWidget(m_text, 2);
    auto *detailLayout = new QVBoxLayout(m_detail);
    detailLayout->setContentsMargins(metrics::kCellInsetPx, 6, 0, 6);
    detailLayout->setSpacing(4);
    detailLayout->addWidget(m_detailTitle);
    detailLayout->addLayout(texts, 1);
    m_detail->hide();
    m_splitter->setObjectName(u"records.splitter"_s);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(1);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_detail);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_splitter);

    auto *head = new QHBoxLayout;
    head->setContentsMargins(metrics::kCellInsetPx, 0, 4, 0);
    head->addWidget(m_title, 1);
    head->addWidget(m_newer);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 8, 0);
    layout->setSpacing(2);
    layout->addLayout(head);
    layout->addLayout(m_stack, 1);

    connect(m_newer, &QPushButton::clicked, this, &RecordsPanel::followAgain);
    connect(&m_model, &RecordTableModel::waitingChanged, this, &RecordsPanel::refresh);
    connect(&m_model, &RecordTableModel::heldChanged, this, &RecordsPanel::refresh);
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, &RecordsPanel::refresh);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &RecordsPanel::refresh);
    connect(&m_follower, &RecordFollower::skipsChanged, this, &RecordsPanel::refresh);
    connect(&m_follower, &RecordFollower::answeredChanged, this, &RecordsPanel::refresh);
    connect(&m_follower, &RecordFollower::failureChanged, this, &RecordsPanel::refresh);
    connect(&bridge, &EngineBridge::snapshotChanged, this, [this](const auto &snapshot) {
        if (std::exchange(m_shownState, snapshot->state) != snapshot->state)
            refresh();
    });
    connect(&Style::instance(), &Style::changed, this, &RecordsPanel::restyle);
    restyle();
    refresh();
}

void RecordsPanel::buildTable()
{
    m_table->setObjectName(u"records.table"_s);
    m_table->setAccessibleName(tr("Records, newest first"));
    m_table->setModel(&m_model);
    m_table->setItemDelegate(new RecordDelegate(m_table));
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
    // Whoever scrolls away from the newest record, or selects one, reads: nothing may move then.
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        const bool reads = m_table->selectionModel()->hasSelection();
        m_model.setHeld(reads || value > 0);
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const bool reads = m_table->selectionModel()->hasSelection();
        m_model.setHeld(reads || m_table->verticalScrollBar()->value() > 0);
        showDetail();
    });
}

/// The table shows the end of a sequence number, which nothing accepts: all of it is copied.
void RecordsPanel::makeCopyActions()
{
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    const auto add = [this](const QString &name, const QString &text, const QKeySequence &key,
                            QString (*part)(const RecordRow &)) {
        auto *action = new QAction(text, m_table);
        action->setObjectName(name);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetShortcut);
        connect(action, &QAction::triggered, this, [this, part] {
            if (const RecordRow *record = selectedRecord())
                QGuiApplication::clipboard()->setText(part(*record));
        });
        m_table->addAction(action);
    };
    add(u"records.copy.data"_s, tr("Copy the data"), QKeySequence::Copy,
        [](const RecordRow &record) { return QString::fromUtf8(record.data); });
    add(u"records.copy.sequence"_s, tr("Copy the sequence number"),
        Qt::CTRL | Qt::SHIFT | Qt::Key_C,
        [](const RecordRow &record) { return record.sequenceNumber; });
    add(u"records.copy.key"_s, tr("Copy the partition key"), {},
        [](const RecordRow &record) { return record.key; });
}

void RecordsPanel::showStream(const std::optional<StreamUuid> &stream, const QString &name)
{
    if (stream == m_stream && name == m_name)
        return;
    m_stream = stream;
    m_name = name;
    m_follower.follow(stream);
    followAgain();
    refresh();
}

void RecordsPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_follower.setActive(true);
}

void RecordsPanel::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_follower.setActive(false);
}

void RecordsPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    placeDetail();
}

void RecordsPanel::restyle()
{
    const Style &style = Style::instance();
    const QFont face = style.figures(type::kSmall);
    // The button comes when a row is selected: nothing may move then.
    m_title->setMinimumHeight(style.px(metrics::kControlHeightPx));
    m_table->setFont(face);
    m_hex->setFont(face);
    m_text->setFont(face);
    m_table->horizontalHeader()->setFont(style.text(type::kSmall, QFont::DemiBold));
    m_table->verticalHeader()->setDefaultSectionSize(style.px(metrics::kTableRowPx));
    const int digit = QFontMetrics(face).horizontalAdvance(u'0');
    const std::array<int, 4> chars = {14, 6, 10, 13};
    for (std::size_t column = 0; column < chars.size(); ++column)
        m_table->setColumnWidth(static_cast<int>(column), digit * chars.at(column) + style.px(14));
}

void RecordsPanel::refresh()
{
    const bool rows = m_model.rowCount() > 0;
    m_stack->setCurrentIndex(rows ? 1 : 0);
    if (!m_stream) {
        m_title->setText(tr("Records"));
    } else {
        const QString name = m_title->fontMetrics().elidedText(m_name, Qt::ElideRight,
                                                               Style::instance().px(kNameWidthPx));
        m_title->setToolTip(name == m_name ? QString() : plainToolTip(m_name));
        m_title->setText(m_follower.skips()
                             ? tr("%1, newest first; too fast to show every record").arg(name)
                             : tr("%1, newest first").arg(name));
    }
    m_empty->setText(emptyText());
    const QString waiting = format::integer(static_cast<quint64>(m_model.waiting()));
    m_newer->setVisible(m_model.isHeld());
    m_newer->setText(
        m_model.waiting() >= RecordTableModel::kMaxRows // older ones of them were dropped
            ? tr("Over %1 new · follow").arg(waiting)
            : m_model.waiting() > 0 ? tr("%1 new · follow").arg(waiting) : tr("Held · follow"));
}

void RecordsPanel::showObstacle(const QString &sentence)
{
    if (std::exchange(m_obstacle, sentence) != sentence)
        refresh();
}

QString RecordsPanel::emptyText() const
{
    const bool runs =
        m_obstacle.isEmpty() && m_bridge.snapshot()->state != runtime::RunState::Stopped;
    const QString howToRun = m_obstacle.isEmpty() ? tr("Press Run (F5).") : m_obstacle;
    if (m_name.isEmpty())
        return tr("This pipeline has no stream to read.");
    if (!m_stream && !runs)
        return tr("“%1” is made when the pipeline runs. %2").arg(m_name, howToRun);
    if (!m_stream)
        return tr("“%1” is being made…").arg(m_name);
    if (const std::optional<Problem> &failure = m_follower.failure())
        return tr("“%1” could not be read: %2").arg(m_name, problemText(*failure));
    if (!m_follower.answered())
        return tr("Reading “%1”…").arg(m_name);
    return runs ? tr("Nothing has arrived in “%1” yet.").arg(m_name)
                : tr("“%1” holds no records. %2").arg(m_name, howToRun);
}

const RecordRow *RecordsPanel::selectedRecord() const
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? nullptr : m_model.record(rows.first().row());
}

void RecordsPanel::showDetail()
{
    const RecordRow *record = selectedRecord();
    placeDetail();
    m_detail->setVisible(record);
    if (!record)
        return;
    nameDetail(*record);
    m_hex->setPlainText(hexDump(record->data, kHexBytes));
    const JsonText shown = indentedJson(record->data, kTextBytes);
    m_text->setPlainText(shown.bytesLeft > 0 ? shown.text + u'\n' + moreBytes(shown.bytesLeft)
                                             : shown.text);
}

void RecordsPanel::nameDetail(const RecordRow &record)
{
    const QString arrived = format::dateTime(record.arrivalMs) + u' ' + format::zone();
    const QString shard = QString::number(record.shard);
    m_detailTitle->setText(m_detailSide == Qt::Vertical
                               ? tr("%1 · shard %2 · %3").arg(arrived, shard, record.sequenceNumber)
                               : tr("%1 · shard %2").arg(arrived, shard));
}

/// Below the table, or beside it, and then without the bytes, where the panel is low.
void RecordsPanel::placeDetail()
{
    const bool low = height() < Style::instance().px(kDetailBelowPx);
    const Qt::Orientation side = low ? Qt::Horizontal : Qt::Vertical;
    m_hex->setVisible(!low);
    if (std::exchange(m_detailSide, side) == side)
        return;
    m_splitter->setOrientation(side);
    m_splitter->setSizes({3 * width(), 2 * width()}); // shares
    if (const RecordRow *record = selectedRecord())
        nameDetail(*record);
}

void RecordsPanel::followAgain()
{
    m_table->clearSelection();
    m_table->setCurrentIndex({});
    m_table->verticalScrollBar()->setValue(0);
    m_model.setHeld(false);
    m_table->scrollToTop();
}

} // namespace millrace::ui
