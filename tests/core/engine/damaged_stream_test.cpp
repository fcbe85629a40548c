// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/memory_file_system.h"
#include "core/engine/record_pages.h"
#include "core/engine/schema_keeper.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <span>

using namespace millrace;
using namespace std::chrono_literals;

namespace {

/// A stream of one shard and several blocks, of which the first is damaged.
class DamagedStream
{
    QTemporaryDir m_directory; // what the store rests on outlives it
    MemoryFileSystem m_fileSystem;
    SeededRandom m_random{3};
    stream::StreamStoreOptions m_options;

public:
    static constexpr std::uint64_t kRecords = 60;

    DamagedStream()
    {
        m_options.dataDirectory = m_directory.path().toStdString();
        m_options.threads = false;
        open();
        store::StreamEntry wanted;
        wanted.name = "readings";
        auto made = *store->ensure(wanted);
        record::RecordBatchBuilder builder;
        for (std::uint64_t i = 0; i < kRecords; ++i)
            builder.append({R"({"n":)" + std::to_string(i) + R"(,"noise":")" + noise() + "\"}",
                            "k",
                            {},
                            {},
                            nullptr});
        stream::Put put;
        put.batch = builder.finish();
        made->put(std::move(put), [](const auto &outcome) { QVERIFY(outcome.has_value()); });
        store->commitAll();
        // A rewritten segment is taken up by its index: the damage shows when it is read.
        QVERIFY(made->log().seal().has_value());
        QVERIFY(*made->log().rewriteOne());
        const Path folder =
            joinPath(joinPath(m_options.dataDirectory, "streams"), made->id().toString());
        const Path segment = joinPath(folder, m_fileSystem.list(folder)->front());
        made.reset();
        store.reset();
        Bytes bytes = m_fileSystem.content(segment);
        bytes[50'000] ^= std::byte{1};
        m_fileSystem.setContent(segment, bytes);
        open();
        readings = store->find("readings");
    }

    ManualClock clock;
    std::unique_ptr<stream::StreamStore> store;
    stream::StreamPtr readings;

private:
    void open()
    {
        auto opened = stream::StreamStore::open(m_options, m_fileSystem, clock, m_random,
                                                [](const auto &) {});
        if (!opened)
            qFatal("%s", opened.error().message().c_str());
        store = *std::move(opened);
    }

    /// 10,000 characters that compress to little less than three quarters.
    std::string noise()
    {
        std::string out(10'000, ' ');
        m_random.fill(std::as_writable_bytes(std::span(out)));
        for (char &c : out)
            c = static_cast<char>('0' + (c & 63));
        std::replace(out.begin(), out.end(), '\\', 'x');
        return out;
    }
};

} // namespace

class DamagedStreamTest : public QObject
{
    Q_OBJECT
private slots:
    void aPageShowsWhatIsBehindADamagedBlock()
    {
        DamagedStream damaged;
        engine::RecordsRequest request;
        request.stream = damaged.readings->id();
        request.limit = 1000;
        request.scanLimit = 1000;
        const auto page = engine::readPage(*damaged.readings, request, {});
        QVERIFY2(page.has_value(), page ? "" : page.error().message().c_str());
        QVERIFY(page->reachedEnd);
        QVERIFY(!page->rows.empty());
        QVERIFY(page->expired > 0);
        QCOMPARE(page->rows.size() + page->expired, std::size_t(DamagedStream::kRecords));
        QCOMPARE(page->rows.front().ordinal.value, page->expired);
        QCOMPARE(page->rows.back().ordinal.value, DamagedStream::kRecords - 1);
    }

    void aSchemaIsInferredFromWhatIsBehindADamagedBlock()
    {
        DamagedStream damaged;
        engine::SchemaKeeper keeper(
            *damaged.store, damaged.clock, [](const std::string &) {}, [](const Problem &) {});
        damaged.clock.advance(5s);
        const auto schema = keeper.schemaOf(*damaged.readings);
        QVERIFY2(schema.has_value(), schema ? "" : schema.error().message().c_str());
        QVERIFY(schema->has_value());
        QVERIFY((*schema)->find("n") != nullptr);
        QVERIFY((*schema)->find("noise") != nullptr);
    }
};

MILLRACE_TEST(DamagedStreamTest)
#include "damaged_stream_test.moc"
