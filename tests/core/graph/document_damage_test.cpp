// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/graph/sample_pipeline.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/graph/file.h"

using namespace millrace;
using namespace millrace::graph;
using namespace millrace::graph::test;

namespace {

/// What must hold whatever the bytes: either problems that can be shown, or a document that can be
/// written, and writes the same after being read again. Returns what is wrong, or nothing.
QString whatIsWrong(const std::string &text)
{
    const ReadOutcome outcome = readDocument(text);
    if (outcome.document.has_value() == !outcome.problems.empty())
        return "neither a document nor a problem, or both";
    for (const Problem &problem : outcome.problems) {
        if (!isUtf8(problem.message()) || problem.message().size() > 2000)
            return "a message that cannot be shown";
    }
    if (!outcome.document)
        return {};
    const auto written = writeDocument(*outcome.document);
    if (!written)
        return QString::fromStdString(written.error().message());
    const ReadOutcome again = readDocument(*written);
    if (!again.document || *again.document != *outcome.document)
        return "another document after writing and reading";
    return *writeDocument(*again.document) == *written ? QString() : "other bytes the second time";
}

} // namespace

/// Damaged and hostile files.
class DocumentDamageTest : public QObject
{
    Q_OBJECT

private slots:
    void everyPrefixIsRefusedOrWrites()
    {
        const std::string text = *writeDocument(richDocument());
        for (std::size_t length = 0; length < text.size(); ++length) {
            const std::string prefix = text.substr(0, length);
            QCOMPARE(whatIsWrong(prefix), QString());
            // Only the newline after the last bracket can be missed.
            QCOMPARE(readDocument(prefix).document.has_value(), length + 1 == text.size());
        }
    }

    void everyFlippedBitIsRefusedOrWrites()
    {
        const std::string text = *writeDocument(richDocument());
        int read = 0;
        int refused = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            for (unsigned bit = 0; bit < 8; ++bit) {
                std::string flipped = text;
                flipped[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << bit));
                const QString wrong = whatIsWrong(flipped);
                QVERIFY2(wrong.isEmpty(),
                         qPrintable(QString("byte %1, bit %2: %3").arg(at).arg(bit).arg(wrong)));
                ++(readDocument(flipped).document ? read : refused);
            }
        }
        // Flips inside texts give other documents, flips of the grammar give errors.
        QVERIFY2(read > 1000 && refused > 1000,
                 qPrintable(QString("%1 read, %2 refused").arg(read).arg(refused)));
    }

    void refusesHostileDepth()
    {
        for (const char *const open : {"[", "{\"a\":"}) {
            std::string text = R"({"formatVersion": 1, "x": )";
            for (int i = 0; i < 1'000'000; ++i)
                text += open;
            const ReadOutcome outcome = readDocument(text);
            QCOMPARE(outcome.problems.size(), std::size_t(1));
            QCOMPARE(int(outcome.problems[0].code()), int(Code::DocumentTooDeep));
            QVERIFY(outcome.problems[0].place().starts_with("line 1, column "));
        }
    }

    void readsUpToTheDepthLimit()
    {
        const auto nested = [](std::size_t levels) {
            return R"({"formatVersion": 1, "project": "0b9d6a3e-5c1f-4b7e-9a55-1f0c3f2a7d10", "name": "n", "x": )" +
                   std::string(levels, '[') + std::string(levels, ']') + "}";
        };
        QCOMPARE(whatIsWrong(nested(kMaxDepth - 1)), QString());
        QVERIFY(readDocument(nested(kMaxDepth - 1)).document.has_value());
        QVERIFY(!readDocument(nested(kMaxDepth)).document.has_value());
    }

    void refusesMoreBytesThanAPipelineHas()
    {
        const ReadOutcome outcome = readDocument(std::string(kMaxFileBytes + 1, ' '));
        QCOMPARE(QString::fromStdString(outcome.problems.at(0).message()),
                 QString("The file is too large for a pipeline (16777217 bytes, at most 16777216) "
                         "[graph.document-too-large]"));
        Document large = PipelineBuilder().source("gen").build();
        large.nodes.at(id("gen")).parameters["note"] = std::string(kMaxFileBytes, 'x');
        QCOMPARE(int(writeDocument(large).error().code()), int(Code::DocumentTooLarge));
    }

    void refusesMoreValuesThanAPipelineHas()
    {
        std::string text = R"({"x": [0)";
        for (std::size_t i = 0; i < kMaxValues; ++i)
            text += ",0";
        const ReadOutcome outcome = readDocument(text + "]}");
        QCOMPARE(int(outcome.problems.at(0).code()), int(Code::DocumentTooLarge));
    }

    void quotesALongNameShortly()
    {
        const std::string name(100'000, 'x');
        QCOMPARE(whatIsWrong(R"({"formatVersion": 1, "nodes": {")" + name + R"(": 5}})"),
                 QString());
        QCOMPARE(whatIsWrong("{\"" + name + "\" 5}"), QString());
    }

    void aNulByteIsNotTheEndOfTheFile()
    {
        for (const std::string_view behind :
             {std::string_view("\0", 1), std::string_view("\0}{", 3)}) {
            const ReadOutcome outcome =
                readDocument(*writeDocument(richDocument()) + std::string(behind));
            QVERIFY(!outcome.document);
            QCOMPARE(outcome.problems.size(), std::size_t(1));
            QCOMPARE(int(outcome.problems[0].code()), int(Code::DocumentSyntax));
            QVERIFY(isUtf8(outcome.problems[0].message()));
        }
    }

    void givesProblemsForBytesThatAreNoUtf8()
    {
        const ReadOutcome outcome = readDocument("{\"a\": \"\xC3\x28\"}");
        QCOMPARE(briefs(outcome.problems),
                 QStringList("graph.document-syntax at line 1, column 8"));
        QCOMPARE(whatIsWrong("{\"a\": \"\xC3\x28\"}"), QString());
    }
};

MILLRACE_TEST(DocumentDamageTest)
#include "document_damage_test.moc"
