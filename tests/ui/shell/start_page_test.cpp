// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include "ui/panels/bottom_panel.h"
#include "ui/shell/canvas_page.h"

#include <QAbstractButton>
#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QTemporaryDir>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class StartPageTest final : public QObject
{
    Q_OBJECT

private slots:
    void startPageOffersTheTemplates()
    {
        QTemporaryDir folder;
        for (const char *name : {"Clickstream", "Earthquakes of a week", "Flight delays",
                                 "Follow a log file", "This computer"}) {
            graph::Document document = clickstream();
            document.name = name;
            QFile file(folder.filePath(QLatin1String(name) + u".millrace"_s));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray::fromStdString(*graph::writeDocument(document)));
        }
        MainWindow window(testKinds(), {{u"/nonexistent"_s, folder.path()}, u"0.0"_s});
        window.resize(1366, 768);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        picture(window, u"start"_s);
        auto *card = window.findChild<QAbstractButton *>(u"start.template.1"_s);
        QVERIFY(card && card->isVisible());
        QCOMPARE(card->text(), u"Earthquakes of a week"_s);
        // It branches: arrows would tell of a chain that is not there.
        QCOMPARE(card->toolTip(), u"Generator, Tail, Data stream, Filter, Map, 2 × SQLite table"_s);
        QTest::mouseClick(card, Qt::LeftButton);
        QVERIFY(window.canvas().isVisible());
        QCOMPARE(window.document().name(), u"Earthquakes of a week"_s);
        QVERIFY(window.findChild<QAction *>(u"file.template.Clickstream"_s));
        QTRY_COMPARE(window.bottom().height(), 240); // the start page's height does not matter now
    }

    void withoutTemplatesTheStartPageSaysWhereTheyWereLookedFor()
    {
        QTemporaryDir here; // pipelines of the current directory are nobody's templates
        QFile file(here.filePath(u"mine.millrace"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(*graph::writeDocument(clickstream())));
        file.close();
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(here.path()));
        MainWindow lost(testKinds(), {{u"/nonexistent/a"_s, u"/nonexistent/b"_s}, u"0.0"_s});
        MainWindow nowhere(testKinds(), {});
        QVERIFY(QDir::setCurrent(before));
        lost.show();
        for (MainWindow *window : {&lost, &nowhere}) {
            QVERIFY(!window->findChild<QAbstractButton *>(u"start.template.0"_s));
            QVERIFY(!window->findChild<QMenu *>(u"menu.templates"_s));
        }
        auto *missing = lost.findChild<QLabel *>(u"start.missing"_s);
        QVERIFY(missing && missing->isVisible());
        QCOMPARE(missing->text(), u"No templates were found. They were looked for in\n"
                                  "/nonexistent/a\n/nonexistent/b"_s);
        picture(lost, u"no-templates"_s);
    }
};

MILLRACE_TEST(StartPageTest)
#include "start_page_test.moc"
