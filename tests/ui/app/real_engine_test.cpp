// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/engine_host.h"
#include "tests/support/test_main.h"
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"
#include "core/nodes/kinds.h"

#include "ui/bridge/convert.h"
#include "ui/canvas/node_item.h"
#include "ui/charts/throughput_panel.h"
#include "ui/panels/records_panel.h"
#include "ui/style/format.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace millrace;
using namespace millrace::studio;
using namespace millrace::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr int kPatienceMs = 120'000;

QString templateFile(const QString &name)
{
    return u"%1/%2.millrace"_s.arg(qEnvironmentVariable("MILLRACE_TEMPLATES"), name);
}

/// Runs the template until its stream has some seconds of figures, and closes the engine.
std::uint64_t runBefore(const engine::LocalEngineOptions &options, const graph::Document &document,
                        const NodeId &stream)
{
    auto opened = engine::openLocalEngine(options);
    if (!opened)
        return 0;
    const std::unique_ptr<engine::Engine> engine = *std::move(opened);
    engine->wait(engine->request(engine::DeployRequest{document, {}}));
    engine->wait(engine->request(engine::RunRequest{}));
    const bool ran = QTest::qWaitFor(
        [&] { return engine->snapshot()->runningFor > std::chrono::seconds(3); }, kPatienceMs);
    engine->wait(engine->request(engine::StopRequest{}));
    return ran ? engine->snapshot()->node(stream)->counts.in : 0;
}

} // namespace

/// The studio's window on the engine itself and a data directory.
class RealEngineTest final : public QObject
{
    Q_OBJECT

private slots:
    void recordsTotalsAndHistoryAreThereBeforeARun()
    {
        const graph::ReadOutcome read =
            graph::loadDocument(posixFileSystem(), pathFromQt(templateFile(u"clickstream"_s)));
        QVERIFY(read.document);
        NodeId stream;
        for (const auto &[id, node] : read.document->nodes) {
            if (node.kind == "data-stream")
                stream = id;
        }
        const QTemporaryDir folder;
        engine::LocalEngineOptions options;
        options.dataDirectory = pathFromQt(folder.filePath(u"data"_s));
        const std::uint64_t records = runBefore(options, *read.document, stream);
        QVERIFY(records > 0);

        MainWindow window(nodes::kindCatalog(), {});
        EngineHost host;
        connect(&host, &EngineHost::opened, &window, &MainWindow::setEngine);
        window.resize(1600, 1000);
        window.show();
        test::openFile(window, templateFile(u"clickstream"_s));
        host.open(options);
        QTRY_VERIFY_WITH_TIMEOUT(window.records().model().rowCount() > 0, kPatienceMs);
        QVERIFY(window.records().isVisible());
        QCOMPARE(window.scene().itemFor(stream)->content().foot,
                 u"%1 so far"_s.arg(format::records(records)));
        QTRY_VERIFY_WITH_TIMEOUT(!window.throughput().pointsOf(0).isEmpty(), kPatienceMs);
        test::picture(window, u"stored"_s);
        window.setEngine(nullptr);
    }

    void whatAProducerChoseIsOnItsCard_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("kind");
        QTest::newRow("log") << u"follow_log"_s << u"tail"_s;
        QTest::newRow("host") << u"this_computer"_s << u"host-metrics"_s;
    }
    void whatAProducerChoseIsOnItsCard()
    {
        QFETCH(QString, file);
        QFETCH(QString, kind);
        const QTemporaryDir folder;
        engine::LocalEngineOptions options;
        options.dataDirectory = pathFromQt(folder.filePath(u"data"_s));
        MainWindow window(nodes::kindCatalog(), {});
        EngineHost host;
        connect(&host, &EngineHost::opened, &window, &MainWindow::setEngine);
        test::openFile(window, templateFile(file), AfterOpening::Run);
        host.open(options);
        NodeId producer;
        for (const auto &[id, node] : window.document().graph().nodes) {
            if (toQt(node.kind) == kind)
                producer = id;
        }
        const auto chosen = [&]() -> QString {
            const runtime::NodeFigures *figures = window.bridge().snapshot()->node(producer);
            return figures ? QFileInfo(toQt(figures->reads)).fileName() : QString();
        };
        QTRY_VERIFY_WITH_TIMEOUT(!chosen().isEmpty(), kPatienceMs);
        const QString what = window.scene().itemFor(producer)->content().what;
        QVERIFY2(what.endsWith(u" · "_s + chosen()), qPrintable(what));
        window.setEngine(nullptr);
    }
};

MILLRACE_TEST(RealEngineTest)
#include "real_engine_test.moc"
