// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/clock.h"
#include "core/base/problem_codes.h"
#include "core/record/schema.h"
#include "core/runtime/record_filter.h"

#include <QTest>

#include <numeric>

using namespace millrace;
using namespace millrace::runtime;

namespace {

record::BatchPtr batch(const std::vector<std::string> &payloads)
{
    record::RecordBatchBuilder builder;
    for (const std::string &payload : payloads)
        builder.append({.data = payload, .key = "k"});
    SeededRandom random(1);
    return builder.finishPlaced(Uuid::random(random), ShardIndex(0), Ordinal(0),
                                std::vector<std::int64_t>(payloads.size(), 1000),
                                std::vector<std::uint64_t>(payloads.size(), 7));
}

RecordFilter::Bound bind(const char *condition)
{
    return RecordFilter::bind(condition, record::parseSchema("n BIGINT").value(),
                              SequenceNumbers(store::StreamEntry{}));
}

std::vector<std::uint32_t> wantedOf(RecordFilter &filter, const record::BatchPtr &records)
{
    std::vector<std::uint32_t> rows(records->count());
    std::iota(rows.begin(), rows.end(), 0U);
    const auto wanted = filter.wanted(*records, rows);
    return {wanted.begin(), wanted.end()};
}

} // namespace

class RecordFilterTest : public QObject
{
    Q_OBJECT
private slots:
    void recordsForWhichItIsTrueAreWanted()
    {
        const auto bound = bind("n > 1");
        QVERIFY(bound.problems.empty());
        const auto records = batch({R"({"n":1})", R"({"n":2})", R"({"n":null})", R"({"n":3})"});
        QCOMPARE(wantedOf(*bound.filter, records), (std::vector<std::uint32_t>{1, 3}));
        const std::vector<std::uint32_t> some = {0, 2, 3};
        const auto wanted = bound.filter->wanted(*records, some);
        QCOMPARE(std::vector(wanted.begin(), wanted.end()), (std::vector<std::uint32_t>{3}));
        QVERIFY(bound.filter->failures().empty());
    }

    /// Whatever makes the NULL; what is false, or fails, is not counted among them.
    void recordsForWhichItIsNullAreCounted_data()
    {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<quint64>("nulls");
        QTest::newRow("a field") << "n > 1" << quint64(2);
        QTest::newRow("NULLIF") << "NULLIF(n, 2) > 1" << quint64(3);
        QTest::newRow("CASE") << "CASE WHEN n = 1 THEN TRUE END" << quint64(3);
        QTest::newRow("TRY_CAST") << "TRY_CAST('x' AS BIGINT) > 1" << quint64(5);
        QTest::newRow("a comment behind") << "n > 1 -- or not" << quint64(2);
        QTest::newRow("none") << "n IS NOT NULL AND n > 1" << quint64(0);
    }
    void recordsForWhichItIsNullAreCounted()
    {
        QFETCH(QString, condition);
        QFETCH(quint64, nulls);
        const auto bound = bind(qPrintable(condition));
        QVERIFY(bound.filter);
        const auto records =
            batch({R"({"n":1})", R"({"n":2})", R"({"n":null})", R"({})", R"({"n":"x"})"});
        wantedOf(*bound.filter, records);
        QCOMPARE(quint64(bound.filter->nulls()), nulls);
        wantedOf(*bound.filter, records); // all that it has seen
        QCOMPARE(quint64(bound.filter->nulls()), 2 * nulls);
    }

    void recordsThatDoNotFitAreCounted()
    {
        const auto bound = bind("n > 1");
        QCOMPARE(wantedOf(*bound.filter, batch({R"({"n":"x"})", R"({"n":2})", "no json"})),
                 (std::vector<std::uint32_t>{1}));
        std::uint64_t failed = 0;
        for (const auto &[reason, count] : bound.filter->failures())
            failed += count;
        QCOMPARE(failed, std::uint64_t(2));
        QCOMPARE(bound.filter->furtherFailures(), std::uint64_t(0));
    }

    void sequenceNumbersAreThoseOfTheStream()
    {
        const auto records = batch({R"({"n":1})"});
        const SequenceNumbers numbers{store::StreamEntry{}};
        const std::string condition = "record.sequence_number = '" + numbers.of(*records, 0) + "'";
        QCOMPARE(wantedOf(*bind(condition.c_str()).filter, records).size(), std::size_t(1));
    }

    void everythingThatIsWrongIsTold()
    {
        const auto bound = bind("nobody > 1 AND somebody < 2");
        QVERIFY(!bound.filter);
        QCOMPARE(bound.problems.size(), std::size_t(2));
        QCOMPARE(bound.problems[0].code(), Code::SqlUnknownColumn);
    }
};

MILLRACE_TEST(RecordFilterTest)
#include "record_filter_test.moc"
