#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C and SIGTERM end a run in good order; continued, it loses and doubles nothing."""
import json
import random
import signal
import subprocess
import unittest

import exactly_once
from program import INTERRUPTED, PROGRAM, Engine, Lines, ProgramTest, law_broken, millrace, pipeline, read

COUNT = 8000
PRINTED = 100_000
SIGNALS = [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, 143), (signal.SIGINT, INTERRUPTED)]


class InterruptTest(ProgramTest):
    def test_interrupted_and_continued(self):
        self.write("in.ndjson", "".join(exactly_once.line(n) for n in range(COUNT)))
        file = self.write("file.millrace", exactly_once.document(
            ("file", {"path": "in.ndjson", "schema": exactly_once.SCHEMA, "partitionKey": "k",
                      "pace": "rate", "ratePerSecond": 4000.0})))
        millrace("run", file, "--data", self.data, "--for", "0s")  # which makes the stream
        follower = Lines("records", "raw", "--follow", "--from", "trim", "--format", "ndjson",
                         "--data", self.data)
        self.addCleanup(follower.close)
        counts = sorted(random.Random(20261122).sample(range(1, COUNT * 3 // 4), len(SIGNALS)))
        for count, (number, code) in zip(counts, SIGNALS):
            engine = self.start(file)
            engine.wait_running()  # before that a signal ends the program as it ends any
            follower.read_until(count)
            report = engine.stop(number, code)
            self.assertEqual(report["ended"], "interrupted")
            self.assertEqual(law_broken(report["nodes"]), {})
            self.assertEqual([node["in_flight"] for node in report["nodes"].values() if
                              node["in_flight"]], [], "an orderly end leaves nothing half done")
        exactly_once.check(self, self.data, self.start(file, "--until-done").finish(), COUNT)

    def test_interrupted_while_nobody_reads_standard_output(self):
        """As `millrace run … | less`: the first Ctrl-C ends it; what was not printed comes again."""
        file = self.printing()
        engine = Engine(file, self.data, self.path("stalled.log"), report=self.path("report.json"))
        self.addCleanup(lambda: engine.ended() or engine.kill())
        engine.wait_for(lambda snapshot: [n for n in snapshot["nodes"] if n["id"] == "printout"
                                          and n["state"] == "back-pressured"], "a full pipe")
        engine.interrupt()
        self.assertEqual(engine.wait_without_reading(), INTERRUPTED, engine.messages())
        report = json.loads(read(self.path("report.json")))
        self.assertEqual(law_broken(report["nodes"]), {})
        out, _ = millrace("run", file, "--data", self.data, "--until-done")
        printed = [json.loads(line)["n"] for line in out.splitlines()]
        self.assertEqual(printed, sorted(printed))
        self.assertEqual(len(printed) + report["nodes"]["printout"]["out"], PRINTED)

    def printing(self):
        self.write("in.ndjson", "".join(exactly_once.line(n) for n in range(PRINTED)))
        return self.write("print.millrace", pipeline(
            {"filefile": ("file", {"path": "in.ndjson"}),
             "streamst": ("data-stream", {"stream": "raw", "shards": 1}), "printout": ("standard-output", {})},
            ["filefile streamst", "streamst printout"]))

    def test_what_a_slow_reader_got_does_not_come_again(self):
        """Stopped in the middle of what a pipe takes: the reader goes on reading, and has all of it."""
        file = self.printing()
        read_so_far = []
        for count in sorted(random.Random(20261129).sample(range(1, PRINTED // 8), 4)):
            # How much is printed before the signal has its effect is the machine's affair.
            left = min(count, PRINTED - len(read_so_far))
            if left == 0:
                break
            with subprocess.Popen(
                    [PROGRAM, "run", file, "--data", self.data, "--report",
                     "json=" + self.path("report.json")],
                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
                lines = [process.stdout.readline() for _ in range(left)]
                process.send_signal(signal.SIGINT)
                lines += process.stdout.readlines()
            self.assertEqual(process.returncode, INTERRUPTED)
            read_so_far += [json.loads(line)["n"] for line in lines]
            report = json.loads(read(self.path("report.json")))
            self.assertEqual(report["nodes"]["printout"]["out"], len(read_so_far))
        self.assertEqual(read_so_far, list(range(len(read_so_far))))

    def test_a_run_ends_with_the_reader_of_its_only_output(self):
        """As `millrace run … | head -1`."""
        with subprocess.Popen([PROGRAM, "run", self.printing(), "--data", self.data],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            self.assertEqual(json.loads(process.stdout.readline())["n"], 0)
            process.stdout.close()
            messages = process.stderr.read()
        self.assertEqual(process.returncode, 1, messages)
        self.assertEqual(messages.count("[nodes.output-closed]"), 1, messages)


if __name__ == "__main__":
    unittest.main()
