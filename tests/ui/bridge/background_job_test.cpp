// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/bridge/background_job.h"

#include <QTest>
#include <QThread>

#include <future>
#include <memory>

using namespace millrace::ui;

class BackgroundJobTest final : public QObject
{
    Q_OBJECT

private slots:
    void worksElsewhereAndDeliversHere()
    {
        BackgroundJob job;
        QThread *worked = nullptr;
        QThread *delivered = nullptr;
        job.run([] { return QThread::currentThread(); },
                [&](QThread *thread) {
                    worked = thread;
                    delivered = QThread::currentThread();
                });
        QVERIFY(job.isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(delivered, 60'000);
        QVERIFY(!job.isRunning());
        QVERIFY(worked != delivered);
        QCOMPARE(delivered, QThread::currentThread());
    }

    void onlyTheNewestDelivers()
    {
        BackgroundJob job;
        std::promise<int> hangs;
        int got = 0;
        job.run([answer = std::make_shared<std::future<int>>(
                     hangs.get_future())] { return answer->get(); },
                [&](int value) { got = value; });
        job.run([] { return 2; }, [&](int value) { got = value; });
        QTRY_COMPARE_WITH_TIMEOUT(got, 2, 60'000); // the first holds up nothing
        hangs.set_value(1);
        job.run([] { return 3; }, [&](int value) { got = value; });
        job.cancel();
        QVERIFY(!job.isRunning());
        bool last = false;
        BackgroundJob other;
        other.run([] { return 0; }, [&](int) { last = true; });
        QTRY_VERIFY_WITH_TIMEOUT(last, 60'000);
        QCOMPARE(got, 2);
    }

    void nobodyIsWaitedFor()
    {
        std::promise<void> hangs;
        auto finished = std::make_shared<std::promise<void>>();
        std::future<void> ended = finished->get_future();
        bool delivered = false;
        {
            BackgroundJob job;
            job.run(
                [answer = std::make_shared<std::future<void>>(hangs.get_future()), finished] {
                    answer->get();
                    return std::shared_ptr<void>(nullptr,
                                                 [finished](void *) { finished->set_value(); });
                },
                [&](const std::shared_ptr<void> &) { delivered = true; });
        }
        hangs.set_value();
        ended.get(); // what it gave was dropped
        QCoreApplication::processEvents();
        QVERIFY(!delivered);
    }
};

MILLRACE_TEST(BackgroundJobTest)
#include "background_job_test.moc"
