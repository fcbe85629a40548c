// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"

#include "core/graph/file.h"

#include "ui/bridge/convert.h"
#include "ui/document/pipeline_document.h"

#include <QSignalSpy>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class PipelineDocumentTest final : public QObject
{
    Q_OBJECT

private slots:
    void opensWhatWasRead()
    {
        PipelineDocument document(testKinds());
        QSignalSpy opened(&document, &PipelineDocument::opened);
        document.open(clickstream(), u"/somewhere/clicks.millrace"_s);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(document.graph(), clickstream());
        QCOMPARE(document.name(), u"Clickstream"_s);
        QCOMPARE(document.fileName(), u"clicks.millrace"_s);
        QCOMPARE(document.folder(), u"/somewhere"_s);
        QVERIFY(!document.isModified());
    }

    void openingAndClosingForgetWhatWas()
    {
        PipelineDocument document(testKinds());
        document.open(clickstream(), u"/somewhere/first.millrace"_s);
        QVERIFY(document.edit({graph::RemoveParameter{kFilter, "condition"}}, u"Clear"_s));
        QVERIFY(!document.problems().empty());
        document.open(clickstream(), u"/somewhere/second.millrace"_s);
        QCOMPARE(document.undoStack().count(), 0); // its steps were made for another pipeline
        QVERIFY(document.edit({graph::RemoveParameter{kFilter, "condition"}}, u"Clear"_s));
        QSignalSpy closed(&document, &PipelineDocument::closed);
        document.close();
        document.close();
        QCOMPARE(closed.count(), 1);
        QVERIFY(!document.isOpen());
        QVERIFY(document.problems().empty());
        QCOMPARE(document.undoStack().count(), 0);
        QVERIFY(document.graph().nodes.empty());
    }

    void aFileNamesAPipelineWithoutAName()
    {
        PipelineDocument document(testKinds());
        graph::Document nameless = clickstream();
        nameless.name.clear();
        document.open(nameless, u"/somewhere/visits.millrace"_s);
        QCOMPARE(document.name(), u"visits"_s);
    }

    void editIsUndoneToTheSameBytes()
    {
        PipelineDocument document(testKinds());
        document.open(clickstream(), {});
        const std::string before = *graph::writeDocument(document.graph());
        QSignalSpy changed(&document, &PipelineDocument::changed);
        QVERIFY(
            document.edit({graph::RenameNode{kStream, "visits"}}, u"Rename clicks"_s).has_value());
        QVERIFY(document.edit({graph::RemoveNode{kFilter}}, u"Delete Errors"_s).has_value());
        QCOMPARE(changed.count(), 2);
        QVERIFY(document.isModified());
        QCOMPARE(document.undoStack().count(), 2);
        QCOMPARE(document.undoStack().undoText(), u"Delete Errors"_s);
        const std::string after = *graph::writeDocument(document.graph());
        document.undoStack().undo();
        document.undoStack().undo();
        QCOMPARE(*graph::writeDocument(document.graph()), before);
        QVERIFY(!document.isModified());
        document.undoStack().redo();
        document.undoStack().redo();
        QCOMPARE(*graph::writeDocument(document.graph()), after);
        QCOMPARE(changed.count(), 6);
    }

    void refusedEditLeavesNoStep()
    {
        PipelineDocument document(testKinds());
        document.open(clickstream(), {});
        QVERIFY(!document.edit({graph::RemoveNode{NodeId{"nobody00"}}}, u"Delete"_s).has_value());
        QCOMPARE(document.undoStack().count(), 0);
        QCOMPARE(document.graph(), clickstream());
    }

    void problemsFollowEveryEdit()
    {
        PipelineDocument document(testKinds());
        document.open(clickstream(), {});
        const std::size_t before = document.problems().size();
        QVERIFY(
            document.edit({graph::RemoveParameter{kFilter, "condition"}}, u"Clear"_s).has_value());
        QVERIFY(document.problems().size() > before);
        document.undoStack().undo();
        QCOMPARE(document.problems().size(), before);
    }
};

MILLRACE_TEST(PipelineDocumentTest)
#include "pipeline_document_test.moc"
