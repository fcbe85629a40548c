// SPDX-License-Identifier: GPL-3.0-or-later
// Budget, limits of size, and disks that are full.
#include "tests/core/stream/store_directory.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

using namespace millrace;
using namespace millrace::stream;
using namespace millrace::test;
using namespace std::chrono_literals;

class StreamStoreSpaceTest : public QObject
{
    Q_OBJECT

private slots:
    /// Its last bytes are for commits, and not for second copies of what stands already.
    void nothingIsRewrittenOnADiskThatIsNearlyFull()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        QVERIFY(d.put(*stream, std::string(100'000, 'x')));
        QVERIFY(stream->log().seal().has_value());
        const std::uint64_t before = opened.diskBytes();
        const auto free = [&] { return d.fs.volume("/")->freeBytes; };
        d.fs.setCapacity(1'000'000 + d.fs.volume("/")->totalBytes - free());
        opened.maintain();
        QCOMPARE(opened.diskBytes(), before);
        d.fs.setCapacity(~0ULL);
        opened.maintain();
        QVERIFY(opened.diskBytes() != before); // it has its index now
    }

    /// Where it was full all the same, a quota's for instance, it is not tried again and again.
    void afterAFullDiskNothingIsRewrittenUntilSomethingWasFreed()
    {
        static const Problem kFull(Code::DiskFull, {{"operation", "write"}});
        Directory d;
        d.options.budgetBytes = 50'000'000;
        d.fs.setCapacity(100'000'000);
        auto &opened = d.open();
        const auto sealed = [&](const StreamPtr &stream) {
            QVERIFY(d.put(*stream, std::string(100'000, 'x')));
            QVERIFY(stream->log().seal().has_value());
        };
        sealed(d.make("clicks"));
        const auto passing = d.make("passing", [](auto &entry) { entry.retention = 1h; });
        d.fs.failSteps([](const auto &step) {
            return step.call == "write" && step.path.ends_with(".rewrite") ? &kFull : nullptr;
        });
        const auto tried = [&] {
            opened.maintain();
            return d.loggedWith(Code::DiskFull).size();
        };
        QCOMPARE(tried(), std::size_t{1});
        QCOMPARE(tried(), std::size_t{1});
        d.fs.setCapacity(110'000'000); // somebody made room
        QCOMPARE(tried(), std::size_t{2});
        QCOMPARE(tried(), std::size_t{2});
        sealed(passing); // takes room
        QCOMPARE(tried(), std::size_t{2});
        d.clock.advance(2h); // and expires
        QCOMPARE(tried(), std::size_t{3});
        d.fs.failSteps({});
        const std::uint64_t before = opened.diskBytes();
        QCOMPARE(tried(), std::size_t{3});
        QCOMPARE(opened.diskBytes(), before);
        d.fs.setCapacity(~0ULL);
        opened.maintain();
        QVERIFY(opened.diskBytes() != before); // it has its index now
    }

    /// A directory over its budget grew on for as long as every stream was rewritten.
    void theBudgetComesBeforeRewriting()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        for (int i = 0; i < 3; ++i) {
            QVERIFY(d.put(*stream, std::string(100'000, 'x')));
            QVERIFY(stream->log().seal().has_value());
        }
        const Path folder = joinPath(d.options.dataDirectory, "output");
        QVERIFY(d.fs.makeFolders(folder).has_value());
        d.fs.setContent(joinPath(folder, "table.db"), Bytes(50'000'100 - opened.diskBytes()));
        d.clock.advance(11s);
        const auto begun = static_cast<std::ptrdiff_t>(d.fs.history().size());
        opened.maintain();
        const auto steps = d.fs.history();
        const auto first = [&](const char *call, std::string_view ending) {
            return std::find_if(steps.begin() + begun, steps.end(), [&](const auto &step) {
                return step.call == call && step.path.ends_with(ending);
            });
        };
        QVERIFY(first("create", ".rewrite") != steps.end());
        QVERIFY(first("remove", ".log") < first("create", ".rewrite"));
        QCOMPARE(recordsOf(*stream), std::uint64_t(2));
    }

    /// The budget is the directory's: what pipelines write beside the logs counts as well.
    void filesBesideTheLogsCountAndTheirGoingMakesRoom()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        QVERIFY(d.put(*stream, "1"));
        const Path folder = joinPath(d.options.dataDirectory, "output/deep");
        QVERIFY(d.fs.makeFolders(folder).has_value());
        d.fs.setContent(joinPath(folder, "a.db"), Bytes(60'000'000));
        opened.maintain();
        QVERIFY(opened.diskBytes() > 60'000'000);
        QVERIFY(!d.put(*stream, "2"));
        QVERIFY(d.fs.remove(joinPath(folder, "a.db")).has_value());
        d.clock.advance(11s);
        opened.maintain();
        QVERIFY(d.put(*stream, "3"));
        QCOMPARE(recordsOf(*stream), std::uint64_t(2));
    }

    /// A table that a pipeline fills grows past the budget. The streams could give all they have
    /// and there would be no room.
    void filesBesideTheLogsCostNoRecords()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        for (int i = 0; i < 3; ++i) {
            QVERIFY(d.put(*stream, "unread"));
            QVERIFY(stream->log().seal().has_value());
        }
        const Path folder = joinPath(d.options.dataDirectory, "output");
        QVERIFY(d.fs.makeFolders(folder).has_value());
        d.fs.setContent(joinPath(folder, "small.db"), Bytes(1000));
        d.fs.setContent(joinPath(folder, "table.db"), Bytes(60'000'000));
        opened.maintain();
        QCOMPARE(recordsOf(*stream), std::uint64_t(3));
        std::optional<Problem> refusal;
        record::RecordBatchBuilder builder;
        builder.append({"more", "key", {}, {}, nullptr});
        Put put;
        put.batch = builder.finish();
        stream->put(std::move(put), [&](const auto &outcome) {
            if (!outcome)
                refusal = outcome.error();
        });
        QVERIFY(refusal.has_value());
        QCOMPARE(refusal->code(), Code::BudgetTaken);
        QCOMPARE(refusal->argument("file"), std::string_view(joinPath(folder, "table.db")));
        QCOMPARE(refusal->argument("bytes"), std::string_view("60.0 MB"));
        QVERIFY(d.fs.remove(joinPath(folder, "table.db")).has_value());
        d.clock.advance(11s);
        opened.maintain();
        QVERIFY(d.put(*stream, "more"));
        QCOMPARE(recordsOf(*stream), std::uint64_t(4));
    }

    /// Nobody is told to remove the catalog, nor what SQLite keeps beside a table's file.
    void whatTakesTheBudgetIsNamedAsOneMayRemoveIt()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        const auto refusal = [&] {
            d.clock.advance(11s);
            opened.maintain();
            std::optional<Problem> out;
            record::RecordBatchBuilder builder;
            builder.append({"more", "key", {}, {}, nullptr});
            Put put;
            put.batch = builder.finish();
            stream->put(std::move(put), [&](const auto &outcome) {
                if (!outcome)
                    out = outcome.error();
            });
            return out.value_or(Problem(Code::Cancelled));
        };
        const auto content = [&](const char *name, std::size_t bytes) {
            d.fs.setContent(joinPath(d.options.dataDirectory, name), Bytes(bytes));
        };
        const Path table = joinPath(d.options.dataDirectory, "output/table.db");
        QVERIFY(d.fs.makeFolders(parentPath(table)).has_value());
        content("catalog.db-wal", 40'000'000);
        content("output/other.db", 7'000'000);
        content("output/table.db", 3'000'000);
        content("output/table.db-wal", 5'000'000);
        const Problem taken = refusal();
        QCOMPARE(taken.code(), Code::BudgetTaken);
        QCOMPARE(taken.argument("file"), std::string_view(table));
        QCOMPARE(taken.argument("bytes"), std::string_view("8.0 MB"));
        content("catalog.db-wal", 60'000'000);
        const Problem own = refusal();
        QCOMPARE(own.code(), Code::BudgetExhausted);
        QVERIFY(own.message().find("catalog") == std::string::npos);
        content("output/table.db", 40'000'000); // and without it there would be no room either
        QCOMPARE(refusal().code(), Code::BudgetExhausted);
    }

    /// Who gave a single byte was told to move the catalog of 4 kB away.
    void aBudgetThatHoldsNoStreamIsRefusedWithTheLeast()
    {
        Directory d;
        for (const std::uint64_t bytes : {std::uint64_t{1}, StreamStoreOptions::kLeastBudget - 1}) {
            d.options.budgetBytes = bytes;
            const auto refused = d.tryOpen(d.fs);
            QVERIFY(!refused);
            QCOMPARE(refused.error().code(), Code::InvalidArgument);
            QCOMPARE(refused.error().text(), "The budget (--budget) of " + std::to_string(bytes) +
                                                 " B holds no stream; give at least 1MB");
        }
        QVERIFY(!d.fs.exists(d.options.dataDirectory));
        d.options.budgetBytes = StreamStoreOptions::kLeastBudget;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        for (int i = 0; i < 4; ++i) {
            QVERIFY(d.put(*stream, std::string(1000, 'x')));
            opened.maintain();
        }
        QCOMPARE(recordsOf(*stream), std::uint64_t(4));
    }

    /// A segment may not go before it is sealed, and it is sealed as the stream's limits say now.
    void changedLimitsReachTheOpenSegment()
    {
        Directory d;
        auto &opened = d.open();
        const auto sized = d.make("sized");
        const auto aged = d.make("aged");
        SeededRandom noise(1);
        std::string data(500'000, ' ');
        for (int i = 0; i < 6; ++i) {
            noise.fill(std::as_writable_bytes(std::span(data)));
            QVERIFY(d.put(*sized, data));
        }
        QVERIFY(d.put(*aged, "first"));
        opened.maintain();
        QCOMPARE(recordsOf(*sized), std::uint64_t(6));
        const auto change = [&](const StreamPtr &stream, auto &&how) {
            QVERIFY(opened.update(stream->id(), how).has_value());
        };
        change(sized, [](store::StreamEntry &entry) { entry.maxBytes = 2'000'000; });
        change(aged, [](store::StreamEntry &entry) { entry.retention = 1h; });
        opened.maintain();
        QCOMPARE(recordsOf(*sized), std::uint64_t(0));
        QVERIFY(sized->log().diskBytes() <= 2'000'000);
        d.clock.advance(3min); // 1/24 of an hour is less
        QVERIFY(d.put(*aged, "second"));
        QCOMPARE(d.fs.list(d.folderOf(*aged))->size(), std::size_t(2));
    }

    void aFullDirectorySaysWhetherTheBudgetOrTheDiskIsTooSmall_data()
    {
        QTest::addColumn<quint64>("disk");
        QTest::addColumn<quint64>("budget");
        QTest::addColumn<quint64>("laterBudget");
        QTest::addColumn<QString>("said");
        QTest::newRow("small disk")
            << quint64(50'000'000) << quint64(0) << quint64(0)
            << "may take 5.0 MB, a tenth of .* free on it .*; 4\\d\\.\\d MB are free now.*--budget";
        QTest::newRow("budget")
            << quint64(50'000'000) << quint64(4'000'000) << quint64(0)
            << "budget of 4.0 MB is used up.*4\\d\\.\\d MB are free on the disk";
        QTest::newRow("budget said later") << quint64(50'000'000) << quint64(0)
                                           << quint64(4'000'000) << "budget of 4.0 MB is used up";
    }

    /// A wire is filled: nothing of it may be removed.
    void aFullDirectorySaysWhetherTheBudgetOrTheDiskIsTooSmall()
    {
        QFETCH(quint64, disk);
        QFETCH(quint64, budget);
        QFETCH(quint64, laterBudget);
        QFETCH(QString, said);
        Directory d;
        d.fs.setCapacity(disk);
        d.options.budgetBytes = budget;
        d.open();
        d.options.budgetBytes = laterBudget;
        auto &opened = d.open(); // as it was made, or as somebody says now
        const auto wire =
            d.make("wire", [](store::StreamEntry &entry) { entry.role = store::StreamRole::Wire; });
        SeededRandom noise(1);
        std::string data(500'000, ' ');
        std::optional<Problem> refusal;
        for (int i = 0; i < 40 && !refusal; ++i) {
            noise.fill(std::as_writable_bytes(std::span(data)));
            record::RecordBatchBuilder builder;
            builder.append({data, "key", {}, {}, nullptr});
            Put put;
            put.batch = builder.finish();
            wire->put(std::move(put), [&](const auto &outcome) {
                if (!outcome)
                    refusal = outcome.error();
            });
            opened.commitAll();
            opened.maintain();
        }
        QVERIFY(refusal.has_value());
        QVERIFY2(QRegularExpression(said).match(QString::fromStdString(refusal->text())).hasMatch(),
                 refusal->message().c_str());
        QCOMPARE(refusal->place(), std::string("wire"));
    }

    /// Nobody reads the stream, so no reader would ever count them.
    void recordsThatGoForTheirSizeAreCountedAndTold()
    {
        Directory d;
        auto &opened = d.open();
        const auto small = d.make("small", [](store::StreamEntry &entry) { entry.maxBytes = 1; });
        for (const char *data : {"1", "2", "3"})
            QVERIFY(d.put(*small, data));
        QVERIFY(small->log().seal().has_value());
        opened.maintain();
        QVERIFY(d.put(*small, "4"));
        QVERIFY(small->log().seal().has_value());
        opened.maintain();
        const auto told = d.loggedWith(Code::RecordsRemoved);
        QCOMPARE(told.size(), std::size_t(2));
        QCOMPARE(told.front().argument("records"), std::string_view("3"));
        QCOMPARE(told.back().argument("records"), std::string_view("4"));
        QCOMPARE(told.back().place(), std::string("small"));
    }

    void aSegmentThatCannotBeRemovedIsReported()
    {
        Directory d;
        auto &opened = d.open();
        const auto small = d.make("small", [](store::StreamEntry &entry) { entry.maxBytes = 1; });
        QVERIFY(d.put(*small, "x"));
        QVERIFY(small->log().seal().has_value());
        static const Problem broken(Code::Io, {{"operation", "remove"}, {"reason", "the disk"}});
        d.fs.failSteps([](const MemoryFileSystem::Step &step) {
            return step.call == "remove" && step.path.ends_with(".log") ? &broken : nullptr;
        });
        opened.maintain();
        const auto refused = d.loggedWith(Code::Io);
        QCOMPARE(refused.size(), std::size_t(1));
        QVERIFY(QString::fromStdString(refused.front().place()).startsWith("small"));
    }

    /// What a destination takes counts when it asks, not a second later; and once it has to wait,
    /// what it has not read yet is not pushed out by more.
    void aDestinationAsksForRoomAndHoldsUpItsSources()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        QVERIFY(d.put(*stream, "unread"));
        opened.maintain();
        const Path table = joinPath(d.options.dataDirectory, "output/table.db");
        const std::uint64_t before = opened.diskBytes();
        QVERIFY(!opened.roomFor("writer", table, 20'000'000));
        QCOMPARE(opened.diskBytes(), before + 20'000'000);
        QVERIFY(!opened.roomFor("writer", "/elsewhere/table.db", 90'000'000));
        // Written, it is in the files that are looked at next: here nothing was.
        opened.written("writer");
        QCOMPARE(opened.diskBytes(), before + 20'000'000);
        d.clock.advance(11s);
        opened.maintain();
        QCOMPARE(opened.diskBytes(), before);
        QVERIFY(d.fs.makeFolders(parentPath(table)).has_value());
        d.fs.setContent(table, Bytes(30'000'000));
        const auto refused = opened.roomFor("writer", table, 21'000'000);
        QVERIFY(refused.has_value());
        QCOMPARE(refused->code(), Code::BudgetTaken);
        QCOMPARE(refused->argument("file"), std::string_view(table));
        opened.maintain();
        QVERIFY(!d.put(*stream, "more"));
        QCOMPARE(recordsOf(*stream), std::uint64_t(1));
        d.fs.setContent(table, Bytes(20'000'000));
        d.clock.advance(11s);
        opened.maintain();
        QVERIFY(d.put(*stream, "more"));
        QVERIFY(!opened.roomFor("writer", table, 21'000'000));

        // Who was refused and has gone, as a node that was deleted, holds nobody up for ever.
        QVERIFY(opened.roomFor("writer", table, 49'000'000).has_value());
        opened.maintain();
        QVERIFY(!d.put(*stream, "held up"));
        d.clock.advance(13s);
        opened.maintain();
        QVERIFY(d.put(*stream, "goes on"));
    }

    /// The data directory may have been given from the working directory on, the place not.
    void whetherAPlaceIsInsideHangsOnNoSpelling_data()
    {
        QTest::addColumn<QString>("place");
        QTest::addColumn<bool>("inside");
        QTest::newRow("plain") << "real/output/table.db" << true;
        QTest::newRow("there and back") << "real/output/../../real/./table.db" << true;
        QTest::newRow("by a link") << "link/output/table.db" << true;
        QTest::newRow("out again") << "real/../table.db" << false;
        QTest::newRow("by a link that leads out") << "real/outside/table.db" << false;
        QTest::newRow("only the beginning of the name") << "real2/table.db" << false;
    }
    void whetherAPlaceIsInsideHangsOnNoSpelling()
    {
        QFETCH(QString, place);
        QFETCH(bool, inside);
        const QTemporaryDir home;
        const QDir dir(home.path());
        QVERIFY(dir.mkdir("real") && dir.mkdir("elsewhere"));
        QVERIFY(QFile::link(dir.filePath("real"), dir.filePath("link")));
        QVERIFY(QFile::link(dir.filePath("elsewhere"), dir.filePath("real/outside")));
        for (const QString &directory :
             {dir.filePath("real"), dir.filePath("link"), dir.filePath("elsewhere/../real"),
              QDir::current().relativeFilePath(dir.filePath("real"))}) {
            Directory d;
            d.options.dataDirectory = directory.toStdString();
            d.options.budgetBytes = 50'000'000;
            auto &opened = d.open();
            const bool refused =
                opened.roomFor("writer", dir.filePath(place).toStdString(), 60'000'000).has_value();
            QVERIFY2(refused == inside, qPrintable(directory));
            const bool relative =
                opened
                    .roomFor("writer",
                             QDir::current().relativeFilePath(dir.filePath(place)).toStdString(),
                             60'000'000)
                    .has_value();
            QVERIFY2(relative == inside, qPrintable(directory));
        }
    }

    /// What a burst had put went whole, but for the last commit of it.
    void aSmallLimitKeepsNearlyWhatItsSizeHolds()
    {
        Directory d;
        auto &opened = d.open();
        constexpr std::uint64_t kLimit = 3'000'000;
        const auto stream =
            d.make("clicks", [](store::StreamEntry &entry) { entry.maxBytes = kLimit; });
        SeededRandom noise(1);
        std::string data(50'000, ' ');
        for (int i = 0; i < 200; ++i) {
            noise.fill(std::as_writable_bytes(std::span(data)));
            record::RecordBatchBuilder builder;
            builder.append({data, "key", {}, {}, nullptr});
            Put put;
            put.batch = builder.finish();
            stream->put(std::move(put), [](const auto &outcome) { QVERIFY(outcome.has_value()); });
        }
        opened.commitAll();
        opened.keepLimits();
        QVERIFY(stream->log().diskBytes() <= kLimit);
        // Less one segment, which went whole, and what is taken ahead in the open one.
        QVERIFY2(recordsOf(*stream) * data.size() >= kLimit - 700'000,
                 std::to_string(recordsOf(*stream)).c_str());
        QCOMPARE(stream->bounds(ShardIndex(0)).end.value, std::uint64_t(200));
    }
};

MILLRACE_TEST(StreamStoreSpaceTest)
#include "stream_store_space_test.moc"
