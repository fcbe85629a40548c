// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/document/file_watch.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace millrace::ui;
using namespace Qt::StringLiterals;

namespace {

bool write(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write("pipeline") > 0;
}

/// A file and who watches it.
struct Watched {
    QTemporaryDir folder;
    QString path = folder.filePath(u"orders.millrace"_s);
    FileWatch watch;
    QSignalSpy touched{&watch, &FileWatch::touched};

    /// Waits until that was told, and forgets it.
    bool tells()
    {
        const bool told = QTest::qWaitFor([this] { return !touched.empty(); }, 60'000);
        touched.clear();
        return told;
    }
};

} // namespace

class FileWatchTest final : public QObject
{
    Q_OBJECT

private slots:
    /// It was read before the watch stood.
    void whatHappenedBeforeTheWatchStoodIsNotMissed()
    {
        Watched w;
        QVERIFY(write(w.path));
        w.watch.watch(w.path);
        QVERIFY(w.touched.empty()); // not within the call
        QVERIFY(w.tells());
    }

    void aChangeThatWasNotToldYetIsToldAfterTheFileIsWatchedAgain()
    {
        Watched w;
        QVERIFY(write(w.path));
        w.watch.watch(w.path);
        QVERIFY(w.tells());
        QVERIFY(write(w.path));
        w.watch.watch(w.path); // loaded again meanwhile
        QVERIFY(w.tells());
    }

    void writesAreTold()
    {
        Watched w;
        QVERIFY(write(w.path));
        w.watch.watch(w.path);
        QVERIFY(w.tells());
        for (int i = 0; i < 3; ++i) {
            QVERIFY(write(w.path));
            QVERIFY(w.tells());
        }
    }

    /// As a checkout of another branch does.
    void aFileThatIsRemovedAndMadeAgainIsStillWatched()
    {
        Watched w;
        QVERIFY(write(w.path));
        w.watch.watch(w.path);
        QVERIFY(w.tells());
        QVERIFY(QFile::remove(w.path));
        QVERIFY(w.tells());
        QVERIFY(write(w.path));
        QVERIFY(w.tells());
        QVERIFY(write(w.path)); // the new one
        QVERIFY(w.tells());
        QVERIFY(QFile::remove(w.path) && write(w.path)); // at once
        QVERIFY(w.tells());
        QVERIFY(write(w.path));
        QVERIFY(w.tells());
    }

    void aFileThatTakesItsPlaceIsWatched()
    {
        Watched w;
        QVERIFY(write(w.path));
        w.watch.watch(w.path);
        QVERIFY(w.tells());
        const QString other = w.folder.filePath(u"other"_s);
        QVERIFY(write(other));
        QVERIFY(rename(qPrintable(other), qPrintable(w.path)) == 0);
        QVERIFY(w.tells());
        QVERIFY(write(w.path));
        QVERIFY(w.tells());
    }

    void nothingIsToldOfAFileThatIsWatchedNoLonger()
    {
        Watched w;
        QVERIFY(write(w.path));
        w.watch.watch(w.path);
        QVERIFY(w.tells());
        Watched other;
        w.watch.watch({});
        QVERIFY(write(w.path));
        other.watch.watch(w.path); // of the same file: it is told later than any other could be
        QVERIFY(other.tells());
        QVERIFY(w.touched.empty());
    }
};

MILLRACE_TEST(FileWatchTest)
#include "file_watch_test.moc"
