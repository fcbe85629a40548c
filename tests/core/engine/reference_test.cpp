// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/reference_fixture.h"

using namespace millrace;
using namespace millrace::reference;
using namespace millrace::test;

namespace {

/// Over all the seeds of a case.
struct Tally {
    std::uint64_t inFlightSeen = 0;
    std::uint64_t refusedSeen = 0;
    int interrupted = 0;
    int rotated = 0; ///< logs that were rotated away
};

/// Runs a pipeline over real files in virtual time, interrupted `stops` times: paused, stopped or
/// not even that, and then gone.
Fault runInterrupted(std::uint64_t seed, const RandomPipeline &pipeline, int stops, Tally &tally)
{
    const Outcome expected = computeOutcome(pipeline.document, pipeline.inputs);
    QTemporaryDir folder(folderTemplate());
    const Path directory = folder.path().toStdString();
    HookedFileSystem files;
    if (!writeInputs(files, directory, pipeline.inputs))
        return "the input could not be written";
    SeededRandom random(seed);
    LogFeeder logs(files, joinPath(directory, kInputFolder), pipeline.inputs);
    Dice dice(seed + 7);
    Watch watch(expected);
    Fault fault;
    std::string messages;
    for (int i = 0; i <= stops && !fault; ++i) {
        const bool last = i == stops;
        watch.begin();
        Moment moment(watch);
        files.synced = [&] { moment.synced(); };
        EngineRun run(directory, files, random, EngineRun::Time::Virtual);
        if (run.failure())
            return run.failure();
        const auto then = static_cast<Moment::Then>(1 + dice.below(3));
        moment.attach(run.engine(), last ? Moment::kNever : 1 + dice.below(60), then);
        fault = run.deploy(pipeline.document);
        if (!fault)
            fault = run.put(pipeline.inputs);
        if (!fault)
            fault = run.run();
        const auto interrupted = [&] { return moment.reached(); };
        if (!fault && pipeline.inputs.logs.empty())
            fault = run.drain(watch, interrupted);
        else if (!fault)
            fault = run.follow(logs, expected, watch, interrupted);
        tally.interrupted += moment.reached() ? 1 : 0;
        if (!fault && last) {
            Findings findings = run.finish(pipeline.document);
            findings.printedAgain = stops > 0;
            findings.oneVirtualRun = stops == 0;
            fault = compare(pipeline.document, expected, findings);
        }
        run.close();
        if (!fault)
            fault = watch.fault();
        messages += run.messages();
    }
    tally.inFlightSeen += watch.inFlightSeen();
    tally.refusedSeen += watch.refusedSeen();
    for (const auto &[name, parts] : pipeline.inputs.logs)
        tally.rotated += static_cast<int>(parts.size()) - 1;
    return inFull(seed, fault, messages, describe(pipeline.document));
}

} // namespace

/// Seeded random pipelines come to what the reference engine computes.
class ReferenceTest : public QObject
{
    Q_OBJECT
private slots:
    void comesToWhatTheReferenceSays()
    {
        Tally tally;
        for (Seeds seeds(60); seeds.first < seeds.end; ++seeds.first) {
            const Fault fault =
                runInterrupted(seeds.first, randomPipeline(seeds.first, {}), 0, tally);
            QVERIFY2(!fault, fault->c_str());
        }
        QVERIFY(tally.inFlightSeen > 100);
        QVERIFY(tally.refusedSeen > 0);
        QVERIFY(tally.rotated > 10);
    }

    void comesToTheSameOverRestarts()
    {
        Tally tally;
        for (Seeds seeds(30); seeds.first < seeds.end; ++seeds.first) {
            const Fault fault = runInterrupted(seeds.first, randomPipeline(seeds.first, {}),
                                               1 + static_cast<int>(seeds.first % 4), tally);
            QVERIFY2(!fault, fault->c_str());
        }
        QVERIFY(tally.interrupted > 30);
        QVERIFY(tally.rotated > 3);
    }

    /// Copies began before the schema of what they copy was known, and then never handed it on.
    void copiesHandOnTheSchema()
    {
        RandomPipeline pipeline;
        graph::Document &document = pipeline.document;
        document.name = "Copies";
        document.put(makeNode({"gen0xxxx"}, "generator")).parameters = {
            {"dataset", std::string("iot-sensors")}, {"total", std::int64_t{300}}};
        document.put(makeNode({"map0xxxx"}, "map")).parameters = {
            {"select", std::string("device_id, event_time")}};
        // Against the order of their names, in which fragments begin.
        const char *const chain[] = {"gen0xxxx", "str9xxxx", "str8xxxx",
                                     "str7xxxx", "map0xxxx", "str6xxxx"};
        for (const char *id : {"str6xxxx", "str7xxxx", "str8xxxx", "str9xxxx"})
            document.put(makeNode({id}, "data-stream")).parameters = {
                {"stream", "s-" + std::string(id)}};
        for (std::size_t i = 0; i + 1 < std::size(chain); ++i)
            document.wires[{{{chain[i]}, "out"}, {{chain[i + 1]}, "in"}}] = {};
        Tally tally;
        const Fault fault = runInterrupted(1, pipeline, 0, tally);
        QVERIFY2(!fault, fault->c_str());
    }

    /// With the threads of a real engine, which no order of steps can be told of.
    void comesToTheSameInRealTime()
    {
        for (Seeds seeds(4); seeds.first < seeds.end; ++seeds.first) {
            const RandomPipeline pipeline =
                randomPipeline(seeds.first, {.generators = false, .logs = false});
            const Outcome expected = computeOutcome(pipeline.document, pipeline.inputs);
            QTemporaryDir folder(folderTemplate());
            const Path directory = folder.path().toStdString();
            QVERIFY(writeInputs(posixFileSystem(), directory, pipeline.inputs));
            SystemRandom random;
            Watch watch(expected);
            EngineRun run(directory, posixFileSystem(), random, EngineRun::Time::Real);
            QVERIFY2(!run.failure(), run.failure()->c_str());
            Fault fault = run.deploy(pipeline.document);
            QVERIFY2(!fault, fault->c_str());
            fault = run.put(pipeline.inputs);
            QVERIFY2(!fault, fault->c_str());
            QVERIFY(run.ask(engine::PaceRequest{100}).ok());
            fault = run.run();
            QVERIFY2(!fault, fault->c_str());
            const auto drained = [&] {
                const auto snapshot = run.engine().snapshot();
                watch.look(*snapshot);
                return snapshot->drained;
            };
            QTRY_VERIFY2_WITH_TIMEOUT(drained(), run.messages().c_str(), 300'000);
            fault = watch.fault();
            if (!fault)
                fault = compare(pipeline.document, expected, run.finish(pipeline.document));
            fault = inFull(seeds.first, fault, run.messages(), describe(pipeline.document));
            QVERIFY2(!fault, fault->c_str());
        }
    }
};

MILLRACE_TEST(ReferenceTest)
#include "reference_test.moc"
