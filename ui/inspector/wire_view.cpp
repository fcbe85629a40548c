// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspector/wire_view.h"

#include "ui/style/format.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QPainter>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kRowPx = 22;
constexpr int kNameWidthPx = 84;
constexpr int kTopPx = 12;
constexpr int kBottomPx = 12;
constexpr int kNoteGapPx = 8;

} // namespace

WireView::WireView(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"inspector.wire.view"_s);
    setAccessibleName(tr("What goes over this wire"));
    connect(&Style::instance(), &Style::changed, this, &WireView::fit);
}

void WireView::show(const QString &from, const QString &to, const runtime::WireFigures *figures,
                    std::optional<std::uint64_t> waiting, const QString &howToRun)
{
    m_lines = {{tr("From"), from, true}, {tr("To"), to, true}};
    m_bad = figures && figures->backPressured;
    if (figures) {
        m_lines.push_back({tr("Rate"), format::recordRate(figures->recordsPerSecond)});
        m_lines.push_back({tr("Data"), format::byteRate(figures->bytesPerSecond)});
        m_lines.push_back({tr("So far"), format::records(figures->records)});
        m_lines.push_back({tr("Waiting"), waiting ? format::records(*waiting) : format::noData()});
    }
    m_note = !figures   ? tr("Figures come once it runs. %1").arg(howToRun)
             : m_bad    ? tr("It holds back what comes before it.")
             : !waiting ? tr("Nothing waits here: each record is handed on at once.")
             : figures->implicitStream
                 ? tr("It is a stream of its own: what waits stands on the disk.")
                 : QString();
    QStringList spoken;
    for (const Line &line : m_lines)
        spoken << line.name + u' ' + line.value;
    if (!m_note.isEmpty())
        spoken << m_note;
    setAccessibleDescription(spoken.join(u", "_s));
    fit();
}

void WireView::fit()
{
    setMinimumHeight(sizeHint().height());
    update();
}

void WireView::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fit(); // the note has other lines in another width
}

/// As high as its text, which may hold another program's command line.
QRect WireView::noteRect() const
{
    const Style &style = Style::instance();
    const int inset = style.px(16);
    const int top = style.px(kTopPx) + static_cast<int>(m_lines.size()) * style.px(kRowPx) +
                    style.px(kNoteGapPx);
    const QRect room(inset, top, std::max(width() - 2 * inset, 1), QWIDGETSIZE_MAX);
    const QRect text =
        QFontMetrics(style.text(type::kBody)).boundingRect(room, Qt::TextWordWrap, m_note);
    return {room.left(), top, room.width(), text.height()};
}

QSize WireView::sizeHint() const
{
    const Style &style = Style::instance();
    return {style.px(200), noteRect().bottom() + style.px(kBottomPx)};
}

void WireView::paintEvent(QPaintEvent *)
{
    const Style &style = Style::instance();
    QPainter painter(this);
    const int inset = style.px(16);
    const int row = style.px(kRowPx);
    const int names = style.px(kNameWidthPx);
    QRect line(inset, style.px(kTopPx), width() - 2 * inset, row);
    for (const Line &each : m_lines) {
        painter.setFont(style.text(type::kBody));
        painter.setPen(theme().muted);
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, each.name);
        painter.setFont(each.isName ? style.text(type::kBody) : style.figures(type::kBody));
        painter.setPen(theme().text);
        const QRect value = line.adjusted(names, 0, 0, 0);
        painter.drawText(
            value, Qt::AlignRight | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(each.value, Qt::ElideRight, value.width()));
        line.translate(0, row);
    }
    painter.setFont(style.text(type::kBody));
    painter.setPen(m_bad ? theme().error : theme().muted);
    painter.drawText(noteRect(), Qt::TextWordWrap, m_note);
}

} // namespace millrace::ui
