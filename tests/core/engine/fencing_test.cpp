// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/fragment_world.h"
#include "tests/core/engine/reference_fixture.h"

#include "core/base/problem_codes.h"

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

namespace {

/// Fragments of one name, each begun while the ones before it still run, puts of theirs under way
/// included. Only the newest may write.
class Succession
{
public:
    explicit Succession(std::uint64_t seed)
        : m_dice(seed)
        , m_expected(reference::computeOutcome(makeDocument(), {}))
        , m_world(makeDocument())
    {}

    reference::Fault run()
    {
        begin();
        while (m_put < kRecords || !m_fragments.back()->caughtUp() ||
               m_fragments.back()->inFlight()) {
            if (!doSomething())
                return "the one-fate law does not hold";
        }
        const auto fates = m_fragments.back()->figures().nodes.front().counts;
        auto found = m_world.findings();
        found.fates[{"filter00"}] = fates;
        reference::Outcome expected;
        expected.fates[{"filter00"}] = m_expected.fates.at({"filter00"});
        expected.shards[{"passed00"}] = m_expected.shards.at({"passed00"});
        expected.deadLetters = m_expected.deadLetters;
        return reference::compare(makeDocument(), expected, found);
    }

    /// Of those that another one followed.
    std::size_t refused() const
    {
        return static_cast<std::size_t>(
            std::count_if(m_fragments.begin(), m_fragments.end(), [](const auto &fragment) {
                const auto figures = fragment->figures();
                return figures.state == runtime::NodeState::Failed &&
                       figures.attention->code() == Code::ProducerFenced;
            }));
    }

private:
    static constexpr std::size_t kRecords = 900; ///< more than a shard has
    static constexpr std::size_t kPart = 20;

    void begin()
    {
        m_fragments.push_back(m_world.openFragment());
        (void)m_fragments.back()->run(); // opens its ends
    }

    bool doSomething()
    {
        switch (m_dice.below(8)) {
        case 0:
            for (const auto &shard : m_expected.shards.at({"clicks00"}))
                m_world.put(shard, m_put, m_put + kPart);
            m_put += kPart;
            break;
        case 1:
            m_world.dead->commit();
            break;
        case 2:
            m_world.passed->commit();
            break;
        case 3:
            m_world.wait(100ms);
            break;
        case 4:
            if (m_fragments.size() < 6 && m_dice.chance(20))
                begin();
            break;
        default: {
            runtime::Fragment &fragment = *m_fragments[m_dice.below(m_fragments.size())];
            (void)fragment.run();
            return fragment.figures().nodes.front().counts.lawHolds();
        }
        }
        return true;
    }

    reference::Dice m_dice;
    const reference::Outcome m_expected;
    FragmentWorld m_world;
    std::vector<std::shared_ptr<runtime::Fragment>> m_fragments;
    std::size_t m_put = 0; ///< of each shard
};

} // namespace

class FencingTest : public QObject
{
    Q_OBJECT
private slots:
    void onlyTheNewestOfANameWrites()
    {
        std::size_t refused = 0;
        for (Seeds seeds(20); seeds.first < seeds.end; ++seeds.first) {
            Succession succession(seeds.first);
            const auto fault = succession.run();
            QVERIFY2(!fault, fault->c_str());
            refused += succession.refused();
        }
        QVERIFY(refused > 20);
    }
};

MILLRACE_TEST(FencingTest)
#include "fencing_test.moc"
