// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

using namespace Qt::StringLiterals;

namespace millrace::studio {

void installLanguage(QCoreApplication &application, const QString &code)
{
    const QLocale locale = code.isEmpty() ? QLocale::system() : QLocale(code);
    QLocale::setDefault(locale);
    // English needs ours too, for its plurals.
    auto *own = new QTranslator(&application);
    if (own->load(locale, u"millrace"_s, u"_"_s, u":/millrace/translations"_s) ||
        own->load(u"millrace_en"_s, u":/millrace/translations"_s))
        QCoreApplication::installTranslator(own);
    auto *qt = new QTranslator(&application); // dialog buttons
    if (qt->load(locale, u"qtbase"_s, u"_"_s, QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(qt);
}

} // namespace millrace::studio
