// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/graph/kind_catalog.h"

#include <QPointF>
#include <QString>

#include <map>
#include <vector>

namespace millrace::ui {

/// A pipeline that ships with the program: a `.millrace` file in the templates folder.
struct Template {
    QString filePath;
    QString name;
    QString about; ///< what there is to see, on one line; empty for files of others
    /// Its kinds: "Generator → Data stream → SQLite table", or with commas when it branches.
    QString parts;
    graph::Document document;
    std::map<NodeId, QPointF> places; ///< of every node, on the canvas
};

/// The readable files of `folder`, by name. A file that cannot be read is left out: the project's
/// tests open every one.
std::vector<Template> templatesIn(const QString &folder, const graph::KindCatalog &catalog);

} // namespace millrace::ui
