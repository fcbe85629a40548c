// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/graph/canonical_text.h"
#include "tests/core/graph/sample_pipeline.h"
#include "tests/support/test_main.h"

#include "core/base/memory_file_system.h"
#include "core/base/problem_codes.h"
#include "core/graph/file.h"

#include <QFile>

#include <clocale>
#include <limits>

using namespace millrace;
using namespace millrace::graph;
using namespace millrace::graph::test;

namespace {

QString written(const Document &document)
{
    const auto text = writeDocument(document);
    return QString::fromStdString(text ? *text : text.error().message());
}

/// The smallest file, with `rest` put in at the top level.
std::string fileWith(const std::string &rest)
{
    return R"({"formatVersion": 1, "project": "0b9d6a3e-5c1f-4b7e-9a55-1f0c3f2a7d10", "name": "n")" +
           rest + "}";
}

std::string withParameter(const std::string &json)
{
    return fileWith(R"(, "nodes": {"f81k2m0a": {"kind": "k", "name": "n", "parameters": {"p": )" +
                    json + "}}}");
}

} // namespace

class DocumentFileTest : public QObject
{
    Q_OBJECT

private slots:
    void writesTheCanonicalBytes() { QCOMPARE(written(richDocument()), QString(canonicalText())); }

    void readsBackWhatItWrote()
    {
        const ReadOutcome outcome = readDocument(canonicalText());
        QCOMPARE(briefs(outcome.problems), QStringList());
        QVERIFY(*outcome.document == richDocument());
        QCOMPARE(written(*outcome.document), QString(canonicalText()));
    }

    void theExampleInFormatMdIsCanonical()
    {
        QFile file(MILLRACE_SOURCE_DIR "/core/graph/FORMAT.md");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString page = QString::fromUtf8(file.readAll());
        const QString example = page.section("```json\n", 1).section("```", 0, 0);
        const ReadOutcome outcome = readDocument(example.toStdString());
        QCOMPARE(briefs(outcome.problems), QStringList());
        QCOMPARE(written(*outcome.document), example);
    }

    void writesAnEmptyDocument()
    {
        Document document;
        document.name = "Empty";
        QCOMPARE(written(document), QString(R"({
  "formatVersion": 1,
  "project": "00000000-0000-0000-0000-000000000000",
  "name": "Empty",
  "nodes": {},
  "wires": [],
  "layout": {
    "annotations": {},
    "nodes": {}
  }
}
)"));
        QVERIFY(*readDocument(*writeDocument(document)).document == document);
    }

    void doesNotDependOnTheOrderOfTheFile()
    {
        const std::string a = fileWith(
            R"(, "b": 1, "a": {"z": 1, "y": [ ]}, "wires": [{"to": "bbbbbbbb.in", "from": "aaaaaaaa.out"},
               {"from": "aaaaaaaa.err", "to": "bbbbbbbb.in"}])");
        const std::string b = fileWith(
            R"(, "wires": [{"from": "aaaaaaaa.err", "to": "bbbbbbbb.in"}, {"from": "aaaaaaaa.out",
               "to": "bbbbbbbb.in"}], "a": {"y": [], "z": 1}, "b": 1)");
        QCOMPARE(written(*readDocument(a).document), written(*readDocument(b).document));
        QVERIFY(written(*readDocument(a).document).contains(R"("a": {"y": [], "z": 1},)"));
    }

    void keepsEveryValue_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<int>("alternative");
        QTest::newRow("true") << "true" << 0;
        QTest::newRow("largest") << "9223372036854775807" << 1;
        QTest::newRow("whole real") << "2.0" << 2;
        QTest::newRow("shortest") << "0.1" << 2;
        QTest::newRow("huge") << "1.7976931348623157e+308" << 2;
        QTest::newRow("tiny") << "5e-324" << 2;
        QTest::newRow("minus zero") << "-0.0" << 2;
        QTest::newRow("text") << R"("a/b")" << 3;
        QTest::newRow("duration") << R"({"ms": -5})" << 4;
    }
    void keepsEveryValue()
    {
        QFETCH(QString, json);
        QFETCH(int, alternative);
        const ReadOutcome outcome = readDocument(withParameter(json.toStdString()));
        QCOMPARE(briefs(outcome.problems), QStringList());
        const ParameterValue &value = outcome.document->nodes.begin()->second.parameters.at("p");
        QCOMPARE(int(value.index()), alternative);
        QVERIFY(written(*outcome.document).contains("\"p\": " + json + "\n"));
    }

    void takesEitherFormOfAText()
    {
        const auto value = [](const std::string &json) {
            return readDocument(withParameter(json))
                .document->nodes.begin()
                ->second.parameters.at("p");
        };
        QVERIFY(value(R"("a\nb")") == value(R"({"lines": ["a", "b"]})"));
        QVERIFY(value(R"({"lines": []})") == ParameterValue(""));
        QVERIFY(value(R"({"lines": ["", ""]})") == ParameterValue("\n"));
    }

    void keepsUnknownNumbersAsTheyAreSpelled()
    {
        const ReadOutcome outcome =
            readDocument(fileWith(R"(, "later": [123456789012345678901234567890, 1E5, 0.10, 7])"));
        QVERIFY(written(*outcome.document)
                    .contains(R"("later": [123456789012345678901234567890, 1E5, 0.10, 7],)"));
    }

    void readsNumbersInALocaleWithAComma()
    {
        const std::string before = std::setlocale(LC_NUMERIC, nullptr);
        if (std::setlocale(LC_NUMERIC, "de_DE.UTF-8") == nullptr)
            QSKIP("the locale de_DE.UTF-8 is not installed");
        const ReadOutcome outcome = readDocument(canonicalText());
        const QString again = outcome.document ? written(*outcome.document) : QString();
        std::setlocale(LC_NUMERIC, before.c_str());
        QCOMPARE(again, QString(canonicalText()));
    }

    void dropsThePlaceOfAMissingNode()
    {
        const ReadOutcome outcome =
            readDocument(fileWith(R"(, "layout": {"nodes": {"f81k2m0a": {"x": 1, "y": 2}}})"));
        QVERIFY(outcome.document->layout.nodes.empty());
    }

    void keepsAWireToAMissingNode()
    {
        const ReadOutcome outcome =
            readDocument(fileWith(R"(, "wires": [{"from": "aaaaaaaa.out", "to": "bbbbbbbb.in"}])"));
        QCOMPARE(outcome.document->wires.size(), std::size_t(1));
    }

    void namesThePlaceOfEveryError_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *name, const std::string &text, const char *message) {
            QTest::newRow(name) << QString::fromStdString(text) << QString(message);
        };
        row("empty", "",
            "line 1, column 1: The file is not valid JSON: expected a value, found the end "
            "[graph.document-syntax]");
        row("comma", "{\n  \"ä\": 1,\n}",
            "line 3, column 1: The file is not valid JSON: expected a name in quotes, found \"}\" "
            "[graph.document-syntax]");
        row("column counts characters", R"({"ää": ?})",
            "line 1, column 8: The file is not valid JSON: expected a value, found \"?\" "
            "[graph.document-syntax]");
        row("list", "[]", "expected an object, found a list (line 1) [graph.document-structure]");
        row("no version", "{}",
            "the field \"formatVersion\" is missing (line 1) "
            "[graph.document-field-missing]");
        row("version 0", R"({"formatVersion": 0})",
            "formatVersion: expected a whole number from 1, found a number (line 1) "
            "[graph.document-structure]");
        row("version text", R"({"formatVersion": "1"})",
            "formatVersion: expected a whole number from 1, found a text (line 1) "
            "[graph.document-structure]");
        row("newer", R"({"formatVersion": 2, "nodes": 7})",
            "formatVersion: The pipeline was written by a newer Millrace (format 2, this one reads "
            "up to 1); update Millrace to open it [base.newer-format]");
        row("nodes", fileWith(",\n\"nodes\": []"),
            "nodes: expected an object, found a list (line 2) [graph.document-structure]");
        row("id", fileWith(R"(, "nodes": {"Gen": {}})"),
            "nodes/Gen: \"Gen\" is no id; an id is 8 characters of a-z and 0-9 (line 1) "
            "[graph.document-bad-id]");
        row("node", fileWith(R"(, "nodes": {"f81k2m0a": 5})"),
            "nodes/f81k2m0a: expected an object, found a number (line 1) "
            "[graph.document-structure]");
        row("kind", fileWith(R"(, "nodes": {"f81k2m0a": {"name": "n"}})"),
            "nodes/f81k2m0a: the field \"kind\" is missing (line 1) "
            "[graph.document-field-missing]");
        row("name", fileWith(R"(, "nodes": {"f81k2m0a": {"kind": "k", "name": true}})"),
            "nodes/f81k2m0a/name: expected a text, found true (line 1) [graph.document-structure]");
        row("state",
            fileWith(R"(, "nodes": {"f81k2m0a": {"kind": "k", "name": "n", "state": "off"}})"),
            "nodes/f81k2m0a/state: expected \"enabled\", \"disabled\" or \"bypassed\", found "
            "\"off\" (line 1) [graph.document-structure]");
        row("null", withParameter("\n\n null"),
            "nodes/f81k2m0a/parameters/p: expected a value (leave the parameter out for its "
            "default), found null (line 3) [graph.document-structure]");
        row("beyond 64 bits", withParameter("9223372036854775808"),
            "nodes/f81k2m0a/parameters/p: expected a number, found a whole number beyond 64 bits "
            "(line 1) [graph.document-structure]");
        row("infinite", withParameter("1e999"),
            "line 1, column 159: The file is not valid JSON: a number is too large "
            "[graph.document-syntax]");
        row("list item", withParameter("[\"a\",\n5]"),
            "nodes/f81k2m0a/parameters/p/1: expected a text, found a number (line 2) "
            "[graph.document-structure]");
        row("number before a newline", withParameter("[5\n]"),
            "nodes/f81k2m0a/parameters/p/0: expected a text, found a number (line 1) "
            "[graph.document-structure]");
        row("tag", withParameter(R"({"seconds": 5})"),
            "nodes/f81k2m0a/parameters/p: expected a value, or an object with one of \"ms\", "
            "\"lines\", \"pairs\", found an object (line 1) [graph.document-structure]");
        row("ms", withParameter(R"({"ms": 1.5})"),
            "nodes/f81k2m0a/parameters/p/ms: expected a whole number of milliseconds, found a "
            "number (line 1) [graph.document-structure]");
        row("lines", withParameter(R"({"lines": "a"})"),
            "nodes/f81k2m0a/parameters/p/lines: expected a list of texts, found a text (line 1) "
            "[graph.document-structure]");
        row("pair", withParameter(R"({"pairs": [["a", "b"], ["a"]]})"),
            "nodes/f81k2m0a/parameters/p/pairs/1: expected [name, value], both texts, found a list "
            "(line 1) [graph.document-structure]");
        row("twice", withParameter("1,\n\"p\": 2"),
            "nodes/f81k2m0a/parameters: the field \"p\" stands there twice (lines 1 and 2); delete "
            "one of them [graph.document-field-twice]");
        row("node twice", fileWith(R"(, "nodes": {"f81k2m0a": {"kind": "k", "name": "n"},
            "f81k2m0a": {"kind": "k", "name": "n"}})"),
            "nodes: the field \"f81k2m0a\" stands there twice (lines 1 and 2); delete one of them "
            "[graph.document-field-twice]");
        row("twice in an unknown field", fileWith(R"(, "x": [{"a": 1, "a": 2}])"),
            "x/0: the field \"a\" stands there twice (lines 1 and 1); delete one of them "
            "[graph.document-field-twice]");
        row("wires", fileWith(R"(, "wires": {})"),
            "wires: expected a list, found an object (line 1) [graph.document-structure]");
        row("wire end", fileWith(R"(, "wires": [{"from": "f81k2m0a", "to": "f81k2m0b.in"}])"),
            "wires/0/from: expected a node's id and port, like \"f81k2m0a.out\", found "
            "\"f81k2m0a\" (line 1) [graph.document-structure]");
        row("wire twice", fileWith(R"(, "wires": [{"from": "f81k2m0a.o", "to": "f81k2m0b.i"},
            {"from": "f81k2m0a.o", "to": "f81k2m0b.i", "x": 1}])"),
            "wires/1: the wire f81k2m0a.o -> f81k2m0b.i stands there twice (line 2); delete one of "
            "them [graph.document-wire-twice]");
        row("annotation kind",
            fileWith(R"(, "layout": {"annotations": {"aaaaaaaa": {"kind": "box", "x": 0, "y": 0,
            "width": 1, "height": 1, "text": ""}}})"),
            "layout/annotations/aaaaaaaa/kind: expected \"frame\" or \"comment\", found \"box\" "
            "(line 1) [graph.document-structure]");
        row("annotation size",
            fileWith(R"(, "layout": {"annotations": {"aaaaaaaa": {"kind": "frame", "x": 0, "y": 0,
            "width": -1, "height": 1, "text": ""}}})"),
            "layout/annotations/aaaaaaaa: expected a width and a height of at least 0, found a "
            "negative one (line 1) [graph.document-structure]");
        row("place", fileWith(R"(, "layout": {"nodes": {"aaaaaaaa": {"x": 0}}})"),
            "layout/nodes/aaaaaaaa: the field \"y\" is missing (line 1) "
            "[graph.document-field-missing]");
        row("layout", fileWith(R"(, "layout": 1)"),
            "layout: expected an object, found a number (line 1) [graph.document-structure]");
    }
    void namesThePlaceOfEveryError()
    {
        QFETCH(QString, text);
        QFETCH(QString, message);
        const ReadOutcome outcome = readDocument(text.toStdString());
        QVERIFY(!outcome.document);
        QCOMPARE(outcome.problems.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(outcome.problems.front().message()), message);
    }

    void refusesAProjectThatIsNoUuid()
    {
        const ReadOutcome outcome =
            readDocument(R"({"formatVersion": 1, "project": 5, "name": "n"})");
        QCOMPARE(briefs(outcome.problems), QStringList("graph.document-structure at project"));
    }

    void collectsSeveralErrors()
    {
        const ReadOutcome outcome = readDocument(
            R"({"formatVersion": 1, "project": "x", "nodes": {"f81k2m0a": {"kind": 1}}, "wires": [7]})");
        QCOMPARE(briefs(outcome.problems),
                 QStringList({"graph.document-structure at project", "graph.document-field-missing",
                              "graph.document-structure at nodes/f81k2m0a/kind",
                              "graph.document-field-missing at nodes/f81k2m0a",
                              "graph.document-structure at wires/0"}));
    }

    void stopsCollectingAtALimit()
    {
        std::string wires = "[0";
        for (int i = 0; i < 1000; ++i)
            wires += ", 0";
        QCOMPARE(readDocument(fileWith(R"(, "wires": )" + wires + "]")).problems.size(),
                 kMaxReadProblems);
    }

    void refusesToWriteWhatItCouldNotRead_data()
    {
        QTest::addColumn<QString>("place");
        QTest::addColumn<int>("what");
        QTest::newRow("name") << "" << 0;
        QTest::newRow("infinite") << "node gen00000: parameter rate" << 1;
        QTest::newRow("not UTF-8") << "node map00000: parameter tags" << 2;
        QTest::newRow("id") << "node Bad" << 3;
        QTest::newRow("wrong key") << "node sink0000" << 4;
        QTest::newRow("wire") << "wire gen00000. -> sink0000.in" << 5;
        QTest::newRow("place") << "node nobody00" << 6;
        QTest::newRow("annotation") << "annotation frame001" << 7;
    }
    void refusesToWriteWhatItCouldNotRead()
    {
        QFETCH(QString, place);
        QFETCH(int, what);
        Document document = richDocument();
        const std::string bad = "\xC3";
        switch (what) {
        case 0:
            document.name = bad;
            break;
        case 1:
            document.nodes.at(id("gen")).parameters["rate"] =
                std::numeric_limits<double>::infinity();
            break;
        case 2:
            document.nodes.at(id("map")).parameters["tags"] = TextList{"a", bad};
            break;
        case 3:
            document.put({.id = NodeId{"Bad"}, .kind = "k", .name = "n"});
            break;
        case 4:
            document.nodes.at(id("sink")).id = id("other");
            break;
        case 5:
            document.wires.emplace(wire("gen.", "sink.in"), Wire{});
            break;
        case 6:
            document.layout.nodes[id("nobody")].position = Point{1, 1};
            break;
        default:
            document.layout.annotations.at(AnnotationId{"frame001"}).size.x = -1;
        }
        const auto text = writeDocument(document);
        QVERIFY(!text);
        QCOMPARE(brief(text.error()),
                 QString(place.isEmpty() ? "base.invalid-argument"
                                         : "base.invalid-argument at " + place));
    }

    void savesAndLoads()
    {
        MemoryFileSystem files;
        QVERIFY(files.makeFolders("/projects"));
        QVERIFY(saveDocument(files, "/projects/a.millrace", richDocument()));
        QVERIFY(*loadDocument(files, "/projects/a.millrace").document == richDocument());
    }

    void saysWhichFileItCouldNotLoad()
    {
        MemoryFileSystem files;
        QVERIFY(files.makeFolders("/projects"));
        QVERIFY(files.replaceFile("/projects/b.millrace", asBytes(fileWith(R"(, "nodes": 1)"))));
        QCOMPARE(briefs(loadDocument(files, "/projects/b.millrace").problems),
                 QStringList("graph.document-structure at /projects/b.millrace: nodes"));
        const ReadOutcome absent = loadDocument(files, "/projects/c.millrace");
        QVERIFY(!absent.document);
        QCOMPARE(int(absent.problems.at(0).code()), int(Code::NotFound));
        QVERIFY(absent.problems.at(0).message().find("/projects/c.millrace") != std::string::npos);
    }
};

MILLRACE_TEST(DocumentFileTest)
#include "document_file_test.moc"
