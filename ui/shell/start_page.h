// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/graph/kind_catalog.h"

#include <QAbstractButton>
#include <QWidget>

#include <vector>

namespace millrace::ui {

/// A pipeline that ships with the program: a `.millrace` file in the templates folder.
struct Template {
    QString filePath;
    QString name;
    /// Its kinds: "Generator → Data stream → SQLite table", or with commas when it branches.
    QString parts;
    graph::Document document;
};

/// The readable files of `folder`, by name. A file that cannot be read is left out: the project's
/// tests open every one.
std::vector<Template> templatesIn(const QString &folder, const graph::KindCatalog &catalog);

/// A template as a button: a miniature of its cards, its name and what it is made of.
class TemplateCard final : public QAbstractButton
{
    Q_OBJECT

public:
    TemplateCard(Template shown, const graph::KindCatalog &catalog, QWidget *parent = nullptr);
    const Template &shown() const { return m_template; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void paintMiniature(QPainter &painter, const QRectF &where) const;

    Template m_template;
    const graph::KindCatalog &m_catalog;
};

/// What the window shows while no pipeline is open.
class StartPage final : public QWidget
{
    Q_OBJECT

public:
    /// `catalog` outlives the page.
    /// `templateFolders`: where templates may be; the first folder that is there counts.
    StartPage(const QStringList &templateFolders, const graph::KindCatalog &catalog,
              QWidget *parent = nullptr);
    const std::vector<Template> &templates() const { return m_templates; }

signals:
    void templateWanted(const QString &filePath);
    void openWanted();

private:
    std::vector<Template> m_templates;
};

} // namespace millrace::ui
