// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/engine/data_home.h"

#include <QTest>

using namespace millrace;

class DataHomeTest : public QObject
{
    Q_OBJECT
private slots:
    void init()
    {
        qputenv("XDG_DATA_HOME", "/data");
        qputenv("HOME", "/people/ada");
    }
    void isWhereTheDesktopSays();
    void namesAPipelinesDirectory_data();
    void namesAPipelinesDirectory();
};

void DataHomeTest::isWhereTheDesktopSays()
{
    QCOMPARE(*engine::dataHome(), Path("/data/millrace"));
    qputenv("XDG_DATA_HOME", "relative");
    QCOMPARE(*engine::dataHome(), Path("/people/ada/.local/share/millrace"));
    qunsetenv("HOME");
    QCOMPARE(engine::dataHome().error().code(), Code::NoDataHome);
    QCOMPARE(engine::defaultDataDirectory({}).error().code(), Code::NoDataHome);
}

void DataHomeTest::namesAPipelinesDirectory_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("folder");
    QTest::newRow("plain") << QByteArray("Clickstream") << QByteArray("Clickstream");
    QTest::newRow("spaces") << QByteArray("My clicks") << QByteArray("My-clicks");
    QTest::newRow("a way out") << QByteArray("../../etc") << QByteArray("------etc");
    QTest::newRow("none") << QByteArray() << QByteArray("pipeline");
    QTest::newRow("long") << QByteArray(100, 'a') << QByteArray(40, 'a');
}

void DataHomeTest::namesAPipelinesDirectory()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, folder);
    graph::Document document;
    document.name = name.toStdString();
    document.project = *Uuid::parse("6f0f6d3c-2b8a-4b63-9c0e-7a2f4d1c9e01");
    QCOMPARE(*engine::defaultDataDirectory(document),
             Path("/data/millrace/" + folder.toStdString() + "-6f0f6d3c"));
}

MILLRACE_TEST(DataHomeTest)
#include "data_home_test.moc"
