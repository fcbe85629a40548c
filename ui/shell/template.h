// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/graph/document.h"
#include "core/graph/kind_catalog.h"

#include <QPointF>
#include <QString>
#include <QStringList>

#include <map>
#include <vector>

namespace millrace::ui {

/// A pipeline that ships with the program: a `.millrace` file in the templates folder.
struct Template {
    QString filePath;
    QString name;
    QString about; ///< what there is to see, on one line; empty for files of others
    /// Its kinds in the order of the wires: "File → Data stream → Filter + Map → SQLite table".
    QString parts;
    graph::Document document;
    std::map<NodeId, QPointF> places; ///< of every node, on the canvas
};

/// The readable files of the first of `folders` that is there, by name. A file that cannot be read
/// is left out: the project's tests open every one. Reads them: not for the window's thread.
/// Thread-safety: any thread.
std::vector<Template> readTemplates(FileSystem &files, const QStringList &folders,
                                    const graph::KindCatalog &catalog);

} // namespace millrace::ui
