// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QTextDocument>

namespace millrace::ui {

// Names and values are other people's texts. Qt takes what looks like HTML for HTML, in labels and
// in tool tips.

/// A label that shows a text as it is.
inline QLabel *plainLabel(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setText(text);
    return label;
}
inline QLabel *plainLabel(QWidget *parent)
{
    return plainLabel({}, parent);
}

/// What a tool tip has to be given to show a text as it is.
inline QString plainToolTip(const QString &text)
{
    return Qt::mightBeRichText(text) ? Qt::convertFromPlainText(text) : text;
}

} // namespace millrace::ui
