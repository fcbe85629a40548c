// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "ui/style/style.h"

#include <QLabel>
#include <QMessageBox>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class AppearanceTest final : public QObject
{
    Q_OBJECT

private slots:
    void cleanup() { Style::instance().choose(ThemeKind::Dark); }

    void themeIsChosenInTheMenu()
    {
        Studio studio;
        studio.clickMenu({u"menu.view"_s, u"menu.theme"_s}, u"view.theme.light"_s);
        QCOMPARE(theme().kind, ThemeKind::Light);
        const QColor ground = studio.window.grab().toImage().pixelColor(800, 4);
        QCOMPARE(ground, Theme::of(ThemeKind::Light).panel);
        studio.clickMenu({u"menu.view"_s, u"menu.theme"_s}, u"view.theme.high-contrast"_s);
        QCOMPARE(theme().kind, ThemeKind::HighContrast);
    }

    void sizeAndMotionAreChosenInTheMenu()
    {
        Studio studio;
        studio.clickMenu({u"menu.view"_s, u"menu.size"_s}, u"view.size.150"_s);
        QCOMPARE(Style::instance().scale(), 1.5);
        studio.clickMenu({u"menu.view"_s, u"menu.size"_s}, u"view.size.100"_s);
        QCOMPARE(Style::instance().scale(), 1.0);
        studio.clickMenu({u"menu.view"_s}, u"view.reduced-motion"_s);
        QVERIFY(Style::instance().reducedMotion());
        studio.clickMenu({u"menu.view"_s}, u"view.reduced-motion"_s);
        QVERIFY(!Style::instance().reducedMotion());
    }

    void versionAndLicenceAreTold()
    {
        Studio studio;
        studio.clickMenu({u"menu.help"_s}, u"help.about"_s);
        auto *box = studio.find<QMessageBox>(u"dialog.about"_s);
        QVERIFY(box && box->isVisible());
        QCOMPARE(box->text(), u"Millrace 0.0"_s);
        QVERIFY(box->informativeText().contains(u"GNU General Public License"_s));
    }

    void largerInterfaceClipsNothing()
    {
        Style::instance().setScale(1.5);
        {
            Studio studio;
            studio.tick(3);
            QCoreApplication::processEvents(); // layouts follow
            for (const QLabel *label : studio.window.findChildren<QLabel *>()) {
                if (label->isVisible() && !label->wordWrap())
                    QVERIFY2(label->width() >= label->sizeHint().width(),
                             qPrintable(label->objectName() + label->text()));
            }
            picture(studio.window, u"scale-150"_s);
        }
        Style::instance().setScale(1);
    }

    void pictures_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("theme");
        for (const QSize size : {QSize(1600, 1000), QSize(1366, 768)}) {
            for (const ThemeKind kind :
                 {ThemeKind::Dark, ThemeKind::Light, ThemeKind::HighContrast})
                QTest::addRow("%d-%s", size.width(), qPrintable(toText(kind)))
                    << size << static_cast<int>(kind);
        }
    }

    void pictures()
    {
        QFETCH(QSize, size);
        QFETCH(int, theme);
        Style::instance().choose(static_cast<ThemeKind>(theme));
        Studio studio(size);
        studio.tick(3);
        studio.clickNode(kStream);
        studio.tick(60);
        QCoreApplication::processEvents();
        picture(studio.window, QString::fromLatin1(QTest::currentDataTag()));
        QCOMPARE(studio.window.size(), size);
    }
};

MILLRACE_TEST(AppearanceTest)
#include "appearance_test.moc"
