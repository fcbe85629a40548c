// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/base/result.h"

#include <QTest>

#include <regex>
#include <set>

using namespace millrace;

class ProblemTest : public QObject
{
    Q_OBJECT
private slots:
    void theSentenceHasTheArguments()
    {
        const Problem problem(Code::Io, {{"operation", "write"}, {"reason", "no {luck}"}}, "b");
        QCOMPARE(problem.text(), std::string("write failed: no {luck}"));
        QCOMPARE(Problem(problem).at("a").message(),
                 std::string("a: b: write failed: no {luck} [base.io]"));
        QCOMPARE(problem.argument("reason"), std::string_view("no {luck}"));
        QCOMPARE(problem.argument("none"), std::string_view());
    }

    /// Behind the fact there is what to do.
    void whatAPersonCanMendSaysHow()
    {
        const auto says = [](Code code, std::string_view step) {
            return describe(code).text.find(step) != std::string_view::npos;
        };
        QVERIFY(says(Code::Corrupt, "Put back a copy from before"));
        QVERIFY(says(Code::Busy, "close that program"));
        QVERIFY(says(Code::CliOutput, "run the command again"));
    }

    void codesAreInOrderAndUnique()
    {
        std::set<std::string_view> ids;
        std::uint16_t last = 0;
        for (const CodeInfo &info : allCodes()) {
            QVERIFY2(static_cast<std::uint16_t>(info.code) > last, info.id.data());
            last = static_cast<std::uint16_t>(info.code);
            QVERIFY2(ids.insert(info.id).second, info.id.data());
            QVERIFY2(std::regex_match(std::string(info.id), std::regex("[a-z]+(\\.[a-z0-9-]+)+")),
                     info.id.data());
            QVERIFY2(!info.text.empty(), info.id.data());
            QCOMPARE(describe(info.code).id, info.id);
        }
    }

    void aNumberOfANewerPeerIsUnknownNotACrash()
    {
        QCOMPARE(describe(static_cast<Code>(65000)).id, std::string_view("unknown"));
    }

    void aResultHoldsEither()
    {
        const Result<int> five = 5;
        const Result<int> none = Problem(Code::Cancelled);
        QCOMPARE(*five, 5);
        QVERIFY(!none);
        QCOMPARE(none.error().code(), Code::Cancelled);
        const auto doubled = Result<int>(21).and_then([](int n) { return Result<int>(2 * n); });
        QCOMPARE(*doubled, 42);
    }
};

MILLRACE_TEST(ProblemTest)
#include "problem_test.moc"
