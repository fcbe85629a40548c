#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C and SIGTERM end a run in good order; continued, it loses and doubles nothing."""
import random
import signal
import unittest

import exactly_once
from program import INTERRUPTED, Lines, ProgramTest, law_broken, millrace

COUNT = 8000
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


if __name__ == "__main__":
    unittest.main()
