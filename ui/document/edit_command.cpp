// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/edit_command.h"

#include "core/base/assert.h"

#include "ui/document/pipeline_document.h"

#include <utility>

namespace millrace::ui {

EditCommand::EditCommand(PipelineDocument &document, graph::Edit inverse, const QString &text)
    : QUndoCommand(text)
    , m_document(document)
    , m_other(std::move(inverse))
{}

void EditCommand::redo()
{
    if (!std::exchange(m_done, false))
        swap();
}

void EditCommand::swap()
{
    Result<graph::Edit> inverse = m_document.applyNow(m_other);
    // The document is in the state the edit was made for: only a bug of ours can refuse it.
    MILLRACE_ASSERT(inverse.has_value());
    m_other = *std::move(inverse);
}

} // namespace millrace::ui
