// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"

#include "ui/bridge/convert.h"
#include "ui/bridge/problem_text.h"

#include <QCoreApplication>
#include <QTest>
#include <QTranslator>

using namespace millrace;
using namespace millrace::ui;
using namespace Qt::StringLiterals;

namespace {

/// German for one sentence, with the arguments in another order.
class Dictionary final : public QTranslator
{
public:
    QString translate(const char *context, const char *source, const char *, int) const override
    {
        if (qstrcmp(context, "Problem") == 0 &&
            toQt(describe(Code::Corrupt).text) == QString::fromUtf8(source))
            return u"Wegen {reason} ist {what} beschädigt"_s;
        return {};
    }
    bool isEmpty() const override { return false; }
};

} // namespace

class ProblemTextTest final : public QObject
{
    Q_OBJECT

private slots:
    void everyCodeReadsLikeCore()
    {
        for (const CodeInfo &info : allCodes()) {
            const Problem problem(info.code);
            QCOMPARE(problemText(problem).toLower(), toQt(problem.text()).toLower());
        }
    }

    void sentencesBeginInUpperCaseAndNamesStayAsTheyAre()
    {
        QCOMPARE(problemText(Problem(Code::NotFound, {{"what", "the node"}})),
                 u"The node does not exist"_s);
        QCOMPARE(problemText(Problem(Code::NotFound, {{"what", "access.log"}})),
                 u"access.log does not exist"_s);
    }

    void argumentsAreFilledInOnce()
    {
        const Problem problem(Code::Corrupt, {{"what", "{reason}"}, {"reason", "a hole"}},
                              "file.log");
        QVERIFY(problemText(problem).startsWith(u"{reason} is damaged: a hole. Put "_s));
        QVERIFY(problemTextWithPlace(problem).startsWith(
            u"file.log: {reason} is damaged: a hole. Put "_s));
    }

    void translationMayReorderArguments()
    {
        Dictionary german;
        QCoreApplication::installTranslator(&german);
        const QString text =
            problemText(Problem(Code::Corrupt, {{"what", "Datei"}, {"reason", "Lücke"}}));
        QCoreApplication::removeTranslator(&german);
        QCOMPARE(text, u"Wegen Lücke ist Datei beschädigt"_s);
    }
};

MILLRACE_TEST(ProblemTextTest)
#include "problem_text_test.moc"
