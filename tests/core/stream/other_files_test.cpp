// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/stream/other_files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace millrace;

class OtherFilesTest : public QObject
{
    Q_OBJECT

private slots:
    // The budget is one of this directory: an output that was moved to another disk is not in it.
    void whatLinksLeadToIsNotCounted()
    {
        const QTemporaryDir inside;
        const QTemporaryDir outside;
        const auto write = [](const QTemporaryDir &dir, const char *name, std::size_t bytes) {
            const Path path = dir.filePath(QString::fromLatin1(name)).toStdString();
            QVERIFY(posixFileSystem().replaceFile(path, Bytes(bytes)).has_value());
        };
        write(inside, "rows.ndjson", 1'000);
        write(outside, "rows.ndjson", 1'000'000);
        QVERIFY(QFile::link(outside.path(), inside.filePath("folder")));
        QVERIFY(QFile::link(outside.filePath("rows.ndjson"), inside.filePath("file")));
        QVERIFY(QFile::link(inside.path(), inside.filePath("itself")));

        SystemClock clock;
        stream::OtherFiles files(posixFileSystem(), clock, inside.path().toStdString());
        files.measure();
        QCOMPARE(files.bytes(), std::uint64_t{1'000});
        QCOMPARE(files.largest(), inside.filePath("rows.ndjson").toStdString());
    }
};

MILLRACE_TEST(OtherFilesTest)
#include "other_files_test.moc"
