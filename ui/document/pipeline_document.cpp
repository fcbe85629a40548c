// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/pipeline_document.h"

#include "core/graph/validate.h"

#include "ui/bridge/convert.h"
#include "ui/document/edit_command.h"

#include <QFileInfo>

namespace millrace::ui {

PipelineDocument::PipelineDocument(const graph::KindCatalog &catalog, QObject *parent)
    : QObject(parent)
    , m_catalog(catalog)
{}

QString PipelineDocument::fileName() const
{
    return QFileInfo(m_filePath).fileName();
}

QString PipelineDocument::folder() const
{
    return m_folder;
}

QString PipelineDocument::name() const
{
    if (!m_graph.name.empty())
        return toQt(m_graph.name);
    const QString file = QFileInfo(m_filePath).completeBaseName();
    return file.isEmpty() && m_open ? tr("Unnamed pipeline") : file;
}

void PipelineDocument::open(graph::Document document, const QString &filePath)
{
    take(std::move(document), filePath,
         filePath.isEmpty() ? QString() : QFileInfo(filePath).absolutePath());
}

void PipelineDocument::openFromEngine(graph::Document document, const QString &folder)
{
    take(std::move(document), {}, folder);
}

void PipelineDocument::take(graph::Document document, const QString &filePath,
                            const QString &folder)
{
    m_graph = std::move(document);
    m_filePath = filePath;
    m_folder = folder;
    m_open = true;
    m_undoStack.clear();
    validateNow();
    emit changed();
    emit opened();
}

void PipelineDocument::close()
{
    if (!m_open)
        return;
    m_open = false;
    m_graph = {};
    m_filePath.clear();
    m_folder.clear();
    m_undoStack.clear();
    m_problems.clear();
    emit changed();
    emit closed();
}

Status PipelineDocument::edit(const graph::Edit &edit, const QString &text)
{
    Result<graph::Edit> inverse = applyNow(edit);
    if (!inverse)
        return std::move(inverse).error();
    m_undoStack.push(new EditCommand(*this, *std::move(inverse), text));
    return Done{};
}

Result<graph::Edit> PipelineDocument::applyNow(const graph::Edit &edit)
{
    Result<graph::Edit> inverse = graph::apply(m_graph, edit);
    if (inverse) {
        validateNow();
        emit changed();
    }
    return inverse;
}

void PipelineDocument::validateNow()
{
    m_problems = graph::validate(m_graph, m_catalog);
}

} // namespace millrace::ui
