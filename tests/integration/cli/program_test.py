#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line on the real engine: run, put, records and streams on one data directory, live and
at rest. argv: program."""
import contextlib
import fcntl
import glob
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = sys.argv[1]
TOTAL = 2000
PATIENCE = 120  # seconds after which something that must happen is said never to happen

STREAM = {"kind": "data-stream", "name": "Raw", "parameters": {"stream": "clicks", "shards": 4}}
SOURCE = {"kind": "generator", "name": "Clicks",
          "parameters": {"ratePerSecond": 1000000.0, "total": TOTAL, "seed": 7}}


def pipeline(nodes, wires):
    return json.dumps({"formatVersion": 1, "project": "0b9d6a3e-0000-4000-8000-000000000001",
                       "name": "Clicks", "nodes": nodes,
                       "wires": [{"from": a + ".out", "to": b + ".in"} for a, b in wires]})


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.data = os.path.join(self.folder.name, "data")
        self.environment = dict(os.environ, XDG_DATA_HOME=self.folder.name)
        self.generated = self.file("generated.millrace", pipeline(
            {"aaaaaaaa": SOURCE, "bbbbbbbb": STREAM}, [("aaaaaaaa", "bbbbbbbb")]))
        self.empty = self.file("empty.millrace", pipeline({"bbbbbbbb": STREAM}, []))

    def file(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w") as out:
            out.write(text)
        return path

    def run_it(self, command, *words, stdin="", code=0):
        done = subprocess.run([PROGRAM, command, *words, "--data", self.data], input=stdin, text=True,
                              capture_output=True, timeout=PATIENCE, env=self.environment)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def records(self, *words, **more):
        out = self.run_it("records", "clicks", "--format", "ndjson", *words, **more).stdout
        return [json.loads(line) for line in out.splitlines()]

    def start(self, file):
        process = subprocess.Popen([PROGRAM, "run", file, "--data", self.data], env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it never came to that")
            time.sleep(0.02)

    def test_runs_until_done_and_reads_what_is_there(self):
        report = json.loads(self.run_it("run", self.generated, "--until-done", "--report",
                                        "json").stdout)
        self.assertEqual(report["ended"], "done")
        self.assertEqual(report["nodes"]["aaaaaaaa"]["out"], TOTAL)
        self.assertEqual(report["nodes"]["aaaaaaaa"]["state"], "finished")
        self.assertEqual(report["streams"]["clicks"]["records"], TOTAL)
        for node in report["nodes"].values():
            self.assertEqual(node["in"], sum(node[fate] for fate in (
                "processed", "filtered", "late", "dead", "expired", "in_flight")))

        everything = self.records()
        self.assertEqual(len(everything), TOTAL)
        place = [(r["arrival"], r["shard"], r["ordinal"]) for r in everything]
        self.assertEqual(place, sorted(place))
        self.assertEqual({r["shard"] for r in everything}, {0, 1, 2, 3})
        self.assertTrue(all(isinstance(r["data"], dict) for r in everything))
        self.assertEqual(len({r["sequence_number"] for r in everything}), TOTAL)

        self.assertEqual(self.records("--limit", "7"), everything[:7])
        second = [r for r in everything if r["shard"] == 2]
        self.assertEqual(self.records("--shard", "2"), second)
        self.assertEqual(self.records("--from", second[5]["sequence_number"]), second[5:])
        self.assertEqual(self.records("--where", "record.shard = 2 AND record.ordinal >= 5"),
                         second[5:])
        self.assertEqual(self.records("--from", "latest"), [])
        last = everything[-1]["arrival"]
        self.assertEqual(self.records("--from", last),
                         [r for r in everything if r["arrival"] >= last])
        self.assertEqual(self.records("--from", "2999-01-01T00:00:00Z"), [])

        table = self.run_it("records", "clicks", "--limit", "2").stdout.splitlines()
        self.assertEqual(len(table), 3)
        self.assertEqual(table[0].split(), ["arrival", "(UTC)", "shard", "sequence", "key", "data"])
        self.assertTrue(table[1].startswith(everything[0]["arrival"][:10]))
        self.assertTrue(all(len(line) <= 200 for line in table))

        line = [l for l in self.run_it("streams").stdout.splitlines() if l.startswith("clicks ")]
        self.assertEqual(line[0].split()[:4], ["clicks", "data", "4", f"{TOTAL:,}"])

        # Started again, the generator has nothing left to make.
        again = json.loads(self.run_it("run", self.generated, "--until-done", "--report",
                                       "json").stdout)
        self.assertEqual(again["streams"]["clicks"]["records"], TOTAL)

    def test_virtual_time_goes_as_far_as_it_is_told(self):
        endless = self.file("endless.millrace", pipeline(
            {"aaaaaaaa": {"kind": "generator", "name": "Clicks", "parameters": {"ratePerSecond": 500.0}},
             "bbbbbbbb": STREAM},
            [("aaaaaaaa", "bbbbbbbb")]))
        counts = []
        for run in range(3):
            self.data = os.path.join(self.folder.name, f"virtual{run}")
            report = json.loads(self.run_it("run", endless, "--for", "20s", "--virtual", "--report",
                                            "json").stdout)
            self.assertEqual(report["ended"], "time")
            counts.append(report["streams"]["clicks"]["records"])
        self.assertEqual(len(set(counts)), 1, counts)
        self.assertAlmostEqual(counts[0], 10_000, delta=1)

    def test_a_run_says_what_it_could_not_process(self):
        bad = self.file("bad.ndjson", "no JSON\n" * 7 + '{"page": "/"}\n')
        reads = self.file("reads.millrace", pipeline(
            {"aaaaaaaa": {"kind": "file", "name": "File", "parameters": {"path": bad}}, "bbbbbbbb": STREAM}, [("aaaaaaaa", "bbbbbbbb")]))
        said = self.run_it("run", reads, "--until-done").stderr
        self.assertRegex(said, r"7 records could not be processed, by File \(7 in all\); millrace records "
                               r"\S+-dead-letters shows them .*\[cli\.dead-letters\]")
        # The counters go on from run to run; what is said is of this one.
        self.assertNotIn("cli.dead-letters", self.run_it("run", reads, "--until-done").stderr)

    def test_a_run_says_all_that_it_could_not_process(self):
        """Also what fails while it is being stopped: as many as stand in the dead letters."""
        bad = self.file("bad.ndjson", "no JSON\n" * 200_000)
        reads = self.file("reads.millrace", pipeline(
            {"aaaaaaaa": {"kind": "file", "name": "File", "parameters": {"path": bad}}, "bbbbbbbb": STREAM},
            [("aaaaaaaa", "bbbbbbbb")]))
        done = self.run_it("run", reads, "--for", "200ms", "--report", "json")
        dead = json.loads(done.stdout)["nodes"]["aaaaaaaa"]["dead"]
        if dead:
            self.assertRegex(done.stderr, rf"{dead} records could not be processed, by File \({dead} in all")
        stored = [s["records"] for s in json.loads(done.stdout)["streams"].values() if s["role"] == "dead-letters"]
        self.assertEqual(stored, [dead])

    def test_virtual_time_ends_though_nothing_is_left_to_do(self):
        report = json.loads(self.run_it("run", self.generated, "--for", "2h", "--virtual", "--report",
                                        "json").stdout)
        self.assertEqual(report["ended"], "time")
        self.assertEqual(report["streams"]["clicks"]["records"], TOTAL)

    def test_nothing_is_made_in_a_folder_of_something_else(self):
        os.mkdir(self.data)
        self.file("data/notes.txt", "")
        for words in (["run", self.empty, "--for", "100ms"], ["put", "clicks"]):
            with self.subTest(words=words):
                done = self.run_it(*words, stdin="1\n", code=4)
                self.assertIn("notes.txt is in it", done.stderr)
                self.assertIn("[stream.not-data-directory]", done.stderr)
                self.assertEqual(os.listdir(self.data), ["notes.txt"])
        os.remove(self.data + "/notes.txt")
        self.run_it("put", "clicks", stdin="1\n", code=5)
        self.assertEqual(os.listdir(self.data), [])

    def test_a_refused_run_leaves_the_report_of_another_alone(self):
        os.mkdir(self.data)
        path = self.file("data/report.json", "old")
        self.run_it("run", self.empty, "--for", "100ms", "--report", "json=" + path, code=4)
        with open(path, encoding="utf-8") as report:
            self.assertEqual(report.read(), "old")
        os.remove(path)
        self.run_it("run", self.empty, "--for", "100ms", "--report", "json=" + path)
        with open(path, encoding="utf-8") as report:
            self.assertEqual(json.load(report)["ended"], "time")

    def test_check_warns_of_a_field_that_nobody_reads(self):
        source = {**SOURCE, "paramters": SOURCE["parameters"]}
        file = self.file("slip.millrace", pipeline({"aaaaaaaa": source, "bbbbbbbb": STREAM},
                                                   [("aaaaaaaa", "bbbbbbbb")]))
        done = subprocess.run([PROGRAM, "check", file], text=True, capture_output=True, check=True)
        self.assertRegex(done.stderr, r'node aaaaaaaa: The field "paramters" is not known and does '
                                      r'nothing; did you mean parameters\? ')

    def test_a_put_for_nothing_asks_for_no_lock(self):
        self.run_it("run", self.empty, "--for", "100ms")
        lock = os.open(self.data, os.O_RDONLY)
        self.addCleanup(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = self.run_it("put", "clcks", stdin="{}\n", code=5)
        self.assertIn("did you mean clicks?", done.stderr)

    def test_until_done_without_a_source(self):
        """Nothing can ever come: that is said, instead of waiting for it."""
        done = self.run_it("run", self.empty, "--until-done", code=3)
        self.assertRegex(done.stderr, r"Nothing would ever be done: the pipeline has no producer.*"
                                      r"\[cli\.nothing-to-do\]")
        # What is stored already is something to do.
        self.run_it("put", "clicks", stdin='{"n":1}\n')
        drains = self.file("drains.millrace", pipeline(
            {"bbbbbbbb": STREAM, "cccccccc": {"kind": "standard-output", "name": "Out"}},
            [("bbbbbbbb", "cccccccc")]))
        self.assertIn('"n":1', self.run_it("run", drains, "--until-done").stdout)

    def test_a_place_where_nothing_can_be_made_is_no_missing_one(self):
        done = subprocess.run([PROGRAM, "bench", "read", "--folder", "/proc/nope"], text=True,
                              capture_output=True, timeout=PATIENCE, env=self.environment)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("choose another --folder", done.stderr)
        done = self.run_it("run", self.into("ndjson-folder", folder="/proc/nope"), "--until-done",
                           code=1)
        self.assertIn("Nothing can be stored in /proc/nope: it cannot be made", done.stderr)

    def test_of_the_records_that_a_limit_removes_the_last_sum_is_said(self):
        lines = os.path.join(self.folder.name, "many.ndjson")
        with open(lines, "w", encoding="utf-8") as many:
            rng = random.Random(20261129)
            many.writelines(f'{{"n":{n},"text":"{rng.randbytes(200).hex()}"}}\n' for n in range(20000))
        file = self.file("small.millrace", pipeline(
            {"aaaaaaaa": {"kind": "file", "name": "Lines",
                          "parameters": {"path": lines, "pace": "rate", "ratePerSecond": 8000.0}},
             "bbbbbbbb": {"kind": "data-stream", "name": "Small",
                          "parameters": {"stream": "small", "maximumBytes": 1000000}}},
            [("aaaaaaaa", "bbbbbbbb")]))
        report = os.path.join(self.folder.name, "report.json")
        done = self.run_it("run", file, "--until-done", "--report", "json=" + report)
        with open(report, encoding="utf-8") as written:
            (problem,) = [one for one in json.load(written)["problems"]
                          if one["id"] == "stream.records-removed"]
        said = [line for line in done.stderr.splitlines() if "[stream.records-removed]" in line]
        self.assertGreater(len(said), 0, done.stderr)
        self.assertIn(problem["text"].split(" of the oldest")[0], said[-1])

    def test_a_directory_that_is_held_for_a_moment_is_waited_for(self):
        """By a put that found no engine, or by an engine that has no socket yet."""
        self.run_it("run", self.empty, "--for", "0s")
        for words in (("run", self.empty, "--for", "0s"), ("put", "clicks")):
            folder = os.open(self.data, os.O_RDONLY)
            fcntl.flock(folder, fcntl.LOCK_EX)
            release = threading.Timer(0.3, os.close, [folder])
            release.start()
            self.addCleanup(release.join)
            self.run_it(*words)

    def test_the_report_and_a_node_do_not_share_standard_output(self):
        prints = self.file("prints.millrace", pipeline(
            {"aaaaaaaa": SOURCE, "cccccccc": {"kind": "standard-output", "name": "Out"}},
            [("aaaaaaaa", "cccccccc")]))
        refused = self.run_it("run", prints, "--until-done", "--report", "json", code=2)
        self.assertRegex(refused.stderr, r"run: Out writes to standard output too.*--report json=FILE "
                                         r"\[cli\.report-mixed\]")
        self.assertEqual(refused.stdout, "")
        path = os.path.join(self.folder.name, "report.json")
        done = self.run_it("run", prints, "--until-done", "--report", "json=" + path)
        self.assertEqual(len([json.loads(line) for line in done.stdout.splitlines()]), TOTAL)
        with open(path, encoding="utf-8") as report:
            self.assertEqual(json.load(report)["nodes"]["cccccccc"]["out"], TOTAL)

    def into(self, kind, source=None, **parameters):
        return self.file("into.millrace", pipeline(
            {"aaaaaaaa": source or SOURCE,
             "cccccccc": {"kind": kind, "name": "Out", "parameters": parameters}},
            [("aaaaaaaa", "cccccccc")]))

    def test_what_nobody_gets_is_not_delivered(self):
        """A closed standard output is as a pipe whose reader went."""
        def closed(*words):
            return subprocess.run(["sh", "-c", 'exec "$0" "$@" >&-', PROGRAM, *words], text=True,
                                  stderr=subprocess.PIPE, timeout=PATIENCE, env=self.environment)
        done = closed("run", self.into("standard-output"), "--data", self.data, "--until-done")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("[nodes.output-closed]", done.stderr)
        for words in (("help", "exit-codes"), ("help", "functions")):  # less and more than is buffered
            done = closed(*words)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("[cli.output]", done.stderr)

    def test_a_node_that_is_refused_at_the_end_is_no_success(self):
        """Scripts have nothing but the exit code."""
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([PROGRAM, "run", self.into("standard-output"), "--data", self.data,
                                   "--for", "500ms"], stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=PATIENCE, env=self.environment)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"could not store what they had: Out.*\[cli\.nodes-refused\]")
        path = os.path.join(self.folder.name, "out.db")
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            done = self.run_it("run", self.into("sqlite-table", file=path), "--for", "1500ms", code=1)
        self.assertIn("[cli.nodes-refused]", done.stderr)
        self.assertEqual(done.stderr.count("[base.busy]"), 1, done.stderr)
        self.run_it("run", self.into("sqlite-table", file=path), "--until-done")

    def test_a_removed_file_is_said_once(self):
        path = os.path.join(self.folder.name, "out.db")
        endless = dict(SOURCE, parameters={"ratePerSecond": 1000.0, "seed": 7})
        process = subprocess.Popen([PROGRAM, "run", self.into("sqlite-table", endless, file=path),
                                    "--data", self.data], env=self.environment, text=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stderr.close)

        def rows():
            try:
                with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as table:
                    return table.execute("SELECT count(*) FROM records").fetchone()[0]
            except sqlite3.Error:  # not yet there
                return 0
        self.wait_for(lambda: rows() > 100)
        os.remove(path)
        self.wait_for(lambda: rows() > 100)
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
        self.assertEqual(process.wait(PATIENCE), 143, said)
        self.assertEqual(said.count("[nodes.destination-replaced]"), 1, said)

    def test_a_field_that_the_schema_lacks_is_said(self):
        """Once, on the terminal and in the report, however many records have it."""
        lines = "".join(json.dumps({"n": n, **({"coupon": 1} if n >= 1500 else {})}) + "\n"
                        for n in range(3000))
        source = {"kind": "file", "name": "File",
                  "parameters": {"path": self.file("in.ndjson", lines), "schema": "n BIGINT"}}
        table = {"kind": "sqlite-table", "name": "Table", "parameters": {"file": "out.db", "table": "t"}}
        widens = self.file("widens.millrace", pipeline(
            {"aaaaaaaa": source, "bbbbbbbb": STREAM, "cccccccc": table},
            [("aaaaaaaa", "bbbbbbbb"), ("bbbbbbbb", "cccccccc")]))
        for virtual in ([], ["--virtual"], ["--virtual"]):
            self.data = tempfile.mkdtemp(dir=self.folder.name)
            done = self.run_it("run", widens, "--until-done", "--report", "json", *virtual)
            said = [l for l in done.stderr.splitlines() if "[engine.field-not-in-schema]" in l]
            self.assertEqual(len(said), 1, done.stderr)
            self.assertRegex(said[0], r"node bbbbbbbb: field coupon: Records of stream clicks have a "
                                      r"field coupon .*\(record \d+ of shard \d is one\)")
            problems = [p for p in json.loads(done.stdout)["problems"]
                        if p["id"] == "engine.field-not-in-schema"]
            self.assertEqual([p["count"] for p in problems], [1])

    def test_readers_hide_what_is_too_old_as_the_engine_does(self):
        kept = self.file("kept.millrace", pipeline({"bbbbbbbb": STREAM}, []))
        self.run_it("run", kept, "--for", "100ms")
        self.run_it("put", "clicks", stdin="1\n2\n")
        clicks = lambda: [l for l in self.run_it("streams").stdout.splitlines()
                          if l.startswith("clicks ")][0]
        self.assertRegex(clicks(), r"^clicks +data +4 +2 .* 24 h ")
        with contextlib.closing(sqlite3.connect(self.data + "/catalog.db")) as catalog:
            catalog.execute("UPDATE stream SET retention = 1 WHERE name = 'clicks'")
            catalog.commit()
        self.assertRegex(clicks(), r"^clicks +data +4 +0 .* 0.001 s ")
        done = self.run_it("records", "clicks", "--format", "ndjson")
        self.assertEqual(done.stdout, "")
        self.assertIn("2 records are older than the stream's retention", done.stderr)
        self.assertEqual(self.records("--from", "2020-01-01T00:00:00Z"), [])
        self.assertEqual(self.run_it("records", "clicks", "--from", "latest").stderr, "")

    def test_what_a_virtual_run_wrote_does_not_expire(self):
        self.run_it("run", self.generated, "--until-done", "--virtual")
        self.assertEqual(len(self.records()), TOTAL)
        self.assertRegex(self.run_it("streams").stdout, rf"(?m)^clicks +data +4 +{TOTAL:,} .* off ")

    def test_a_wire_keeps_records_until_they_are_read(self):
        wired = self.file("wired.millrace", pipeline(
            {"aaaaaaaa": SOURCE, "bbbbbbbb": STREAM,
             "cccccccc": {**STREAM, "parameters": {"stream": "other"}}},
            [("aaaaaaaa", "bbbbbbbb"), ("aaaaaaaa", "cccccccc")]))
        self.run_it("run", wired, "--until-done")
        self.assertRegex(self.run_it("streams").stdout, r"(?m) wire .* until read ")

    def test_records_shows_payloads_as_they_are(self):
        self.run_it("run", self.empty, "--for", "100ms")
        # A line end between values, which would end the line of the output, and two of one name.
        self.run_it("put", "clicks", stdin='{"a":1.10,\r"a":12345678901234567890123}\n')
        out = self.run_it("records", "clicks", "--format", "ndjson").stdout
        self.assertIn('"data":{"a":1.10, "a":12345678901234567890123}', out)

    def test_put_leaves_out_lines_of_blanks(self):
        self.run_it("run", self.empty, "--for", "100ms")
        put = self.run_it("put", "clicks", stdin='{"a":1}\n   \n\n\t\r\n{"a":2}\n')
        self.assertIn("2 records stored", put.stderr)

    def test_records_says_why_where_fails(self):
        self.run_it("run", self.empty, "--for", "100ms")
        self.run_it("put", "clicks", stdin="".join(
            json.dumps({"a": a}) + "\n" for a in [2, 0, 0, 4, 0, None]) + '{"b":"x"}\nno json\n')
        # Which makes the schema, as a filter needs one.
        self.run_it("run", self.file("f.millrace", pipeline(
            {"bbbbbbbb": STREAM, "cccccccc": {"kind": "filter", "name": "F",
                                              "parameters": {"condition": "a > 0"}},
             "dddddddd": {"kind": "data-stream", "name": "Out", "parameters": {"stream": "out"}}},
            [("bbbbbbbb", "cccccccc"), ("cccccccc", "dddddddd")])), "--until-done")
        done = self.run_it("records", "clicks", "--where", "8 / a > 3", "--format", "ndjson")
        self.assertEqual([json.loads(line)["data"] for line in done.stdout.splitlines()], [{"a": 2}])
        self.assertRegex(done.stderr, r"--where fails for 3 records, left out: .*division by zero")
        self.assertRegex(done.stderr, r"--where fails for 1 record, left out: .*JSON")
        self.assertRegex(done.stderr, r"--where is neither true nor false for 2 records, left out: "
                                      r"it is NULL for them, as where a field is missing$")
        # Whatever made the NULL.
        done = self.run_it("records", "clicks", "--where", "TRY_CAST('x' AS INT) = a")
        self.assertRegex(done.stderr, r"--where is neither true nor false for 7 records, left out: ")
        # With a comment at the end; and nothing is said of what is false.
        done = self.run_it("records", "clicks", "--where", "b = 'x' OR FALSE -- or not")
        self.assertRegex(done.stderr, r"--where is neither true nor false for 6 records")
        done = self.run_it("records", "clicks", "--where", "a > 9 AND a IS NOT NULL")
        self.assertNotIn("neither", done.stderr)
        # Of what lies before the range nothing is said.
        last = next(r for r in self.records() if "data64" in r)["sequence_number"]
        done = self.run_it("records", "clicks", "--where", "8 / a > 3", "--from", last)
        self.assertNotIn("division", done.stderr)
        self.assertRegex(done.stderr, r"--where fails for 1 record, left out: .*JSON")

    def test_records_of_a_stream_that_put_alone_filled_have_columns(self):
        self.run_it("run", self.empty, "--for", "100ms")
        done = self.run_it("records", "clicks", "--where", "n > 1", code=3)
        self.assertIn("There is no column n; no record of the stream was a JSON object so far",
                      done.stderr)
        self.run_it("put", "clicks", stdin="".join('{"n":%d}\n' % n for n in range(4)) + "no json\n")
        self.assertEqual({r["data"]["n"] for r in self.records("--where", "n > 1")}, {2, 3})
        key = self.records("--where", "n = 3")[0]["key"]
        self.assertEqual([r["data"]["n"] for r in self.records(
            "--where", "partition_key = '%s' AND record.data LIKE '%%3%%'" % key)], [3])
        for name, meant in [("key", "partition_key"), ("arrival", "arrival_time"), ("data", "data"),
                            ("sequence", "sequence_number")]:
            done = self.run_it("records", "clicks", "--where", name + " = 'x'", code=3)
            self.assertIn("There is no column %s; did you mean record.%s?" % (name, meant),
                          done.stderr)

    def test_what_is_put_is_held_to_the_schema_where_it_is_read(self):
        self.file("in.ndjson", '{"id":1}\n')
        source = {"kind": "file", "name": "In",
                  "parameters": {"path": "in.ndjson", "schema": "id INT NOT NULL, n INT"}}
        held = self.file("held.millrace", pipeline(
            {"aaaaaaaa": source, "bbbbbbbb": STREAM,
             "cccccccc": {"kind": "map", "name": "M", "parameters": {"select": "id, n"}},
             "dddddddd": {"kind": "data-stream", "name": "Out", "parameters": {"stream": "out"}}},
            [("aaaaaaaa", "bbbbbbbb"), ("bbbbbbbb", "cccccccc"), ("cccccccc", "dddddddd")]))
        self.run_it("run", held, "--until-done")
        self.run_it("put", "clicks", stdin='{"id":2}\n{"n":3}\n{"id":null}\n{"id":"x"}\n')
        self.assertEqual(len(self.records()), 5)
        report = json.loads(self.run_it("run", held, "--until-done", "--report", "json").stdout)
        self.assertEqual(report["nodes"]["cccccccc"]["dead"], 3)
        self.assertEqual(report["nodes"]["cccccccc"]["processed"], 2)
        out = self.run_it("records", "Clicks-dead-letters", "--format", "ndjson").stdout
        reasons = [json.loads(line)["attributes"] for line in out.splitlines()]
        self.assertEqual(sum("expected INT NOT NULL, found NULL" in str(r) for r in reasons), 2)
        self.assertEqual(sum("expected INT, found string" in str(r) for r in reasons), 1)

    def test_records_refuses(self):
        self.run_it("run", self.empty, "--for", "100ms")
        for words, code, message in [
            (["clcks"], 5, "has no stream clcks; did you mean clicks?"),
            (["clicks", "--shard", "4"], 2, "--shard must be below 4"),
            (["clicks", "--from", "yesterday"], 2, "--from must be trim, latest, a time"),
            (["clicks", "--from", "1" * 56], 2, "--from must be"),
            (["clicks", "--format", "xml"], 2, "--format must be table or ndjson"),
            (["clicks", "--where", "nosuch > 1"], 3, "There is no column nosuch"),
            (["clicks", "--where", "1 +"], 3, "--where: line 1, column"),
        ]:
            with self.subTest(words=words):
                self.assertIn(message, self.run_it("records", *words, code=code).stderr)

    def largest_log(self):
        return max((os.path.join(folder, name)
                    for folder, _, names in os.walk(self.data + "/streams") for name in names),
                   key=os.path.getsize)

    def test_reading_goes_on_behind_damage(self):
        self.run_it("run", self.generated, "--until-done")
        log = self.largest_log()
        with open(log, "rb") as file:
            middle = (4096 + len(file.read().rstrip(b"\0"))) // 2
        # A commit behind the damaged one: at the end of a log it would pass for a torn tail.
        self.run_it("put", "clicks", stdin='{"page": "/"}\n')
        with open(log, "r+b") as file:
            file.seek(middle)
            byte = file.read(1)[0]
            file.seek(middle)
            file.write(bytes([byte ^ 1]))
        done = self.run_it("records", "clicks", "--format", "ndjson")
        self.assertRegex(done.stderr, r"damaged.*\[(log|base)\.")
        self.assertLess(len(done.stdout.splitlines()), TOTAL)
        self.assertGreater(len(done.stdout.splitlines()), 0)

    def test_damage_at_the_end_takes_nothing_from_a_reader_that_was_there(self):
        into = self.file("into.millrace", pipeline(
            {"bbbbbbbb": STREAM, "cccccccc": {"kind": "sqlite-table", "name": "Table"}},
            [("bbbbbbbb", "cccccccc")]))
        self.run_it("run", into, "--until-done")
        self.run_it("put", "clicks", stdin="".join('{"n":%d}\n' % n for n in range(300)))
        self.run_it("run", into, "--until-done")
        with open(self.largest_log(), "r+b") as file:
            content = bytearray(file.read())
            content[len(content.rstrip(b"\0")) - 1] ^= 1
            file.seek(0)
            file.write(content)
        self.assertIn("are missing", self.run_it("records", "clicks").stderr)
        self.assertIn("are missing", self.run_it(
            "put", "clicks", stdin="".join('{"n":%d}\n' % n for n in range(1000, 1200))).stderr)
        self.run_it("run", into, "--until-done")
        database = sqlite3.connect(os.path.join(self.data, "output", "output.db"))
        self.addCleanup(database.close)
        rows = [n for n, in database.execute("SELECT n FROM records ORDER BY n")]
        self.assertEqual(rows, [*range(300), *range(1000, 1200)])

    def test_damage_is_shown(self):
        """The numbers of what was lost were nowhere but in the log panel."""
        self.run_it("run", self.generated, "--until-done")
        self.assertRegex(self.run_it("streams").stdout, r"clicks +data +4 +2,000 +0 ")
        log = self.largest_log()
        self.run_it("put", "clicks", stdin='{"page": "/"}\n' * 40)  # into every shard: so many it has
        with open(log, "r+b") as file:
            file.seek(4096 + 100)  # of the first commit
            file.write(b"damage")
        out = self.run_it("streams").stdout
        readable, damaged = (int(number.replace(",", "")) for number in
                             re.search(r"clicks +data +4 +([0-9,]+) +([0-9,]+) ", out).groups())
        self.assertEqual(readable, len(self.records()))
        self.assertEqual(readable + damaged, TOTAL + 40)
        self.assertGreater(damaged, 0)
        report = json.loads(self.run_it("run", self.empty, "--for", "100ms", "--report", "json").stdout)
        self.assertEqual((report["streams"]["clicks"]["records"],
                          report["streams"]["clicks"]["damaged_records"]), (readable, damaged))

    def test_put_leaves_the_directory_free_while_its_input_is_quiet(self):
        self.run_it("run", self.empty, "--for", "100ms")
        put = subprocess.Popen([PROGRAM, "put", "clicks", "--data", self.data, "--acks", "--producer", "p"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, env=self.environment)
        self.addCleanup(put.kill)

        def send(number):
            put.stdin.write(f'{{"n": {number}}}\n')
            put.stdin.flush()
            self.assertEqual(put.stdout.readline(), f"{number}\n")
        send(0)  # through its own engine

        def starts():
            done = subprocess.run([PROGRAM, "run", self.empty, "--for", "0s", "--data", self.data],
                                  stderr=subprocess.DEVNULL, env=self.environment)
            return done.returncode == 0
        self.wait_for(starts)
        run = self.start(self.empty)
        self.wait_for(lambda: os.path.exists(self.data + "/control.sock"))
        send(1)  # through that of the run
        run.terminate()
        run.wait(PATIENCE)
        send(2)  # and again through its own
        put.stdin.close()
        self.assertEqual(put.wait(PATIENCE), 0, put.stderr.read())
        put.stdout.close()
        put.stderr.close()
        self.assertEqual([r["data"]["n"] for r in self.records()], [0, 1, 2])

    def test_put_without_an_engine(self):
        self.run_it("run", self.empty, "--for", "100ms")
        self.run_it("put", "clicks", "--key", "user", stdin='{"user":"a","n":1}\n{"user":"a","n":2}\n')
        self.run_it("put", "clicks", "--key-text", "k", stdin="no JSON\n")
        # A line of the output is JSON, and a byte order mark in it is none.
        self.run_it("put", "clicks", "--key-text", "m", stdin="\ufeff{}\n")
        got = self.records()
        self.assertEqual([(r["key"], r.get("data"), r.get("data64")) for r in got],
                         [("a", {"user": "a", "n": 1}, None), ("a", {"user": "a", "n": 2}, None),
                          ("k", None, "bm8gSlNPTg=="), ("m", None, "77u/e30=")])

    def test_a_second_engine_is_refused_and_reading_goes_on(self):
        self.start(self.empty)
        self.wait_for(lambda: os.path.exists(self.data + "/control.sock"))
        # Whatever somebody removes by hand.
        for path in glob.glob(self.data + "/*"):
            if os.path.isfile(path) and not os.path.basename(path).startswith("catalog.db"):
                os.remove(path)
        refused = self.run_it("run", self.empty, code=4)
        self.assertIn("[stream.directory-busy]", refused.stderr)
        self.run_it("put", "clicks", "--retry", f"{PATIENCE}s", stdin="1\n")
        self.assertEqual([r["data"] for r in self.records()], [1])

    def test_follow(self):
        self.run_it("run", self.empty, "--for", "100ms")
        follower = subprocess.Popen([PROGRAM, "records", "clicks", "--follow", "--from", "trim",
                                     "--format", "ndjson", "--data", self.data],
                                    stdout=subprocess.PIPE, text=True, env=self.environment)
        self.addCleanup(follower.stdout.close)
        self.addCleanup(follower.kill)
        for number in range(3):
            self.run_it("put", "clicks", stdin=f"{number}\n")
            self.assertEqual(json.loads(follower.stdout.readline())["data"], number)
        follower.send_signal(signal.SIGINT)
        self.assertEqual(follower.wait(timeout=PATIENCE), 0)

    def test_a_producer_survives_a_killed_engine(self):
        engine = self.start(self.empty)
        sender = subprocess.Popen([PROGRAM, "put", "clicks", "--data", self.data, "--producer", "p",
                                   "--acks", "--batch", "10", "--retry", f"{PATIENCE}s", "--key", "k"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  env=self.environment)
        self.addCleanup(sender.kill)
        count = 3000

        def feed():
            for n in range(count):
                sender.stdin.write(json.dumps({"n": n, "k": n % 7}) + "\n")
            sender.stdin.close()
        feeder = threading.Thread(target=feed)
        feeder.start()
        acks = []
        for kill_at in (100, 500, 1500):
            while len(acks) < kill_at:
                acks.append(int(sender.stdout.readline()))
            engine.kill()
            engine.wait()
            engine = self.start(self.empty)
        acks += [int(line) for line in sender.stdout]
        feeder.join()
        self.assertEqual(sender.wait(timeout=PATIENCE), 0)
        sender.stdout.close()
        self.assertEqual(acks, list(range(count)))
        got = [r["data"] for r in self.records()]
        self.assertEqual(sorted(r["n"] for r in got), list(range(count)))
        for key in range(7):
            order = [r["n"] for r in got if r["k"] == key]
            self.assertEqual(order, sorted(order))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
