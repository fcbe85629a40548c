// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/reference_fixture.h"

#include "core/graph/file.h"

using namespace millrace;
using namespace millrace::reference;
using namespace millrace::test;

namespace {

/// Syncs after which a template that never ends is stopped.
constexpr std::uint64_t kSyncs = 200;
constexpr const char *kLog = "app.log";

const Inputs &ourLog()
{
    static const Inputs inputs = [] {
        constexpr int kPieces = 2000;
        Inputs out;
        auto &part = out.logs[kLog].emplace_back();
        for (int i = 0; i < kPieces; ++i)
            part.push_back("all is fine\nnumber " + std::to_string(i) + " has failed\n");
        return out;
    }();
    return inputs;
}

} // namespace

/// The templates run, and each record has one fate at every snapshot: one is made and looked at
/// between any two syncs. What they come to is for tests/integration/templates_test.py.
class TemplatesTest : public QObject
{
    Q_OBJECT
private slots:
    void obeyTheLawAtEverySnapshot_data()
    {
        QTest::addColumn<bool>("ends");
        QTest::newRow("clickstream") << false;
        QTest::newRow("earthquakes") << true;
        QTest::newRow("flights") << true;
        QTest::newRow("follow_log") << false;
        QTest::newRow("this_computer") << false;
    }

    void obeyTheLawAtEverySnapshot()
    {
        QFETCH(bool, ends);
        const Path templates = MILLRACE_TEMPLATES;
        auto read = graph::loadDocument(posixFileSystem(),
                                        joinPath(templates, QTest::currentDataTag()) + ".millrace");
        QVERIFY(read.document.has_value());
        graph::Document &document = *read.document;
        QTemporaryDir folder(folderTemplate());
        const Path directory = folder.path().toStdString();
        HookedFileSystem files;
        LogFeeder log(files, directory, ourLog());
        for (auto &[id, node] : document.nodes) {
            if (node.kind == "tail") // what a computer logs is not known
                node.parameters = {{"path", joinPath(directory, kLog)},
                                   {"start", std::string("beginning")}};
        }
        SeededRandom random(1);
        Watch watch;
        Moment moment(watch);
        QVERIFY(log.step(0));
        files.synced = [&] {
            moment.synced();
            (void)log.step(0).has_value(); // more to read whenever the last was stored
        };
        EngineRun run(directory, files, random, EngineRun::Time::Virtual);
        QVERIFY2(!run.failure(), run.failure()->c_str());
        watch.begin();
        moment.attach(run.engine(), ends ? Moment::kNever : kSyncs, Moment::Then::Stop);
        Fault fault = run.deploy(document, templates);
        if (!fault)
            fault = run.run();
        if (!fault)
            fault = run.drain(watch, [&] { return moment.reached(); });
        QVERIFY2(!fault, fault->c_str());
        const Findings findings = run.finish(document);
        run.close();
        fault = watch.fault();
        QVERIFY2(!fault, fault->c_str());
        QVERIFY2(watch.snapshotsSeen() > 100, qPrintable(QString::number(watch.snapshotsSeen())));
        QVERIFY(watch.inFlightSeen() > 0);
        for (const auto &[node, fates] : findings.fates)
            QVERIFY2(fates.in > 0, ("nothing came to " + node.value).c_str());
    }
};

MILLRACE_TEST(TemplatesTest)
#include "templates_test.moc"
