// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"

#include "core/base/problem_codes.h"

#include "ui/canvas/card_content.h"

#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class CardContentTest final : public QObject
{
    Q_OBJECT

    static CardContent of(const NodeId &id, const runtime::NodeFigures *figures)
    {
        const graph::Document document = clickstream();
        const graph::Node &node = *document.find(id);
        return cardContent(node, testKinds().find(node.kind), figures);
    }

    static runtime::NodeFigures figures(const NodeId &id)
    {
        return *clickstreamSnapshot(60).node(id);
    }

private slots:
    void saysWhatItIs()
    {
        QCOMPARE(of(kGenerator, nullptr).what, u"Generator · Clickstream"_s);
        QCOMPARE(of(kTail, nullptr).what, u"Tail · access.log"_s);
        QCOMPARE(of(kFilter, nullptr).what, u"Filter · status >= 500"_s);
        const runtime::NodeFigures stream = figures(kStream);
        QCOMPARE(of(kStream, &stream).what, u"Data stream · 4 shards · 24 h"_s);
    }

    void namesWhatAProducerChoseToRead()
    {
        runtime::NodeFigures tail = figures(kTail);
        tail.reads = "/var/log/syslog";
        QCOMPARE(of(kTail, &tail).what, u"Tail · syslog"_s);
        QVERIFY(countsText(tail).startsWith(u"Reads /var/log/syslog\n"_s));
        tail.reads = "host-7"; // a computer
        QCOMPARE(of(kTail, &tail).what, u"Tail · host-7"_s);
    }

    void aStoppedStreamSaysHowMuchItTookIn()
    {
        runtime::NodeFigures stream = figures(kStream);
        stream.state = runtime::NodeState::Stopped;
        stream.counts.in = 1204;
        QCOMPARE(of(kStream, &stream).foot, u"1,204 records so far"_s);
        stream.counts.in = 0;
        QCOMPARE(of(kStream, &stream).foot, u"no records yet"_s);
    }

    void withoutFiguresThereIsNoData()
    {
        QCOMPARE(of(kGenerator, nullptr).figure, u"–"_s);
        QCOMPARE(of(kGenerator, nullptr).health, Health::Quiet);
        QVERIFY(of(kStream, nullptr).bars.empty());
    }

    void oneFigureThatMatters()
    {
        const runtime::NodeFigures filter = figures(kFilter);
        QCOMPARE(of(kFilter, &filter).figure, u"41 rec/s"_s);
        const runtime::NodeFigures pages = figures(kPages);
        QCOMPARE(of(kPages, &pages).figure, u"141,720 records"_s);
        runtime::NodeFigures done = figures(kGenerator);
        done.state = runtime::NodeState::Finished;
        done.counts.out = 1707;
        QCOMPARE(of(kGenerator, &done).figure, u"1,707 records"_s);
        const runtime::NodeFigures stream = figures(kStream);
        QCOMPARE(of(kStream, &stream).figure, QString());
        QCOMPARE(of(kStream, &stream).foot, u"2,362 rec/s · lag 0.2 s · 3 consumers"_s);
    }

    void deadLettersAreNoted()
    {
        const runtime::NodeFigures map = figures(kMap);
        QCOMPARE(of(kMap, &map).note, u"8 to dead letters"_s);
    }

    void hotKeyIsToldFromHotShard()
    {
        runtime::NodeFigures stream = figures(kStream);
        stream.shards[2].bytesInPerSecond = 0.96 * 1024 * 1024;
        stream.shards[2].recordsInPerSecond = 400;
        QCOMPARE(of(kStream, &stream).attention,
                 u"Shard 2 is hot: key “guest” is 71\u00a0% of it"_s);
        stream.shards[2].topKeys = {{"a", 0.04}, {"b", 0.03}};
        QCOMPARE(of(kStream, &stream).attention, u"Shard 2 is at 96\u00a0% of its limit"_s);
        QCOMPARE(of(kStream, &stream).health, Health::Warning);
        stream.shards[2].bytesInPerSecond = 0.5 * 1024 * 1024;
        stream.shards[2].recordsInPerSecond = 400;
        QVERIFY(of(kStream, &stream).attention.isEmpty());
        QCOMPARE(of(kStream, &stream).health, Health::Good);
    }

    void whatIsHeldBackSaysWhy()
    {
        runtime::NodeFigures map = figures(kMap);
        map.state = runtime::NodeState::BackPressured;
        QCOMPARE(of(kMap, &map).attention, u"Waits for what comes behind it"_s);
        QCOMPARE(of(kMap, &map).health, Health::Warning);
    }

    void oneRecordIsOne()
    {
        runtime::NodeFigures pages = figures(kPages);
        pages.counts.processed = 1;
        QCOMPARE(of(kPages, &pages).figure, u"1 record"_s);
    }

    void withoutLimitsNoShardIsHot()
    {
        runtime::NodeFigures stream = figures(kStream);
        stream.shards[2].bytesInPerSecond = 5 * 1024 * 1024;
        graph::Node node = *clickstream().find(kStream);
        node.parameters["limits"] = std::string("off");
        const CardContent content = cardContent(node, testKinds().find(node.kind), &stream);
        QVERIFY2(content.attention.isEmpty(), qPrintable(content.attention));
        QCOMPARE(content.health, Health::Good);
        for (const ShardBar &bar : content.bars)
            QVERIFY(!bar.hot());
    }

    void aProblemOfTheNodeIsToldBeforeItRuns()
    {
        const graph::Document document = clickstream();
        const graph::Node &node = *document.find(kFilter);
        const Problem problem(Code::InvalidArgument, {{"what", "expected a number"}});
        const CardContent content =
            cardContent(node, testKinds().find(node.kind), nullptr, &problem);
        QCOMPARE(content.health, Health::Error);
        QCOMPARE(content.attention, u"Expected a number"_s);
        const runtime::NodeFigures running = figures(kFilter);
        QCOMPARE(cardContent(node, testKinds().find(node.kind), &running, &problem).health,
                 Health::Error);
    }

    void theEnginesOwnSentenceComesFirst()
    {
        runtime::NodeFigures stream = figures(kStream);
        stream.attention = Problem(Code::DiskFull, {{"operation", "write"}});
        const CardContent content = of(kStream, &stream);
        QVERIFY(content.attention.startsWith(u"The disk is full"_s));
        QCOMPARE(content.health, Health::Error);
    }

    void statesHaveShapes_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("health");
        const auto row = [](const char *name, runtime::NodeState state, Health health) {
            QTest::newRow(name) << static_cast<int>(state) << static_cast<int>(health);
        };
        row("running", runtime::NodeState::Running, Health::Good);
        row("paused", runtime::NodeState::Paused, Health::Paused);
        row("finished", runtime::NodeState::Finished, Health::Quiet);
        row("held back", runtime::NodeState::BackPressured, Health::Warning);
        row("retrying", runtime::NodeState::Retrying, Health::Warning);
        row("failed", runtime::NodeState::Failed, Health::Error);
    }
    void statesHaveShapes()
    {
        QFETCH(int, state);
        QFETCH(int, health);
        runtime::NodeFigures generator = figures(kGenerator);
        generator.state = static_cast<runtime::NodeState>(state);
        QCOMPARE(static_cast<int>(of(kGenerator, &generator).health), health);
    }

    void anUnknownKindIsShownAndExplained()
    {
        graph::Node node;
        node.kind = "quantum-join";
        const CardContent content = cardContent(node, nullptr, nullptr);
        QCOMPARE(content.title, u"quantum-join"_s);
        QCOMPARE(content.health, Health::Error);
        QVERIFY(content.attention.contains(u"quantum-join"_s));
    }

    void disabledIsFaded()
    {
        graph::Node node = *clickstream().find(kFilter);
        node.state = graph::NodeState::Disabled;
        QVERIFY(cardContent(node, testKinds().find("filter"), nullptr).faded);
    }

    void countsNameEveryFate()
    {
        const runtime::NodeFigures map = figures(kMap);
        const QString text = countsText(map);
        QVERIFY(text.contains(u"In: 141,720 records"_s));
        QVERIFY(text.contains(u"To dead letters: 8"_s));
        QVERIFY(text.contains(u"Busy 22\u00a0%"_s));
    }

    void parametersReadAsPeopleWriteThem()
    {
        graph::Parameter duration;
        duration.type = graph::ParameterType::Duration;
        QCOMPARE(parameterText(duration, std::chrono::milliseconds(90'000)), u"90 s"_s);
        QCOMPARE(parameterText(duration, std::chrono::milliseconds(86'400'000)), u"24 h"_s);
        QCOMPARE(parameterText(duration, std::chrono::milliseconds(1500)), u"1,500 ms"_s);
        graph::Parameter rate;
        rate.type = graph::ParameterType::Rate;
        rate.unit = "records/s";
        QCOMPARE(parameterText(rate, 2600.0), u"2,600\u00a0records/s"_s);
        QCOMPARE(parameterText(rate, std::int64_t{0}), u"0\u00a0records/s"_s);
        graph::Parameter total = rate;
        total.zeroMeans = "no limit";
        QCOMPARE(parameterText(total, std::int64_t{0}), u"no limit"_s);
        QCOMPARE(parameterText(total, std::int64_t{7}), u"7\u00a0records/s"_s);
        QCOMPARE(parameterText(rate, std::int64_t{12'345'678}), u"12,345,678\u00a0records/s"_s);
        graph::Parameter flag;
        flag.type = graph::ParameterType::Boolean;
        QCOMPARE(parameterText(flag, true), u"yes"_s);
        graph::Parameter bytes;
        bytes.type = graph::ParameterType::Bytes;
        QCOMPARE(parameterText(bytes, std::int64_t{64} << 20), u"64.0\u00a0MiB"_s);
    }
};

MILLRACE_TEST(CardContentTest)
#include "card_content_test.moc"
