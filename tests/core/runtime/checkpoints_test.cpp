// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/runtime/checkpoints.h"

#include <QTemporaryDir>
#include <QTest>

using namespace millrace;
using namespace millrace::runtime;

namespace {

Bytes bytes(std::string_view text)
{
    const ByteView view = asBytes(text);
    return {view.begin(), view.end()};
}

} // namespace

class CheckpointsTest : public QObject
{
    Q_OBJECT
private slots:
    void theCatalogHasWhatWasFlushedAndNothingElse()
    {
        QTemporaryDir dir;
        const auto catalog = *store::Catalog::open(dir.path().toStdString() + "/catalog.db",
                                                   store::Database::Mode::ReadWrite);
        Checkpoints checkpoints(*catalog);
        QVERIFY(!*checkpoints.find("a"));
        checkpoints.put("a", bytes("1"));
        QVERIFY(**checkpoints.find("a") == bytes("1"));
        QVERIFY(!*catalog->checkpoint("a")); // a worker does not wait for the disk
        QVERIFY(checkpoints.flush().has_value());
        QVERIFY(**catalog->checkpoint("a") == bytes("1"));
        checkpoints.put("a", bytes("2"));
        checkpoints.put("b", bytes("3"));
        QVERIFY(**checkpoints.find("a") == bytes("2"));
        QVERIFY(checkpoints.flush().has_value());
        QVERIFY(**catalog->checkpoint("a") == bytes("2"));
        QVERIFY(**catalog->checkpoint("b") == bytes("3"));
        QVERIFY(**Checkpoints(*catalog).find("b") == bytes("3"));
    }

    void oneSeesWhatACrashGoesBackTo()
    {
        QTemporaryDir dir;
        const auto catalog = *store::Catalog::open(dir.path().toStdString() + "/catalog.db",
                                                   store::Database::Mode::ReadWrite);
        Checkpoints checkpoints(*catalog);
        checkpoints.put("a/1", bytes("1"));
        QVERIFY(!checkpoints.written("a/1"));
        QVERIFY(checkpoints.flush().has_value());
        checkpoints.put("a/1", bytes("2"));
        QVERIFY(*checkpoints.written("a/1") == bytes("1"));
        checkpoints.put("a/2", bytes("3"));
        checkpoints.put("ab", bytes("4"));
        const auto found = checkpoints.below("a/");
        QVERIFY(found.has_value());
        const auto &below = *found;
        QCOMPARE(below.size(), std::size_t(2));
        QVERIFY(below.at("a/1") == bytes("2")); // the newest
        QVERIFY(below.at("a/2") == bytes("3"));
    }

    void whatCouldNotBeWrittenIsTriedAgain()
    {
        QTemporaryDir dir;
        const std::string path = dir.path().toStdString() + "/catalog.db";
        const auto catalog = *store::Catalog::open(path, store::Database::Mode::ReadWrite);
        Checkpoints checkpoints(*catalog);
        auto other = *store::Database::open(path, store::Database::Mode::ReadWrite);
        QVERIFY(other.execute("ALTER TABLE checkpoint RENAME TO away").has_value());
        checkpoints.put("a", bytes("1"));
        QVERIFY(!checkpoints.flush().has_value());
        QVERIFY(**checkpoints.find("a") == bytes("1"));
        QVERIFY(other.execute("ALTER TABLE away RENAME TO checkpoint").has_value());
        QVERIFY(checkpoints.flush().has_value());
        QVERIFY(**catalog->checkpoint("a") == bytes("1"));
    }
};

MILLRACE_TEST(CheckpointsTest)
#include "checkpoints_test.moc"
