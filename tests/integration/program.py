# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts share that drive the real program: pipelines, engines, streams, tables."""
import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

PROGRAM = os.environ["MILLRACE"]
FULL = bool(os.environ.get("MILLRACE_TEST_FULL"))
PATIENCE = 120  # seconds after which something that must happen is said never to happen

INTERRUPTED = 130
FATES = ("processed", "filtered", "late", "dead", "expired")


def pipeline(nodes, wires, name="Test"):
    """The text of a .millrace file. nodes: {id: (kind, parameters)}; wires: "aaaaaaaa bbbbbbbb"."""
    return json.dumps({
        "formatVersion": 1, "project": "0b9d6a3e-0000-4000-8000-000000000001", "name": name,
        "nodes": {i: {"kind": kind, "name": i, "parameters": parameters}
                  for i, (kind, parameters) in nodes.items()},
        "wires": [{"from": a + ".out", "to": b + ".in"} for a, b in (w.split() for w in wires)]})


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"never within {PATIENCE} s: {what}")
        time.sleep(0.02)
    return value


def millrace(*words, code=0, stdin=None):
    """Runs the program to its end; what it printed on standard output and on standard error."""
    done = subprocess.run([PROGRAM, *words], input=stdin, capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    if done.returncode != code:
        raise AssertionError(f"millrace {' '.join(words)}: exit code {done.returncode} instead of "
                             f"{code}\n{done.stderr}{done.stdout}")
    return done.stdout, done.stderr


def records(data, stream):
    """All records of a stream, each with its payload in "data", merged as `millrace records` does."""
    out, _ = millrace("records", stream, "--data", data, "--format", "ndjson")
    return [json.loads(line) for line in out.splitlines()]


def rows(file, query):
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def law_broken(nodes):
    """The nodes whose records do not each have exactly one fate: of a report or a snapshot."""
    def in_flight(node):
        return node["in_flight"] if "in_flight" in node else node["inFlight"]
    return {name: node for name, node in nodes.items()
            if node["in"] != sum(node[fate] for fate in FATES) + in_flight(node)}


class _Control(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Engine:
    """A running `millrace run`, reached through its control socket."""

    def __init__(self, file, data, log, *words, report=None):
        """The report comes on standard output, or in a file of that name."""
        self.data = data
        self._log = log
        with open(log, "w", encoding="utf-8") as stderr:
            self._process = subprocess.Popen(
                [PROGRAM, "run", file, "--data", data, "--report",
                 "json" if report is None else "json=" + report, *words],
                stdout=subprocess.PIPE, stderr=stderr, text=True)

    def ask(self, method, path):
        """The answer as an object, or None while no engine answers."""
        socket_file = os.path.join(self.data, "control.sock")
        with contextlib.suppress(OSError):
            socket_file = read(os.path.join(self.data, "control.path"))
        try:
            with contextlib.closing(_Control(socket_file)) as control:
                control.request(method, path)
                return json.loads(control.getresponse().read())
        except (OSError, http.client.HTTPException):
            return None

    def snapshot(self):
        """A snapshot of the running pipeline, in which every record has one fate."""
        def of_the_living():
            snapshot = self.snapshot_if_any()
            if snapshot is None and self.ended():
                raise AssertionError(f"the engine has ended:\n{self.messages()}")
            return snapshot
        return wait_until(of_the_living, "an engine that answers")

    def snapshot_if_any(self):
        """Likewise, or None when no engine answers."""
        snapshot = self.ask("GET", "/v1/snapshot")
        if snapshot is None:
            return None
        broken = law_broken({node["id"]: node["counts"] for node in snapshot["nodes"]})
        if broken:
            raise AssertionError(f"snapshot {snapshot['generation']} loses or doubles: {broken}")
        return snapshot

    def wait_for(self, condition, what):
        return wait_until(lambda: condition(self.snapshot()), what)

    def wait_running(self):
        self.wait_for(lambda snapshot: snapshot["state"] == "running", "a running pipeline")

    def wait_drained(self, node, count):
        """Until the records that were put into a node, `count` in all, have gone through."""
        def held(snapshot):
            (counts,) = [n["counts"] for n in snapshot["nodes"] if n["id"] == node]
            return counts["in"] >= count and snapshot["generation"]
        seen = self.wait_for(held, f"{count} records in {node}")
        # An earlier snapshot, and this one too, may say it of the records before them.
        self.wait_for(lambda snapshot: snapshot["drained"] and snapshot["generation"] > seen,
                      "a drained pipeline")

    def messages(self):
        """What it has said so far; what it says of a snapshot may come after the snapshot."""
        return read(self._log)

    def kill(self):
        self._process.kill()
        self._process.communicate()

    def ended(self):
        return self._process.poll() is not None

    def finish(self, code=0):
        """Waits for the end; the report."""
        out, _ = self._process.communicate(timeout=PATIENCE)
        if self._process.returncode != code:
            raise AssertionError(f"exit code {self._process.returncode} instead of {code}:\n"
                                 f"{self.messages()}")
        return json.loads(out)

    def interrupt(self):
        self._process.send_signal(signal.SIGINT)

    def wait_without_reading(self):
        """The exit code; standard output stays unread until then."""
        code = self._process.wait(timeout=PATIENCE)
        self._process.stdout.close()
        return code

    def stop(self, number=signal.SIGINT, code=INTERRUPTED):
        self._process.send_signal(number)
        return self.finish(code)


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


class ProgramTest(unittest.TestCase):
    """Each test has a folder of its own; what it started ends with it."""

    def setUp(self):
        self.folder = os.path.join(os.environ["MILLRACE_SCRATCH"], self._testMethodName)
        os.makedirs(self.folder)
        self.data = self.path("data")
        self._started = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        return write(self.path(name), text)

    def start(self, file, *words):
        self._started += 1
        engine = Engine(file, self.data, self.path(f"engine{self._started}.log"), *words)
        self.addCleanup(lambda: engine.ended() or engine.kill())
        return engine
