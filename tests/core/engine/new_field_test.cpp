// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/engine_fixture.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

using namespace millrace;
using namespace millrace::test;

/// What is bound to the schema of the last run meets records of this one.
class NewFieldTest : public QObject
{
    Q_OBJECT

    static void write(const QString &path, const QByteArray &lines)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::Append));
        QCOMPARE(file.write(lines), lines.size());
    }

private slots:
    void aFieldThatTheFileGotSinceReachesTheTable_data()
    {
        QTest::addColumn<bool>("virtualTime");
        QTest::addColumn<bool>("behindAnotherStream");
        for (const bool virtualTime : {false, true}) {
            for (const bool behind : {false, true})
                QTest::addRow("%s, %s", virtualTime ? "virtual" : "real",
                              behind ? "behind another stream" : "directly")
                    << virtualTime << behind;
        }
    }
    void aFieldThatTheFileGotSinceReachesTheTable()
    {
        QFETCH(bool, virtualTime);
        QFETCH(bool, behindAnotherStream);
        const QTemporaryDir folder;
        const QTemporaryDir inputs;
        const QString input = inputs.filePath("in.ndjson");
        write(input, "{\"a\":1}\n");
        Pipeline pipeline;
        graph::Document &document = pipeline.document;
        document.nodes.clear();
        document.wires.clear();
        pipeline.add("file0001", "file", {{"path", input.toStdString()}});
        pipeline.add("stream01", "data-stream", {{"stream", std::string("s")}});
        pipeline.add("sqlite01", "sqlite-table",
                     {{"file", std::string("out.db")}, {"table", std::string("t")}});
        pipeline.wire("file0001", "stream01");
        if (behindAnotherStream) {
            pipeline.add("mapper01", "map", {{"select", std::string("*")}});
            pipeline.add("stream02", "data-stream", {{"stream", std::string("s2")}});
            pipeline.wire("stream01", "mapper01");
            pipeline.wire("mapper01", "stream02");
            pipeline.wire("stream02", "sqlite01");
        } else {
            pipeline.wire("stream01", "sqlite01");
        }
        const auto run = [&] {
            Run engine(folder.path(), virtualTime);
            engine.deployAndRun(pipeline);
            engine.drain();
            QVERIFY(engine.ask(StopRequest{}).ok());
        };
        run();
        QByteArray more;
        for (int i = 0; i < 500; ++i)
            more += "{\"a\":2,\"b\":\"new\"}\n";
        write(input, more);
        run();
        QCOMPARE(query(folder.path(), "SELECT count(*) FROM t"), std::int64_t(501));
        QCOMPARE(query(folder.path(), "SELECT count(*) FROM t WHERE b = 'new'"), std::int64_t(500));
    }
};

MILLRACE_TEST(NewFieldTest)
#include "new_field_test.moc"
