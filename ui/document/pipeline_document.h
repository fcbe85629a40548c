// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"
#include "core/graph/edit.h"
#include "core/graph/kind_catalog.h"

#include <QObject>
#include <QUndoStack>

#include <vector>

namespace millrace::ui {

/// The open pipeline: the document, where its file is, and the undo history. The only object that
/// changes the document: views ask it for an edit, it pushes a command, the command applies the
/// edit and the document says that it changed. Lives on the GUI thread.
class PipelineDocument final : public QObject
{
    Q_OBJECT

public:
    /// `catalog` outlives the document.
    explicit PipelineDocument(const graph::KindCatalog &catalog, QObject *parent = nullptr);

    const graph::Document &graph() const { return m_graph; }
    const graph::KindCatalog &catalog() const { return m_catalog; }
    const graph::NodeKind *kindOf(const graph::Node &node) const
    {
        return m_catalog.find(node.kind);
    }

    bool isOpen() const { return m_open; }
    QString filePath() const { return m_filePath; } ///< empty: not from a file of the user's
    QString fileName() const;
    QString folder() const; ///< relative paths in the pipeline start here
    QString name() const;   ///< the pipeline's, else the file's; never empty while open
    bool isModified() const { return !m_undoStack.isClean(); }
    QUndoStack &undoStack() { return m_undoStack; }

    /// Replaces what is open, with what was read from `filePath`. The history is cleared.
    void open(graph::Document document, const QString &filePath);

    /// Likewise, with what another program gave the engine: no file of it is known, only the
    /// folder in which its relative paths start.
    void openFromEngine(graph::Document document, const QString &folder);

    /// Nothing is open then, as before the first open().
    void close();

    /// What is wrong with the pipeline as it stands (graph::validate).
    const std::vector<Problem> &problems() const { return m_problems; }

    /// Does `edit` as one step of the undo history, named `text`. A refused edit leaves no step.
    /// Errors: as graph::apply.
    Status edit(const graph::Edit &edit, const QString &text);

signals:
    void opened(); ///< after changed(), once what is open is another pipeline
    void closed(); ///< after changed()
    /// The graph differs from before: after open() and after every edit, undone and redone too.
    void changed();

private:
    friend class EditCommand;
    void take(graph::Document document, const QString &filePath, const QString &folder);
    Result<graph::Edit> applyNow(const graph::Edit &edit);
    void validateNow();

    const graph::KindCatalog &m_catalog;
    graph::Document m_graph;
    QString m_filePath;
    QString m_folder;
    QUndoStack m_undoStack;
    std::vector<Problem> m_problems;
    bool m_open = false;
};

} // namespace millrace::ui
