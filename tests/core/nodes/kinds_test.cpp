// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/nodes/kinds.h"

#include <QtTest>

using namespace millrace;

class KindsTest : public QObject
{
    Q_OBJECT

private slots:
    void everyDescriptionMayShip()
    {
        for (const Problem &problem : nodes::kindCatalog().check())
            QFAIL(problem.message().c_str());
    }

    void theListHoldsEveryKindOnce_data()
    {
        QTest::addColumn<QString>("id");
        for (const char *id : {"generator", "file", "tail", "host-metrics", "data-stream", "filter",
                               "map", "sqlite-table", "ndjson-folder", "standard-output"})
            QTest::newRow(id) << id;
    }
    void theListHoldsEveryKindOnce()
    {
        QFETCH(QString, id);
        const auto count =
            std::count_if(nodes::nodeFactories().begin(), nodes::nodeFactories().end(),
                          [&](const runtime::NodeFactory &factory) {
                              return factory.kind.id == id.toStdString();
                          });
        QCOMPARE(count, 1);
        QVERIFY(nodes::findFactory(id.toStdString()) != nullptr);
    }

    void eachHasTheFactoryOfItsCategory()
    {
        for (const runtime::NodeFactory &factory : nodes::nodeFactories()) {
            const auto category = factory.kind.category;
            QCOMPARE(bool(factory.source), category == graph::Category::Producer);
            QCOMPARE(bool(factory.transform), category == graph::Category::Transform);
            QCOMPARE(bool(factory.sink), category == graph::Category::Destination);
        }
    }

    void unknownKindsHaveNoFactory() { QVERIFY(nodes::findFactory("teleport") == nullptr); }
};

MILLRACE_TEST(KindsTest)
#include "kinds_test.moc"
