# SPDX-License-Identifier: GPL-3.0-or-later
"""A pipeline over every kind of step, fed with numbered records, and the check that each of them came
through it once and in order: source → stream → filter → map → stream → SQLite table."""
import json
import os

from program import law_broken, pipeline, records, rows

KEYS = 13
SCHEMA = "n BIGINT, k STRING, ballast STRING"

STEPS = {"rawrawra": ("data-stream", {"stream": "raw", "shards": 4}),
         "filterfi": ("filter", {"condition": "n - n / 10 * 10 <> 3"}),
         "mapmapma": ("map", {"select": "n, k, n * 2 AS doubled"}),
         "cookedco": ("data-stream", {"stream": "cooked", "shards": 3}),
         "tabletab": ("sqlite-table", {"file": "out.db", "table": "out"})}
WIRES = ["rawrawra filterfi", "filterfi mapmapma", "mapmapma cookedco", "cookedco tabletab"]


def document(source=None):
    """The pipeline with a producer node in front, or without one, to be fed by `millrace put`."""
    if source is None:
        return pipeline(STEPS, WIRES)
    return pipeline({"sourceso": source, **STEPS}, ["sourceso rawrawra", *WIRES])


def line(n, ballast=""):
    return json.dumps({"n": n, "k": f"key {n * n % KEYS}", "ballast": ballast}) + "\n"


def passes(n):
    return n % 10 != 3


def _check_order(test, where, found, expected):
    """found: (key, number) in the order in which they stand."""
    numbers = sorted(n for _, n in found)
    doubled = [n for n, next_n in zip(numbers, numbers[1:]) if n == next_n]
    test.assertEqual(doubled, [], f"{where}: there twice")
    test.assertEqual(sorted(set(expected) - set(numbers)), [], f"{where}: lost")
    test.assertEqual(sorted(set(numbers) - set(expected)), [], f"{where}: from nowhere")
    last = {}
    for key, n in found:
        test.assertLess(last.get(key, -1), n, f"{where}: {key} is out of order")
        last[key] = n


def check(test, data, report, count):
    """Records 0 to count - 1 went in; a report of the finished pipeline stands."""
    raw = records(data, "raw")
    _check_order(test, "stream raw", [(r["key"], r["data"]["n"]) for r in raw], range(count))
    kept = [n for n in range(count) if passes(n)]
    cooked = records(data, "cooked")
    _check_order(test, "stream cooked", [(r["key"], r["data"]["n"]) for r in cooked], kept)
    test.assertTrue(all(r["data"]["doubled"] == 2 * r["data"]["n"] for r in cooked))
    table = rows(os.path.join(data, "output", "out.db"), "SELECT k, n, doubled FROM out ORDER BY rowid")
    _check_order(test, "the table", [(k, n) for k, n, _ in table], kept)
    test.assertTrue(all(doubled == 2 * n for _, n, doubled in table))

    nodes = report["nodes"]
    test.assertEqual(law_broken(nodes), {})
    fates = {node: tuple(nodes[node][fate] for fate in ("in", "processed", "filtered", "dead",
                                                        "expired", "in_flight", "out"))
             for node in ("rawrawra", "filterfi", "mapmapma", "cookedco", "tabletab")}
    filtered = count - len(kept)
    through = (len(kept), len(kept), 0, 0, 0, 0, len(kept))
    test.assertEqual(fates, {"rawrawra": (count, count, 0, 0, 0, 0, count),
                             "filterfi": (count, len(kept), filtered, 0, 0, 0, len(kept)),
                             "mapmapma": through, "cookedco": through, "tabletab": through})
