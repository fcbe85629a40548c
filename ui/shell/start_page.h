// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/background_job.h"
#include "ui/shell/template.h"

#include <QWidget>

#include <vector>

class QGridLayout;
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
    /// Reads the templates in the background and shows them once they are there.
    /// `templateFolders`: where templates may be; the first folder that is there counts.
    /// `files` and `catalog` last as long as the process.
    StartPage(const QStringList &templateFolders, FileSystem &files,
              const graph::KindCatalog &catalog, QWidget *parent = nullptr);
    const std::vector<Template> &templates() const { return m_templates; }

    /// Gives the keys to what a person is most likely to want.
    void focusChoice();

signals:
    void templatesRead();
    void runWanted(const QString &filePath);
    void templateWanted(const QString &filePath);
    void openWanted();

private:
    void showTemplates(std::vector<Template> templates);
    QLayout *makeButtons();
    const Template *chosen() const;
    void showChoice();
    void restyle();

    const graph::KindCatalog &m_catalog;
    BackgroundJob m_reading;
    std::vector<Template> m_templates;
    std::vector<TemplateCard *> m_cards;
    QPushButton *m_run = nullptr;
    QPushButton *m_only = nullptr;
    QPushButton *m_open = nullptr;
    QWidget *m_content = nullptr;
    QLabel *m_caption = nullptr;
    QLabel *m_missing = nullptr;
    QGridLayout *m_grid = nullptr;
};

} // namespace millrace::ui
