// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/stream/directory_layout.h"
#include "core/stream/stored_stream.h"
#include "core/stream/stream_store.h"

#include <QTemporaryDir>
#include <QTest>

using namespace millrace;
using namespace millrace::stream;
using namespace std::chrono_literals;

namespace {

/// A data directory on the disk in which an engine ran: stream "clicks" has one shard with records
/// that arrived one minute after the other.
class Directory
{
public:
    static constexpr std::uint64_t kRecords = 10;

    explicit Directory(bool expire = true)
    {
        StreamStoreOptions options;
        options.dataDirectory = path();
        options.threads = false;
        options.expire = expire;
        SeededRandom random{7};
        auto store =
            StreamStore::open(options, posixFileSystem(), clock, random, [](const Problem &) {
            }).value();
        store::StreamEntry wanted;
        wanted.name = "clicks";
        wanted.retention = std::chrono::hours(1);
        const StreamPtr clicks = store->ensure(wanted).value();
        wanted.name = "apart";
        QVERIFY(store->ensure(wanted));
        for (std::uint64_t i = 0; i < kRecords; ++i) {
            if (i > 0)
                clock.advance(1min);
            record::RecordBatchBuilder builder;
            builder.append({.data = "{}", .key = "k"});
            Put put;
            put.batch = builder.finish();
            clicks->put(std::move(put), [](const auto &outcome) { QVERIFY(outcome); });
            store->commitAll();
        }
        fourth = clicks->sequenceNumber(**clicks->read(ShardIndex(0), Ordinal(4)), 0);
    }

    Path path() const { return m_folder.path().toStdString(); }
    StoredStream open() const
    {
        const auto entries = storedStreams(posixFileSystem(), path()).value();
        return StoredStream::open(posixFileSystem(), path(), entries.back()).value();
    }

    ManualClock clock; ///< stands at the last arrival
    SequenceNumber fourth;

private:
    QTemporaryDir m_folder;
};

} // namespace

class StoredStreamTest : public QObject
{
    Q_OBJECT
private slots:
    void streamsAreListedByName()
    {
        const Directory directory;
        const auto entries = storedStreams(posixFileSystem(), directory.path()).value();
        QCOMPARE(entries.size(), std::size_t(2));
        QCOMPARE(entries[0].name, std::string("apart"));
        QCOMPARE(entries[1].name, std::string("clicks"));
        QCOMPARE(entries[1].retention, std::chrono::milliseconds(1h));
    }

    void aFolderWithoutACatalogIsNoDataDirectory()
    {
        const QTemporaryDir empty;
        const auto none = storedStreams(posixFileSystem(), empty.path().toStdString());
        QVERIFY(!none);
        QCOMPARE(none.error().code(), Code::NotFound);
    }

    void aCursorBeginsWhereItIsSaid()
    {
        Directory directory;
        StoredStream stream = directory.open();
        const ShardIndex shard(0);
        const auto begin = [&](const CursorStart &start) {
            const auto beginning = stream.begin(shard, start, directory.clock.wall()).value();
            return beginning.hidden == 0 ? beginning.at.value : ~std::uint64_t{0};
        };
        QCOMPARE(begin({From::TrimHorizon}), std::uint64_t(0));
        QCOMPARE(begin({From::Latest}), Directory::kRecords);
        QCOMPARE(begin({From::AtSequence, directory.fourth}), std::uint64_t(4));
        QCOMPARE(begin({From::AfterSequence, directory.fourth}), std::uint64_t(5));
        QCOMPARE(begin({From::AtTime, {}, directory.clock.wall() - 2min}), std::uint64_t(7));
        SequenceNumber other = directory.fourth;
        other.shard = ShardIndex(1);
        const auto refused = stream.begin(shard, {From::AtSequence, other}, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code(), Code::InvalidArgument);
    }

    /// The engine removes them later, and whole segments only; until then nobody sees them.
    void recordsOlderThanTheRetentionAreHidden()
    {
        Directory directory;
        StoredStream stream = directory.open();
        const WallTime later = directory.clock.wall() + 1h - 2min; // three are young enough
        QCOMPARE(stream.count(directory.clock.wall()).readable, Directory::kRecords);
        QCOMPARE(stream.count(later).readable, std::uint64_t(3));
        const auto first = stream.begin(ShardIndex(0), {From::TrimHorizon}, later).value();
        QCOMPARE(first.at.value, std::uint64_t(7));
        QCOMPARE(first.hidden, std::uint64_t(7));
        const auto ninth =
            stream.begin(ShardIndex(0), {From::AtTime, {}, directory.clock.wall()}, later).value();
        QCOMPARE(ninth.at.value, std::uint64_t(9));
        QCOMPARE(ninth.hidden, std::uint64_t(0));
    }

    void aFolderThatIsGoneOrEmptiedIsSaid_data()
    {
        QTest::addColumn<bool>("emptied");
        QTest::newRow("gone") << false;
        QTest::newRow("emptied") << true;
    }
    void aFolderThatIsGoneOrEmptiedIsSaid()
    {
        QFETCH(bool, emptied);
        const Directory directory;
        const auto entries = storedStreams(posixFileSystem(), directory.path()).value();
        const Path folder = logFolder(directory.path(), entries.back().id);
        QVERIFY(posixFileSystem().removeAll(folder));
        if (emptied)
            QVERIFY(posixFileSystem().makeFolders(folder));
        const auto gone = StoredStream::open(posixFileSystem(), directory.path(), entries.back());
        QVERIFY(!gone);
        QCOMPARE(gone.error().code(), Code::StreamFolderMissing);
        QCOMPARE(gone.error().argument("folder"), std::string_view(folder));
    }

    void nothingIsHiddenWhereTheEngineRemovesNothing()
    {
        Directory directory(false);
        StoredStream stream = directory.open();
        QCOMPARE(stream.entry().retention, std::chrono::milliseconds::max());
        QCOMPARE(stream.count(directory.clock.wall() + 1000h).readable, Directory::kRecords);
    }
};

MILLRACE_TEST(StoredStreamTest)
#include "stored_stream_test.moc"
