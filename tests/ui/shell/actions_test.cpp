// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

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
