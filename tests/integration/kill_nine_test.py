#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at seeded counts of records, never at times. What was acknowledged, and nothing else, went
through the pipeline once and in order: fed by a sender with a producer id outside the killed process."""
import random
import subprocess
import threading
import unittest

import exactly_once
from program import FULL, PATIENCE, PROGRAM, ProgramTest

KILLS = 50 if FULL else 5
COUNT = 2000 * (KILLS + 1)
SEED = 20261122


def kill_points(seed):
    return sorted(random.Random(seed).sample(range(1, COUNT), KILLS))


class Lines:
    """The lines of a process as they come; how many there are is what kills are counted by."""

    def __init__(self, *words, **more):
        self.process = subprocess.Popen([PROGRAM, *words], stdout=subprocess.PIPE, text=True, **more)
        self.lines = []

    def read_until(self, count):
        while len(self.lines) < count:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(f"{self.process.args} ended after {len(self.lines)} lines")
            self.lines.append(line)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


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
                sender.process.stdin.write(exactly_once.line(n) + "\n")
            sender.process.stdin.close()
        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        engine = self.kill_again_and_again(engine, file, sender, SEED)
        sender.read_until(COUNT)
        self.assertEqual(sender.process.wait(PATIENCE), 0)
        self.assertEqual([int(line) for line in sender.lines], list(range(COUNT)))
        feeder.join()
        engine.wait_drained()
        exactly_once.check(self, self.data, engine.stop(), COUNT)


if __name__ == "__main__":
    unittest.main()
