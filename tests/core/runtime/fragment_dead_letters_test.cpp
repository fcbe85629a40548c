// SPDX-License-Identifier: GPL-3.0-or-later
// Dead letters stand before the end of their batch does, once, whatever happens between.
#include "tests/core/runtime/fragment_world.h"
#include "tests/support/test_main.h"

#include <QTest>

using namespace millrace;
using namespace millrace::runtime;
using namespace millrace::test;
using namespace std::chrono_literals;

class FragmentDeadLettersTest : public QObject
{
    Q_OBJECT

private slots:
    /// Dead letters carry what the node saw, and that may be large as well.
    void largeDeadLettersAreCommittedInParts()
    {
        World world;
        world.transforms.push_back(std::make_shared<Inflate>(400'000, std::size_t{4} << 20U));
        for (int i = 0; i < 200; ++i)
            world.table.refusedRows.insert(std::to_string(i) + ' ' + std::string(400'000, 'x'));
        world.put(0, 200);
        world.begin();
        std::size_t steps = 0;
        while (world.step().kind == TaskNext::Kind::Again || world.committed)
            ++steps;
        QVERIFY(steps >= 4); // two batches at least, each committed behind its dead letters
        QCOMPARE(World::contents(*world.dead).size(), std::size_t(200));
        QVERIFY(world.table.rows.empty());
    }

    void deadLettersStandOnceAfterACrashBetweenThemAndTheEnd()
    {
        World world;
        world.put(0, 6);
        world.table.refusedRows = {"1", "4"};
        world.table.refusals.assign(1000, kBusy);
        world.begin();
        world.run(10s);
        QCOMPARE(World::contents(*world.dead), (Texts{"1", "4"}));
        QVERIFY(world.table.rows.empty());
        world.table.refusals.clear();
        world.put(6, 8);
        world.table.refusedRows.insert("7");
        world.begin();
        world.run();
        QCOMPARE(World::contents(*world.dead), (Texts{"1", "4", "7"}));
        QCOMPARE(world.table.rows, (Texts{"0", "2", "3", "5", "6"}));
        QCOMPARE(world.fragment->figures().nodes[0].counts.dead, std::uint64_t(3));
    }

    /// Row 1 would be found dead behind the dead letters of its batch, which all stand by then.
    void deadLettersWaitUntilTheDestinationWasAsked()
    {
        World world;
        world.transforms = {std::make_shared<Inflate>(1, 1000)};
        world.put(0, 9);
        world.table.refusedRows = {"1 x"};
        world.table.unanswered.assign(3, kBusy);
        world.begin();
        world.run(10s);
        QCOMPARE(world.table.rows, (Texts{"0", "2", "3", "4", "5", "6", "8"}));
        QCOMPARE(World::contents(*world.dead).size(), std::size_t(2));
        QVERIFY(world.table.unanswered.empty());
    }

    /// What it has staged of a batch that is read again would stand there twice.
    void theDestinationIsLetGoWhileItWasNotAsked()
    {
        World world;
        world.transforms = {std::make_shared<Inflate>(1, 1000)};
        world.put(0, 9);
        world.table.unanswered = {kBusy};
        world.begin();
        for (int i = 0; i < 20 && world.reports.empty(); ++i)
            world.step();
        QVERIFY(world.fragment->figures().state == NodeState::Retrying);
        QVERIFY(!world.table.locked);
    }

    void theDestinationIsLetGoBehindRowsWhoseDeadLettersStand()
    {
        World world;
        world.put(0, 2);
        world.table.refusedRows = {"0", "1"};
        world.table.refusals.assign(1000, kBusy);
        world.begin();
        world.run(10s);
        world.table.refusals.clear();
        world.begin();
        world.step(); // opens
        world.step(); // reads
        QCOMPARE(world.fragment->figures().nodes[0].counts.in, std::uint64_t{2});
        QVERIFY(!world.table.locked);
    }

    void aRowRefusedBehindItsBatchsDeadLettersIsADeadLetterToo_data()
    {
        QTest::addColumn<bool>("crash");
        QTest::newRow("goes on") << false;
        QTest::newRow("crash") << true;
    }
    void aRowRefusedBehindItsBatchsDeadLettersIsADeadLetterToo()
    {
        QFETCH(bool, crash);
        World world;
        world.transforms = {std::make_shared<Inflate>(0, std::size_t(1) << 20U)};
        world.put(5, 10);
        world.table.refusals = {Problem(Code::NodeRowConstraint, {{"reason", "test"}})};
        world.begin();
        for (int i = 0; i < 20 && world.reports.empty(); ++i)
            world.step();
        QVERIFY(world.table.refusals.empty());
        QCOMPARE(World::contents(*world.dead), (Texts{"7"}));
        world.table.refusedRows = {"8 "};
        if (crash)
            world.begin();
        world.run();
        QCOMPARE(world.table.rows, (Texts{"5", "6", "9"}));
        QCOMPARE(World::contents(*world.dead), (Texts{"7", "8 "}));
    }

    /// While dead letters are refused, others write to the destination.
    void theDestinationIsAskedAgainBehindRefusedDeadLetters()
    {
        World world;
        world.put(0, 3);
        world.table.refusedRows = {"1"};
        world.dead->setFull(Problem(Code::BudgetExhausted));
        world.begin();
        world.run(3s);
        world.table.refusedRows = {"1", "2"};
        world.dead->setFull({});
        world.run();
        QCOMPARE(world.table.rows, (Texts{"0"}));
        QCOMPARE(World::contents(*world.dead), (Texts{"1", "2"}));
    }

    void theDestinationIsLetGoWhileDeadLettersAreRefused()
    {
        World world;
        world.put(0, 3);
        world.table.refusedRows = {"1"};
        world.dead->setFull(Problem(Code::BudgetExhausted));
        world.begin();
        world.run(3s);
        QVERIFY(world.fragment->figures().state == NodeState::Retrying);
        QVERIFY(!world.table.locked);
        QVERIFY(world.table.rows.empty());
        world.dead->setFull({});
        world.run();
        QCOMPARE(world.table.rows, (Texts{"0", "2"}));
        QCOMPARE(World::contents(*world.dead), (Texts{"1"}));
    }
};

MILLRACE_TEST(FragmentDeadLettersTest)
#include "fragment_dead_letters_test.moc"
