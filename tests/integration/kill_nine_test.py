#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at seeded counts of records, never at times. What was acknowledged, and nothing else, went
through the pipeline once and in order, whoever fed it: a sender with a producer id outside the killed
process, or the file producer inside it."""
import random
import subprocess
import threading
import unittest

import exactly_once
from program import FULL, PATIENCE, Lines, ProgramTest

KILLS = 50 if FULL else 5
COUNT = 2000 * (KILLS + 1)
SEED = 20261122


def kill_points(seed):
    return sorted(random.Random(seed).sample(range(1, COUNT), KILLS))


class KillNineTest(ProgramTest):
    def kill_again_and_again(self, engine, file, observer, seed):
        """Kills the engine whenever the observer has seen so many; the engine that goes on."""
        for count in kill_points(seed):
            observer.read_until(count)
            engine.kill()
            engine = self.start(file)
        return engine

    def test_fed_by_put(self):
        file = self.write("put.millrace", exactly_once.document())
        engine = self.start(file)
        engine.wait_running()
        sender = Lines("put", "raw", "-", "--data", self.data, "--producer", "sender", "--acks",
                       "--key", "k", "--batch", "40", "--retry", f"{PATIENCE}s",
                       stdin=subprocess.PIPE)
        self.addCleanup(sender.close)

        def feed():
            for n in range(COUNT):
                sender.process.stdin.write(exactly_once.line(n))
            sender.process.stdin.close()
        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        engine = self.kill_again_and_again(engine, file, sender, SEED)
        sender.read_until(COUNT)
        self.assertEqual(sender.process.wait(PATIENCE), 0)
        self.assertEqual([int(line) for line in sender.lines], list(range(COUNT)))
        feeder.join()
        engine.wait_drained("rawrawra", COUNT)
        exactly_once.check(self, self.data, engine.stop(), COUNT)

    def test_fed_by_the_file_producer(self):
        self.write("in.ndjson", "".join(exactly_once.line(n) for n in range(COUNT)))
        file = self.write("file.millrace", exactly_once.document(
            ("file", {"path": "in.ndjson", "schema": exactly_once.SCHEMA, "partitionKey": "k",
                      "pace": "rate", "ratePerSecond": 4000.0})))
        engine = self.start(file)
        engine.wait_running()
        follower = Lines("records", "raw", "--follow", "--from", "trim", "--format", "ndjson",
                         "--data", self.data)
        self.addCleanup(follower.close)
        engine = self.kill_again_and_again(engine, file, follower, SEED + 1)
        engine.kill()
        report = self.start(file, "--until-done").finish()
        exactly_once.check(self, self.data, report, COUNT)
        follower.read_until(COUNT)


if __name__ == "__main__":
    unittest.main()
