// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/problem_text.h"

#include "ui/bridge/convert.h"

#include <QCoreApplication>

#include <algorithm>
#include <string>

using namespace Qt::StringLiterals;

namespace millrace::ui {

QString problemText(const Problem &problem)
{
    const std::string source(describe(problem.code()).text);
    const QString form = QCoreApplication::translate("Problem", source.c_str());
    // One pass from left to right: an argument that holds braces itself must stay as it is.
    QString text;
    qsizetype at = 0;
    while (at < form.size()) {
        const qsizetype open = form.indexOf(u'{', at);
        const qsizetype close = open < 0 ? -1 : form.indexOf(u'}', open);
        if (close < 0)
            break;
        text += QStringView(form).mid(at, open - at);
        text += toQt(problem.argument(fromQt(form.mid(open + 1, close - open - 1))));
        at = close + 1;
    }
    text += QStringView(form).mid(at);
    // A sentence begins in upper case, but not where a file's name or an expression comes first.
    const QStringView first = QStringView(text).left(text.indexOf(u' '));
    if (std::all_of(first.begin(), first.end(), [](QChar c) { return c.isLetter(); }) &&
        !first.isEmpty())
        text[0] = text.at(0).toUpper();
    return text;
}

QString problemTextWithPlace(const Problem &problem)
{
    if (problem.place().empty())
        return problemText(problem);
    return u"%1: %2"_s.arg(toQt(problem.place()), problemText(problem));
}

} // namespace millrace::ui
