// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"

#include <QFile>
#include <QTemporaryFile>
#include <QtTest>

#include <array>
#include <csignal>
#include <sys/resource.h>
#include <unistd.h>

using namespace millrace;
using namespace millrace::test;

class StandardOutputTest : public QObject
{
    Q_OBJECT

    static QByteArray print(const std::string &format)
    {
        QTemporaryFile file;
        if (!file.open())
            qFatal("no temporary file");
        NodeWorld world;
        world.context.outputDescriptor = file.handle();
        auto sink = world.sink("standard-output", {{"format", format}}).value();
        if (sink->open()->progress)
            qFatal("it keeps no progress");
        record::RecordBatchBuilder builder;
        builder.append({.data = "{\"a\":1}", .key = "k1"});
        builder.append({.data = "two\nlines", .key = "k2"});
        builder.append({.data = "left out", .key = "k3"});
        const std::vector<runtime::Chunk> chunks = {
            {builder.finishPlaced(Uuid::random(world.random), ShardIndex(2), Ordinal(40),
                                  {0, 1500, 2}, {1, 2, 3}),
             {0, 1}}};
        if (!sink->commit(chunks, {}) || !sink->close())
            qFatal("it cannot print");
        QFile printed(file.fileName());
        return printed.open(QIODevice::ReadOnly) ? printed.readAll() : QByteArray();
    }

private slots:
    void printsPayloads() { QCOMPARE(print("ndjson"), QByteArray("{\"a\":1}\ntwo\\nlines\n")); }

    void printsATable()
    {
        QCOMPARE(print("table"),
                 QByteArray("1970-01-01 00:00:00.000    2          40  k1  {\"a\":1}\n"
                            "1970-01-01 00:00:01.500    2          41  k2  two\\nlines\n"));
    }

    void aClosedOutputIsSaid()
    {
        std::array<int, 2> ends{};
        QCOMPARE(::pipe(ends.data()), 0);
        ::close(ends[0]);
        ::close(ends[1]);
        NodeWorld world;
        world.context.outputDescriptor = ends[1];
        auto sink = world.sink("standard-output", {}).value();
        record::RecordBatchBuilder builder;
        builder.append({.data = "x", .key = "k"});
        const std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(builder.finish())};
        const Status printed = sink->commit(chunks, {});
        QVERIFY(!printed);
        QCOMPARE(printed.error().code(), Code::NodeOutputClosed);
    }

    /// A signal may come while it is asked whether a write would block.
    void whoCannotTellThatTheReaderTakesSomeDoesNotWrite()
    {
        std::array<int, 2> ends{};
        QCOMPARE(::pipe(ends.data()), 0);
        NodeWorld world;
        world.context.outputDescriptor = ends[1];
        auto sink = world.sink("standard-output", {}).value();
        record::RecordBatchBuilder builder;
        builder.append({.data = "x", .key = "k"});
        const std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(builder.finish())};
        rlimit before{};
        getrlimit(RLIMIT_NOFILE, &before);
        const rlimit none{0, before.rlim_max}; // makes poll(2) fail
        setrlimit(RLIMIT_NOFILE, &none);
        const Status printed = sink->commit(chunks, {});
        setrlimit(RLIMIT_NOFILE, &before);
        QVERIFY(!printed);
        QCOMPARE(printed.error().code(), Code::NodeOutputStalled);
        QVERIFY(sink->commit(chunks, {}));
        ::close(ends[1]);
        QByteArray got(10, '\0');
        got.truncate(
            static_cast<int>(::read(ends[0], got.data(), static_cast<std::size_t>(got.size()))));
        ::close(ends[0]);
        QCOMPARE(got, QByteArray("x\n"));
    }

    /// As a pager that waits for its user: it must not hold the node, and what it reads later is
    /// all there, each line once.
    void aReaderThatStallsHoldsNobody()
    {
        std::array<int, 2> ends{};
        QCOMPARE(::pipe(ends.data()), 0);
        NodeWorld world;
        world.context.outputDescriptor = ends[1];
        auto sink = world.sink("standard-output", {}).value();
        record::RecordBatchBuilder builder;
        QByteArray wanted;
        for (int i = 0; i < 100'000; ++i) { // more than any pipe takes
            const std::string number = std::to_string(i);
            builder.append({.data = number, .key = "k"});
            wanted += number.c_str() + QByteArray("\n");
        }
        const std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(builder.finish())};
        QByteArray printed;
        Status stored = sink->commit(chunks, {});
        for (; !stored; stored = sink->commit(chunks, {})) {
            QCOMPARE(stored.error().code(), Code::NodeOutputStalled);
            QByteArray piece(20'000, '\0');
            piece.truncate(static_cast<int>(
                ::read(ends[0], piece.data(), static_cast<std::size_t>(piece.size()))));
            printed += piece;
        }
        ::close(ends[1]);
        for (QByteArray piece(1 << 20, '\0');;) {
            const auto got = ::read(ends[0], piece.data(), static_cast<std::size_t>(piece.size()));
            if (got <= 0)
                break;
            printed += piece.left(static_cast<int>(got));
        }
        ::close(ends[0]);
        QVERIFY(printed == wanted);
    }

    /// However little the reader takes at a time, and whoever stops within a line.
    void nodesThatShareTheOutputPrintWholeLines()
    {
        std::array<int, 2> ends{};
        QCOMPARE(::pipe(ends.data()), 0);
        NodeWorld world;
        world.context.outputDescriptor = ends[1];
        std::array sinks = {world.sink("standard-output", {}).value(),
                            world.sink("standard-output", {}).value()};
        std::array<std::vector<runtime::Chunk>, 2> chunks;
        for (const int sink : {0, 1}) {
            record::RecordBatchBuilder builder;
            for (int i = 0; i < 50; ++i) // of a length that no power of two is a multiple of
                builder.append({.data = std::string(9'973, sink == 0 ? 'a' : 'b'), .key = "k"});
            chunks[static_cast<std::size_t>(sink)] = {runtime::Chunk::all(builder.finish())};
        }
        QByteArray printed;
        std::array<bool, 2> done{};
        while (!done[0] || !done[1]) {
            for (const std::size_t sink : {std::size_t{0}, std::size_t{1}}) {
                if (!done[sink])
                    done[sink] = sinks[sink]->commit(chunks[sink], {}).has_value();
                QByteArray piece(20'000, '\0');
                if (!done[sink])
                    printed += piece.left(static_cast<int>(
                        ::read(ends[0], piece.data(), static_cast<std::size_t>(piece.size()))));
            }
        }
        ::close(ends[1]);
        for (QByteArray piece(1 << 20, '\0');;) {
            const auto got = ::read(ends[0], piece.data(), static_cast<std::size_t>(piece.size()));
            if (got <= 0)
                break;
            printed += piece.left(static_cast<int>(got));
        }
        ::close(ends[0]);
        QVERIFY(printed.endsWith('\n'));
        const auto lines = printed.chopped(1).split('\n');
        QCOMPARE(lines.size(), 100);
        QCOMPARE(lines.count(QByteArray(9'973, 'a')), 50);
        QCOMPARE(lines.count(QByteArray(9'973, 'b')), 50);
    }

    /// One that is stopped within a line leaves the output to the others, on a line of their own.
    void aNodeThatGoesWithinALineHoldsNobody()
    {
        std::array<int, 2> ends{};
        QCOMPARE(::pipe(ends.data()), 0);
        NodeWorld world;
        world.context.outputDescriptor = ends[1];
        auto gone = world.sink("standard-output", {}).value();
        auto left = world.sink("standard-output", {}).value();
        record::RecordBatchBuilder builder;
        builder.append({.data = std::string(1 << 20, 'a'), .key = "k"}); // more than any pipe takes
        const std::vector<runtime::Chunk> tooMuch = {runtime::Chunk::all(builder.finish())};
        builder.append({.data = "b", .key = "k"});
        const std::vector<runtime::Chunk> little = {runtime::Chunk::all(builder.finish())};
        QCOMPARE(gone->commit(tooMuch, {}).error().code(), Code::NodeOutputStalled);
        QByteArray printed(2 << 20, '\0');
        auto got = ::read(ends[0], printed.data(), static_cast<std::size_t>(printed.size()));
        QVERIFY(got > 0);
        QCOMPARE(left->commit(little, {}).error().code(), Code::NodeOutputStalled);
        gone.reset();
        QVERIFY(left->commit(little, {}));
        ::close(ends[1]);
        for (;;) {
            const auto more = ::read(ends[0], printed.data() + got,
                                     static_cast<std::size_t>(printed.size() - got));
            if (more <= 0)
                break;
            got += more;
        }
        ::close(ends[0]);
        printed.truncate(static_cast<int>(got));
        QVERIFY(printed.endsWith("a\nb\n"));
        QCOMPARE(printed.count('\n'), 2);
    }

    /// A reader that goes within a line of one node has gone for the other one too.
    void aReaderThatGoesWithinALineIsSaidToAll()
    {
        std::signal(SIGPIPE, SIG_IGN);
        std::array<int, 2> ends{};
        QCOMPARE(::pipe(ends.data()), 0);
        NodeWorld world;
        world.context.outputDescriptor = ends[1];
        const std::array sinks = {world.sink("standard-output", {}).value(),
                                  world.sink("standard-output", {}).value()};
        record::RecordBatchBuilder builder;
        builder.append({.data = std::string(1 << 20, 'a'), .key = "k"}); // more than any pipe takes
        const std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(builder.finish())};
        QCOMPARE(sinks[0]->commit(chunks, {}).error().code(), Code::NodeOutputStalled);
        QCOMPARE(sinks[1]->commit(chunks, {}).error().code(), Code::NodeOutputStalled);
        ::close(ends[0]);
        QCOMPARE(sinks[0]->commit(chunks, {}).error().code(), Code::NodeOutputClosed);
        QCOMPARE(sinks[1]->commit(chunks, {}).error().code(), Code::NodeOutputClosed);
        ::close(ends[1]);
    }

    /// As when a pager is left: nothing that a repetition would heal.
    void aReaderThatWentIsToldApart()
    {
        std::signal(SIGPIPE, SIG_IGN);
        std::array<int, 2> ends{};
        QCOMPARE(::pipe(ends.data()), 0);
        ::close(ends[0]);
        NodeWorld world;
        world.context.outputDescriptor = ends[1];
        auto sink = world.sink("standard-output", {}).value();
        record::RecordBatchBuilder builder;
        builder.append({.data = "x", .key = "k"});
        const std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(builder.finish())};
        QCOMPARE(sink->commit(chunks, {}).error().code(), Code::NodeOutputClosed);
        ::close(ends[1]);
    }
};

MILLRACE_TEST(StandardOutputTest)
#include "standard_output_test.moc"
