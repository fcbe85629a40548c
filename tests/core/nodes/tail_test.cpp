// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/nodes/producers/line_reader.h"

#include <QtTest>

using namespace millrace;
using namespace millrace::test;
using nodes::kMaxLineBytes;
using nodes::kMaxStepBytes;
using namespace std::chrono_literals;

namespace {

using Parameters = std::map<std::string, graph::ParameterValue>;

/// A program that writes a log and those who rotate it, and a tail that follows.
struct TailWorld : NodeWorld {
    const std::string path = "/logs/app.log";
    std::unique_ptr<runtime::Source> tail;
    Given given;
    Parameters parameters = {{"path", path}};

    TailWorld() { (void)files.makeFolders("/logs"); }

    void append(const std::string &text) { append(path, text); }
    void append(const std::string &to, const std::string &text)
    {
        auto file = files.open(to, OpenMode::CreateOrOpen).value();
        (void)file->writeAt(FilePos(file->info()->sizeBytes), asBytes(text));
    }
    void rename(const std::string &from, const std::string &to) { (void)files.rename(from, to); }
    void copy(const std::string &from, const std::string &to)
    {
        files.setContent(to, files.content(from));
    }
    void truncate() { (void)files.open(path, OpenMode::ReadWrite).value()->truncate(0); }

    /// Stops the tail, as a kill does, and starts a new one from what was stored.
    void restart()
    {
        tail = source("tail", parameters).value();
        const Status restored = tail->restore(given.progress);
        if (!restored)
            qFatal("%s", restored.error().message().c_str());
    }
    /// Lets it read all there is; gives the lines since the last call, each in brackets.
    std::string read(std::size_t recordsAtOnce = 10'000)
    {
        if (!tail)
            restart();
        given.rows.clear();
        given.notices.clear();
        for (;;) {
            const auto step = take(*tail, {.records = recordsAtOnce, .bytes = 1U << 20U}, given);
            if (!step)
                qFatal("%s", step.error().message().c_str());
            if (step->state == runtime::SourceStep::State::Wait)
                break;
        }
        std::string lines;
        for (const Row &row : given.rows) {
            const std::size_t begin = std::string_view("{\"line\":\"").size();
            if (!row.data.starts_with("{\"line\":"))
                continue; // passed on as it stood
            lines += '[' + row.data.substr(begin, row.data.size() - begin - 2) + ']';
        }
        return lines;
    }
    bool noticed(Code code) const
    {
        return std::any_of(given.notices.begin(), given.notices.end(),
                           [&](const Problem &notice) { return notice.code() == code; });
    }
};

} // namespace

class TailTest : public QObject
{
    Q_OBJECT

private slots:
    void completeLinesAreRecords()
    {
        TailWorld world;
        world.append("one\ntwo\r\n\nthr");
        QCOMPARE(world.read(), std::string("[one][two]"));
        QCOMPARE(world.given.rows[0].data, std::string(R"({"line":"one"})"));
        QCOMPARE(world.given.rows[0].key, std::string("app.log"));
        QCOMPARE(world.read(), std::string());
        world.append("ee\nfour\n");
        QCOMPARE(world.read(), std::string("[three][four]"));
    }

    void aKeyIsCountedInCharacters()
    {
        TailWorld world;
        std::string key;
        for (std::size_t i = 0; i < record::kMaxKeyChars; ++i)
            key += "ü";
        world.parameters["partitionKey"] = key;
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
        world.parameters["partitionKey"] = key + 'x';
        QCOMPARE(world.source("tail", world.parameters).error().code(), Code::InvalidKey);
    }

    void asksToBeCalledAgainSoon()
    {
        TailWorld world;
        world.append("one\n");
        world.read();
        const auto step = take(*world.tail, {}, world.given);
        QCOMPARE(step->state, runtime::SourceStep::State::Wait);
        QVERIFY(step->wakeAt > world.clock.mono() && step->wakeAt <= world.clock.mono() + 1s);
    }

    void textBecomesProperJson()
    {
        TailWorld world;
        world.append("say \"hi\"\\ \t \xFF\xC3\xA9\n");
        world.read();
        QCOMPARE(world.given.rows.at(0).data,
                 std::string("{\"line\":\"say \\\"hi\\\"\\\\ \\t \xEF\xBF\xBD\xC3\xA9\"}"));
    }

    void jsonLinesPassAsTheyStand()
    {
        TailWorld world;
        world.parameters["format"] = std::string("ndjson");
        world.parameters["partitionKey"] = std::string("log");
        world.append("{\"a\":1}\nplain\n \t\r\n\n");
        world.read();
        QCOMPARE(world.given.rows.size(), std::size_t{1});
        QCOMPARE(world.given.dead.size(), std::size_t{1});
        QCOMPARE(world.given.rows[0], (Row{"log", "{\"a\":1}"}));
        QCOMPARE(world.given.dead.at(0).reason.place(), std::string("app.log: line 2: column 1"));
    }

    void aMissingFileIsWaitedFor()
    {
        TailWorld world;
        QCOMPARE(world.read(), std::string());
        QVERIFY(world.noticed(Code::NodeTailWaiting));
        world.read();
        QVERIFY(!world.noticed(Code::NodeTailWaiting)); // said once
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
    }

    void startsAtTheEndWhenAskedTo()
    {
        TailWorld world;
        world.parameters["start"] = std::string("end");
        world.append("old\nhalf");
        QCOMPARE(world.read(), std::string());
        world.append(" line\nnew\n");
        QCOMPARE(world.read(), std::string("[half line][new]"));
    }

    /// Where it began is stored though nothing came: what comes until the next start is new.
    void whatIsWrittenToAQuietFileWhileStoppedIsNotLost()
    {
        TailWorld world;
        world.parameters["start"] = std::string("end");
        world.append("old\n");
        world.restart();
        const auto first = take(*world.tail, {}, world.given);
        QVERIFY(first->storeAlone);
        QVERIFY(!take(*world.tail, {}, world.given)->storeAlone);
        world.append("new\n");
        world.restart();
        QCOMPARE(world.read(), std::string("[new]"));
    }

    void aFileThatAppearsLaterIsReadWholeEvenFromTheEnd()
    {
        TailWorld world;
        world.parameters["start"] = std::string("end");
        QCOMPARE(world.read(), std::string());
        world.append("first\n");
        QCOMPARE(world.read(), std::string("[first]"));
    }

    void rotationLosesNothing()
    {
        TailWorld world;
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
        world.append("two\nthree");
        world.rename(world.path, world.path + ".1");
        QCOMPARE(world.read(), std::string("[two]")); // whoever writes may still write to it
        world.append(world.path + ".1", " and more\n");
        QCOMPARE(world.read(), std::string("[three and more]"));
        world.append("new\n");
        QCOMPARE(world.read(), std::string("[new]"));
        QVERIFY(world.noticed(Code::NodeTailRotated));
    }

    void withoutAPathASystemLogThatGrowsIsPicked()
    {
        TailWorld world;
        world.parameters["path"] = "";
        const auto log = [&](const char *path, std::chrono::minutes ago, std::string_view text) {
            world.files.setTime((world.clock.wall() - ago).time_since_epoch().count());
            const ByteView bytes = asBytes(text);
            world.files.setContent(path, Bytes(bytes.begin(), bytes.end()));
        };
        log("/var/log/syslog", std::chrono::minutes(20), "old\n");
        log("/var/log/kern.log", std::chrono::minutes(5), "new\n");
        QCOMPARE(world.read(), std::string("[new]"));
        QVERIFY(world.noticed(Code::NodeTailPicked));
        QCOMPARE(world.tail->reads(), std::string("/var/log/kern.log"));
    }

    /// Two rotations between two looks, within one tick of the clock that files have.
    void twoRotationsAtOnceLoseNothing()
    {
        TailWorld world;
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
        world.files.setTime(1'000);
        world.append("two\n");
        world.rename(world.path, world.path + ".1");
        world.append("three\n");
        world.rename(world.path + ".1", world.path + ".2");
        world.rename(world.path, world.path + ".1");
        world.append("four\n");
        world.rename(world.path + ".2", world.path + ".3");
        world.rename(world.path + ".1", world.path + ".2");
        world.rename(world.path, world.path + ".1");
        world.append("five\n");
        QCOMPARE(world.read(), std::string("[two][three][four][five]"));
        QCOMPARE(world.read(), std::string());
    }

    /// Empty ones have no head by which they could be told, and led to each other for ever.
    void emptyFilesOfOneTimeArePassed()
    {
        TailWorld world;
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
        world.files.setTime(1'000);
        world.append("two\n");
        world.rename(world.path, world.path + ".3");
        world.files.setContent(world.path + ".2", {});
        world.files.setContent(world.path + ".1", {});
        world.append("three\n");
        QCOMPARE(world.read(), std::string("[two][three]"));
        QCOMPARE(world.read(), std::string());
    }

    /// What was written to last is not what comes next: the file that was read first is older.
    void aFileThatWasReadIsNotReadAgainForALateLine_data()
    {
        QTest::addColumn<bool>("restarted");
        QTest::newRow("while it runs") << false;
        QTest::newRow("over a restart") << true;
    }
    void aFileThatWasReadIsNotReadAgainForALateLine()
    {
        QFETCH(bool, restarted);
        TailWorld world;
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
        world.rename(world.path, world.path + ".1");
        world.append("two\n");
        QCOMPARE(world.read(), std::string("[two]"));
        world.append(world.path + ".1", "late\n");
        QCOMPARE(world.read(), std::string("[late]"));
        if (restarted)
            world.restart();
        world.rename(world.path + ".1", world.path + ".2");
        world.rename(world.path, world.path + ".1");
        world.append("three\n");
        QCOMPARE(world.read(), std::string("[three]"));
        QCOMPARE(world.read(), std::string());
    }

    /// A program's buffer ends in the middle of a line; the rest comes when it hears of the
    /// rotation.
    void aLineThatIsWrittenOverARotationIsOneRecord()
    {
        TailWorld world;
        world.append("one\ntw");
        QCOMPARE(world.read(), std::string("[one]"));
        world.rename(world.path, world.path + ".1");
        world.append("new\n");
        QCOMPARE(world.read(), std::string());
        world.restart();
        QCOMPARE(world.read(), std::string());
        world.append(world.path + ".1", "o\nthree\n");
        QCOMPARE(world.read(), std::string("[two][three][new]"));
    }

    void aLineThatIsNeverFinishedIsTakenInTheEnd()
    {
        TailWorld world;
        world.append("one\nlast");
        QCOMPARE(world.read(), std::string("[one]"));
        world.rename(world.path, world.path + ".1");
        world.append("new\n");
        std::string lines;
        int looks = 0;
        for (; lines.empty() && looks < 1000; ++looks)
            lines = world.read();
        QCOMPARE(lines, std::string("[last][new]"));
        QVERIFY(looks > 20);
    }

    void aStepEndsThoughNothingComes()
    {
        TailWorld world;
        world.append("one\n" + std::string(2 * kMaxStepBytes, '\n') + "two\n");
        world.restart();
        auto step = take(*world.tail, {}, world.given);
        QCOMPARE(step->state, runtime::SourceStep::State::More);
        QVERIFY(step->storeAlone);
        QCOMPARE(world.given.rows.size(), std::size_t{1});
        world.restart();
        QCOMPARE(world.read(), std::string("[two]"));

        TailWorld hole;
        hole.append(std::string(kMaxLineBytes + 2 * kMaxStepBytes, 'x'));
        hole.restart();
        step = take(*hole.tail, {}, hole.given);
        QCOMPARE(step->state, runtime::SourceStep::State::More);
        while (step->state == runtime::SourceStep::State::More)
            step = take(*hole.tail, {}, hole.given);
        QVERIFY(hole.given.dead.empty());
        hole.append("\nnext\n");
        QCOMPARE(hole.read(), std::string("[next]"));
        QCOMPARE(hole.given.dead.at(0).reason.code(), Code::NodeLineTooLong);
    }

    /// A program writes on to the file it has open until somebody tells it.
    void linesThatComeLateToARotatedFileAreRead()
    {
        TailWorld world;
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
        world.rename(world.path, world.path + ".1");
        world.append("new\n");
        QCOMPARE(world.read(), std::string("[new]"));
        QCOMPARE(world.read(), std::string());
        world.append(world.path + ".1", "late\nlater\nhal");
        world.append("newer\n");
        QCOMPARE(world.read(), std::string("[newer][late][later]"));
        world.append(world.path + ".1", "f\n");
        QCOMPARE(world.read(), std::string("[half]"));
        world.restart(); // what was given is not given again
        QCOMPARE(world.read(), std::string());
    }

    void rotationWhileStoppedLosesNothing()
    {
        TailWorld world;
        world.append("one\ntwo\n");
        QCOMPARE(world.read(), std::string("[one][two]"));
        world.append("three\n");
        world.rename(world.path, world.path + ".1");
        world.append("four\n");
        world.restart();
        QCOMPARE(world.read(), std::string("[three][four]"));
        world.restart();
        QCOMPARE(world.read(), std::string());
    }

    void aRotatedFileThatIsGoneIsSaid()
    {
        TailWorld world;
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
        world.append("two\n");
        QVERIFY(world.files.remove(world.path));
        world.append("three\n");
        world.restart();
        QCOMPARE(world.read(), std::string("[three]"));
        QVERIFY(world.noticed(Code::NodeTailGone));
    }

    void copyTruncateGoesOnInTheCopy()
    {
        TailWorld world;
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
        world.append("two\n");
        world.copy(world.path, world.path + ".1");
        world.truncate();
        world.append("x\n");
        QCOMPARE(world.read(), std::string("[two][x]"));
        QVERIFY(world.noticed(Code::NodeTailTruncated));
        world.append("y\n");
        QCOMPARE(world.read(), std::string("[y]"));
    }

    void whatTruncationLosesIsSaid()
    {
        TailWorld world;
        world.append("one\ntwo\nhalf");
        QCOMPARE(world.read(), std::string("[one][two]"));
        world.truncate();
        world.append("new\n");
        QCOMPARE(world.read(), std::string("[new]"));
        QVERIFY(world.noticed(Code::NodeTailTruncated));
        for (const Problem &notice : world.given.notices) {
            if (notice.code() == Code::NodeTailTruncated)
                QCOMPARE(std::string(notice.argument("lost")), std::string("at least 4 bytes"));
        }
    }

    void truncationToALongerFileIsSeen()
    {
        TailWorld world;
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
        world.truncate();
        world.append("quite another text\n");
        QCOMPARE(world.read(), std::string("[quite another text]"));
        QVERIFY(world.noticed(Code::NodeTailTruncated));
    }

    void restoredAnywhereItGoesOn()
    {
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            TailWorld world;
            world.append("begin\n");
            std::string expected = "[begin]";
            std::string got = world.read();
            std::uint64_t chance = mix64(seed * 77);
            int rotation = 0;
            for (int n = 0; n < 120; ++n) {
                chance = mix64(chance);
                const std::string line =
                    "line " + std::to_string(n) + std::string(chance % 40, '.');
                world.append(line + '\n');
                expected += '[' + line + ']';
                switch (chance >> 8 & 7) {
                case 0: // a rotation, with more or less left to read
                    if (chance & 1U << 20U)
                        got += world.read(3);
                    world.rename(world.path, world.path + '.' + std::to_string(++rotation));
                    world.append("after " + std::to_string(n) + '\n');
                    expected += "[after " + std::to_string(n) + ']';
                    got += world.read(chance >> 16 & 3 ? 2 : 50);
                    break;
                case 1:
                    got += world.read(chance >> 16 & 3 ? 1 : 7);
                    break;
                case 2:
                    got += world.read(2);
                    world.restart();
                    break;
                default:
                    break;
                }
            }
            got += world.read();
            QCOMPARE(got, expected);
        }
    }

    void whatTheSettingsNameIsNotNamedAgain()
    {
        TailWorld world;
        world.append("one\n");
        QCOMPARE(world.read(), std::string("[one]"));
        QCOMPARE(world.tail->reads(), std::string());
    }

    void withoutAPathALogIsWrittenAndFollowed()
    {
        TailWorld made;
        made.parameters.clear();
        made.read();
        QVERIFY(made.noticed(Code::NodeTailWrites));
        const std::string chosen = made.tail->reads();
        QVERIFY2(chosen.ends_with("/logs/application.log"), chosen.c_str());
        made.clock.advance(2s);
        made.read();
        QCOMPARE(made.given.rows.size(), std::size_t{10});
        QVERIFY(made.given.rows[0].data.find("web-0") != std::string::npos);
        made.restart(); // goes on with the same file
        QCOMPARE(made.tail->reads(), chosen);
        made.clock.advance(1s);
        made.read();
        QVERIFY(made.given.rows.size() >= 5);
        QVERIFY(!made.noticed(Code::NodeTailWrites));
    }
};

MILLRACE_TEST(TailTest)
#include "tail_test.moc"
