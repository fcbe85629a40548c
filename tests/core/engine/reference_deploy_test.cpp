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
            m_begunAnew.push_back(m_branches.begunAnew());
            // What is changed was stopped and did not begin yet.
            m_left.push_back(positions(run, *before));
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
    Positions positions(EngineRun &run, const runtime::Snapshot &before)
    {
        Positions out;
        const graph::Document &document = m_documents[m_documents.size() - 2];
        const StreamUuid source = before.node(m_branches.source())->stream;
        std::map<NodeId, std::vector<NodeId>> ends; // behind the last transforms
        for (const auto &[wire, style] : document.wires) {
            const graph::Node &to = document.nodes.at(wire.to.node);
            if (isEnd(to))
                ends[wire.from.node].push_back(to.id);
        }
        for (const auto &[transform, behind] : ends) {
            const std::string fragment = "fragment/" + document.project.toString() + '/' +
                                         transform.value + '/' + source.toString();
            if (behind.size() > 1)
                out[transform] = positionInStream(wireBehind(run, transform), fragment);
            else if (document.nodes.at(behind[0]).kind == "sqlite-table")
                out[transform] = positionInTable(behind[0], source);
            else
                out[transform] = positionInStream(before.node(behind[0])->stream, fragment);
            // A wire that nothing came through yet stands where the end behind it was left.
            if (out[transform].empty() && !m_left.empty() && m_left.back().contains(transform))
                out[transform] = m_left.back().at(transform);
        }
        return out;
    }

    bool isEnd(const graph::Node &node) const
    {
        return node.kind == "sqlite-table" ||
               (node.kind == "data-stream" && node.id != m_branches.source());
    }

    static StreamUuid wireBehind(EngineRun &run, const NodeId &transform)
    {
        const engine::Reply reply = run.ask(engine::StreamsRequest{});
        for (const auto &stream : std::get<engine::StreamsReply>(reply.value).streams) {
            if (stream.implicit && stream.name.find(transform.value) != std::string::npos)
                return stream.id;
        }
        return {};
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
        for (std::size_t i = 0; i < m_documents.size(); ++i) {
            for (const NodeId &node : i == 0 ? std::vector<NodeId>{} : m_begunAnew[i - 1])
                all.fates.erase(node);
            add(all, computeOutcome(m_documents[i], partOf(i)));
        }
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

    /// The last transform of the branch that begins at a node.
    NodeId nameOf(const graph::Document &document, NodeId at) const
    {
        for (;;) {
            const auto wire =
                std::find_if(document.wires.begin(), document.wires.end(),
                             [&](const auto &entry) { return entry.first.from.node == at; });
            if (isEnd(document.nodes.at(wire->first.to.node)))
                return at;
            at = wire->first.to.node;
        }
    }

    /// A branch is one fragment after the other: its order goes over the edits, but not between
    /// the shards of a wire.
    static std::vector<Record> inOneLane(std::vector<Record> records)
    {
        constexpr std::string_view kArrow = " > ";
        for (Record &record : records) {
            std::string &lane = record.lane;
            const std::size_t producer = lane.find(kArrow);
            const std::size_t source = lane.find(kArrow, producer + kArrow.size());
            const std::size_t wire = lane.find(" > wire ");
            const std::size_t wireEnd =
                std::min(lane.size(), lane.find(kArrow, std::min(wire, lane.size() - 1) + 1));
            const std::string shard =
                wire == std::string::npos ? std::string() : lane.substr(wire, wireEnd - wire);
            lane.resize(std::min(lane.size(), source));
            lane += shard;
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
    graph::Document m_everyNode;                  ///< of all documents
    std::vector<Positions> m_left;                ///< of each document but the last
    std::vector<std::vector<NodeId>> m_begunAnew; ///< by each edit
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
