// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/graph/canonical_text.h"

namespace millrace::graph::test {

const char *canonicalText()
{
    return R"({
  "formatVersion": 1,
  "project": "0b9d6a3e-5c1f-4b7e-9a55-1f0c3f2a7d10",
  "name": "Clickstream",
  "dashboards": {"a": [1, 2.50, null], "b": "x"},
  "nodes": {
    "clicks00": {
      "kind": "stream",
      "name": "clicks",
      "parameters": {
        "stream": "clicks"
      }
    },
    "gen00000": {
      "kind": "source",
      "name": "gen",
      "parameters": {
        "count": 10,
        "period": {"ms": 60000},
        "rate": 2600.0,
        "skew": 1e-09
      },
      "breakpoint": true
    },
    "map00000": {
      "kind": "map",
      "name": "map",
      "state": "bypassed",
      "parameters": {
        "columns": {
          "lines": [
            "a,",
            "  UPPER(b) AS b",
            ""
          ]
        },
        "headers": {
          "pairs": [
            ["k", "v"],
            ["k", "again"]
          ]
        },
        "label": "Übersicht \"今\" \\ \t\u0001",
        "note": "",
        "strict": true,
        "tags": [
          "one",
          "",
          "two\nlines"
        ]
      }
    },
    "sink0000": {
      "kind": "sink",
      "name": "sink",
      "state": "disabled",
      "parameters": {
        "big": -9223372036854775808,
        "pairs": {
          "pairs": []
        },
        "password": "secret://db",
        "tags": []
      }
    }
  },
  "wires": [
    {"from": "clicks00.out", "to": "map00000.in"},
    {"from": "gen00000.out", "to": "clicks00.in", "bends": [[1, 2]]},
    {"from": "map00000.out", "to": "sink0000.in"}
  ],
  "layout": {
    "zoom": 1.25,
    "annotations": {
      "comment1": {"kind": "comment", "x": -1, "y": 5, "width": 0, "height": 0, "text": "two\nlines"},
      "frame001": {"kind": "frame", "x": 0, "y": 0, "width": 640, "height": 240.25, "text": "Input", "color": "blue", "locked": true}
    },
    "nodes": {
      "clicks00": {"x": -320, "y": 0},
      "gen00000": {"x": 40, "y": 80.5, "folded": false}
    }
  }
}
)";
}

} // namespace millrace::graph::test
