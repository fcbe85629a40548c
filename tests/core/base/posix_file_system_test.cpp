// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/file_system.h"
#include "core/base/problem_codes.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <sys/syscall.h>
#include <unistd.h>

using namespace millrace;

namespace {

/// "fdatasync PATH" and "fsync PATH" of this program, in their order.
std::vector<std::string> syncs;

int noteSync(const char *call, long number, int fd)
{
    const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd));
    syncs.push_back(call + (' ' + path.string()));
    return static_cast<int>(::syscall(number, fd));
}

} // namespace

// In the place of the C library's, so that a call that is not made is seen.
extern "C" int fdatasync(int fd)
{
    return noteSync("fdatasync", SYS_fdatasync, fd);
}
extern "C" int fsync(int fd)
{
    return noteSync("fsync", SYS_fsync, fd);
}

class PosixFileSystemTest : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    FileSystem &m_fs = posixFileSystem();
    Path path(const char *name) { return joinPath(m_dir.path().toStdString(), name); }

private slots:
    void writesAndReads()
    {
        const Path file = path("a/b/c.bin");
        QVERIFY(m_fs.makeFolders(parentPath(file)).has_value());
        auto open = m_fs.open(file, OpenMode::CreateNew);
        QVERIFY(open.has_value());
        QVERIFY((*open)->writeAt(FilePos(3), asBytes("xyz")).has_value());
        QVERIFY((*open)->sync().has_value());
        QCOMPARE(std::string(asText(*m_fs.readAll(file))), std::string("\0\0\0xyz", 6));
        QCOMPARE(m_fs.open(file, OpenMode::CreateNew).error().code(), Code::AlreadyExists);
        QCOMPARE(m_fs.open(path("none"), OpenMode::Read).error().code(), Code::NotFound);
        QCOMPARE(m_fs.list(path("a"))->front(), std::string("b"));
        QVERIFY(m_fs.removeAll(path("a")).has_value());
        QVERIFY(!m_fs.exists(file));
    }

    /// What the double in memory cannot show: that a sync reaches the system, and that folders
    /// are made to last where they are made.
    void syncsReachTheSystem()
    {
        const Path home = std::filesystem::canonical(m_dir.path().toStdString()).string();
        const Path folder = joinPath(home, "synced/deep");
        syncs.clear();
        QVERIFY(m_fs.makeFolders(folder).has_value());
        QVERIFY(
            (syncs == std::vector<std::string>{"fsync " + home, "fsync " + parentPath(folder)}));
        const Path name = joinPath(folder, "f");
        const auto file = m_fs.open(name, OpenMode::CreateNew);
        syncs.clear();
        QVERIFY((*file)->sync().has_value());
        QVERIFY(m_fs.syncFolder(folder).has_value());
        QVERIFY((syncs == std::vector<std::string>{"fdatasync " + name, "fsync " + folder}));
    }

    void allocatedRoomReadsAsZero()
    {
        auto open = m_fs.open(path("room"), OpenMode::CreateNew);
        QVERIFY((*open)->allocate(8192).has_value());
        QCOMPARE((*open)->info()->sizeBytes, std::uint64_t(8192));
        std::array<std::byte, 4> got{std::byte{1}};
        QCOMPARE(*(*open)->readAt(FilePos(8190), got), std::size_t(2));
        QCOMPARE(got[0], std::byte{0});
    }

    void replaceFileLeavesNoTemporary()
    {
        QVERIFY(m_fs.replaceFile(path("r"), asBytes("1")).has_value());
        QVERIFY(m_fs.replaceFile(path("r"), asBytes("22")).has_value());
        QCOMPARE(std::string(asText(*m_fs.readAll(path("r")))), std::string("22"));
        QVERIFY(!m_fs.exists(path("r.tmp")));
    }

    void removingALinkLeavesWhatItLeadsTo()
    {
        QVERIFY(m_fs.makeFolders(path("elsewhere")).has_value());
        QVERIFY(m_fs.replaceFile(path("elsewhere/file"), asBytes("kept")).has_value());
        QVERIFY(m_fs.makeFolders(path("removed")).has_value());
        QVERIFY(QFile::link(m_dir.filePath("elsewhere"), m_dir.filePath("removed/link")));
        QVERIFY(m_fs.info(path("removed/link"))->isLink);
        QVERIFY(m_fs.info(path("removed/link"))->isFolder);
        QVERIFY(!m_fs.info(path("removed"))->isLink);
        QVERIFY(QFile::link(m_dir.filePath("nowhere"), m_dir.filePath("removed/to nothing")));
        QVERIFY(m_fs.removeAll(path("removed")).has_value());
        QVERIFY(!m_fs.exists(path("removed")));
        QVERIFY(m_fs.exists(path("elsewhere/file")));
    }

    void renameNewReplacesNothing()
    {
        QVERIFY(m_fs.replaceFile(path("from"), asBytes("new")).has_value());
        QVERIFY(m_fs.replaceFile(path("to"), asBytes("old")).has_value());
        QCOMPARE(m_fs.renameNew(path("from"), path("to")).error().code(), Code::AlreadyExists);
        QCOMPARE(m_fs.renameNew(path("none"), path("to")).error().code(), Code::NotFound);
        QCOMPARE(std::string(asText(*m_fs.readAll(path("to")))), std::string("old"));
        QVERIFY(m_fs.renameNew(path("from"), path("third")).has_value());
        QCOMPARE(std::string(asText(*m_fs.readAll(path("third")))), std::string("new"));
        QVERIFY(!m_fs.exists(path("from")));
    }

    void aLockOfAFolderIsTakenOnceAndMakesNothing()
    {
        const Path folder = path("locked");
        QCOMPARE(m_fs.lock(folder).error().code(), Code::NotFound);
        QVERIFY(m_fs.makeFolders(folder).has_value());
        auto first = m_fs.lock(folder);
        QVERIFY(first.has_value());
        QCOMPARE(m_fs.list(folder)->size(), std::size_t(0));
        QCOMPARE(m_fs.lock(folder).error().code(), Code::Busy);
        first = Problem(Code::Cancelled);
        QVERIFY(m_fs.lock(folder).has_value());
    }

    void aLocalVolumeIsNotANetworkOne()
    {
        const auto volume = m_fs.volume(m_dir.path().toStdString());
        QVERIFY(volume.has_value());
        QVERIFY(volume->totalBytes > volume->freeBytes);
        QCOMPARE(volume->networkType, std::string());
    }
};

MILLRACE_TEST(PosixFileSystemTest)
#include "posix_file_system_test.moc"
