// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/missing_sync.h"
#include "tests/support/test_main.h"

#include "core/base/memory_file_system.h"
#include "core/base/problem_codes.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace millrace;
using namespace millrace::test;
using Unsynced = MemoryFileSystem::Unsynced;

namespace {

/// A file system with one synced file "/d/a" that says "old".
struct Prepared {
    MemoryFileSystem fs;
    std::unique_ptr<File> file;

    Prepared()
    {
        (void)fs.makeFolders("/d").has_value();
        file = *fs.open("/d/a", OpenMode::CreateNew);
        (void)file->writeAt(FilePos(0), asBytes("old")).has_value();
        (void)file->sync().has_value();
        (void)fs.syncFolder("/d").has_value();
    }
    std::string text(const Path &path)
    {
        const auto bytes = fs.readAll(path);
        return bytes ? std::string(asText(*bytes)) : std::string("<none>");
    }
};

} // namespace

class MemoryFileSystemTest : public QObject
{
    Q_OBJECT
private slots:
    void forgetsWhatWasNotSynced()
    {
        Prepared p;
        QVERIFY(p.file->writeAt(FilePos(0), asBytes("new")).has_value());
        QCOMPARE(p.text("/d/a"), std::string("new"));
        p.fs.restart(Unsynced::Lost);
        QCOMPARE(p.text("/d/a"), std::string("old"));
    }

    void keepsWhatTheKernelHappenedToWrite()
    {
        Prepared p;
        QVERIFY(p.file->writeAt(FilePos(0), asBytes("new")).has_value());
        p.fs.restart(Unsynced::Kept);
        QCOMPARE(p.text("/d/a"), std::string("new"));
    }

    void tearsBySectors()
    {
        bool sawTorn = false;
        for (std::uint64_t seed = 0; seed < 32 && !sawTorn; ++seed) {
            MemoryFileSystem fs;
            (void)fs.makeFolders("/d").has_value();
            auto file = *fs.open("/d/a", OpenMode::CreateNew);
            (void)file->writeAt(FilePos(0), Bytes(4096, std::byte{'o'})).has_value();
            (void)file->sync().has_value();
            (void)fs.syncFolder("/d").has_value();
            (void)file->writeAt(FilePos(0), Bytes(4096, std::byte{'n'})).has_value();
            fs.restart(Unsynced::Torn, seed);
            const auto text = *fs.readAll("/d/a");
            const auto news = std::count(text.begin(), text.end(), std::byte{'n'});
            QCOMPARE(news % 512, 0);
            sawTorn = news > 0 && news < 4096;
        }
        QVERIFY(sawTorn);
    }

    void forgetsNamesThatWereNotSynced()
    {
        Prepared p;
        QVERIFY(p.fs.replaceFile("/d/b", asBytes("b")).has_value());
        {
            auto c = *p.fs.open("/d/c", OpenMode::CreateNew);
            QVERIFY(c->writeAt(FilePos(0), asBytes("c")).has_value());
            QVERIFY(c->sync().has_value());
        }
        QVERIFY(p.fs.remove("/d/a").has_value());
        p.fs.restart(Unsynced::Lost);
        QCOMPARE(p.text("/d/a"), std::string("old"));
        QCOMPARE(p.text("/d/b"), std::string("b"));
        QCOMPARE(p.text("/d/c"), std::string("<none>"));
    }

    void forgetsFoldersThatWereNotSynced()
    {
        static const Problem killed(Code::Io, {{"operation", "fsync"}, {"reason", "killed"}});
        for (const bool synced : {false, true}) {
            Prepared p;
            p.fs.failSteps([](const MemoryFileSystem::Step &step) {
                return step.call == "syncFolder" ? &killed : nullptr;
            });
            QVERIFY(!p.fs.makeFolders("/d/e").has_value());
            p.fs.failSteps({});
            QVERIFY(p.fs.makeFolders("/d/e/f").has_value()); // finds the first one
            QVERIFY(p.fs.replaceFile("/d/e/f/b", asBytes("b")).has_value());
            if (synced)
                QVERIFY(p.fs.syncFolder("/d").has_value());
            p.fs.restart(Unsynced::Lost);
            QCOMPARE(p.text("/d/e/f/b"), std::string(synced ? "b" : "<none>"));
            QCOMPARE(p.fs.exists("/d/e"), synced);
            QCOMPARE(p.text("/d/a"), std::string("old"));
        }
    }

    void aRenameCountsOnlyAfterSyncFolder()
    {
        Prepared p;
        QVERIFY(p.fs.rename("/d/a", "/d/z").has_value());
        p.fs.restart(Unsynced::Lost);
        QCOMPARE(p.text("/d/a"), std::string("old"));
        QCOMPARE(p.text("/d/z"), std::string("<none>"));
    }

    /// A name that is torn is there or is not; a rename moves its file or does not.
    void neverTakesTheNamesOfARenameApart()
    {
        std::set<std::string> seen;
        for (std::uint64_t seed = 0; seed < 64; ++seed) {
            Prepared p;
            QVERIFY(p.fs.rename("/d/a", "/d/z").has_value());
            auto c = *p.fs.open("/d/c", OpenMode::CreateNew);
            QVERIFY(c->sync().has_value());
            p.fs.restart(Unsynced::Torn, seed);
            const auto list = p.fs.list("/d");
            std::string names;
            for (const std::string &name : *list)
                names += name;
            seen.insert(names);
        }
        QVERIFY((seen == std::set<std::string>{"a", "ac", "z", "cz"}));
    }

    void stopsAtTheGrantedStepAndAllAfterIt()
    {
        Prepared p;
        p.fs.crashAfter(1);
        QVERIFY(p.file->writeAt(FilePos(0), asBytes("1")).has_value());
        QVERIFY(!p.file->sync().has_value());
        QVERIFY(p.fs.crashed());
        QVERIFY(!p.file->writeAt(FilePos(0), asBytes("2")).has_value());
        QVERIFY(!p.fs.readAll("/d/a").has_value());
        p.fs.restart();
        QCOMPARE(p.text("/d/a"), std::string("old"));
        // Files opened before the crash are of another life.
        QVERIFY(!p.file->writeAt(FilePos(0), asBytes("3")).has_value());
    }

    void anIgnoredSyncKeepsNothing()
    {
        Prepared p;
        p.fs.ignoreSyncs([](const auto &step) { return step.path == "/d/a"; });
        QVERIFY(p.file->writeAt(FilePos(0), asBytes("new")).has_value());
        QVERIFY(p.file->sync().has_value());
        p.fs.restart();
        QCOMPARE(p.text("/d/a"), std::string("old"));
    }

    void saysWhichLineSynced()
    {
        Prepared p;
        std::vector<std::string> files;
        p.fs.ignoreSyncs([&](const MemoryFileSystem::Step &step) {
            files.push_back(fileName(step.from.file_name()));
            return false;
        });
        QVERIFY(p.fs.replaceFile("/d/b", asBytes("b")).has_value());
        QVERIFY(p.fs.syncFolder("/d").has_value());
        QVERIFY((files == std::vector<std::string>{"file_system.cpp", "file_system.cpp",
                                                   "memory_file_system_test.cpp"}));
    }

    /// A crash leaves the old or the new content, and after the call the new one.
    void everySyncOfReplaceFileIsMissed()
    {
        const auto sweep = [](const IgnoreSync &ignore) -> std::string {
            for (const auto unsynced : {Unsynced::Lost, Unsynced::Kept, Unsynced::Torn}) {
                for (std::uint64_t step = 0; step < 8; ++step) {
                    for (std::uint64_t seed = 0; seed < 8; ++seed) {
                        Prepared p;
                        p.fs.ignoreSyncs(ignore);
                        p.fs.crashAfter(step);
                        const bool done = p.fs.replaceFile("/d/a", asBytes("new")).has_value();
                        p.fs.restart(unsynced, seed);
                        const std::string text = p.text("/d/a");
                        if (text != "new" && (done || text != "old"))
                            return "step " + std::to_string(step) + ": " + text;
                    }
                }
            }
            return {};
        };
        QCOMPARE(unnoticed(lossesWithoutEachSync(sweep), MILLRACE_CORE "/base/file_system.cpp"),
                 std::string());
    }

    void isFullAtItsCapacity()
    {
        Prepared p;
        p.fs.setCapacity(5);
        QCOMPARE(p.file->writeAt(FilePos(0), asBytes("123456")).error().code(), Code::DiskFull);
        QCOMPARE(p.file->allocate(6).error().code(), Code::DiskFull);
        QVERIFY(p.file->writeAt(FilePos(0), asBytes("12345")).has_value());
    }

    void locksAreTakenOnceAndEndWithTheCrash()
    {
        Prepared p;
        auto first = p.fs.lock("/d");
        QVERIFY(first.has_value());
        QCOMPARE(p.fs.lock("/d").error().code(), Code::Busy);
        p.fs.restart();
        auto second = p.fs.lock("/d");
        QVERIFY(second.has_value());
        first = Problem(Code::Cancelled); // the dead process's lock must not free the new one
        QCOMPARE(p.fs.lock("/d").error().code(), Code::Busy);
    }
};

MILLRACE_TEST(MemoryFileSystemTest)
#include "memory_file_system_test.moc"
