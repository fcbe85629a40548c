// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/template.h"

#include "core/graph/file.h"

#include "ui/bridge/convert.h"
#include "ui/canvas/auto_place.h"
#include "ui/canvas/card_content.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>
#include <set>
#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(millrace::ui::Template)
};

/// By the file's name without its ending: the format has no place for such a sentence, and a
/// translated one could not stand there.
QString aboutOf(const QString &file)
{
    if (file == u"clickstream")
        return Texts::tr("Pages, users, a hot shard to find");
    if (file == u"earthquakes")
        return Texts::tr("1,707 real events, a week in ten minutes");
    if (file == u"flights")
        return Texts::tr("20,000 real departures and their delays");
    if (file == u"follow_log")
        return Texts::tr("Warnings and errors of a growing log");
    if (file == u"this_computer")
        return Texts::tr("CPU, memory, disks, network, live");
    return {};
}

std::map<NodeId, QPointF> placesOf(const graph::Document &document,
                                   const graph::KindCatalog &catalog)
{
    std::map<NodeId, QPointF> places = placesForUnplaced(document, catalog);
    for (const auto &[id, node] : document.nodes) {
        if (places.contains(id))
            continue;
        const graph::Point &point = *document.layout.nodes.at(id).position;
        places[id] = QPointF(point.x, point.y);
    }
    return places;
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
QString partsOf(const graph::Document &document, const std::map<NodeId, QPointF> &places,
                const graph::KindCatalog &catalog)
{
    std::vector<std::pair<qreal, const graph::Node *>> order;
    for (const auto &[id, node] : document.nodes)
        order.emplace_back(places.at(id).x(), &node);
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

} // namespace

std::vector<Template> readTemplates(FileSystem &files, const QStringList &folders,
                                    const graph::KindCatalog &catalog)
{
    std::vector<Template> templates;
    const auto folder = std::find_if(folders.begin(), folders.end(), [&](const QString &each) {
        const auto info = files.info(pathFromQt(each));
        return info && info->isFolder;
    });
    if (folder == folders.end())
        return templates;
    const auto names = files.list(pathFromQt(*folder));
    if (!names)
        return templates;
    for (const std::string &name : *names) {
        const QFileInfo file(pathToQt(joinPath(pathFromQt(*folder), name)));
        if (file.suffix() != u"millrace")
            continue;
        graph::ReadOutcome outcome = graph::loadDocument(files, pathFromQt(file.filePath()));
        if (!outcome.document)
            continue;
        Template made;
        made.filePath = file.filePath();
        made.document = *std::move(outcome.document);
        made.name = made.document.name.empty() ? file.completeBaseName() : toQt(made.document.name);
        made.about = aboutOf(file.completeBaseName());
        made.places = placesOf(made.document, catalog);
        made.parts = partsOf(made.document, made.places, catalog);
        templates.push_back(std::move(made));
    }
    return templates;
}

} // namespace millrace::ui
