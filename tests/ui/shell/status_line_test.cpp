// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/base/problem_codes.h"

#include "ui/shell/health_mark.h"

#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class StatusLineTest final : public QObject
{
    Q_OBJECT

private slots:
    void aProblemIsMarkedAndLedTo()
    {
        Studio studio;
        studio.tick(); // of the hot shard
        auto *mark = studio.find<HealthMark>(u"status.problems.mark"_s);
        QVERIFY(mark->isVisible());
        QCOMPARE(mark->health(), Health::Warning);
        auto *button = studio.find<QPushButton>(u"status.problems.button"_s);
        QVERIFY2(button->text().startsWith(u"1 problem: Shard 2 is hot"_s),
                 qPrintable(button->text()));
        QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(studio.find<QTableView>(u"problems.table"_s)->isVisible());
        runtime::Snapshot fine = clickstreamSnapshot(2);
        fine.problems.clear();
        studio.show(fine);
        QVERIFY(!mark->isVisible());
        QCOMPARE(button->text(), u"No problems"_s);
    }

    void aProblemIsShownAsFarAsThereIsRoom()
    {
        Studio studio;
        runtime::Snapshot snapshot = clickstreamSnapshot(2);
        snapshot.problems = {
            {Problem(Code::PermissionDenied, {{"operation", std::string(90, 'i')}}), kRunStart,
             kRunStart}};
        studio.show(snapshot);
        auto *button = studio.find<QPushButton>(u"status.problems.button"_s);
        QVERIFY2(button->text().contains(QString(90, u'i')), qPrintable(button->text()));
        QCOMPARE(button->text(), button->accessibleName());
    }

    void theHomeFolderIsShort()
    {
        Studio studio;
        runtime::Snapshot snapshot = clickstreamSnapshot(2);
        snapshot.dataDirectory = (QDir::homePath() + u"/.local/share/millrace/x"_s).toStdString();
        studio.show(snapshot);
        QCOMPARE(studio.find<QLabel>(u"status.engine"_s)->text(),
                 u"Embedded engine · ~/.local/share/millrace/x"_s);
    }

    void nothingOnTheDiskIsNotCompressed()
    {
        Studio studio;
        runtime::Snapshot snapshot = clickstreamSnapshot(2);
        snapshot.diskBytes = 0;
        snapshot.compression = 1;
        studio.show(snapshot);
        QCOMPARE(studio.find<QLabel>(u"status.disk"_s)->text(), u"Disk 0\u00a0B of 2\u00a0GB"_s);
    }

    void figuresOfTheStatusLineAreNeverCut()
    {
        Studio studio({960, 600});
        runtime::Snapshot snapshot = clickstreamSnapshot(2);
        snapshot.compression = 10.1;
        snapshot.dataDirectory = "/data/" + std::string(80, 'x');
        snapshot.problems = {{Problem(Code::PermissionDenied, {{"operation", std::string(90, 'w')}},
                                      "node clicks01"),
                              kRunStart, kRunStart}};
        studio.show(snapshot);
        QCoreApplication::processEvents();
        for (const QString &name : {u"status.disk"_s, u"status.memory"_s}) {
            auto *label = studio.find<QLabel>(name);
            QVERIFY2(label->width() >= label->sizeHint().width(), qPrintable(label->text()));
        }
        QVERIFY(studio.find<QLabel>(u"status.engine"_s)->text().contains(u'…'));
        picture(studio.window, u"status"_s);
    }
};

MILLRACE_TEST(StatusLineTest)
#include "status_line_test.moc"
