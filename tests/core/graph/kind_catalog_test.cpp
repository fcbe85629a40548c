// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/graph/sample_pipeline.h"
#include "tests/support/test_main.h"

#include "core/graph/kind_catalog.h"

#include <functional>

using namespace millrace;
using namespace millrace::graph;
using namespace millrace::graph::test;

namespace {

using Change = std::function<void(NodeKind &)>;

} // namespace

Q_DECLARE_METATYPE(Change)

class KindCatalogTest : public QObject
{
    Q_OBJECT

private slots:
    void findsKindsById()
    {
        const KindCatalog kinds = sampleKinds();
        QCOMPARE(kinds.all().size(), std::size_t(5));
        QCOMPARE(kinds.all().front().id, "source");
        QVERIFY(kinds.find("join") == &kinds.all()[3]);
        QVERIFY(kinds.find("nothing") == nullptr);
        QVERIFY(kinds.find("stream")->streamNameParameter() ==
                &kinds.find("stream")->parameters[0]);
        QVERIFY(kinds.find("map")->streamNameParameter() == nullptr);
        QVERIFY(kinds.find("join")->findInput("right") != nullptr);
        QVERIFY(kinds.find("join")->findInput("out") == nullptr);
    }

    void findsAfterACopy()
    {
        auto first = std::make_unique<KindCatalog>(sampleKinds());
        const KindCatalog copy = *first;
        first.reset();
        QCOMPARE(copy.find("sink")->title, "Sink");
    }

    void acceptsGoodDescriptions() { QCOMPARE(briefs(sampleKinds().check()), QStringList()); }

    void refusesOneIdTwice()
    {
        std::vector<NodeKind> kinds = sampleKinds().all();
        kinds.push_back(kinds.front());
        const auto problems = KindCatalog(kinds).check();
        QCOMPARE(briefs(problems), QStringList("graph.kind-description at kind source"));
        QCOMPARE(problems[0].argument("reason"), "the id stands there twice");
    }

    void refusesBadDescriptions_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, const char *kind, const char *place,
                            const char *reason, Change change) {
            QTest::newRow(name) << QString(kind) << change << QString(place) << QString(reason);
        };
        row("id", "source", "kind Source", "the id must be of a-z, 0-9 and '-'",
            [](NodeKind &k) { k.id = "Source"; });
        row("title", "source", "kind source", "title or summary is missing",
            [](NodeKind &k) { k.title.clear(); });
        row("producer with an input", "source", "kind source", "a producer has no input",
            [](NodeKind &k) {
                k.inputs = {{"in", "In"}};
            });
        row("transform without output", "map", "kind map", "it needs an output",
            [](NodeKind &k) { k.outputs.clear(); });
        row("destination with an output", "sink", "kind sink", "a destination has no output",
            [](NodeKind &k) {
                k.outputs = {{"out", "Out"}};
            });
        row("port twice", "join", "kind join", "port 'left' stands there twice",
            [](NodeKind &k) { k.outputs[0].id = "left"; });
        row("port id", "map", "kind map", "port 'a b' needs an id of a-z, A-Z, 0-9 and a title",
            [](NodeKind &k) { k.inputs[0].id = "a b"; });
        row("parameter id", "map", "kind map: parameter a.b", "the id must be of a-z, A-Z, 0-9",
            [](NodeKind &k) { k.parameters[0].id = "a.b"; });
        row("parameter twice", "map", "kind map: parameter note", "the id stands there twice",
            [](NodeKind &k) { k.parameters[4].id = "note"; });
        row("help", "map", "kind map: parameter note", "title or help is missing",
            [](NodeKind &k) { k.parameters[3].help.clear(); });
        row("no choices", "source", "kind source: parameter skew",
            "choices belong to a Choice, and only there", [](NodeKind &k) {
                k.parameters[2].choices = {{"a", "A"}};
            });
        row("choice twice", "source", "kind source: parameter shape",
            "choice 'daily' needs an id of its own and a title", [](NodeKind &k) {
                k.parameters[3].choices.push_back({"daily", "Again"});
            });
        row("default out of range", "source", "kind source: parameter rate",
            "the default: The rate must be from 1 to 100000 records/s, it is 0",
            [](NodeKind &k) { k.parameters[0].defaultValue = 0.0; });
        row("default of another type", "source", "kind source: parameter skew",
            "the default: The skew must be a number, it is a text",
            [](NodeKind &k) { k.parameters[2].defaultValue = "half"; });
        row("empty range", "source", "kind source: parameter count", "the range is empty",
            [](NodeKind &k) {
                k.parameters[1].minimum = 2;
                k.parameters[1].maximum = 1;
            });
        row("required and default", "source", "kind source: parameter skew",
            "a default makes 'required' idle",
            [](NodeKind &k) { k.parameters[2].required = true; });
        row("shownWhen of nothing", "source", "kind source: parameter period",
            "shownWhen names no parameter",
            [](NodeKind &k) { k.parameters[4].shownWhen->parameter = "form"; });
        row("shownWhen of a later one", "source", "kind source: parameter rate",
            "shownWhen must name a parameter before it", [](NodeKind &k) {
                k.parameters[0].shownWhen = ShownWhen{"shape", {"daily"}};
            });
        row("shownWhen of no choice", "source", "kind source: parameter period",
            "shownWhen names a value that cannot be",
            [](NodeKind &k) { k.parameters[4].shownWhen->anyOf = {"weekly"}; });
        row("stream without a name", "stream", "kind stream",
            "a stream needs exactly one parameter of type StreamName, required",
            [](NodeKind &k) { k.parameters[0].required = false; });
    }
    void refusesBadDescriptions()
    {
        QFETCH(QString, kind);
        QFETCH(Change, change);
        QFETCH(QString, place);
        QFETCH(QString, reason);
        std::vector<NodeKind> kinds = sampleKinds().all();
        for (NodeKind &described : kinds) {
            if (described.id == kind.toStdString()) {
                change(described);
                break;
            }
        }
        const auto problems = KindCatalog(kinds).check();
        QCOMPARE(briefs(problems), QStringList("graph.kind-description at " + place));
        QCOMPARE(QString::fromStdString(std::string(problems[0].argument("reason"))), reason);
    }

    void knowsStreamNamesAndSecrets()
    {
        QVERIFY(isStreamName("a"));
        QVERIFY(isStreamName(std::string(128, 'x')));
        QVERIFY(isStreamName("My_stream-1.v2"));
        QVERIFY(!isStreamName(std::string(129, 'x')));
        QVERIFY(!isStreamName(""));
        QVERIFY(!isStreamName("a b"));
        QVERIFY(!isStreamName("ä"));
        QVERIFY(isSecretReference("secret://db-password"));
        QVERIFY(!isSecretReference("secret://"));
        QVERIFY(!isSecretReference("hunter2"));
    }
};

MILLRACE_TEST(KindCatalogTest)
#include "kind_catalog_test.moc"
