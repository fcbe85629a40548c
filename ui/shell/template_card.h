// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/template.h"

#include <QAbstractButton>

namespace millrace::ui {

/// A template as one of a group of choices: a miniature of its cards, its name, what there is to
/// see and what it is made of. The chosen one is checked; arrow keys walk, Enter and a double click
/// run it.
class TemplateCard final : public QAbstractButton
{
    Q_OBJECT

public:
    /// `catalog` outlives the card.
    TemplateCard(Template shown, const graph::KindCatalog &catalog, QWidget *parent = nullptr);
    const Template &shown() const { return m_template; }
    QSize sizeHint() const override;

signals:
    void runWanted();

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;

private:
    void paintTexts(QPainter &painter, QRectF where) const;
    void paintMiniature(QPainter &painter, const QRectF &where) const;

    Template m_template;
    const graph::KindCatalog &m_catalog;
};

} // namespace millrace::ui
