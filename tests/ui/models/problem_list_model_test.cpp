// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"

#include "core/base/problem_codes.h"
#include "core/graph/place.h"

#include "ui/bridge/convert.h"
#include "ui/models/problem_list_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

QString name(const NodeId &id)
{
    const graph::Document document = clickstream();
    const graph::Node *node = document.find(id);
    return node ? toQt(node->name) : toQt(id);
}

QString cell(const ProblemListModel &model, int row, int column)
{
    return model.index(row, column).data().toString();
}

runtime::ProblemEntry entry(Problem problem, bool active = true)
{
    runtime::ProblemEntry made{std::move(problem)};
    made.first = kRunStart;
    made.last = kRunStart;
    made.count = 1204;
    made.active = active;
    return made;
}

} // namespace

class ProblemListModelTest final : public QObject
{
    Q_OBJECT

private slots:
    void worstComesFirstAndWhatIsOverLast()
    {
        ProblemListModel model(name);
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        const Problem busy(Code::Busy, {{"what", "a"}});
        const Problem lost(Code::Corrupt, {{"what", "b"}, {"reason", "c"}});
        const Problem gone(Code::DiskFull, {{"operation", "write"}});
        model.setRuntimeProblems({entry(busy), entry(gone, false), entry(lost)});
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.problem(0)->code(), Code::Corrupt);
        QCOMPARE(model.problem(1)->code(), Code::Busy);
        QCOMPARE(model.problem(2)->code(), Code::DiskFull);
        QCOMPARE(model.health(0), Health::Error);
        QCOMPARE(model.health(2), Health::Quiet);
        QCOMPARE(model.activeCount(), 2);
        QCOMPARE(model.worst(), Health::Error);
        QCOMPARE(cell(model, 0, ProblemListModel::CountColumn), u"1,204"_s);
        QCOMPARE(cell(model, 0, ProblemListModel::LastColumn), u"14:30:00"_s);
    }

    void placesAreNamedAsPeopleKnowThem()
    {
        ProblemListModel model(name);
        const Problem parameter(Code::InvalidArgument, {{"what", "x"}},
                                graph::parameterPlace(kFilter, "condition"));
        const Problem wire(Code::InvalidArgument, {{"what", "y"}},
                           graph::wirePlace({{kGenerator, "out"}, {kStream, "in"}}));
        const Problem file(Code::InvalidArgument, {{"what", "z"}}, "some file, line 3");
        model.setDocumentProblems({parameter, wire, file});
        QCOMPARE(cell(model, 0, ProblemListModel::WhereColumn), u"Errors · condition"_s);
        QCOMPARE(cell(model, 1, ProblemListModel::WhereColumn), u"Clickstream → clicks"_s);
        QCOMPARE(cell(model, 2, ProblemListModel::WhereColumn), u"some file, line 3"_s);
        QCOMPARE(model.node(0), std::optional(kFilter));
        QCOMPARE(model.node(1), std::optional(kGenerator));
        QCOMPARE(model.node(2), std::optional<NodeId>());
    }

    void whatStandsIsNowAndWhatIsOverIsSaidToBe()
    {
        ProblemListModel model(name);
        model.setDocumentProblems({Problem(Code::NotFound, {{"what", "a file"}})});
        model.setRuntimeProblems({entry(Problem(Code::DiskFull, {{"operation", "write"}}), false)});
        QCOMPARE(cell(model, 0, ProblemListModel::LastColumn), u"now"_s);
        const auto spoken = [&](int row) {
            return model.index(row, ProblemListModel::SentenceColumn)
                .data(Qt::AccessibleTextRole)
                .toString();
        };
        QCOMPARE(spoken(0), u"A file does not exist"_s);
        QVERIFY2(spoken(1).startsWith(u"Over: The disk is full"_s), qPrintable(spoken(1)));
    }

    void whatIsOnlySaidIsNoProblem()
    {
        ProblemListModel model(name);
        const Problem said(Code::NodeTailWrites, {{"path", "application.log"}});
        QCOMPARE(said.severity(), Severity::Information);
        model.setRuntimeProblems({entry(said)});
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.activeCount(), 0);
    }

    void theSameProblemIsOneRow()
    {
        ProblemListModel model(name);
        const Problem problem(Code::NotFound, {{"what", "a file"}}, graph::nodePlace(kTail));
        model.setDocumentProblems({problem});
        model.setDeployProblems({problem});
        QCOMPARE(model.rowCount(), 1);
    }

    void whatTheEngineCountedIsNoSecondRow()
    {
        ProblemListModel model(name);
        const std::string place = graph::parameterPlace(kFilter, "condition");
        const Problem column(Code::NotFound, {{"what", "statu"}}, place + ": line 1, column 1");
        const Problem function(Code::NotFound, {{"what", "blah"}}, place + ": line 2, column 3");
        model.setDocumentProblems({column});
        model.setDeployProblems({column, function});
        model.setRuntimeProblems({entry(column), entry(function, false)});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.activeCount(), 2); // a deploy still says so
        QCOMPARE(cell(model, 0, ProblemListModel::CountColumn), u"1,204"_s);
        model.setDocumentProblems({});
        model.setDeployProblems({});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.activeCount(), 1);
    }

    void aNodesWorstProblemIsKnown()
    {
        ProblemListModel model(name);
        const Problem error(Code::NotFound, {{"what", "statu"}}, graph::nodePlace(kFilter));
        const Problem warning(Code::Busy, {{"what", "b"}}, graph::nodePlace(kFilter));
        model.setDocumentProblems({error});
        model.setRuntimeProblems(
            {entry(warning), entry(Problem(Code::NotFound, {}, graph::nodePlace(kTail)), false)});
        const std::map<NodeId, Problem> worst = model.worstByNode();
        QCOMPARE(worst.size(), 1U); // what is over marks no card
        QCOMPARE(worst.at(kFilter), error);
    }

    void unchangedSnapshotsResetNothing()
    {
        ProblemListModel model(name);
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRuntimeProblems({entry(Problem(Code::Busy))});
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.setRuntimeProblems({entry(Problem(Code::Busy))});
        QCOMPARE(reset.count(), 0);
        QCOMPARE(changed.count(), 0);
        runtime::ProblemEntry more = entry(Problem(Code::Busy));
        ++more.count;
        model.setRuntimeProblems({more});
        QCOMPARE(reset.count(), 0); // whoever has it selected keeps it
        QCOMPARE(cell(model, 0, ProblemListModel::CountColumn), u"1,205"_s);
        model.setRuntimeProblems({more, entry(Problem(Code::DiskFull))});
        QCOMPARE(reset.count(), 1);
    }
};

MILLRACE_TEST(ProblemListModelTest)
#include "problem_list_model_test.moc"
