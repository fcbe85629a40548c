// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/template.h"

#include "core/graph/file.h"

#include "ui/bridge/convert.h"
#include "ui/canvas/auto_place.h"
#include "ui/canvas/card_content.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>
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

/// How many wires lead to each node from a source, on the longest way.
std::map<NodeId, std::size_t> stagesOf(const graph::Document &document)
{
    std::map<NodeId, std::size_t> stages;
    for (const auto &[id, node] : document.nodes)
        stages[id] = 0;
    // No way without a cycle is longer than there are nodes.
    for (std::size_t turn = 1; turn < document.nodes.size(); ++turn) {
        for (const auto &[ends, wire] : document.wires) {
            const auto from = stages.find(ends.from.node);
            const auto to = stages.find(ends.to.node);
            if (from != stages.end() && to != stages.end())
                to->second = std::max(to->second, std::min(from->second + 1, turn));
        }
    }
    return stages;
}

/// Kinds by stage, those of a stage from top to bottom, each title once.
QString partsOf(const graph::Document &document, const std::map<NodeId, QPointF> &places,
                const graph::KindCatalog &catalog)
{
    std::map<std::size_t, std::multimap<qreal, QString>> stages;
    for (const auto &[id, stage] : stagesOf(document)) {
        const graph::Node &node = document.nodes.at(id);
        const graph::NodeKind *kind = catalog.find(node.kind);
        stages[stage].emplace(places.at(id).y(), kind ? kindText(kind->title) : toQt(node.kind));
    }
    QStringList parts;
    for (const auto &[stage, nodes] : stages) {
        QStringList titles;
        for (const auto &[y, title] : nodes)
            titles << title;
        QStringList each;
        for (const QString &title : titles) {
            const auto count = titles.count(title);
            const QString part = count > 1 ? u"%1\u00a0×\u00a0%2"_s.arg(count).arg(title) : title;
            if (!each.contains(part))
                each << part;
        }
        parts << each.join(u" + "_s);
    }
    return parts.join(u" → "_s);
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
