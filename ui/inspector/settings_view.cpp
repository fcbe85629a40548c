// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspector/settings_view.h"

#include "core/graph/parameter_reader.h"

#include "ui/bridge/convert.h"
#include "ui/canvas/card_content.h"
#include "ui/style/format.h"
#include "ui/style/metrics.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"

#include <QLabel>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

/// Written by people in a language of their own: shown in the monospaced face, line for line.
bool isCode(graph::ParameterType type)
{
    switch (type) {
    case graph::ParameterType::Expression:
    case graph::ParameterType::SelectList:
    case graph::ParameterType::Sql:
    case graph::ParameterType::SchemaText:
    case graph::ParameterType::FilePath:
    case graph::ParameterType::FolderPath:
        return true;
    default:
        return false;
    }
}

} // namespace

SettingsView::SettingsView(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
{
    setObjectName(u"inspector.settings.view"_s);
    m_layout->setContentsMargins(16, 14, 16, 14);
    m_layout->setSpacing(2);
}

void SettingsView::show(const graph::Node *node, const graph::NodeKind *kind)
{
    while (QLayoutItem *item = m_layout->takeAt(0)) {
        if (QWidget *widget = item->widget()) {
            widget->hide(); // it dies later and would be painted until then
            widget->deleteLater();
        }
        delete item;
    }
    if (!node)
        return;
    if (!kind) {
        for (const auto &[id, value] : node->parameters)
            addRow(toQt(id), toQt(graph::toText(value)), {}, false);
        m_layout->addStretch(1);
        return;
    }
    if (!kind->summary.empty()) {
        auto *summary = plainLabel(kindText(kind->summary), this);
        summary->setWordWrap(true);
        summary->setProperty("look", u"muted"_s);
        summary->setContentsMargins(0, 0, 0, 8);
        m_layout->addWidget(summary);
    }
    const graph::ParameterReader reader(*node, *kind);
    for (const graph::Parameter &parameter : kind->parameters) {
        if (!reader.isShown(parameter.id))
            continue;
        const graph::ParameterValue *value = reader.value(parameter.id);
        const auto *text = value ? std::get_if<std::string>(value) : nullptr;
        const bool code = text && isCode(parameter.type);
        const QString shown = !value ? format::noData()
                              : code ? toQt(*text)
                                     : parameterText(parameter, *value);
        addRow(kindText(parameter.title), shown, kindText(parameter.help),
               !node->parameters.contains(parameter.id));
        if (code) {
            auto *label = qobject_cast<QLabel *>(m_layout->itemAt(m_layout->count() - 1)->widget());
            label->setFont(Style::instance().figures(type::kSmall));
        }
    }
    m_layout->addStretch(1);
}

void SettingsView::addRow(const QString &title, const QString &value, const QString &help,
                          bool isDefault)
{
    auto *name = plainLabel(title, this);
    name->setProperty("look", u"small"_s);
    name->setToolTip(help);
    name->setContentsMargins(0, 6, 0, 0);
    auto *shown = plainLabel(value.isEmpty() ? format::noData() : value, this);
    shown->setWordWrap(true);
    shown->setTextInteractionFlags(Qt::TextSelectableByMouse);
    shown->setAccessibleName(title);
    shown->setToolTip(isDefault ? tr("Not set: this is the default") : help);
    m_layout->addWidget(name);
    m_layout->addWidget(shown);
}

} // namespace millrace::ui
