// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include <QLabel>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class StatusLineTest final : public QObject
{
    Q_OBJECT

private slots:
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
