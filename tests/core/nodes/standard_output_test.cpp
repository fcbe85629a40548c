// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"

#include <QFile>
#include <QTemporaryFile>
#include <QtTest>

#include <array>
#include <csignal>
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
        NodeWorld world;
        world.context.outputDescriptor = -1;
        auto sink = world.sink("standard-output", {}).value();
        record::RecordBatchBuilder builder;
        builder.append({.data = "x", .key = "k"});
        const std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(builder.finish())};
        const Status printed = sink->commit(chunks, {});
        QVERIFY(!printed);
        QCOMPARE(printed.error().code(), Code::Io);
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
