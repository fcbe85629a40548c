// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/edit.h"

#include <QUndoCommand>

namespace millrace::ui {

class PipelineDocument;

/// One edit of the document as a step of the undo history. Holds values and ids, never items:
/// undo and redo apply the edit that leads to the other side and keep its inverse.
class EditCommand final : public QUndoCommand
{
public:
    /// `inverse` takes back an edit that was applied already: the first redo() does nothing.
    EditCommand(PipelineDocument &document, graph::Edit inverse, const QString &text);

    void undo() override { swap(); }
    void redo() override;

private:
    void swap();

    PipelineDocument &m_document;
    graph::Edit m_other; ///< what the next undo() or redo() applies
    bool m_done = true;  ///< until QUndoStack::push called redo()
};

} // namespace millrace::ui
