// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/reference_fixture.h"
#include "tests/reference/random_branches.h"

#include "core/log/log.h"
#include "core/runtime/sink.h"
#include "core/store/database.h"

#include <algorithm>

using namespace millrace;
using namespace millrace::reference;
using namespace millrace::test;

namespace {

/// How far the branches had come, by the node that names each: next ordinals of the source's
/// shards.
using Positions = std::map<NodeId, std::map<ShardIndex, std::uint64_t>>;

constexpr std::uint64_t kAll = 1ULL << 60U;

/// Edits branches while they run, and computes what they must come to: each document's nodes have
/// the records from where the document before was left to where it was left itself.
class Edited
{
public:
    explicit Edited(std::uint64_t seed)
        : m_seed(seed)
        , m_branches(seed)
        , m_random(seed)
        , m_folder(folderTemplate())
        , m_directory(m_folder.path().toStdString())
        , m_moment(m_watch)
    {
        m_files.synced = [this] { m_moment.synced(); };
    }

    Fault run(int edits)
    {
        EngineRun run(m_directory, m_files, m_random, EngineRun::Time::Virtual);
        Fault fault = run.failure();
        if (fault)
            return fault;
        Dice dice(m_seed + 3);
        fault = deploy(run);
        for (int i = 0; i < edits && !fault; ++i) {
            m_moment.attach(run.engine(), 1 + dice.below(60), Moment::Then::Pause);
            fault = run.run();
            if (!fault)
                fault = run.drain(m_watch, [&] { return m_moment.reached(); });
            run.ask(engine::PauseRequest{});
            const auto before = run.engine().snapshot();
            m_branches.edit();
            if (!fault)
                fault = deploy(run);
            // What is changed was stopped and did not begin yet.
            m_left.push_back(positions(*before));
        }
        m_moment.attach(run.engine(), Moment::kNever, Moment::Then::Nothing);
        if (!fault)
            fault = run.run();
        if (!fault)
            fault = run.drain(m_watch);
        if (!fault)
            fault = compare(m_everyNode, expected(), run.finish(m_everyNode));
        run.close();
        if (!fault)
            fault = m_watch.fault();
        std::string documents;
        for (const graph::Document &document : m_documents)
            documents += describe(document) + "--\n";
        return inFull(m_seed, fault, run.messages(), documents);
    }

private:
    Fault deploy(EngineRun &run)
    {
        const graph::Document &document = m_branches.document();
        m_documents.push_back(document);
        for (const auto &[id, node] : document.nodes)
            m_everyNode.put(node);
        return run.deploy(document);
    }

    /// Of the document before the newest: asks the ends, which alone know.
    Positions positions(const runtime::Snapshot &before)
    {
        Positions out;
        const graph::Document &document = m_documents[m_documents.size() - 2];
        const StreamUuid source = before.node(m_branches.source())->stream;
        for (const auto &[ends, wire] : document.wires) {
            const graph::Node &to = document.nodes.at(ends.to.node);
            if (to.kind == "sqlite-table") {
                out[to.id] = positionInTable(to.id, source);
            } else if (to.kind == "data-stream" && to.id != m_branches.source()) {
                const std::string fragment = "fragment/" + document.project.toString() + '/' +
                                             ends.from.node.value + '/' + source.toString();
                out[ends.from.node] = positionInStream(before.node(to.id)->stream, fragment);
            }
        }
        return out;
    }

    std::map<ShardIndex, std::uint64_t> positionInTable(const NodeId &node,
                                                        const StreamUuid &source)
    {
        std::map<ShardIndex, std::uint64_t> out;
        auto db = store::Database::open(joinPath(m_directory, "data/output/" + node.value + ".db"),
                                        store::Database::Mode::ReadOnly);
        if (!db)
            return out; // not begun
        auto select =
            db->prepare("SELECT shard, next FROM _millrace WHERE shard >= 0 AND stream = '" +
                        source.toString() + "'");
        if (!select)
            return out;
        for (auto row = select->step(); row && *row; row = select->step())
            out[ShardIndex(static_cast<std::uint32_t>(select->integer(0)))] =
                static_cast<std::uint64_t>(select->integer(1));
        return out;
    }

    std::map<ShardIndex, std::uint64_t> positionInStream(const StreamUuid &stream,
                                                         const std::string &fragment)
    {
        std::map<ShardIndex, std::uint64_t> out;
        const auto log = log::LogReader::open(
            joinPath(m_directory, "data/streams/" + stream.toString()), m_files);
        if (!log)
            return out;
        for (const log::ProgressEntry &entry : (*log)->producers()) {
            if (entry.producer != fragment)
                continue;
            const auto progress = runtime::FragmentProgress::decode(entry.progress);
            for (const runtime::Cursor &cursor : progress->cursors)
                out[cursor.shard] = cursor.next.value;
        }
        return out;
    }

    Outcome expected() const
    {
        Outcome all;
        for (std::size_t i = 0; i < m_documents.size(); ++i)
            add(all, computeOutcome(m_documents[i], partOf(i)));
        std::erase_if(all.fates, [this](const auto &entry) {
            return !m_documents.back().nodes.contains(entry.first);
        });
        return all;
    }

    /// What the branches of one document have not read themselves, others have.
    Inputs partOf(std::size_t index) const
    {
        Inputs out;
        const graph::Document &document = m_documents[index];
        for (const auto &[ends, wire] : document.wires) {
            if (ends.from.node != m_branches.source())
                continue;
            const NodeId branch = nameOf(document, ends.to.node);
            for (std::uint32_t i = 0; i < shardsOf(document); ++i) {
                const ShardIndex shard(i);
                const std::uint64_t from = index == 0 ? 0 : position(index - 1, branch, shard, 0);
                const std::uint64_t to =
                    index == m_left.size() ? kAll : position(index, branch, shard, 0);
                out.elsewhere.push_back({ends.to.node, shard, 0, from});
                out.elsewhere.push_back({ends.to.node, shard, to, kAll});
            }
        }
        return out;
    }

    std::uint64_t position(std::size_t index, const NodeId &branch, ShardIndex shard,
                           std::uint64_t unknown) const
    {
        const auto known = m_left[index].find(branch);
        if (known == m_left[index].end())
            return unknown;
        const auto found = known->second.find(shard);
        return found == known->second.end() ? unknown : found->second;
    }

    std::uint32_t shardsOf(const graph::Document &document) const
    {
        return static_cast<std::uint32_t>(
            std::get<std::int64_t>(document.nodes.at(m_branches.source()).parameters.at("shards")));
    }

    /// The last transform before a stream, or the table.
    static NodeId nameOf(const graph::Document &document, NodeId at)
    {
        for (;;) {
            const auto wire =
                std::find_if(document.wires.begin(), document.wires.end(),
                             [&](const auto &entry) { return entry.first.from.node == at; });
            if (wire == document.wires.end() ||
                document.nodes.at(wire->first.to.node).kind == "data-stream")
                return at;
            at = wire->first.to.node;
        }
    }

    /// A branch is one fragment after the other: its order goes over the edits.
    static std::vector<Record> inOneLane(std::vector<Record> records)
    {
        constexpr std::string_view kArrow = " > ";
        for (Record &record : records) {
            const std::size_t producer = record.lane.find(kArrow);
            record.lane.resize(
                std::min(record.lane.size(), record.lane.find(kArrow, producer + kArrow.size())));
        }
        return records;
    }

    void add(Outcome &all, const Outcome &part) const
    {
        const NodeId &source = m_branches.source();
        for (const auto &[node, shards] : part.shards) {
            auto &to = all.shards[node];
            if (node == source)
                to.clear(); // the same in each document
            to.resize(shards.size());
            for (std::size_t i = 0; i < shards.size(); ++i)
                append(to[i], inOneLane(shards[i]));
        }
        for (const auto &[node, rows] : part.rows)
            append(all.rows[node], inOneLane(rows));
        for (const DeadLetter &letter : part.deadLetters) {
            all.deadLetters.push_back(letter);
            all.deadLetters.back().record = inOneLane({letter.record}).front();
        }
        for (const auto &[node, fates] : part.fates) {
            const bool before = node == source || m_documents.front().nodes.at(source).id == node ||
                                m_everyNode.nodes.at(node).kind == "generator";
            if (before)
                all.fates[node] = fates;
            else
                all.fates[node] += fates;
        }
    }
    static void append(std::vector<Record> &to, const std::vector<Record> &more)
    {
        to.insert(to.end(), more.begin(), more.end());
    }

    const std::uint64_t m_seed;
    RandomBranches m_branches;
    SeededRandom m_random;
    QTemporaryDir m_folder;
    const Path m_directory;
    HookedFileSystem m_files;
    Watch m_watch;
    Moment m_moment;
    std::vector<graph::Document> m_documents;
    graph::Document m_everyNode;   ///< of all documents
    std::vector<Positions> m_left; ///< of each document but the last
};

} // namespace

/// A changed document changes what differs, at a point between two records.
class ReferenceDeployTest : public QObject
{
    Q_OBJECT
private slots:
    void editsTakeOverWhereTheDocumentBeforeWasLeft()
    {
        for (Seeds seeds(25); seeds.first < seeds.end; ++seeds.first) {
            const Fault fault = Edited(seeds.first).run(1 + static_cast<int>(seeds.first % 4));
            QVERIFY2(!fault, fault->c_str());
        }
    }
};

MILLRACE_TEST(ReferenceDeployTest)
#include "reference_deploy_test.moc"
