// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "ui/canvas/canvas_view.h"
#include "ui/charts/throughput_panel.h"
#include "ui/panels/bottom_panel.h"
#include "ui/panels/records_panel.h"
#include "ui/shell/canvas_page.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QGraphicsView>
#include <QHeaderView>
#include <QMap>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QTabBar>
#include <QTableView>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class ActionsTest final : public QObject
{
    Q_OBJECT

private slots:
    void everythingInteractiveHasAName()
    {
        Studio studio;
        studio.tick(2);
        QStringList unnamed;
        for (QWidget *widget : studio.window.findChildren<QWidget *>()) {
            const bool interactive =
                qobject_cast<QAbstractButton *>(widget) ||
                qobject_cast<QAbstractItemView *>(widget) || qobject_cast<QTabBar *>(widget) ||
                qobject_cast<QGraphicsView *>(widget) || qobject_cast<QPlainTextEdit *>(widget) ||
                qobject_cast<QMenuBar *>(widget) || qobject_cast<QScrollArea *>(widget);
            // Qt's own parts (scroll buttons of a tab bar, a table's corner and headers) name
            // themselves.
            const bool own =
                !widget->objectName().startsWith(u"qt_"_s) &&
                !qobject_cast<QHeaderView *>(widget) &&
                !(widget->parentWidget() && (qobject_cast<QTabBar *>(widget->parentWidget()) ||
                                             qobject_cast<QTableView *>(widget->parentWidget()) ||
                                             qobject_cast<QMenuBar *>(widget->parentWidget())));
            if (interactive && own &&
                (widget->objectName().isEmpty() || widget->accessibleName().isEmpty()))
                unnamed << u"%1 '%2'"_s.arg(QString::fromLatin1(widget->metaObject()->className()),
                                            widget->objectName());
        }
        QVERIFY2(unnamed.isEmpty(), qPrintable(unnamed.join(u", "_s)));
        for (const QAction *action : studio.window.actions().all())
            QVERIFY2(!action->objectName().isEmpty() && !action->text().isEmpty() &&
                         !action->toolTip().isEmpty(),
                     qPrintable(action->objectName()));
    }

    void keysReachEveryPanel()
    {
        Studio studio;
        QVERIFY(QTest::qWaitForWindowActive(&studio.window));
        studio.tick(2);
        QTest::keyClick(&studio.window, Qt::Key_2, Qt::AltModifier);
        QTest::keyClick(studio.window.focusWidget(), Qt::Key_Down);
        QVERIFY(studio.window.records().table().selectionModel()->hasSelection());
        QTest::keyClick(&studio.window, Qt::Key_3, Qt::AltModifier);
        QVERIFY(studio.find<QTableView>(u"problems.table"_s)->hasFocus());
        studio.window.scene().clearSelection();
        QTest::keyClick(studio.window.focusWidget(), Qt::Key_Down);
        QTest::keyClick(studio.window.focusWidget(), Qt::Key_Return); // goes to its card
        QCOMPARE(studio.window.scene().selectedNode(), std::optional(kStream));
        QVERIFY(studio.window.canvas().view().hasFocus());
        QTest::keyClick(&studio.window, Qt::Key_1, Qt::AltModifier);
        QVERIFY(studio.window.throughput().isVisible());
        QVERIFY(studio.window.bottom().tabs().hasFocus());
        QTest::keyClick(&studio.window, Qt::Key_0, Qt::AltModifier);
        QTest::keyClick(studio.window.focusWidget(), Qt::Key_Left);
        QCOMPARE(studio.window.scene().selectedNode(), std::optional(kGenerator));
    }

    void nothingIsOfferedThatDoesNothing()
    {
        Studio studio;
        studio.openFile(writeTemporary(u"bad.millrace"_s, "{}"));
        for (const QString &id :
             {u"view.canvas"_s, u"view.throughput"_s, u"view.records"_s, u"view.problems"_s,
              u"view.inspector"_s, u"view.zoom-in"_s, u"view.fit"_s, u"run.run"_s})
            QVERIFY2(!studio.window.actions().action(id)->isEnabled(), qPrintable(id));
    }

    void noTwoActionsShareAShortcut()
    {
        Studio studio;
        QMap<QString, QString> taken;
        for (const QAction *action : studio.window.actions().all()) {
            for (const QKeySequence &key : action->shortcuts()) {
                const QString text = key.toString();
                QVERIFY2(!taken.contains(text), qPrintable(u"%1: %2 and %3"_s.arg(
                                                    text, taken[text], action->objectName())));
                taken[text] = action->objectName();
            }
        }
        QVERIFY(taken.size() >= 9);
    }
};

MILLRACE_TEST(ActionsTest)
#include "actions_test.moc"
