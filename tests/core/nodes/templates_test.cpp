// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/graph/file.h"
#include "core/graph/validate.h"
#include "core/nodes/kinds.h"

#include <QDir>
#include <QFile>
#include <QtTest>

using namespace millrace;

/// The pipelines in resources/templates: readable, valid, canonical and laid out. That they run is
/// for the engine's tests.
class TemplatesTest : public QObject
{
    Q_OBJECT

private slots:
    void eachIsValid_data()
    {
        QTest::addColumn<QString>("path");
        const QDir folder(QStringLiteral(MILLRACE_TEMPLATES));
        const QStringList names = folder.entryList({QStringLiteral("*.millrace")});
        QCOMPARE(names.size(), 5);
        for (const QString &name : names)
            QTest::newRow(qPrintable(name)) << folder.filePath(name);
    }
    void eachIsValid()
    {
        QFETCH(QString, path);
        const auto read = graph::loadDocument(posixFileSystem(), path.toStdString());
        for (const Problem &problem : read.problems)
            QFAIL(problem.message().c_str());
        for (const Problem &problem : graph::validate(*read.document, nodes::kindCatalog()))
            QFAIL(problem.message().c_str());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromStdString(graph::writeDocument(*read.document).value()),
                 QString::fromUtf8(file.readAll()));
        for (const auto &[id, node] : read.document->nodes) {
            const auto layout = read.document->layout.nodes.find(id);
            QVERIFY(layout != read.document->layout.nodes.end());
            QVERIFY(layout->second.position.has_value());
            QCOMPARE(std::fmod(layout->second.position->x, 4), 0.0);
            QCOMPARE(std::fmod(layout->second.position->y, 4), 0.0);
        }
    }

    /// Whoever writes a document by hand begins with it.
    void exampleOfTheFormatIsValid()
    {
        QFile format(QStringLiteral(MILLRACE_TEMPLATES "/../../core/graph/FORMAT.md"));
        QVERIFY(format.open(QIODevice::ReadOnly));
        const QByteArray text = format.readAll();
        const qsizetype from = text.indexOf("```json\n") + 8;
        const QByteArray example = text.mid(from, text.indexOf("```", from) - from);
        const auto read = graph::readDocument(example.toStdString());
        QVERIFY2(read.document.has_value(),
                 read.problems.empty() ? "" : read.problems.front().message().c_str());
        for (const Problem &problem : graph::validate(*read.document, nodes::kindCatalog())) {
            if (problem.severity() == Severity::Error)
                QFAIL(problem.message().c_str());
        }
        QCOMPARE(graph::writeDocument(*read.document).value(), example.toStdString());
    }

    void filesOfTheTemplatesOpen()
    {
        const Path folder = MILLRACE_TEMPLATES;
        for (const char *name : {"earthquakes", "flights"}) {
            const auto read =
                graph::loadDocument(posixFileSystem(), folder + '/' + name + ".millrace");
            for (const auto &[id, node] : read.document->nodes) {
                const runtime::NodeFactory *factory = nodes::findFactory(node.kind);
                if (!factory->source)
                    continue;
                SystemClock clock;
                runtime::NodeContext context;
                context.fileSystem = &posixFileSystem();
                context.clock = &clock;
                context.node = id;
                context.documentFolder = folder;
                const auto source = factory->source(node, context);
                QVERIFY2(source, source ? "" : source.error().message().c_str());
                QVERIFY((*source)->schema()->fields.size() >= 5);
            }
        }
    }
};

MILLRACE_TEST(TemplatesTest)
#include "templates_test.moc"
