// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/template.h"

#include <QWidget>

#include <vector>

class QLabel;
class QPushButton;

namespace millrace::ui {

class TemplateCard;

/// What the window shows while no pipeline is open: the templates, of which one is chosen, and
/// buttons that say what happens to it.
class StartPage final : public QWidget
{
    Q_OBJECT

public:
    /// `catalog` outlives the page.
    /// `templateFolders`: where templates may be; the first folder that is there counts.
    StartPage(const QStringList &templateFolders, const graph::KindCatalog &catalog,
              QWidget *parent = nullptr);
    const std::vector<Template> &templates() const { return m_templates; }

    /// Gives the keys to what a person is most likely to want.
    void focusChoice();

signals:
    void runWanted(const QString &filePath);
    void templateWanted(const QString &filePath);
    void openWanted();

private:
    QLayout *makeCards(const graph::KindCatalog &catalog);
    QLayout *makeButtons();
    const Template *chosen() const;
    void showChoice();
    void restyle();

    std::vector<Template> m_templates;
    std::vector<TemplateCard *> m_cards;
    QPushButton *m_run = nullptr;
    QPushButton *m_only = nullptr;
    QPushButton *m_open = nullptr;
    QWidget *m_content = nullptr;
};

} // namespace millrace::ui
