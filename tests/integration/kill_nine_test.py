#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at seeded counts of records, never at times. What was acknowledged, and nothing else, went
through the pipeline once and in order, whoever fed it: a sender with a producer id outside the killed
process, or the file producer, tail or the generator inside it."""
import os
import random
import subprocess
import threading
import unittest

import exactly_once
from program import FULL, PATIENCE, Engine, Lines, ProgramTest, pipeline, records, rows

KILLS = 50 if FULL else 5
COUNT = 2000 * (KILLS + 1)
SEED = 20261122
ROTATE_EVERY = 1500


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

    def test_fed_by_tail(self):
        """The oracle is what was written into the log, which is rotated again and again."""
        file = self.write("tail.millrace", exactly_once.document(
            ("tail", {"path": "in.log", "format": "ndjson", "start": "beginning"})))
        self.write("in.log", "")
        engine = self.start(file)
        engine.wait_running()
        follower = Lines("records", "raw", "--follow", "--from", "trim", "--format", "ndjson",
                         "--data", self.data)
        self.addCleanup(follower.close)
        written = 0

        def write_until(count):
            nonlocal written
            while written < count:
                until = min(count, (written // ROTATE_EVERY + 1) * ROTATE_EVERY)
                with open(self.path("in.log"), "a", encoding="utf-8") as log:
                    log.writelines(exactly_once.line(n) for n in range(written, until))
                written = until
                if written % ROTATE_EVERY == 0:
                    rotated = self.path(f"in.log.{written // ROTATE_EVERY}")
                    os.rename(self.path("in.log"), rotated)
                    self.write("in.log", "")
                    # The clock of file systems is coarse; what comes next is to have a later time.
                    while os.stat(self.path("in.log")).st_mtime <= os.stat(rotated).st_mtime:
                        os.utime(self.path("in.log"))

        def feed(count):
            """So slowly that between two rotations something was read."""
            while written < count:
                write_until(min(count, written + ROTATE_EVERY // 2))
                follower.read_until(max(0, written - ROTATE_EVERY // 2))

        for count in kill_points(SEED + 2):
            feed(count)
            follower.read_until(count)
            engine.kill()
            write_until(min(COUNT, written + 2 * ROTATE_EVERY))
            engine = self.start(file)
        feed(COUNT)
        follower.read_until(COUNT)
        kept = sum(exactly_once.passes(n) for n in range(COUNT))
        engine.wait_for(lambda snapshot: [node for node in snapshot["nodes"] if node["id"] == "tabletab"
                                          and node["counts"]["processed"] == kept],
                        "every record in the table")  # a log that may grow never counts as drained
        exactly_once.check(self, self.data, engine.stop(), COUNT)

    def test_fed_by_the_generator(self):
        """The oracle is the same generator, left alone."""
        steps = {"sourceso": ("generator", {"dataset": "clickstream", "ratePerSecond": 4000.0,
                                            "seed": 7, "total": COUNT}),
                 "rawrawra": ("data-stream", {"stream": "raw", "shards": 4}),
                 "filterfi": ("filter", {"condition": "status >= 400"}),
                 "tabletab": ("sqlite-table", {"file": "out.db", "table": "out"})}
        wires = ["sourceso rawrawra", "rawrawra filterfi", "filterfi tabletab"]
        file = self.write("generator.millrace", pipeline(steps, wires))
        engine = self.start(file)
        engine.wait_running()
        follower = Lines("records", "raw", "--follow", "--from", "trim", "--format", "ndjson",
                         "--data", self.data)
        self.addCleanup(follower.close)
        engine = self.kill_again_and_again(engine, file, follower, SEED + 3)
        engine.kill()
        self.start(file, "--until-done").finish()

        steps["sourceso"][1]["ratePerSecond"] = 1e6
        alone = self.write("alone.millrace", pipeline(steps, wires))
        Engine(alone, self.path("alone"), self.path("alone.log"), "--until-done").finish()

        def by_key(data):
            found = {}
            for record in records(data, "raw"):
                found.setdefault(record["key"], []).append(record["data"]["event_id"])
            return found
        undisturbed = by_key(self.path("alone"))
        self.assertEqual(sum(len(ids) for ids in undisturbed.values()), COUNT)
        self.assertEqual(by_key(self.data), undisturbed)
        wrong = {r["data"]["event_id"] for r in records(self.data, "raw") if r["data"]["status"] >= 400}
        stored = [i for (i,) in rows(os.path.join(self.data, "output", "out.db"),
                                     "SELECT event_id FROM out")]
        self.assertEqual(sorted(stored), sorted(wrong))
        self.assertGreater(len(wrong), 0)


if __name__ == "__main__":
    unittest.main()
