// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/start_page.h"

#include "core/graph/file.h"

#include "ui/bridge/convert.h"
#include "ui/canvas/auto_place.h"
#include "ui/canvas/card_content.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QDir>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <set>
#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kColumns = 3;
constexpr int kCardWidthPx = 280;
constexpr int kCardHeightPx = 172;
constexpr int kMiniatureHeightPx = 88;
constexpr int kContentWidthPx = 900;

QPointF placeOf(const graph::Document &document, const std::map<NodeId, QPointF> &unplaced,
                const NodeId &id)
{
    if (const auto found = unplaced.find(id); found != unplaced.end())
        return found->second;
    const graph::Point &point = *document.layout.nodes.at(id).position;
    return {point.x, point.y};
}

/// Whether the nodes are one line from a source to an end.
bool isChain(const graph::Document &document)
{
    std::set<NodeId> left;
    std::set<NodeId> reached;
    for (const auto &[ends, wire] : document.wires) {
        if (!left.insert(ends.from.node).second || !reached.insert(ends.to.node).second)
            return false;
    }
    // With one wire less than nodes, and none branching, a cycle would leave a node alone.
    return document.wires.size() + 1 == document.nodes.size() &&
           std::none_of(document.nodes.begin(), document.nodes.end(), [&](const auto &each) {
               return !left.contains(each.first) && !reached.contains(each.first);
           });
}

/// Kinds from left to right, each title once: with arrows only where the pipeline is a chain.
QString partsOf(const graph::Document &document, const graph::KindCatalog &catalog)
{
    const std::map<NodeId, QPointF> unplaced = placesForUnplaced(document, catalog);
    std::vector<std::pair<qreal, const graph::Node *>> order;
    for (const auto &[id, node] : document.nodes)
        order.emplace_back(placeOf(document, unplaced, id).x(), &node);
    std::stable_sort(order.begin(), order.end(),
                     [](const auto &a, const auto &b) { return a.first < b.first; });
    QStringList titles;
    for (const auto &[x, node] : order) {
        const graph::NodeKind *kind = catalog.find(node->kind);
        titles << (kind ? kindText(kind->title) : toQt(node->kind));
    }
    if (isChain(document))
        return titles.join(u" → "_s);
    QStringList parts;
    for (const QString &title : titles) {
        const auto count = titles.count(title);
        const QString part = count > 1 ? u"%1 × %2"_s.arg(count).arg(title) : title;
        if (!parts.contains(part))
            parts << part;
    }
    return parts.join(u", "_s);
}

QString firstFolder(const QStringList &folders)
{
    const auto found = std::find_if(folders.begin(), folders.end(),
                                    [](const QString &each) { return QFileInfo(each).isDir(); });
    return found == folders.end() ? QString() : *found;
}

QString noTemplates(const QStringList &folders)
{
    QStringList lines{StartPage::tr("No templates were found. They were looked for in")};
    for (const QString &folder : folders)
        lines << QDir::toNativeSeparators(folder);
    return folders.isEmpty() ? StartPage::tr("No templates were found.") : lines.join(u'\n');
}

} // namespace

std::vector<Template> templatesIn(const QString &folder, const graph::KindCatalog &catalog)
{
    std::vector<Template> templates;
    if (folder.isEmpty())
        return templates; // to Qt that is the current directory
    for (const QFileInfo &file :
         QDir(folder).entryInfoList({u"*.millrace"_s}, QDir::Files, QDir::Name)) {
        graph::ReadOutcome outcome =
            graph::loadDocument(posixFileSystem(), pathFromQt(file.absoluteFilePath()));
        if (!outcome.document)
            continue;
        Template made{file.absoluteFilePath(), toQt(outcome.document->name),
                      partsOf(*outcome.document, catalog), std::move(*outcome.document)};
        if (made.name.isEmpty())
            made.name = file.completeBaseName();
        templates.push_back(std::move(made));
    }
    return templates;
}

TemplateCard::TemplateCard(Template shown, const graph::KindCatalog &catalog, QWidget *parent)
    : QAbstractButton(parent)
    , m_template(std::move(shown))
    , m_catalog(catalog)
{
    setText(m_template.name);
    setAccessibleName(tr("Open the template %1: %2").arg(m_template.name, m_template.parts));
    setToolTip(m_template.parts);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    setFixedSize(TemplateCard::sizeHint());
}

QSize TemplateCard::sizeHint() const
{
    return {Style::instance().px(kCardWidthPx), Style::instance().px(kCardHeightPx)};
}

void TemplateCard::paintEvent(QPaintEvent *)
{
    const Style &style = Style::instance();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF card = QRectF(rect()).adjusted(1, 1, -1, -1);
    const qreal radius = metrics::kCardRadiusPx;
    QPainterPath outline;
    outline.addRoundedRect(card, radius, radius);
    painter.fillPath(outline, theme().panel);
    const QRectF upper(card.left(), card.top(), card.width(), style.px(kMiniatureHeightPx));
    painter.save();
    painter.setClipPath(outline);
    painter.fillRect(upper, theme().canvas);
    paintMiniature(painter, upper.adjusted(16, 12, -16, -12));
    painter.restore();
    const bool marked = hasFocus() || underMouse();
    painter.setPen(QPen(marked ? theme().selection : theme().line, marked ? 2 : 1));
    painter.drawPath(outline);

    const QRectF text = card.adjusted(16, upper.height() + 10, -16, -10);
    painter.setFont(style.text(type::kTitle, QFont::DemiBold));
    painter.setPen(theme().text);
    painter.drawText(text, Qt::AlignLeft | Qt::AlignTop,
                     painter.fontMetrics().elidedText(m_template.name, Qt::ElideRight,
                                                      static_cast<int>(text.width())));
    painter.setFont(style.text(type::kSmall));
    painter.setPen(theme().muted);
    painter.drawText(text.adjusted(0, style.px(24), 0, 0), Qt::TextWordWrap, m_template.parts);
}

void TemplateCard::paintMiniature(QPainter &painter, const QRectF &where) const
{
    const graph::Document &document = m_template.document;
    const std::map<NodeId, QPointF> unplaced = placesForUnplaced(document, m_catalog);
    constexpr QSizeF kNode(190, 96);
    QRectF bounds;
    std::map<NodeId, QRectF> boxes;
    for (const auto &[id, node] : document.nodes) {
        boxes[id] = QRectF(placeOf(document, unplaced, id), kNode);
        bounds = bounds.united(boxes[id]);
    }
    if (bounds.isEmpty())
        return;
    const qreal scale =
        std::min({where.width() / bounds.width(), where.height() / bounds.height(), 0.3});
    painter.save();
    painter.translate(where.center());
    painter.scale(scale, scale);
    painter.translate(-bounds.center());
    const auto color = [&](const NodeId &id) {
        const graph::NodeKind *kind = m_catalog.find(document.find(id)->kind);
        return kind ? theme().role(roleOf(kind->category)) : theme().muted;
    };
    const auto pen = [&](const QColor &ink) {
        QPen made(ink, 1.4);
        made.setCosmetic(true);
        return made;
    };
    painter.setBrush(Qt::NoBrush);
    for (const auto &[ends, wire] : document.wires) {
        const auto from = boxes.find(ends.from.node);
        const auto to = boxes.find(ends.to.node);
        if (from == boxes.end() || to == boxes.end())
            continue;
        const QPointF start(from->second.right(), from->second.center().y());
        const QPointF end(to->second.left(), to->second.center().y());
        const QPointF reach((end.x() - start.x()) / 2, 0);
        QPainterPath path(start);
        path.cubicTo(start + reach, end - reach, end);
        painter.setPen(pen(color(ends.from.node)));
        painter.drawPath(path);
    }
    painter.setBrush(theme().panel);
    for (const auto &[id, box] : boxes) {
        painter.setPen(pen(color(id)));
        painter.drawRoundedRect(box, 14, 14);
    }
    painter.restore();
}

StartPage::StartPage(const QStringList &templateFolders, const graph::KindCatalog &catalog,
                     QWidget *parent)
    : QWidget(parent)
    , m_templates(templatesIn(firstFolder(templateFolders), catalog))
{
    const Style &style = Style::instance();
    setObjectName(u"start"_s);
    setProperty("look", u"page"_s);
    setAttribute(Qt::WA_StyledBackground);
    auto *headline = new QLabel(tr("Draw a stream. Run it. Look inside."), this);
    headline->setObjectName(u"start.headline"_s);
    headline->setProperty("look", u"headline"_s);
    auto *lead = new QLabel(tr("Everything runs on this computer. Nothing is sent anywhere until "
                               "you add a destination that does."),
                            this);
    lead->setProperty("look", u"lead"_s);
    lead->setWordWrap(true);
    auto *caption = new QLabel(tr("Start from a template").toUpper(), this);
    caption->setProperty("look", u"caption"_s);
    caption->setVisible(!m_templates.empty());
    auto *missing = new QLabel(noTemplates(templateFolders), this);
    missing->setObjectName(u"start.missing"_s);
    missing->setProperty("look", u"muted"_s);
    missing->setTextFormat(Qt::PlainText);
    missing->setTextInteractionFlags(Qt::TextSelectableByMouse);
    missing->setVisible(m_templates.empty());

    auto *grid = new QGridLayout;
    grid->setSpacing(16);
    int index = 0;
    for (const Template &each : m_templates) {
        auto *card = new TemplateCard(each, catalog, this);
        card->setObjectName(u"start.template.%1"_s.arg(index));
        connect(card, &TemplateCard::clicked, this,
                [this, path = each.filePath] { emit templateWanted(path); });
        grid->addWidget(card, index / kColumns, index % kColumns);
        ++index;
    }
    grid->setColumnStretch(kColumns, 1);
    auto *open = new QPushButton(tr("Open…"), this);
    open->setObjectName(u"start.open.button"_s);
    open->setAccessibleName(tr("Open a pipeline file"));
    open->setFixedWidth(style.px(150));
    connect(open, &QPushButton::clicked, this, &StartPage::openWanted);

    auto *column = new QVBoxLayout;
    column->setSpacing(0);
    column->addStretch(1);
    column->addWidget(headline);
    column->addSpacing(8);
    column->addWidget(lead);
    column->addSpacing(40);
    column->addWidget(caption);
    column->addSpacing(12);
    column->addWidget(missing);
    column->addLayout(grid);
    column->addSpacing(28);
    column->addWidget(open);
    column->addStretch(3);
    auto *content = new QWidget(this);
    content->setMaximumWidth(style.px(kContentWidthPx));
    content->setLayout(column);
    auto *layout = new QHBoxLayout(this);
    layout->addStretch(1);
    layout->addWidget(content, 20);
    layout->addStretch(1);
}

} // namespace millrace::ui
