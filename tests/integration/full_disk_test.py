#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that is really full: a small tmpfs in a mount namespace of this script's own, which ends with
it. The message says so, nothing acknowledged is lost, and it goes on by itself once there is room."""
import base64
import os
import random
import subprocess
import sys
import threading
import time
import unittest

import exactly_once
from program import PATIENCE, Lines, ProgramTest, read, wait_until

COUNT = 6000  # of about 1.3 kB that do not compress much
SAY_AGAIN = 60  # seconds in which the engine says a lasting problem once
DISK, BALLAST = 32 << 20, 26 << 20
MOUNTED = "MILLRACE_TEST_OWN_MOUNTS"


def lines():
    noise = random.Random(20261122)
    return [exactly_once.line(n, base64.b64encode(noise.randbytes(1000)).decode())
            for n in range(COUNT)]


class FullDiskTest(ProgramTest):
    def setUp(self):
        super().setUp()
        disk = self.path("disk")
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=True)
        self.data = os.path.join(disk, "data")
        self.ballast = os.path.join(disk, "ballast")
        with open(self.ballast, "wb") as file:
            file.write(bytes(BALLAST))

    def start(self, file, *words):
        return super().start(file, *words, "--budget", "1GB")

    def wait_full(self, engine):
        """Some node says that the disk is full, at its place, while the engine runs on."""
        def full(snapshot):
            return [p for p in snapshot["problems"]
                    if p["problem"]["id"] == "base.disk-full" and p["problem"]["place"]]
        engine.wait_for(full, "a full disk that is reported")

    def test_fed_by_the_file_producer(self):
        self.write("in.ndjson", "".join(lines()))
        file = self.write("file.millrace", exactly_once.document(
            ("file", {"path": "in.ndjson", "schema": exactly_once.SCHEMA, "partitionKey": "k",
                      "pace": "rate", "ratePerSecond": 4000.0})))
        began = time.monotonic()
        engine = self.start(file, "--until-done")
        self.wait_full(engine)
        wait_until(lambda: "[base.disk-full]\n" in engine.messages(), "an engine that says so")
        os.remove(self.ballast)
        exactly_once.check(self, self.data, engine.finish(), COUNT)
        said = [line for line in engine.messages().splitlines() if "[base.disk-full]" in line]
        self.assertRegex(said[0], r"^millrace: node \w+: .*free some space, it goes on by itself")
        most = 1 + (time.monotonic() - began) // SAY_AGAIN
        self.assertLessEqual(max(map(said.count, said)), most, "said again and again")

    def test_fed_by_put(self):
        file = self.write("put.millrace", exactly_once.document())
        engine = self.start(file)
        engine.wait_running()
        messages = self.path("put.log")
        with open(messages, "w", encoding="utf-8") as log:
            sender = Lines("put", "raw", "-", "--data", self.data, "--producer", "p", "--acks", "--key",
                           "k", "--batch", "50", "--retry", f"{PATIENCE}s", stdin=subprocess.PIPE,
                           stderr=log)
        self.addCleanup(sender.close)

        def feed():
            sender.process.stdin.write("".join(lines()))
            sender.process.stdin.close()
        threading.Thread(target=feed, daemon=True).start()
        acknowledged = threading.Thread(target=sender.read_until, args=(COUNT,), daemon=True)
        acknowledged.start()
        wait_until(lambda: "it goes on by itself [base.disk-full]" in read(messages),
                   "a sender that says why it waits")
        os.remove(self.ballast)
        acknowledged.join(PATIENCE)
        self.assertEqual([int(line) for line in sender.lines], list(range(COUNT)))
        engine.wait_drained("rawrawra", COUNT)
        exactly_once.check(self, self.data, engine.stop(), COUNT)

    def test_killed_while_the_disk_is_full(self):
        self.write("in.ndjson", "".join(lines()))
        file = self.write("file.millrace", exactly_once.document(
            ("file", {"path": "in.ndjson", "schema": exactly_once.SCHEMA, "partitionKey": "k"})))
        engine = self.start(file)
        self.wait_full(engine)
        engine.kill()
        os.remove(self.ballast)
        exactly_once.check(self, self.data, self.start(file, "--until-done").finish(), COUNT)


if __name__ == "__main__":
    if MOUNTED in os.environ:
        unittest.main()
    own_mounts = ["unshare", "--map-root-user", "--mount"]
    try:
        subprocess.run([*own_mounts, "mount", "-t", "tmpfs", "none", "/mnt"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"skipped: this machine lets nobody mount a tmpfs ({error})")
        sys.exit()
    os.environ[MOUNTED] = "1"
    os.execvp(own_mounts[0], [*own_mounts, sys.executable, "-B", __file__])
