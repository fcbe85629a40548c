#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line as scripts see it: words, messages, exit codes, signals. argv: program, version.

The program is fake_millrace: the same commands over an engine in memory, whose stream "clicks" lives
as long as its process.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, VERSION = sys.argv[1], sys.argv[2]
PATIENCE = 120  # seconds after which something that must happen is said never to happen
COMMANDS = ["run", "check", "put", "records", "streams", "bench"]


def pipeline(kind="source"):
    return json.dumps({
        "formatVersion": 1, "project": "0b9d6a3e-0000-4000-8000-000000000001", "name": "My clicks",
        "nodes": {"aaaaaaaa": {"kind": kind, "name": "Clicks"},
                  "bbbbbbbb": {"kind": "stream", "name": "Raw"}},
        "wires": [{"from": "aaaaaaaa.out", "to": "bbbbbbbb.in"}]})


class CliTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.data = os.path.join(self.folder.name, "data")
        self.environment = dict(os.environ, XDG_DATA_HOME=os.path.join(self.folder.name, "home"),
                                XDG_RUNTIME_DIR=self.folder.name)

    def run_it(self, *words, stdin="", **environment):
        return subprocess.run([PROGRAM, *words], input=stdin, capture_output=True, text=True,
                              timeout=PATIENCE, env=dict(self.environment, **environment))

    def expect(self, code, text, *words, **more):
        """The command ends with `code` and says `text` (a regular expression) on standard error."""
        done = self.run_it(*words, **more)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertRegex(done.stderr, text)
        return done

    def file(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w") as out:
            out.write(text)
        return path

    def start(self, *words):
        """A run in the background, once its control socket is there."""
        process = subprocess.Popen([PROGRAM, "run", *words, "--data", self.data],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=self.environment)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(self.data + "/control.sock"):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        return process

    def test_version(self):
        done = self.run_it("--version")
        self.assertEqual((done.returncode, done.stdout), (0, f"millrace {VERSION}\n"))

    def test_help_names_every_command_and_each_has_its_own(self):
        overview = self.run_it("help")
        self.assertEqual(overview.returncode, 0)
        for command in COMMANDS:
            self.assertRegex(overview.stdout, rf"\n  {command} ")
            one = self.run_it("help", command)
            self.assertEqual(one.returncode, 0)
            self.assertIn(f"Usage: millrace {command}", one.stdout)
            self.assertEqual(self.run_it(command, "--help").stdout, one.stdout)
            self.assertTrue(all(len(line) <= 100 for line in one.stdout.splitlines()), one.stdout)
            for option in set(re.findall(r"\[(--[a-z-]+)", one.stdout)):
                self.assertRegex(one.stdout, rf"\n  {option}[ \n]", "an option without help")
        self.assertIn("130", self.run_it("help", "exit-codes").stdout)
        self.assertEqual(self.run_it("help", "help").stdout, overview.stdout)
        self.expect(2, r'no command "rum"; did you mean run\?', "help", "rum")

    def test_no_command(self):
        done = self.run_it()
        self.assertEqual(done.returncode, 2)
        self.assertIn("Usage: millrace", done.stderr)

    def test_usage_errors(self):
        for words, message in [
            (["rum"], r'millrace: There is no command "rum"; did you mean run\?.*\[cli.unknown-command\]'),
            ([""], r'There is no command ""'),
            ([b"\xff\x1b[2J\n" + 100_000 * b"x"], r'There is no command "\ufffd·\[2J·x+ … x+" \(.*'
                                                  r"\[cli.unknown-command\]"),
            (["help", "run", "b"], r'help: "b" is one argument too many; usage: millrace help'),
            (["help", "kinds", "x"], r'KIND must be one of those that millrace help kinds lists'),
            (["run", ""], r"millrace: run: FILE is missing"),
            (["put", "clicks", "--key="], r"put: --key needs a value: --key FIELD"),
            (["run", "a", "--budget", "0"], r"run: --budget must be a size above 0"),
            (["bench", "log", "--folder", __file__], r"bench: --folder must be a folder, not"),
            (["run"], r"millrace: run: FILE is missing; usage: millrace run FILE .*\[cli.missing-argument\]"),
            (["run", "a", "b"], r'run: "b" is one argument too many'),
            (["run", "a", "--dta", "x"], r"run: Unknown option --dta; did you mean --data\?"),
            (["run", "a", "--zzzzzzzz"], r"run: Unknown option --zzzzzzzz \(millrace help run"),
            (["run", "a", "--data"], r"run: --data needs a value: --data DIR"),
            (["run", "a", "--virtual=yes"], r"run: --virtual takes no value"),
            (["run", "a", "--virtual", "--virtual"], r"run: --virtual is given twice"),
            (["run", "a", "--for", "soon"], r'run: --for must be a duration.*, not "soon"'),
            (["run", "a", "--for=-1s"], r"run: --for must be a duration"),
            (["run", "a", "--budget", "2XB"], r"run: --budget must be a size .* kB, MB"),
            (["run", "a", "--report", "xml"], r"run: --report must be json or json=FILE"),
            (["run", "a", "--report", "json="], r"run: --report must be json or json=FILE"),
            (["check"], r"check: FILE is missing"),
            (["put"], r"put: STREAM is missing"),
            (["put", "clicks", "--batch", "0"], r"put: --batch must be a whole number from 1"),
            (["put", "clicks", "--key", "a", "--key-text", "b"], r"--key and --key-text exclude"),
            (["put", "clicks"], r"Say which data directory is meant with --data"),
            (["streams", "x"], r'streams: "x" is one argument too many'),
        ]:
            with self.subTest(words=words):
                done = self.expect(2, message, *words)
                self.assertEqual(done.stdout, "")
                self.assertEqual(done.stderr.count("\n"), 1)

    def test_check(self):
        good = self.file("good.millrace", pipeline())
        done = self.run_it("check", good)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("2 nodes, 1 wire, no errors", done.stdout)
        self.expect(3, r"bad.millrace: line 1.*\[graph.document-syntax\]",
                    "check", self.file("bad.millrace", "{"))
        self.expect(3, r"node aaaaaaaa.*\[graph.unknown-kind\]",
                    "check", self.file("kind.millrace", pipeline("nonsense")))
        self.expect(5, r"none.millrace does not exist.*\[base.not-found\]", "check", self.folder.name + "/none.millrace")

    def test_run_refuses(self):
        self.expect(3, "graph.document-syntax", "run", self.file("bad.millrace", "{"))
        good = self.file("good.millrace", pipeline())
        os.mkdir(self.data)
        self.file("data/busy", "")
        self.expect(4, r"\[stream.directory-busy\]", "run", good, "--data", self.data)

    def test_run_for_a_time_reports_the_fates(self):
        done = self.run_it("run", self.file("good.millrace", pipeline()), "--for", "300ms",
                           "--report", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        node = report["nodes"]["aaaaaaaa"]
        self.assertEqual(report["ended"], "time")
        self.assertEqual((node["name"], node["kind"], node["state"]), ("Clicks", "source", "running"))
        self.assertEqual([node[fate] for fate in ("in", "processed", "filtered", "late", "dead",
                                                  "expired", "in_flight", "out")],
                         [7, 7, 0, 0, 0, 0, 0, 0])
        self.assertEqual(list(report["streams"]), ["clicks"])
        self.assertEqual(os.listdir(os.path.join(self.folder.name, "home/millrace")),
                         ["My-clicks-0b9d6a3e"])

    def test_help_lists_kinds_and_functions(self):
        kinds = self.run_it("help", "kinds")
        self.assertRegex(kinds.stdout, r"(?m)^  data-stream +\S")
        kind = self.run_it("help", "kinds", "data-stream")
        self.assertRegex(kind.stdout, r"(?m)^  shards\n +a whole number, 1 to .*when left out")
        self.assertEqual(self.run_it("help", "kinds", "lambda").returncode, 2)
        functions = self.run_it("help", "functions")
        self.assertTrue(all(len(line) <= 100 for line in functions.stdout.splitlines()[:5]))
        self.assertIn("in UTC", functions.stdout)
        self.assertRegex(functions.stdout, r"(?m)^  REGEXP_EXTRACT +\S")
        self.assertGreater(functions.stdout.count(" -> "), 40)

    def test_output_that_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([PROGRAM, "help"], stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Standard output did not take all of this command", done.stderr)

    def test_files_that_are_none(self):
        pipe = os.path.join(self.folder.name, "pipe")
        os.mkfifo(pipe)
        done = self.run_it("check", pipe)
        self.assertEqual(done.returncode, 3)
        self.assertIn("is a pipe or a device", done.stderr)
        os.mkdir(self.data)
        self.expect(3, "data: It is a folder; give a file", "check", self.data)
        self.expect(1, "data: It is a folder; give a file", "put", "clicks", self.data, "--data",
                    self.data)
        done = self.run_it("check", os.path.join(self.folder.name, "nowhere.millrace"))
        self.assertEqual(done.returncode, 5)

    def test_run_until_done(self):
        good = self.file("good.millrace", pipeline())
        done = self.run_it("run", good, "--data", self.data, "--until-done", "--report", "json",
                           FAKE_DRAINED="1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["ended"], "done")

    def test_until_done_ends_when_only_retries_are_left(self):
        good = self.file("good.millrace", pipeline())
        run = ["run", good, "--data", self.data, "--until-done", "--report", "json"]
        done = self.run_it(*run, FAKE_RETRYING="1", FAKE_HURRY="1")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"For 30 s nothing .*: Clicks\. .*\[cli.only-retries\]")
        self.assertEqual(json.loads(done.stdout)["ended"], "failed")
        # Told how long, it goes on trying; and with a source that runs, more may come.
        done = self.run_it(*run, "--for", "60s", FAKE_RETRYING="1", FAKE_HURRY="1")
        self.assertEqual((done.returncode, json.loads(done.stdout)["ended"]), (1, "time"))
        self.assertIn("[cli.nodes-refused]", done.stderr)
        process = subprocess.Popen([PROGRAM, *run], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, env=dict(self.environment, FAKE_HURRY="1"))
        with self.assertRaises(subprocess.TimeoutExpired):
            process.communicate(timeout=2)  # a hundred times as long on its clock
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130)

    def test_the_report_goes_to_a_file(self):
        good = self.file("good.millrace", pipeline())
        path = os.path.join(self.folder.name, "report.json")
        run = ["run", good, "--data", self.data, "--for", "100ms"]
        done = self.run_it(*run, "--report", "json=" + path)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        with open(path) as report:
            self.assertEqual(json.load(report)["ended"], "time")
        self.expect(5, r"/no/report.json: The folder of the report does not exist", *run, "--report",
                    "json=" + self.folder.name + "/no/report.json")
        self.expect(1, r"/dev/full: write failed: No space.*\[base.io\]", *run, "--report",
                    "json=/dev/full")

    def test_until_done_with_nothing_to_do(self):
        done = self.run_it("run", self.file("good.millrace", pipeline()), "--data", self.data,
                           "--until-done", "--report", "json", FAKE_IDLE="1")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, r"Nothing would ever be done.*\[cli.nothing-to-do\]")
        self.assertEqual(json.loads(done.stdout)["ended"], "failed")

    def test_run_ends_in_good_order_on_signals(self):
        good = self.file("good.millrace", pipeline())
        for number, code in [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]:
            process = self.start(good, "--report", "json")
            process.send_signal(number)
            out, errors = process.communicate(timeout=PATIENCE)
            self.assertEqual(process.returncode, code, errors)
            self.assertEqual(json.loads(out)["ended"], "interrupted")
            self.assertFalse(os.path.exists(self.data + "/control.sock"))

    def test_a_run_without_a_terminal_goes_on(self):
        """nohup ignores SIGHUP, and so does what it starts."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGHUP, signal.SIG_DFL)
        process = self.start(self.file("good.millrace", pipeline()))
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 143)

    def test_a_run_has_its_streams_before_its_socket(self):
        self.start(self.file("good.millrace", pipeline()))
        self.assertFalse(os.path.exists(self.data + "/early"))

    def test_a_run_runs_what_it_deployed(self):
        """And nothing that a client of its socket may have deployed since."""
        done = self.run_it("run", self.file("good.millrace", pipeline()), "--for", "100ms",
                           "--data", self.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(os.path.exists(self.data + "/unnamed"))

    def test_run_shows_a_dashboard(self):
        done = self.run_it("run", self.file("good.millrace", pipeline()), "--for", "300ms",
                           "--dashboard")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"My clicks +0:00 +running")
        self.assertRegex(done.stderr, r"\nClicks +source +running +in")
        self.assertRegex(done.stderr, r"\n  shard 0 +\[\.{24}\|\.{5}\] +0 %")
        self.assertRegex(done.stderr, r"\n  shard 1 +\[#{12}\.{12}\|\.{5}\] +50 % +500/s")
        self.assertNotIn("\033", done.stderr)

    def test_put_through_a_running_engine(self):
        self.start(self.file("good.millrace", pipeline()))
        put = ["put", "clicks", "-", "--data", self.data, "--producer", "p", "--acks"]
        done = self.run_it(*put, stdin="one\n\ntwo\r\nthree")
        self.assertEqual((done.returncode, done.stdout), (0, "0\n1\n2\n"), done.stderr)
        again = self.run_it(*put, stdin="one\ntwo\nthree\nfour\n")
        self.assertEqual((again.returncode, again.stdout), (0, "3\n"), again.stderr)
        self.assertIn("1 records stored, 3 were already", again.stderr)
        self.expect(5, r"stream nowhere does not exist \[base.not-found\]",
                    "put", "nowhere", "-", "--data", self.data, stdin="x")

    def test_put_without_an_engine_runs_its_own(self):
        os.mkdir(self.data)
        done = self.expect(0, "3 records stored", "put", "clicks", "--data", self.data, "--key",
                           "user.id", stdin='{"user":{"id":"a"}}\n{"user":{"id":2}}\n{"user":{"id":true}}')
        self.assertEqual(done.stdout, "")
        self.file("data/busy", "")
        self.expect(4, r"\[stream.directory-busy\]", "put", "clicks", "--data", self.data)
        self.expect(4, r"\[gateway.unreachable\].*\n.*Gave up after 1 s.*\n.*nothing of the input is stored; to "
                    r"go on, put from line 1 on",
                    "put", "clicks", "--data", self.data, "--retry", "1s", stdin="x")
        self.expect(5, r"no/such does not exist", "put", "clicks", "--data", self.folder.name + "/no/such")
        self.expect(5, r"no.ndjson does not exist", "put", "clicks", "no.ndjson", "--data", self.data)

    def test_put_names_the_line_without_its_key(self):
        os.mkdir(self.data)
        done = self.expect(1, r"line 3: .*no field user.*\[cli.key-missing\]", "put", "clicks",
                           "--data", self.data, "--key", "user", "--acks",
                           stdin='{"user":1}\n\n{"id":1}\n{"user":1}\n')
        self.assertEqual(done.stdout, "0\n")
        self.assertIn("put: 1 records stored; to go on, put from line 2 on\n", done.stderr)

    def test_put_says_where_to_go_on(self):
        """However it ends early; from that line on nothing is stored, and before it everything."""
        os.mkdir(self.data)
        put = ["put", "clicks", "--data", self.data, "--acks", "--batch", "2"]
        long = ((10 << 20) + 1) * "x"
        self.expect(1, r"put: 3 records stored; to go on, put from line 4 on\n", *put,
                    stdin=f"1\n2\n3\n{long}\n5\n")
        self.expect(1, r"put: 3 records stored; to go on, repeat the command\n", *put,
                    "--producer", "p", stdin=f"1\n2\n3\n{long}\n5\n")
        self.expect(5, r"put: nothing of the input is stored; to go on, put from line 1 on\n",
                    "put", "nowhere", "--data", self.data, stdin="1\n2\n")
        closed, end = os.pipe()
        os.close(closed)
        with os.fdopen(end, "w") as output:
            done = subprocess.run([PROGRAM, *put], input="1\n2\n3\n4\n5\n", stdout=output, text=True,
                                  stderr=subprocess.PIPE, timeout=PATIENCE, env=self.environment,
                                  check=False)
        self.assertRegex(done.stderr, r"standard output: .*\n.*put: 2 records stored; to go on, put "
                                      r"from line 3 on\n")

    def test_data_that_is_no_folder(self):
        good, file = self.file("good.millrace", pipeline()), self.file("a file", "")
        for words in (["run", good], ["put", "clicks"], ["put", "clicks", "--retry", "1s"],
                      ["records", "clicks"], ["streams"]):
            with self.subTest(words=words):
                self.expect(2, r'--data must be a folder, not ".*a file" \[cli.bad-value\]', *words,
                            "--data", file)
                self.expect(2, r"--data needs a value: --data DIR \[cli.missing-value\]", *words,
                            "--data", "")

    def test_put_takes_lines_as_long_as_the_file_producer_does(self):
        os.mkdir(self.data)
        limit = 10 << 20
        put = ["put", "clicks", "--data", self.data, "--acks"]
        done = self.run_it(*put, stdin="1\n" + limit * "x" + "\n2\n")
        self.assertEqual((done.returncode, done.stdout), (0, "0\n1\n2\n"), done.stderr)
        for tail in ("\n3\n", "", 300_000 * "y" + "\n3\n"):
            with self.subTest(tail=tail[:5]):
                done = self.expect(1, rf"line 3: The line has more than {limit} bytes; it and what "
                                   r"stands behind it is not stored.*\[cli.line-too-long\]",
                                   *put, stdin="1\n\n" + (limit + 1) * "x" + tail)
                self.assertEqual(done.stdout, "0\n")
        self.assertIn("more than 10 MiB", self.run_it("help", "put").stdout)

    def test_put_keys_by_the_first_of_two_fields(self):
        os.mkdir(self.data)
        self.expect(1, r"line 2: .*no field user.id.*there is no id", "put", "clicks", "--data",
                    self.data, "--key", "user.id",
                    stdin='{"user":{"id":1},"user":{}}\n{"user":{},"user":{"id":1}}\n')

    def test_put_ends_on_a_signal(self):
        os.mkdir(self.data)
        process = subprocess.Popen([PROGRAM, "put", "clicks", "--data", self.data, "--acks"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=self.environment)
        process.stdin.write("one\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), "0\n")  # a line is sent as soon as it is there
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130)
        self.assertIn("put: 1 records stored; to go on, put from line 2 on\n", said)

    def test_bench_leaves_nothing_behind(self):
        folder = os.path.join(self.folder.name, "new", "deep")
        done = self.run_it("bench", "log", "--records", "1000", "--json", "--folder", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        figures = json.loads(done.stdout)
        self.assertEqual(figures["runs"], 3)
        self.assertEqual(figures["log"]["records"], 8192)  # whole batches
        self.assertGreater(figures["log"]["compression_ratio"], 4)
        self.assertLess(figures["log"]["random"]["compression_ratio"], 1.1)
        self.assertGreater(figures["log"]["random"]["share_of_disk"], 0)
        self.assertEqual(os.listdir(self.folder.name), [])
        os.mkdir(os.path.dirname(folder))
        self.assertEqual(self.run_it("bench", "log", "--records", "1000", "--folder", folder).returncode, 0)
        self.assertEqual(os.listdir(self.folder.name), ["new"])  # what was there stays

    def test_bench_that_is_interrupted_leaves_nothing_behind(self):
        for number, code in [(signal.SIGINT, 130), (signal.SIGTERM, 143)]:
            folder = os.path.join(self.folder.name, "scratch")
            process = subprocess.Popen([PROGRAM, "bench", "recovery", "--folder", folder],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                       env=self.environment)
            self.addCleanup(process.kill)
            deadline = time.monotonic() + PATIENCE
            while not any("recovery" in names for _, names, _ in os.walk(folder)):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            process.send_signal(number)
            _, said = process.communicate(timeout=PATIENCE)
            self.assertEqual(process.returncode, code, said)
            self.assertEqual(os.listdir(self.folder.name), [])

    def test_streams_without_a_catalog(self):
        os.mkdir(self.data)
        self.expect(5, r"catalog.db", "streams", "--data", self.data)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
