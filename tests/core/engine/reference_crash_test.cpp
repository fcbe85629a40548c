// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/reference_fixture.h"

#include "core/base/memory_file_system.h"

using namespace millrace;
using namespace millrace::reference;
using namespace millrace::test;

namespace {

/// Runs a pipeline over a file system that crashes `crashes` times, each time at another step and
/// forgetting in another way what was not synced. The catalog, on the real disk, keeps everything:
/// it holds no progress but that of what is printed.
Fault runOverCrashes(std::uint64_t seed, int crashes, int &crashed)
{
    const RandomPipeline pipeline = randomPipeline(seed, {.tables = false, .logs = false});
    const Outcome expected = computeOutcome(pipeline.document, pipeline.inputs);
    QTemporaryDir folder(folderTemplate());
    const Path directory = folder.path().toStdString();
    MemoryFileSystem files;
    if (!posixFileSystem().makeFolders(joinPath(directory, "data")) ||
        !writeInputs(files, directory, pipeline.inputs))
        return "the folders could not be made";
    SeededRandom random(seed);
    Dice dice(seed + 11);
    Watch watch(expected);
    Fault fault;
    std::string messages;
    for (int i = 0; i <= crashes && !fault; ++i) {
        const bool last = i == crashes;
        watch.begin();
        Moment moment(watch);
        files.ignoreSyncs([&](const auto &) {
            moment.synced();
            return false;
        });
        files.crashAfter(last ? Moment::kNever : 1 + dice.below(dice.chance(30) ? 20 : 200));
        EngineRun run(directory, files, random, EngineRun::Time::Virtual);
        fault = run.failure();
        if (!fault) {
            moment.attach(run.engine(), Moment::kNever, Moment::Then::Nothing);
            fault = run.deploy(pipeline.document);
            if (!fault)
                fault = run.put(pipeline.inputs);
            if (!fault)
                fault = run.run();
            if (!fault)
                fault = run.drain(watch, [&] { return files.crashed(); });
            if (!fault && last) {
                Findings findings = run.finish(pipeline.document);
                findings.printedAgain = true;
                fault = compare(pipeline.document, expected, findings);
            }
            run.close();
        }
        crashed += files.crashed() ? 1 : 0;
        if (files.crashed())
            fault.reset(); // what a request says of a computer that has crashed
        if (!fault)
            fault = watch.fault();
        messages += run.messages();
        files.ignoreSyncs({});
        if (!last)
            files.restart(static_cast<MemoryFileSystem::Unsynced>(1 + dice.below(3)),
                          seed + static_cast<std::uint64_t>(i));
    }
    return inFull(seed, fault, messages, describe(pipeline.document));
}

} // namespace

/// Crashes that forget what was not synced change nothing of what a pipeline comes to.
class ReferenceCrashTest : public QObject
{
    Q_OBJECT
private slots:
    void comesToTheSameOverCrashes()
    {
        int crashed = 0;
        for (Seeds seeds(60); seeds.first < seeds.end; ++seeds.first) {
            const Fault fault =
                runOverCrashes(seeds.first, 1 + static_cast<int>(seeds.first % 5), crashed);
            QVERIFY2(!fault, fault->c_str());
        }
        QVERIFY(crashed > 100);
    }
};

MILLRACE_TEST(ReferenceCrashTest)
#include "reference_crash_test.moc"
