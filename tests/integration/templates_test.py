#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates that come with the program: each is free of errors, runs, gives every record one fate at
every snapshot, and makes output; those over recorded data make exactly the rows that data holds."""
import glob
import json
import os
import sqlite3
import unittest

from program import ProgramTest, law_broken, millrace, read, records, rows, wait_until

RESOURCES = os.path.join(os.environ["MILLRACE_SOURCE"], "resources")
TEMPLATES = sorted(glob.glob(RESOURCES + "/templates/*.millrace"))
EXPECTED = ["clickstream", "earthquakes", "flights", "follow_log", "this_computer"]


def name(template):
    return os.path.basename(template).removesuffix(".millrace")


def lines_of(folder):
    return [json.loads(line) for part in glob.glob(folder + "/*") for line in read(part).splitlines()]


class TemplatesTest(ProgramTest):
    def template(self, wanted):
        self.data = self.path(wanted)
        return f"{RESOURCES}/templates/{wanted}.millrace"

    def run_to_the_end(self, wanted, producer, **parameters):
        """Runs the template with a producer that does not take its time; it stays what it is."""
        document = json.loads(read(self.template(wanted)))
        document["nodes"][producer]["parameters"].update(parameters)
        hurried = self.write(wanted + ".millrace", json.dumps(document))
        engine = self.start(hurried, "--until-done")

        def over():
            engine.snapshot_if_any()
            return engine.ended()
        wait_until(over, "the end of the pipeline")
        report = engine.finish()
        self.assertEqual(report["ended"], "done", engine.messages())
        self.assertEqual(law_broken(report["nodes"]), {})
        return report

    def table(self, file, query):
        return rows(f"{self.data}/output/{file}", query)

    def stored(self, count, file, query):
        """The rows of a running pipeline, once there are that many."""
        def enough():
            try:
                found = self.table(file, query)
            except sqlite3.OperationalError:
                return None  # not made yet
            return found if len(found) >= count else None
        return wait_until(enough, f"{count} rows in {file}")

    def recorded(self, file):
        return [json.loads(line) for line in read(f"{RESOURCES}/data/{file}").splitlines()]

    def test_all_are_free_of_errors(self):
        self.assertEqual([name(template) for template in TEMPLATES], EXPECTED)
        for template in TEMPLATES:
            with self.subTest(template=name(template)):
                _, messages = millrace("check", template)
                self.assertEqual(messages, "", "a template has warnings")

    def test_all_run_and_obey_the_law_at_every_snapshot(self):
        for wanted in EXPECTED:
            with self.subTest(template=wanted):
                engine = self.start(self.template(wanted))
                generations = set()

                def seen_enough(snapshot):
                    generations.add(snapshot["generation"])
                    return len(generations) > 10 and any(
                        node["shards"] and node["counts"]["in"] for node in snapshot["nodes"])
                engine.wait_for(seen_enough, "snapshots with records in a stream")
                report = engine.stop()
                self.assertEqual(law_broken(report["nodes"]), {})
                self.assertEqual([n for n in report["nodes"].values() if n["dead"] or n["expired"]], [])
                made = [stream["records"] for stream in report["streams"].values()
                        if stream["role"] == "data"]
                self.assertGreater(sum(made), 0, "nothing was made")

    def test_clickstream(self):
        report = self.run_to_the_end("clickstream", "visitor1", total=20_000, ratePerSecond=1e6)
        clicks = [record["data"] for record in records(self.data, "clicks")]
        self.assertEqual(len(clicks), 20_000)
        errors = [(c["page"], c["status"], c["ms"]) for c in clicks if c["status"] >= 500]
        self.assertEqual(sorted(self.table("clickstream.db", "SELECT page, status, ms FROM errors")),
                         sorted(errors))
        self.assertGreater(len(errors), 0)
        orders = [c for c in clicks if c["event"] == "purchase" and c["cart_value"] >= 600]
        # Large ones only: the demo's files grow for days before they fill its 2 GB.
        self.assertLess(len(orders), len(clicks) / 200)
        self.assertGreater(len(orders), 0)
        stored = [line.get("data", line) for line in lines_of(self.data + "/output/orders")]
        self.assertEqual(len(stored), len(orders))
        self.assertEqual(report["nodes"]["lake0001"]["processed"], len(orders))

    def test_earthquakes(self):
        self.run_to_the_end("earthquakes", "quakes01", pace="at-once",
                            path=RESOURCES + "/data/earthquakes.ndjson")
        quakes = self.recorded("earthquakes.ndjson")
        self.assertEqual(len(records(self.data, "earthquakes")), len(quakes))
        strong = {q["id"]: q["mag"] for q in quakes if q["mag"] is not None and q["mag"] >= 4.5}
        self.assertEqual(dict(self.table("earthquakes.db", "SELECT id, mag FROM strong")), strong)
        self.assertGreater(len(strong), 0)

    def test_flights(self):
        self.run_to_the_end("flights", "flights1", pace="at-once",
                            path=RESOURCES + "/data/flights.ndjson")
        flights = self.recorded("flights.ndjson")
        self.assertEqual(len(records(self.data, "flights")), len(flights))
        late = [(f["origin"], f["destination"], f["delay"], int(f["distance"] * 1.609344))
                for f in flights if f["delay"] >= 60]
        found = self.table("flights.db", "SELECT origin, destination, delay, kilometres FROM late")
        self.assertEqual(sorted(found), sorted(late))
        self.assertGreater(len(late), 0)

    def test_this_computer(self):
        engine = self.start(self.template("this_computer"))
        measured = self.stored(3, "this_computer.db",
                               "SELECT cpu_percent, memory_used_percent FROM measurements")
        engine.stop()
        self.assertTrue(all(0 <= cpu <= 100 and 0 < memory < 100 for cpu, memory in measured), measured)

    def test_follow_log(self):
        document = json.loads(read(self.template("follow_log")))
        log = self.write("app.log", "".join(f"line {n} is fine\n" for n in range(500)))
        document["nodes"]["logfile1"]["parameters"] = {"path": log, "start": "beginning"}
        engine = self.start(self.write("follow.millrace", json.dumps(document)))
        lines = "SELECT line, characters FROM lines"
        self.stored(500, "log.db", lines)
        with open(log, "a", encoding="utf-8") as file:
            file.write("line 500 has failed\n")
        found = self.stored(501, "log.db", lines)
        self.stored(1, "log.db", "SELECT line FROM trouble")
        engine.stop()
        written = read(log).splitlines()
        self.assertEqual([record["data"]["line"] for record in records(self.data, "log-lines")],
                         written)
        self.assertEqual(found, [(line, len(line)) for line in written])
        self.assertEqual(self.table("log.db", "SELECT line FROM trouble"), [(written[-1],)])


if __name__ == "__main__":
    unittest.main()
