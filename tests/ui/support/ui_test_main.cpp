// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/style/style.h"

#include <QApplication>
#include <QLocale>
#include <QTranslator>

int main(int argc, char **argv)
{
    // The same pictures and texts everywhere: no scaling, English numbers, UTC.
    qputenv("QT_SCALE_FACTOR", "1");
    qputenv("TZ", "UTC");
    QApplication application(argc, argv);
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    QTranslator plurals;
    if (plurals.load(QStringLiteral(":/millrace/translations/millrace_en.qm")))
        QCoreApplication::installTranslator(&plurals);
    millrace::ui::Style::instance().install(application);
    millrace::ui::Style::instance().choose(millrace::ui::ThemeKind::Dark);
    return millrace::test::runTests(argc, argv);
}
