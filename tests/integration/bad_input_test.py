#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input is normal input: one message with a stable id, the place, an exit code to rely on, and
nothing that was acknowledged is lost. A full disk has a script of its own (full_disk_test.py)."""
import base64
import contextlib
import json
import os
import random
import re
import shutil
import sqlite3
import struct
import unittest

from program import (PATIENCE, ProgramTest, law_broken, millrace, pipeline, records, rows,
                     wait_until)

FAILURE, BAD_PIPELINE, BAD_DIRECTORY, NOT_THERE = 1, 3, 4, 5

STREAM = ("data-stream", {"stream": "raw", "shards": 2})
TABLE = ("sqlite-table", {"file": "out.db", "table": "out"})
NUMBERS = ("file", {"path": "in.ndjson", "schema": "n BIGINT, k STRING"})


def crc32c(data):
    """Castagnoli, bit by bit [core/log/FORMAT.md]."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class BadInputTest(ProgramTest):
    def refused(self, code, patterns, *words):
        """The program ends with the code; a line of its own says each of the patterns."""
        _, messages = millrace(*words, code=code)
        for pattern in patterns:
            self.assertRegex(messages, "(?m)^millrace: .*" + pattern)
        return messages

    def check_and_run_refuse(self, file, *patterns, code=BAD_PIPELINE):
        self.refused(code, patterns, "check", file)
        self.refused(code, patterns, "run", file, "--data", self.data, "--until-done")
        self.assertFalse(os.path.exists(self.data), "a directory was made for a bad pipeline")

    def run_to_the_end(self, file, *words, code=0):
        out, messages = millrace("run", file, "--data", self.data, "--until-done", "--report", "json",
                                 *words, code=code)
        report = json.loads(out)
        self.assertEqual(law_broken(report["nodes"]), {})
        return report, messages

    # The pipeline file.

    def test_malformed_file(self):
        for text, pattern in [
            ('{"formatVersion": 1,\n "nodes": {]}', r"line 2.*\[graph\.document-syntax\]"),
            ('{"formatVersion": 1}', r"project.*\[graph\.document-field-missing\]"),
            ('{"formatVersion": 2}', r"format 2.*reads up to 1.*update.*\[base\.newer-format\]"),
            ('[]', r"\[graph\.document-structure\]"),
            ("", r"\[graph\.document-syntax\]"),
        ]:
            with self.subTest(text=text):
                self.check_and_run_refuse(self.write("bad.millrace", text), r"\S*bad\.millrace.*" + pattern)
        self.check_and_run_refuse(self.path("none.millrace"),
                                  r"\S*none\.millrace does not exist \[base\.not-found\]", code=5)

    def test_unknown_kind_and_wires_into_nowhere(self):
        self.check_and_run_refuse(
            self.write("kind.millrace", pipeline({"aaaaaaaa": ("teleporter", {})}, [])),
            r"aaaaaaaa.*teleporter.*\[graph\.unknown-kind\]")
        self.check_and_run_refuse(
            self.write("wires.millrace", pipeline({"aaaaaaaa": STREAM, "bbbbbbbb": TABLE},
                                                  ["aaaaaaaa bbbbbbbb", "aaaaaaaa zzzzzzzz"])),
            r".*zzzzzzzz.*remove the wire \[graph\.wire-node-missing\]")
        self.check_and_run_refuse(
            self.write("port.millrace", pipeline({"aaaaaaaa": STREAM, "bbbbbbbb": TABLE},
                                                 ["bbbbbbbb aaaaaaaa"])),
            r'.*has no port "out".*\[graph\.wire-port-unknown\]')

    def test_malformed_expressions(self):
        """Every error of every expression, with its line and column."""
        condition = "n > AND k = 'a'\nOR n < * 3"
        steps = {"streamst": STREAM, "filterfi": ("filter", {"condition": {"lines": condition.split("\n")}}),
                 "mapmapma": ("map", {"select": "n +, k AS"}), "tabletab": TABLE}
        wires = ["streamst filterfi", "filterfi mapmapma", "mapmapma tabletab"]
        syntax = (r"node filterfi.*line 1, column 5.*\[sql\.syntax\]",
                  r"node filterfi.*line 2, column 8.*\[sql\.syntax\]",
                  r"node mapmapma.*line 1, column 4.*\[sql\.syntax\]")
        self.check_and_run_refuse(  # the columns are not known yet
            self.write("put.millrace", pipeline(steps, wires)), *syntax)
        self.write("in.ndjson", "")
        with_source = {"filefile": NUMBERS, **steps}
        self.check_and_run_refuse(
            self.write("syntax.millrace", pipeline(with_source, ["filefile streamst", *wires])),
            *syntax[:2])
        with_source["filterfi"] = ("filter", {"condition": "m > 1 AND k > 2 AND NOSUCH(n)"})
        self.check_and_run_refuse(
            self.write("bind.millrace", pipeline(with_source, ["filefile streamst", *wires])),
            r"node filterfi.*line 1, column 1: .*m.*\[sql\.unknown-column\]",
            r"node filterfi.*line 1, column 21: .*NOSUCH.*\[sql\.unknown-function\]")

    # The input.

    def test_missing_and_unreadable_input(self):
        file = self.write("in.millrace", pipeline({"filefile": NUMBERS, "streamst": STREAM},
                                                  ["filefile streamst"]))
        self.check_and_run_refuse(file, r"node filefile.*in\.ndjson does not exist.*\[nodes\.file-missing\]")
        os.mkdir(self.path("in.ndjson"))
        self.check_and_run_refuse(file, r"node filefile.*in\.ndjson.*it is a folder \[nodes\.file-unreadable\]")
        self.assertFalse(os.path.exists(self.data))

    def test_input_that_changes_while_it_is_read(self):
        """A node that fails while it runs: exit code 1, its name, and what stands stays."""
        file = self.write("in.millrace", pipeline({"filefile": NUMBERS, "streamst": STREAM},
                                                  ["filefile streamst"]))
        self.write("in.ndjson", '{"n": 1}\n{"n": 2}\n')
        self.run_to_the_end(file)
        self.write("in.ndjson", '{"n": 7}\n')
        report, messages = self.run_to_the_end(file, code=FAILURE)
        self.assertRegex(messages, r"node filefile: .*\[nodes\.file-changed\]")
        self.assertRegex(messages, r"failed nodes: filefile \[cli\.nodes-failed\]")
        self.assertEqual(report["nodes"]["filefile"]["state"], "failed")
        self.assertEqual([r["data"]["n"] for r in records(self.data, "raw")], [1, 2])

    def dead_letters(self):
        return [(r["attributes"], base64.b64decode(r["data64"]).decode() if "data64" in r
                 else json.dumps(r["data"])) for r in records(self.data, "Test-dead-letters")]

    def check_dead(self, report, expected):
        """expected: (node, code, a part of the reason, the input), in this order."""
        found = self.dead_letters()
        self.assertEqual(len(found), len(expected), found)
        for (attributes, data), (node, code, reason, line) in zip(found, expected):
            self.assertEqual(attributes["millrace.dead-letter.node"], node)
            self.assertEqual(attributes["millrace.dead-letter.code"], code)
            self.assertIn(reason, attributes["millrace.dead-letter.reason"])
            self.assertEqual(data, line)
        for node, figures in report["nodes"].items():
            self.assertEqual(figures["dead"], sum(dead[0] == node for dead in expected))

    def test_ndjson_records_that_are_not_what_the_schema_says(self):
        lines = ['{"n": 1, "k": "a"}', 'no JSON', '{"n": "two", "k": "b"}', '[3]', '{"n": 4, "k": "d"}',
                 '{"n": 5, "k": ', '', '{"n": 6, "k": "f"}']
        self.write("in.ndjson", "\n".join(lines))
        file = self.write("in.millrace", pipeline(
            {"filefile": NUMBERS, "streamst": STREAM, "tabletab": TABLE},
            ["filefile streamst", "streamst tabletab"]))
        report, _ = self.run_to_the_end(file)
        self.assertEqual(rows(self.data + "/output/out.db", "SELECT n, k FROM out ORDER BY n"),
                         [(1, "a"), (4, "d"), (6, "f")])
        self.check_dead(report, [
            ("filefile", "nodes.bad-line", "in.ndjson: line 2", lines[1]),
            ("filefile", "nodes.row-error", "expected BIGINT, found string", lines[2]),
            ("filefile", "nodes.bad-line", "in.ndjson: line 4", lines[3]),
            ("filefile", "nodes.bad-line", "in.ndjson: line 6", lines[5])])
        again, _ = self.run_to_the_end(file)
        self.assertEqual(len(self.dead_letters()), 4, "dead letters came twice")
        self.assertEqual(again["nodes"], report["nodes"])

    def test_csv_records_that_are_not_what_the_schema_says(self):
        self.write("in.csv", 'n,k\n1,a\n2\nthree,c\n4,"d\n5,e\n')
        file = self.write("in.millrace", pipeline(
            {"filefile": ("file", {"path": "in.csv", "format": "csv", "schema": "n BIGINT, k STRING"}),
             "streamst": STREAM, "tabletab": TABLE}, ["filefile streamst", "streamst tabletab"]))
        report, _ = self.run_to_the_end(file)
        dead = self.dead_letters()
        self.assertEqual(report["nodes"]["filefile"]["dead"], len(dead))
        self.assertEqual([data for _, data in dead][:2], ["2", "three,c"])
        self.assertIn("nodes.column-count", dead[0][0].values())
        self.assertIn("nodes.value-misfit", dead[1][0].values())
        self.assertIn((1, "a"), rows(self.data + "/output/out.db", "SELECT n, k FROM out"))

    def test_records_that_an_expression_does_not_take(self):
        """What was put is no JSON, or has other types than the expression was bound to."""
        file = self.write("in.millrace", pipeline(
            {"streamst": STREAM, "filterfi": ("filter", {"condition": "n > 1"}), "tabletab": TABLE},
            ["streamst filterfi", "filterfi tabletab"]))
        millrace("run", file, "--data", self.data, "--for", "0s")
        put = ["put", "raw", "--data", self.data, "--key-text", "k"]
        millrace(*put, stdin='{"n": 1}\n{"n": 2}\n{"n": 3}\n')
        self.run_to_the_end(file)  # which makes the columns of the stream known
        millrace(*put, stdin='no JSON\n{"n": "four"}\n{"n": 5}\n')
        report, _ = self.run_to_the_end(file)
        self.assertEqual([n for n, in rows(self.data + "/output/out.db", "SELECT n FROM out")],
                         [2, 3, 5])
        self.check_dead(report, [("filterfi", "nodes.row-error", "", "no JSON"),
                                 ("filterfi", "nodes.row-error", "field n: ", '{"n": "four"}')])

    # The data directory.

    def test_second_engine(self):
        file = self.write("in.millrace", pipeline({"streamst": STREAM}, []))
        engine = self.start(file)
        engine.wait_running()
        self.refused(BAD_DIRECTORY, [r".*Another Millrace.*--data.*\[stream\.directory-busy\]"],
                     "run", file, "--data", self.data)
        millrace("put", "raw", "--data", self.data, stdin="1\n")  # the first one is well
        engine.stop()
        self.assertEqual(len(records(self.data, "raw")), 1)

    def test_expression_that_does_not_fit_the_columns(self):
        """Known only while it runs, from the first records: the node fails, the others go on."""
        file = self.write("in.millrace", pipeline(
            {"streamst": STREAM, "filterfi": ("filter", {"condition": "n > 1"}), "tabletab": TABLE,
             "otherotr": ("sqlite-table", {"file": "out.db", "table": "other"})},
            ["streamst filterfi", "filterfi tabletab", "streamst otherotr"]))
        millrace("run", file, "--data", self.data, "--for", "0s")
        millrace("put", "raw", "--data", self.data, stdin='{"n": "one"}\n')
        _, messages = self.run_to_the_end(file, code=FAILURE)
        said = [line for line in messages.splitlines() if "[sql.type]" in line]
        self.assertEqual(len(said), 1, messages)
        self.assertRegex(said[0], r"^millrace: node filterfi: parameter condition: line 1, column 3: ")
        self.assertRegex(messages, r"failed nodes: filterfi, tabletab \[cli\.nodes-failed\]")
        self.assertEqual(rows(self.data + "/output/out.db", "SELECT n FROM other"), [("one",)])

    def test_destination_that_can_never_work(self):
        """Said once, in words of the node; nothing is tried for ever."""
        alone = self.write("alone.millrace", pipeline({"streamst": STREAM}, []))
        millrace("run", alone, "--data", self.data, "--for", "0s")
        millrace("put", "raw", "--data", self.data, stdin='{"n": 1}\n')
        os.mkdir(self.path("folder.db"))
        self.write("text.db", "no database\n" * 500)
        for name, reason in [("folder.db", "it is a folder"),
                             ("text.db", "it is no SQLite database"),
                             ("text.db/out.db", "a part of the path is no folder")]:
            with self.subTest(name=name):
                nodes = {"streamst": STREAM,
                         "tabletab": ("sqlite-table", {"file": self.path(name), "table": "out"})}
                file = self.write("in.millrace", pipeline(nodes, ["streamst tabletab"]))
                _, messages = self.run_to_the_end(file, code=FAILURE)
                said = [line for line in messages.splitlines()
                        if "[nodes.destination-unusable]" in line]
                self.assertEqual(len(said), 1, messages)
                self.assertRegex(said[0], f"^millrace: node tabletab: .*{name}.*{reason}.*set another")

    def test_more_fields_than_a_schema_has(self):
        """Told when the schema is made, once, and by name: not only while records pass."""
        file = self.write("in.millrace", pipeline(
            {"streamst": STREAM, "filterfi": ("filter", {"condition": "f0 = 0"}),
             "otherotr": ("data-stream", {"stream": "other"})},
            ["streamst filterfi", "filterfi otherotr"]))
        millrace("run", file, "--data", self.data, "--for", "0s")
        wide = json.dumps({f"f{i}": i for i in range(1002)}) + "\n"
        millrace("put", "raw", "--data", self.data, stdin=wide * 5)
        _, messages = self.run_to_the_end(file)
        said = [line for line in messages.splitlines() if "[sql.schema-cut]" in line]
        self.assertEqual(len(said), 1, messages)
        self.assertRegex(said[0], r"stream raw: There are more than 1000 fields; .* without f1000, f1001:")

    def some_records(self):
        file = self.write("in.millrace", pipeline({"streamst": STREAM}, []))
        millrace("run", file, "--data", self.data, "--for", "0s")
        millrace("put", "raw", "--data", self.data, stdin="1\n2\n3\n")
        return file

    def test_directory_where_none_can_be(self):
        file = self.write("good.millrace", pipeline({"aaaaaaaa": STREAM}, []))
        self.write("file", "")
        for directory in (self.path("file/data"), "/proc/millrace"):
            self.refused(BAD_DIRECTORY, [re.escape(directory) + ".*choose another one with --data"],
                         "run", file, "--data", directory, "--until-done")

    def test_directory_of_a_newer_version(self):
        file = self.some_records()
        with contextlib.closing(sqlite3.connect(self.data + "/catalog.db")) as catalog:
            catalog.execute("PRAGMA user_version = 2")
            catalog.commit()
        newer = [r".*catalog\.db.*newer Millrace.*update.*\[base\.newer-format\]"]
        for words in (["run", file], ["records", "raw"], ["streams"], ["put", "raw"]):
            with self.subTest(words=words):
                self.refused(BAD_DIRECTORY, newer, *words, "--data", self.data)

    def test_damaged_catalog(self):
        file = self.some_records()
        with open(self.data + "/catalog.db", "r+b") as catalog:
            catalog.write(b"no database at all, whoever wrote it")
        for words in (["run", file], ["records", "raw"], ["streams"], ["put", "raw"]):
            with self.subTest(words=words):
                self.refused(BAD_DIRECTORY, [r".*catalog\.db"], *words, "--data", self.data)

    def test_folder_removed_under_a_running_engine(self):
        """Told within seconds, as one problem of the folder; what is put then is not acknowledged."""
        file = self.write("in.millrace", pipeline(
            {"sourceso": ("generator", {"ratePerSecond": 100.0}), "streamst": STREAM,
             "otherotr": ("data-stream", {"stream": "other"})}, ["sourceso streamst"]))
        engine = self.start(file)
        engine.wait_for(lambda snapshot: [n for n in snapshot["nodes"] if n["id"] == "sourceso"
                                          and n["counts"]["out"]], "a stored record")
        (folder,) = [s for s in os.listdir(self.data + "/streams") if b"MBLK" in self.segment_bytes(s)]
        folder = f"{self.data}/streams/{folder}"
        shutil.rmtree(folder)
        wait_until(lambda: "stream.folder-gone" in engine.messages(), "a word about the folder")
        _, refused = millrace("put", "raw", "--data", self.data, stdin="1\n", code=FAILURE)
        self.assertRegex(refused, r"folder-gone\]\nmillrace: put: nothing of the input is stored")
        millrace("put", "other", "--data", self.data, stdin="1\n")  # the rest goes on
        report = engine.stop(code=FAILURE)
        self.assertEqual(law_broken(report["nodes"]), {})
        said = engine.messages()
        self.assertRegex(said, rf"{folder}: The folder {folder} was removed .*put the folder back")
        self.assertRegex(said, r"failed nodes: sourceso \[")
        self.assertEqual(len(records(self.data, "other")), 1)

    def test_segment_of_a_newer_version(self):
        file = self.some_records()
        (stream,) = [s for s in os.listdir(self.data + "/streams")
                     if b"MBLK" in self.segment_bytes(s)]
        with open(self.segment(stream), "r+b") as segment:
            header = bytearray(segment.read(4096))
            header[32:34] = struct.pack("<H", 2)
            size = struct.unpack("<I", header[12:16])[0]
            segment.seek(4096)
            header += segment.read(size - 4096)
            header[8:12] = struct.pack("<I", crc32c(header[16:32] + header[12:]))
            segment.seek(0)
            segment.write(header)
        before = self.segment_bytes(stream)
        newer = [r".*format 2.*reads up to 1.*update.*\[base\.newer-format\]"]
        for words in (["run", file], ["records", "raw"]):
            with self.subTest(words=words):
                self.refused(BAD_DIRECTORY, newer, *words, "--data", self.data)
        self.assertEqual(self.segment_bytes(stream), before, "it was changed")

    def segment(self, stream):
        return f"{self.data}/streams/{stream}/00000000000000000001.log"

    def segment_bytes(self, stream):
        try:
            with open(self.segment(stream), "rb") as file:
                return file.read()
        except FileNotFoundError:  # nothing was ever put
            return b""

    # The budget.

    def test_exhausted_budget(self):
        """The oldest records go, read or not; the node that had not read them counts them."""
        budget = 24_000_000
        # Beside the directory: what stands in it counts, and would take the place of records.
        file = self.data + "-out.db"
        nodes = {"streamst": STREAM, "tabletab": ("sqlite-table", {"file": file, "table": "out"})}
        reading = self.write("reading.millrace", pipeline(nodes, ["streamst tabletab"]))
        alone = self.write("alone.millrace", pipeline({"streamst": STREAM}, []))
        noise = random.Random(1)

        def lines(first, count):
            return "".join(json.dumps({"n": n, "t": base64.b64encode(noise.randbytes(9000)).decode()})
                           + "\n" for n in range(first, first + count))
        millrace("run", reading, "--data", self.data, "--for", "0s")
        millrace("put", "raw", "--data", self.data, "--key", "n", stdin=lines(0, 100))
        report, _ = self.run_to_the_end(reading)
        self.assertEqual(report["nodes"]["tabletab"]["processed"], 100)

        count = 6000  # about 54 MB that do not compress
        engine = self.start(alone, "--budget", f"{budget}")
        engine.wait_running()
        put, _ = millrace("put", "raw", "--data", self.data, "--producer", "p", "--acks", "--key", "n",
                          "--batch", "100", "--retry", f"{PATIENCE}s", stdin=lines(100, count))
        self.assertEqual([int(n) for n in put.split()], list(range(count)))
        engine.wait_for(lambda s: s["diskBytes"] <= budget, "a directory within its budget")
        engine.stop()

        there = sorted(r["data"]["n"] for r in records(self.data, "raw"))
        self.assertLess(len(there), count)
        self.assertGreater(len(there), count // 10)
        # With room: nothing more goes while it reads.
        report, messages = self.run_to_the_end(reading, "--budget", f"{2 * budget}")
        table = report["nodes"]["tabletab"]
        gone = 100 + count - len(there)
        self.assertEqual((table["in"], table["processed"], table["expired"]),
                         (100 + count, 100 + len(there), count - len(there)))
        self.assertGreaterEqual(gone, table["expired"])
        self.assertRegex(messages, r"node tabletab: .*removed by retention or the budget.*"
                                   r"\[engine\.records-expired\]")
        kept = [n for n, in rows(file, "SELECT n FROM out ORDER BY n")]
        self.assertEqual(kept, list(range(100)) + there)


if __name__ == "__main__":
    unittest.main()
