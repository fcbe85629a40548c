// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"

#include <QtTest>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

namespace {

using Parameters = std::map<std::string, graph::ParameterValue>;

struct FolderWorld : NodeWorld {
    Uuid stream = Uuid::random(random);
    Parameters parameters = {{"folder", std::string("out")}, {"maximumRecords", std::int64_t{4}}};

    FolderWorld()
    {
        context.source = stream;
        (void)files.makeFolders("/data");
    }
    /// The path of the one file in the folder that ends so; empty: there is none, or several.
    Path path(const std::string &end)
    {
        Path found;
        const auto names = files.list("/data/out").value();
        for (const std::string &name : names) {
            if (!name.ends_with(end))
                continue;
            if (!found.empty())
                return {};
            found = "/data/out/" + name;
        }
        return found;
    }
    std::string content(const std::string &end)
    {
        const Bytes bytes = files.content(path(end));
        return std::string(asText(bytes));
    }

    std::unique_ptr<runtime::Sink> folder() const
    {
        return sink("ndjson-folder", parameters).value();
    }

    record::BatchPtr batch(std::uint64_t first, std::uint64_t count) const
    {
        record::RecordBatchBuilder builder;
        for (std::uint64_t n = first; n < first + count; ++n)
            builder.append({.data = "{\"n\":" + std::to_string(n) + "}", .key = "k"});
        return builder.finish();
    }
    runtime::FragmentProgress progress(std::uint64_t next) const
    {
        return {{{stream, ShardIndex(0), Ordinal(next)}}, {}};
    }
    /// Records [first, first + count) and the progress behind them.
    Status store(runtime::Sink &sink, std::uint64_t first, std::uint64_t count) const
    {
        const std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(batch(first, count))};
        return sink.commit(chunks, progress(first + count));
    }
    /// The numbers in the whole files, files separated by '|'.
    std::string wholeFiles()
    {
        std::string out;
        const auto names = files.list("/data/out");
        for (const std::string &name : names ? *names : std::vector<std::string>{}) {
            if (name.front() == '.')
                continue;
            out += out.empty() ? "" : "|";
            const Bytes content = files.content("/data/out/" + name);
            for (const char c : asText(content)) {
                if (c >= '0' && c <= '9')
                    out += c;
                else if (c == '\n')
                    out += ' ';
            }
        }
        return out;
    }
};

} // namespace

class NdjsonFolderTest : public QObject
{
    Q_OBJECT

private slots:
    void filesAreRenamedWhenWhole()
    {
        FolderWorld world;
        auto sink = world.folder();
        QVERIFY(!sink->open()->progress);
        QVERIFY(world.store(*sink, 0, 3));
        QCOMPARE(world.wholeFiles(), std::string());
        QVERIFY(world.store(*sink, 3, 6)); // cut at the record, not at the commit
        QCOMPARE(world.wholeFiles(), std::string("0 1 2 3 |4 5 6 7 "));
        QVERIFY(sink->close());
        QCOMPARE(world.wholeFiles(), std::string("0 1 2 3 |4 5 6 7 |8 "));
        QVERIFY(fileName(world.path("0000000003.ndjson")).starts_with("part-node0001-"));
        QVERIFY(world.folder()->open()->progress == world.progress(9));
    }

    /// Each stream that feeds the folder has a fragment, and so a sink, of its own.
    void twoSourcesDoNotTouchEachOther()
    {
        FolderWorld world;
        auto one = world.folder();
        world.context.source = Uuid::random(world.random);
        auto other = world.folder();
        QVERIFY(!one->open()->progress);
        QVERIFY(!other->open()->progress);
        QVERIFY(world.store(*one, 0, 3));
        QVERIFY(world.store(*other, 3, 2));
        QVERIFY(one->close());
        QVERIFY(other->close());
        const std::string stored = world.wholeFiles();
        QVERIFY2(stored == "0 1 2 |3 4 " || stored == "3 4 |0 1 2 ", stored.c_str());
        QVERIFY(other->open()->progress == world.progress(5));
    }

    void sizeAndAgeMakeAFileWhole()
    {
        FolderWorld world;
        world.parameters = {{"folder", std::string("out")},
                            {"maximumBytes", std::int64_t{16}},
                            {"maximumAge", graph::Milliseconds(5000)}};
        auto sink = world.folder();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, 0, 3)); // 8 bytes a line
        QCOMPARE(world.wholeFiles(), std::string("0 1 "));
        QVERIFY(sink->due() == world.clock.wall() + 5s); // nobody may come until then
        world.clock.advance(4s);
        QVERIFY(world.store(*sink, 3, 0));
        QCOMPARE(world.wholeFiles(), std::string("0 1 "));
        world.clock.advance(2s);
        QVERIFY(world.store(*sink, 3, 0));
        QCOMPARE(world.wholeFiles(), std::string("0 1 |2 "));
        QVERIFY(!sink->due());
    }

    void whatIsNoJsonIsDeadAndALineStaysALine()
    {
        FolderWorld world;
        auto sink = world.folder();
        QVERIFY(sink->open());
        record::RecordBatchBuilder builder;
        builder.append({.data = "no", .key = "k"});
        builder.append({.data = "{\n  \"n\": 1\r\n}", .key = "k"});
        std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(builder.finish())};
        const auto checked = sink->check(chunks);
        QCOMPARE(checked.dead.at(0).size(), std::size_t{1});
        QCOMPARE(checked.dead[0][0].row, 0U);
        chunks[0].rows = {1};
        QVERIFY(sink->commit(chunks, world.progress(2)));
        QVERIFY(sink->close());
        QCOMPARE(world.content("0000000001.ndjson"), std::string("{   \"n\": 1  }\n"));
    }

    void aCrashAtAnyStepLeavesEachRecordOnce_data()
    {
        QTest::addColumn<int>("unsynced");
        QTest::newRow("lost") << static_cast<int>(MemoryFileSystem::Unsynced::Lost);
        QTest::newRow("kept") << static_cast<int>(MemoryFileSystem::Unsynced::Kept);
        // Not Torn: it takes the two names of one rename apart, which journaling file systems do
        // not, and so can lose a synced file.
    }
    void aCrashAtAnyStepLeavesEachRecordOnce()
    {
        QFETCH(int, unsynced);
        constexpr std::uint64_t kRecords = 23;
        // Commits of 1, 2, 3, 4, … records; after a crash from where the sink says it is.
        const auto run = [](FolderWorld &world) -> Status {
            auto sink = world.folder();
            const auto opened = sink->open();
            if (!opened)
                return opened.error();
            std::uint64_t next = opened->progress ? opened->progress->cursors.at(0).next.value : 0;
            for (std::uint64_t count = 1; next < kRecords; ++count) {
                const std::uint64_t size = std::min(count, kRecords - next);
                MILLRACE_TRY(world.store(*sink, next, size));
                next += size;
            }
            return sink->close();
        };
        FolderWorld reference;
        const std::uint64_t before = reference.files.steps();
        QVERIFY(run(reference));
        const std::string expected = reference.wholeFiles();
        QVERIFY(expected.ends_with("20 21 22 "));
        const std::uint64_t steps = reference.files.steps() - before;
        for (std::uint64_t step = 0; step < steps; ++step) {
            FolderWorld world;
            world.files.crashAfter(step);
            (void)run(world); // a rename that fails after the progress stands is no failure yet
            QVERIFY(world.files.crashed());
            world.files.restart(static_cast<MemoryFileSystem::Unsynced>(unsynced), step);
            const Status again = run(world);
            QVERIFY2(again, again ? "" : again.error().message().c_str());
            QCOMPARE(world.wholeFiles(), expected);
        }
    }

    void aFailedCommitIsRepeatedWithoutDoubles()
    {
        FolderWorld reference;
        auto whole = reference.folder();
        QVERIFY(whole->open());
        for (std::uint64_t n = 0; n < 12; n += 3)
            QVERIFY(reference.store(*whole, n, 3));
        const std::uint64_t steps = reference.files.steps();
        const Problem full(Code::DiskFull, {{"operation", "testing"}});
        for (std::uint64_t failing = 1; failing < steps; ++failing) {
            FolderWorld world;
            auto sink = world.folder();
            std::uint64_t step = 0;
            world.files.failSteps([&](const MemoryFileSystem::Step &) {
                return ++step == failing ? &full : nullptr;
            });
            while (!sink->open()) {
            }
            for (std::uint64_t n = 0; n < 12; n += 3) {
                while (!world.store(*sink, n, 3)) {
                }
            }
            while (!world.store(*sink, 12, 0)) {
            }
            QCOMPARE(world.wholeFiles(), reference.wholeFiles());
        }
    }

    void aRemovedFolderIsFilledAgain()
    {
        FolderWorld world;
        auto sink = world.folder();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, 0, 5));
        QVERIFY(world.files.removeAll("/data/out"));
        const Status lost = world.store(*sink, 5, 5);
        QVERIFY(!lost);
        QCOMPARE(lost.error().code(), Code::NodeDestinationReplaced);
        sink = world.folder(); // as the fragment does it
        const auto opened = sink->open();
        QVERIFY(opened && !opened->progress);
        QVERIFY(world.store(*sink, 0, 8));
        QCOMPARE(world.wholeFiles(), std::string("0 1 2 3 |4 5 6 7 "));
    }

    void aMissingPartIsSaid()
    {
        FolderWorld world;
        auto sink = world.folder();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, 0, 2));
        QVERIFY(world.files.remove(world.path(".part")));
        const auto opened = world.folder()->open();
        QVERIFY(opened->progress == world.progress(2));
        QCOMPARE(opened->notices.at(0).code(), Code::NodeFolderLost);
    }

    void twoDocumentsShareAFolder()
    {
        FolderWorld world;
        auto killed = world.folder();
        QVERIFY(killed->open());
        QVERIFY(world.store(*killed, 0, 6));
        const Path whole = world.path(".ndjson");
        const Path part = world.path(".part");
        FolderWorld other;
        other.context.project = Uuid::random(world.random);
        other.context.fileSystem = &world.files;
        other.context.source = world.stream;
        auto sink = other.folder();
        QVERIFY(!sink->open()->progress);
        QVERIFY(other.store(*sink, 10, 6));
        QVERIFY(sink->close());
        QVERIFY(world.files.exists(part));
        const Bytes first = world.files.content(whole);
        QCOMPARE(std::count(first.begin(), first.end(), std::byte{'\n'}), 4);
        auto again = world.folder();
        QVERIFY(again->open()->notices.empty());
        QVERIFY(again->close());
        const std::string stored = world.wholeFiles();
        QVERIFY2(stored == "0 1 2 3 |4 5 |10 11 12 13 |14 15 " ||
                     stored == "10 11 12 13 |14 15 |0 1 2 3 |4 5 ",
                 stored.c_str());
    }

    /// The stream may no longer have what is in them.
    void deliveredFilesStayWhenTheProgressIsGone()
    {
        FolderWorld world;
        {
            auto sink = world.folder();
            QVERIFY(sink->open());
            QVERIFY(world.store(*sink, 0, 9));
        }
        const auto names = world.files.list("/data/out").value();
        for (const std::string &name : names) {
            if (name.starts_with(".millrace-"))
                QVERIFY(world.files.remove("/data/out/" + name));
        }
        auto sink = world.folder();
        QVERIFY(!sink->open()->progress);
        QVERIFY(world.store(*sink, 6, 6));
        QCOMPARE(world.wholeFiles(), std::string("0 1 2 3 |4 5 6 7 |6 7 8 9 "));
    }

    void aDeliveredFileIsNeverReplaced()
    {
        FolderWorld world;
        auto sink = world.folder();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, 0, 5));
        Path taken = world.path("0000000001.ndjson");
        taken.replace(taken.size() - 8, 1, "2");
        world.files.setContent(taken, Bytes(1, std::byte{'9'}));
        QVERIFY(world.store(*sink, 5, 8));
        QCOMPARE(world.wholeFiles(), std::string("0 1 2 3 |9|4 5 6 7 |8 9 10 11 "));
    }

    /// What is written behind a hole would be a file of zeros.
    void aPartThatVanishesIsGivenUp_data()
    {
        QTest::addColumn<QString>("how");
        for (const char *how : {"removed", "cut", "removed before its end", "removed when whole"})
            QTest::newRow(how) << QString(how);
    }
    void aPartThatVanishesIsGivenUp()
    {
        QFETCH(QString, how);
        FolderWorld world;
        auto sink = world.folder();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, 0, 2));
        std::uint64_t next = 2;
        if (how == "cut") {
            world.files.setContent(world.path(".part"), Bytes(3, std::byte{'x'}));
        } else if (how == "removed when whole") {
            const Problem failing(Code::Io, {{"operation", "testing"}, {"reason", "test"}});
            world.files.failSteps([&](const MemoryFileSystem::Step &step) {
                return step.call == "rename" && step.path.ends_with(".part") ? &failing : nullptr;
            });
            QVERIFY(world.store(*sink, 2, 2));
            world.files.failSteps({});
            next = 4;
            QVERIFY(world.files.remove(world.path(".part")));
        } else {
            QVERIFY(world.files.remove(world.path(".part")));
        }
        const Status stored = world.store(*sink, next, how == "removed before its end" ? 0 : 1);
        if (how == "removed before its end") {
            QVERIFY(stored); // there is nothing to write
            QCOMPARE(sink->close().error().code(), Code::NodeFolderLost);
        } else {
            QCOMPARE(stored.error().code(), Code::NodeFolderLost);
        }
        sink = world.folder(); // as the fragment does it
        const auto opened = sink->open();
        QVERIFY(opened->progress == world.progress(next));
        QCOMPARE(opened->notices.size(), std::size_t(next == 4 ? 0 : 1));
        QVERIFY(world.store(*sink, next, 5));
        QVERIFY(sink->close());
        QCOMPARE(world.wholeFiles(), std::string(next == 4 ? "4 5 6 7 |8 " : "2 3 4 5 |6 "));
    }

    void damagedProgressIsSaid()
    {
        FolderWorld world;
        {
            auto sink = world.folder();
            QVERIFY(sink->open());
            QVERIFY(world.store(*sink, 0, 2));
        }
        const Path path = "/data/out/.millrace-" + world.context.project.toString() + "-node0001-" +
                          world.stream.toString();
        const Bytes whole = world.files.content(path);
        QVERIFY(!whole.empty());
        for (std::size_t at = 0; at < whole.size(); ++at) {
            Bytes damaged = whole;
            damaged[at] ^= std::byte{0x10};
            world.files.setContent(path, damaged);
            QVERIFY(!world.folder()->open());
            world.files.setContent(
                path, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at)));
            QVERIFY(!world.folder()->open());
        }
    }
};

MILLRACE_TEST(NdjsonFolderTest)
#include "ndjson_folder_test.moc"
