// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/start_page.h"

#include "ui/shell/template_card.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"

#include <QDir>
#include <QGridLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

constexpr int kColumns = 3;
constexpr int kGapPx = 16;
constexpr int kButtonWidthPx = 150;
constexpr int kContentWidthPx = 900;

QString noTemplates(const QStringList &folders)
{
    QStringList lines{StartPage::tr("No templates were found. They were looked for in")};
    for (const QString &folder : folders)
        lines << QDir::toNativeSeparators(folder);
    return folders.isEmpty() ? StartPage::tr("No templates were found.") : lines.join(u'\n');
}

} // namespace

StartPage::StartPage(const QStringList &templateFolders, FileSystem &files,
                     const graph::KindCatalog &catalog, QWidget *parent)
    : QWidget(parent)
    , m_catalog(catalog)
    , m_content(new QWidget(this))
{
    setObjectName(u"start"_s);
    setProperty("look", u"page"_s);
    setAttribute(Qt::WA_StyledBackground);
    auto *headline = plainLabel(tr("Draw a stream. Run it. Look inside."), this);
    headline->setObjectName(u"start.headline"_s);
    headline->setProperty("look", u"headline"_s);
    auto *lead = plainLabel(tr("Everything runs on this computer. Nothing is sent anywhere until "
                               "you add a destination that does."),
                            this);
    lead->setProperty("look", u"lead"_s);
    lead->setWordWrap(true);
    m_caption = plainLabel(tr("Start from a template").toUpper(), this);
    m_caption->setProperty("look", u"caption"_s);
    m_caption->hide();
    m_missing = plainLabel(noTemplates(templateFolders), this);
    m_missing->setObjectName(u"start.missing"_s);
    m_missing->setProperty("look", u"muted"_s);
    m_missing->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_missing->hide();
    m_grid = new QGridLayout;
    m_grid->setSpacing(kGapPx);
    m_grid->setColumnStretch(kColumns, 1);

    auto *column = new QVBoxLayout(m_content);
    column->setSpacing(0);
    column->addStretch(1);
    column->addWidget(headline);
    column->addSpacing(8);
    column->addWidget(lead);
    column->addSpacing(40);
    column->addWidget(m_caption);
    column->addSpacing(12);
    column->addWidget(m_missing);
    column->addLayout(m_grid);
    column->addSpacing(28);
    column->addLayout(makeButtons());
    column->addStretch(3);
    auto *layout = new QHBoxLayout(this);
    layout->addStretch(1);
    layout->addWidget(m_content, 20);
    layout->addStretch(1);
    connect(&Style::instance(), &Style::changed, this, &StartPage::restyle);
    restyle();
    showChoice();
    // The folder may be slow to answer: everything else of the page works meanwhile.
    m_reading.run([&files, &catalog,
                   templateFolders] { return readTemplates(files, templateFolders, catalog); },
                  [this](const std::vector<Template> &read) { showTemplates(read); });
}

void StartPage::showTemplates(std::vector<Template> templates)
{
    m_templates = std::move(templates);
    m_caption->setVisible(!m_templates.empty());
    m_missing->setVisible(m_templates.empty());
    int index = 0;
    for (const Template &each : m_templates) {
        auto *card = new TemplateCard(each, m_catalog, m_content);
        card->setObjectName(u"start.template.%1"_s.arg(index));
        card->setChecked(index == 0);
        connect(card, &TemplateCard::toggled, this, &StartPage::showChoice);
        connect(card, &TemplateCard::runWanted, this,
                [this, path = each.filePath] { emit runWanted(path); });
        m_grid->addWidget(card, index / kColumns, index % kColumns);
        card->show(); // at once: what is hidden takes no keys
        m_cards.push_back(card);
        ++index;
    }
    // They were made last, and stand first.
    if (!m_cards.empty())
        setTabOrder(m_cards.back(), m_run);
    setTabOrder(m_run, m_only);
    setTabOrder(m_only, m_open);
    showChoice();
    // Until now "Open a file" was all that could be wanted.
    if (window()->focusWidget() == m_open)
        focusChoice();
    emit templatesRead();
}

QLayout *StartPage::makeButtons()
{
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(12);
    const auto add = [&](const QString &name, const QString &text) {
        auto *button = new QPushButton(text, m_content);
        button->setObjectName(name);
        button->setAccessibleName(text);
        button->setAutoDefault(true); // Enter presses what has the focus
        buttons->addWidget(button);
        return button;
    };
    m_run = add(u"start.run.button"_s, tr("Run the template"));
    m_run->setProperty("primary", true);
    m_only = add(u"start.only.button"_s, tr("Open without running"));
    m_open = add(u"start.open.button"_s, tr("Open a file…"));
    buttons->addStretch(1);
    connect(m_run, &QPushButton::clicked, this, [this] {
        if (const Template *shown = chosen())
            emit runWanted(shown->filePath);
    });
    connect(m_only, &QPushButton::clicked, this, [this] {
        if (const Template *shown = chosen())
            emit templateWanted(shown->filePath);
    });
    connect(m_open, &QPushButton::clicked, this, &StartPage::openWanted);
    return buttons;
}

const Template *StartPage::chosen() const
{
    const auto found = std::find_if(m_cards.begin(), m_cards.end(),
                                    [](const TemplateCard *card) { return card->isChecked(); });
    return found == m_cards.end() ? nullptr : &(*found)->shown();
}

void StartPage::showChoice()
{
    const Template *shown = chosen();
    m_run->setVisible(shown);
    m_only->setVisible(shown);
    if (!shown)
        return;
    const QString text = tr("Run %1").arg(shown->name);
    m_run->setAccessibleName(text);
    m_run->setText(QString(text).replace(u'&', u"&&"_s)); // no shortcut
}

void StartPage::focusChoice()
{
    for (TemplateCard *card : m_cards) {
        if (card->isChecked())
            return card->setFocus();
    }
    m_open->setFocus();
}

void StartPage::restyle()
{
    const Style &style = Style::instance();
    m_content->setMaximumWidth(style.px(kContentWidthPx));
    for (QPushButton *button : {m_run, m_only, m_open})
        button->setMinimumWidth(style.px(kButtonWidthPx));
}

} // namespace millrace::ui
