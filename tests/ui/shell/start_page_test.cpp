// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include "ui/panels/bottom_panel.h"
#include "ui/shell/canvas_page.h"
#include "ui/style/style.h"

#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <utility>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

/// The window without a pipeline, on a folder of templates; its engine has not come yet.
struct Templates {
    std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
    MainWindow window{testKinds(), {{u"/nonexistent"_s, folder()}, u"0.0"_s}};

    Templates()
    {
        window.resize(1366, 768);
        window.show();
        [[maybe_unused]] const bool active = QTest::qWaitForWindowActive(&window);
        QTRY_VERIFY_WITH_TIMEOUT(card(4), 60'000);
    }

    static QString folder()
    {
        static const QTemporaryDir made;
        for (const auto &[file, name] :
             {std::pair("clickstream", "Clickstream"),
              std::pair("earthquakes", "Earthquakes of a week"),
              std::pair("flights", "Flight delays"), std::pair("follow_log", "Follow a log file"),
              std::pair("this_computer", "This computer")}) {
            graph::Document document = clickstream();
            document.name = name;
            QFile out(made.filePath(QLatin1String(file) + u".millrace"_s));
            if (out.open(QIODevice::WriteOnly))
                out.write(QByteArray::fromStdString(*graph::writeDocument(document)));
        }
        return made.path();
    }

    QAbstractButton *card(int index)
    {
        return window.findChild<QAbstractButton *>(u"start.template.%1"_s.arg(index));
    }
};

} // namespace

class StartPageTest final : public QObject
{
    Q_OBJECT

private slots:
    void aTemplateIsChosenAndOpened()
    {
        Templates templates;
        MainWindow &window = templates.window;
        picture(window, u"start"_s);
        auto *card = templates.card(1);
        QVERIFY(card && card->isVisible());
        QCOMPARE(card->text(), u"Earthquakes of a week"_s);
        // It branches, and reads as every other.
        QCOMPARE(card->toolTip(),
                 u"Generator + Tail → Data stream → Filter + Map → 2\u00a0×\u00a0SQLite table"_s);
        auto *run = window.findChild<QPushButton *>(u"start.run.button"_s);
        QCOMPARE(run->text(), u"Run Clickstream"_s); // the first is chosen
        QTest::mouseClick(card, Qt::LeftButton);
        QCOMPARE(run->text(), u"Run Earthquakes of a week"_s);
        QCOMPARE(run->accessibleName(), run->text());
        QVERIFY(!templates.card(0)->isChecked());
        QVERIFY(!window.document().isOpen()); // choosing is not opening
        QTest::mouseClick(window.findChild<QPushButton *>(u"start.only.button"_s), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(window.canvas().isVisible(), 60'000);
        QCOMPARE(window.document().name(), u"Earthquakes of a week"_s);
        QTRY_COMPARE_WITH_TIMEOUT(window.bottom().height(), 240,
                                  60'000); // the start page's height does not matter now
        window.setEngine(templates.engine);
        QCOMPARE(templates.engine->count<engine::DeployRequest>(), 0);
    }

    void oneClickRunsTheChosenTemplate()
    {
        Templates templates;
        QTest::mouseClick(templates.window.findChild<QPushButton *>(u"start.run.button"_s),
                          Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(templates.window.document().name(), u"Clickstream"_s, 60'000);
        templates.window.setEngine(templates.engine); // it comes later
        QCOMPARE(templates.engine->count<engine::DeployRequest>(), 1);
    }

    void keysChooseAndRunATemplate()
    {
        Templates templates;
        QVERIFY(templates.card(0)->hasFocus()); // nothing has to be found first
        QTest::keyClick(templates.card(0), Qt::Key_Right);
        QVERIFY(templates.card(1)->hasFocus());
        QVERIFY(templates.card(1)->isChecked());
        QTest::keyClick(templates.card(1), Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(templates.window.document().name(), u"Earthquakes of a week"_s,
                                  60'000);
        templates.window.setEngine(templates.engine);
        QCOMPARE(templates.engine->count<engine::DeployRequest>(), 1);
    }

    void aDoubleClickRunsATemplate()
    {
        Templates templates;
        QTest::mouseClick(templates.card(2), Qt::LeftButton);
        QTest::mouseDClick(templates.card(2), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(templates.window.document().name(), u"Flight delays"_s, 60'000);
        templates.window.setEngine(templates.engine);
        QCOMPARE(templates.engine->count<engine::DeployRequest>(), 1);
    }

    void theMenuOpensATemplate()
    {
        Studio studio(QSize(1366, 768), {Templates::folder()});
        QTRY_VERIFY_WITH_TIMEOUT(studio.find<QMenu>(u"menu.templates"_s), 60'000);
        studio.clickMenu({u"menu.file"_s, u"menu.templates"_s}, u"file.template.this_computer"_s);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.document().name(), u"This computer"_s, 60'000);
    }

    void aTemplateSaysWhatThereIsToSee()
    {
        Templates templates;
        QCOMPARE(templates.card(0)->accessibleDescription(),
                 u"Pages, users, a hot shard to find. "
                 "Generator + Tail → Data stream → Filter + Map → 2\u00a0×\u00a0SQLite table"_s);
        // All of it, and a miniature, is painted: the card is no empty frame.
        const QImage image = templates.card(4)->grab().toImage();
        const auto inks = [&](const QRect &where) {
            QSet<QRgb> seen;
            for (int y = where.top(); y <= where.bottom(); ++y) {
                for (int x = where.left(); x <= where.right(); ++x)
                    seen.insert(image.pixel(x, y));
            }
            return seen;
        };
        const QSet<QRgb> miniature = inks({16, 12, image.width() - 32, 64});
        for (const QColor &role :
             {theme().producer, theme().stream, theme().transform, theme().destination})
            QVERIFY2(miniature.contains(role.rgb()), qPrintable(role.name()));
        for (const int top : {98, 120, 140}) // name, sentence, parts
            QVERIFY(inks({16, top, image.width() - 32, 16}).size() > 8);
    }

    void theCardsGrowWithTheInterface()
    {
        Templates templates;
        const QSize before = templates.card(0)->size();
        Style::instance().setScale(1.5);
        QCoreApplication::processEvents(); // layouts follow
        const QSize after = templates.card(0)->size();
        Style::instance().setScale(1);
        QCOMPARE(after, before * 1.5);
    }

    void nothingOpenIsNoFailure()
    {
        Templates templates;
        QCOMPARE(templates.window.findChild<QLabel *>(u"status.engine"_s)->text(),
                 u"No pipeline is open"_s);
    }

    void aFileIsOpenedFromHere()
    {
        Studio studio;
        QTest::keyClick(&studio.window, Qt::Key_W, Qt::ControlModifier);
        QTest::mouseClick(studio.find<QPushButton>(u"start.open.button"_s), Qt::LeftButton);
        studio.chooseFile(writeTemporary(u"mine.millrace"_s, *graph::writeDocument(clickstream())));
        QTRY_VERIFY_WITH_TIMEOUT(studio.window.canvas().isVisible(), 60'000);
        QCOMPARE(studio.window.document().fileName(), u"mine.millrace"_s);
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
            auto *missing = window->findChild<QLabel *>(u"start.missing"_s);
            QTRY_VERIFY_WITH_TIMEOUT(!missing->isHidden(), 60'000);
            QVERIFY(!window->findChild<QAbstractButton *>(u"start.template.0"_s));
            QVERIFY(!window->findChild<QMenu *>(u"menu.templates"_s));
        }
        auto *missing = lost.findChild<QLabel *>(u"start.missing"_s);
        QVERIFY(missing->isVisible());
        QCOMPARE(missing->text(), u"No templates were found. They were looked for in\n"
                                  "/nonexistent/a\n/nonexistent/b"_s);
        picture(lost, u"no-templates"_s);
    }
};

MILLRACE_TEST(StartPageTest)
#include "start_page_test.moc"
