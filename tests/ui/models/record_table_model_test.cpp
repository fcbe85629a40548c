// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/models/record_table_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace millrace::ui;
using namespace Qt::StringLiterals;

namespace {

std::vector<RecordRow> rows(quint64 from, int count)
{
    std::vector<RecordRow> made;
    for (int i = 0; i < count; ++i) {
        RecordRow row;
        row.shard = 1;
        row.ordinal = from + static_cast<quint64>(i);
        row.arrivalMs = 1'780'324'327'391;
        row.sequenceNumber = QString::number(1'000'000 + row.ordinal);
        row.key = u"guest"_s;
        row.data = "{\"n\":\n" + QByteArray::number(row.ordinal) + "}";
        made.push_back(row);
    }
    return made;
}

QString sequence(const RecordTableModel &model, int row)
{
    return model.index(row, RecordTableModel::SequenceColumn).data().toString();
}

} // namespace

class RecordTableModelTest final : public QObject
{
    Q_OBJECT

private slots:
    void newestComeFirst()
    {
        RecordTableModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.append(rows(0, 3));
        model.append(rows(3, 2));
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(model.record(0)->ordinal, 4U);
        QCOMPARE(model.record(4)->ordinal, 0U);
        QCOMPARE(model.record(5), nullptr);
    }

    void cellsAreShort()
    {
        RecordTableModel model;
        model.append(rows(7, 1));
        QCOMPARE(model.index(0, RecordTableModel::ArrivedColumn).data().toString(),
                 u"14:32:07.391"_s);
        QCOMPARE(model.index(0, RecordTableModel::ShardColumn).data().toInt(), 1);
        QCOMPARE(sequence(model, 0), u"…000007"_s);
        QCOMPARE(model.index(0, RecordTableModel::SequenceColumn).data(Qt::ToolTipRole).toString(),
                 u"1000007"_s);
        QCOMPARE(model.index(0, RecordTableModel::DataColumn).data().toString(), u"{\"n\": 7}"_s);
        QVERIFY(model.headerData(0, Qt::Horizontal).toString().contains(u"UTC"_s));
    }

    void aCellShowsTheBeginningOfALongRecord()
    {
        RecordTableModel model;
        std::vector<RecordRow> large = rows(0, 1);
        large.front().data = QByteArray(1 << 20, 'x');
        model.append(large);
        QVERIFY(model.index(0, RecordTableModel::DataColumn).data().toString().size() < 5000);
    }

    void theOldestLeaveWhenItIsFull()
    {
        RecordTableModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.append(rows(0, RecordTableModel::kMaxRows - 1));
        model.append(rows(RecordTableModel::kMaxRows - 1, 500));
        QCOMPARE(model.rowCount(), RecordTableModel::kMaxRows);
        QCOMPARE(model.record(0)->ordinal, static_cast<quint64>(RecordTableModel::kMaxRows + 498));
        QCOMPARE(model.record(RecordTableModel::kMaxRows - 1)->ordinal, 499U);
        model.append(rows(50'000, 3 * RecordTableModel::kMaxRows));
        QCOMPARE(model.rowCount(), RecordTableModel::kMaxRows);
    }

    void largeRecordsAreFewer()
    {
        RecordTableModel model;
        QAbstractItemModelTester tester(&model);
        constexpr qsizetype kThird = RecordTableModel::kMaxBytes / 3;
        const auto large = [](quint64 ordinal, qsizetype bytes) {
            std::vector<RecordRow> out = rows(ordinal, 1);
            out.front().data = QByteArray(bytes, 'x');
            return out;
        };
        for (quint64 i = 0; i < 5; ++i)
            model.append(large(i, kThird));
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.record(0)->ordinal, 4U);
        model.append(large(5, 2 * RecordTableModel::kMaxBytes));
        QCOMPARE(model.rowCount(), 1);
        model.setHeld(true);
        for (quint64 i = 6; i < 12; ++i)
            model.append(large(i, kThird));
        QCOMPARE(model.waiting(), 3);
        model.setHeld(false);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.record(2)->ordinal, 9U);
    }

    void heldRowsWaitAndThenCome()
    {
        RecordTableModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.append(rows(0, 3));
        QSignalSpy waiting(&model, &RecordTableModel::waitingChanged);
        model.setHeld(true);
        model.append(rows(3, 4));
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.waiting(), 4);
        QCOMPARE(waiting.count(), 1);
        model.setHeld(false);
        QCOMPARE(model.rowCount(), 7);
        QCOMPARE(model.waiting(), 0);
        QCOMPARE(model.record(0)->ordinal, 6U);
    }

    void waitingIsBounded()
    {
        RecordTableModel model;
        model.setHeld(true);
        for (quint64 i = 0; i < 3; ++i)
            model.append(rows(i * 6000, 6000));
        QCOMPARE(model.waiting(), RecordTableModel::kMaxRows);
        model.setHeld(false);
        QCOMPARE(model.record(0)->ordinal, 17'999U);
    }

    void clearForgetsAll()
    {
        RecordTableModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.append(rows(0, 3));
        model.setHeld(true);
        model.append(rows(3, 3));
        model.clear();
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.waiting(), 0);
    }
};

MILLRACE_TEST(RecordTableModelTest)
#include "record_table_model_test.moc"
