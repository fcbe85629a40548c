// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/missing_sync.h"
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

/// A folder that is written over crashes, and what others rely on: the source, which may forget
/// what was committed, and whoever takes the whole files away.
class FolderLife
{
public:
    FolderLife() { m_world.parameters["maximumAge"] = graph::Milliseconds(5000); }
    MemoryFileSystem &files() { return m_world.files; }

    /// Writes the rest of the records. Everything may fail once the computer has crashed; what was
    /// said to stand before is remembered.
    void run()
    {
        auto sink = m_world.folder();
        const auto opened = sink->open();
        if (!opened)
            return;
        see();
        std::uint64_t next = opened->progress ? opened->progress->cursors.at(0).next.value : 0;
        while (next < kRecords && !files().crashed()) {
            const std::uint64_t count = std::min(1 + next % 5, kRecords - next);
            if (next == kRefusedAt)
                refuseOnce(*sink, next, count);
            if (!m_world.store(*sink, next, count))
                continue;
            next += count;
            m_committed = std::max(m_committed, next);
            see();
        }
        if (sink->close())
            see();
    }

    /// The sink is opened, and nothing more.
    void open()
    {
        if (m_world.folder()->open())
            see();
    }

    /// After a restart: nothing when all that was relied on is there.
    std::string loss()
    {
        for (const auto &[name, content] : m_seen) {
            if (files().content("/data/out/" + name) != content)
                return "the whole file " + name + " is gone or another";
        }
        const auto opened = m_world.folder()->open();
        if (!opened)
            return opened.error().message();
        if (!opened->notices.empty())
            return opened->notices.front().message();
        const std::uint64_t next =
            opened->progress ? opened->progress->cursors.at(0).next.value : 0;
        return next < m_committed ? "a commit is lost" : "";
    }
    std::string wholeFiles() { return m_world.wholeFiles(); }

private:
    static constexpr std::uint64_t kRecords = 23;
    static constexpr std::uint64_t kRefusedAt = 13;

    /// A commit whose progress cannot be stored leaves text behind in a file that then ends by its
    /// age, without it.
    void refuseOnce(runtime::Sink &sink, std::uint64_t next, std::uint64_t count)
    {
        static const Problem full(Code::DiskFull, {{"operation", "testing"}});
        files().failSteps([](const MemoryFileSystem::Step &step) {
            return step.call == "rename" && step.path.ends_with(".tmp") ? &full : nullptr;
        });
        (void)m_world.store(sink, next, count);
        files().failSteps({});
        m_world.clock.advance(6s);
    }

    void see()
    {
        if (files().crashed())
            return;
        const auto names = files().list("/data/out");
        for (const std::string &name : names ? *names : std::vector<std::string>{}) {
            if (name.front() != '.')
                m_seen[name] = files().content("/data/out/" + name);
        }
    }

    FolderWorld m_world;
    std::uint64_t m_committed = 0;
    std::map<std::string, Bytes> m_seen;
};

std::string crashAtEachStep(const IgnoreSync &ignore)
{
    using Unsynced = MemoryFileSystem::Unsynced;
    FolderLife whole;
    const std::uint64_t before = whole.files().steps();
    whole.run();
    const std::uint64_t steps = whole.files().steps() - before;
    const std::string expected =
        "0 1 2 3 |4 5 6 7 |8 9 10 11 |12 |13 14 15 16 |17 18 19 20 |21 22 ";
    if (whole.wholeFiles() != expected)
        return "without a crash: " + whole.wholeFiles();
    constexpr std::uint64_t kSeeds = 8;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const Unsynced unsynced = seed == 0   ? Unsynced::Lost
                                  : seed == 1 ? Unsynced::Kept
                                              : Unsynced::Torn;
        for (std::uint64_t step = 0; step <= steps; ++step) {
            FolderLife life;
            life.files().ignoreSyncs(ignore);
            life.files().crashAfter(step);
            life.run();
            const auto wrong = [&](const char *when, const std::string &what) {
                return "step " + std::to_string(step) + ", seed " + std::to_string(seed) + ' ' +
                       when + ": " + what;
            };
            life.files().restart(unsynced, seed * 1000 + step);
            if (const auto loss = life.loss(); !loss.empty())
                return wrong("after the crash", loss);
            life.open();
            life.files().restart(Unsynced::Lost);
            if (const auto loss = life.loss(); !loss.empty())
                return wrong("after opening and a crash", loss);
            life.run();
            life.files().restart(Unsynced::Lost);
            if (const auto loss = life.loss(); !loss.empty())
                return wrong("after going on and a crash", loss);
            if (life.wholeFiles() != expected)
                return wrong("at the end", life.wholeFiles());
        }
    }
    return {};
}

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

    void aFolderThatCannotBeSaysWhatToDo()
    {
        FolderWorld world;
        Problem refusal(Code::Io);
        world.files.failSteps([&](const MemoryFileSystem::Step &step) {
            return std::string_view(step.call) == "make folder" ? &refusal : nullptr;
        });
        QCOMPARE(world.folder()->open().error().code(), Code::Io); // tried again
        refusal = Problem(Code::AlreadyExists, {{"what", "/data/out"}});
        const auto opened = world.folder()->open();
        QVERIFY(!opened);
        QCOMPARE(opened.error().code(), Code::NodeDestinationUnusable);
        QCOMPARE(opened.error().argument("path"), std::string_view("/data/out"));
        QCOMPARE(opened.error().argument("reason"),
                 std::string_view("it cannot be made, a part of the path is no folder"));
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

    void aCrashAtAnyStepLeavesEachRecordOnce() { QCOMPARE(crashAtEachStep({}), std::string()); }

    void everySyncIsMissed()
    {
        const auto losses = lossesWithoutEachSync(crashAtEachStep);
        QCOMPARE(unnoticed(losses, MILLRACE_CORE "/nodes/destinations/part_files.cpp"),
                 std::string());
        QCOMPARE(unnoticed(losses, MILLRACE_CORE "/base/file_system.cpp"), std::string());
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

    /// A number that is not written as the node writes it, or has none behind it, would make the
    /// next file begin at 0.
    void foreignNumbersAreNoneOfTheNodes()
    {
        FolderWorld world;
        {
            auto sink = world.folder();
            QVERIFY(sink->open());
            QVERIFY(world.store(*sink, 0, 4));
        }
        const Path whole = world.path("0000000001.ndjson");
        const std::string before =
            whole.substr(0, whole.size() - std::string("0000000001.ndjson").size());
        for (const char *number : {"18446744073709551615", "9999999999", "77"})
            world.files.setContent(before + number + ".ndjson", Bytes(1, std::byte{'9'}));
        const auto names = world.files.list("/data/out").value();
        for (const std::string &name : names) {
            if (name.starts_with(".millrace-"))
                QVERIFY(world.files.remove("/data/out/" + name));
        }
        auto sink = world.folder();
        QVERIFY(!sink->open()->progress);
        QVERIFY(world.store(*sink, 4, 4));
        QVERIFY(world.files.exists(before + "0000000002.ndjson"));
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
