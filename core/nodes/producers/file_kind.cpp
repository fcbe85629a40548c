// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/file_kind.h"

namespace millrace::nodes {
namespace {

using graph::Parameter;
using graph::ParameterType;

/// Which file, and how its lines become records.
std::vector<Parameter> contentParameters()
{
    const graph::ShownWhen csv{"format", {"csv"}};
    return {
        Parameter{.id = "path",
                  .title = "File",
                  .type = ParameterType::FilePath,
                  .help = "A relative path starts at the folder of the pipeline file.",
                  .required = true},
        Parameter{.id = "format",
                  .title = "Format",
                  .type = ParameterType::Choice,
                  .defaultValue = "ndjson",
                  .choices = {{"ndjson", "NDJSON", "One JSON object a line"},
                              {"csv", "CSV", "Rows of cells; each becomes a JSON object"}},
                  .help = "What the lines are."},
        Parameter{.id = "delimiter",
                  .title = "Delimiter",
                  .type = ParameterType::Choice,
                  .defaultValue = "comma",
                  .choices = {{"comma", "Comma"}, {"semicolon", "Semicolon"}, {"tab", "Tab"}},
                  .help = "What stands between two cells.",
                  .shownWhen = csv},
        Parameter{.id = "header",
                  .title = std::string(kHeaderTitle),
                  .type = ParameterType::Boolean,
                  .defaultValue = true,
                  .help = "Without a header the schema names them.",
                  .shownWhen = csv},
        Parameter{
            .id = "schema",
            .title = "Schema",
            .type = ParameterType::SchemaText,
            .defaultValue = "",
            .help =
                "Columns as in CREATE TABLE, which every line is held to; empty: what the first "
                "10,000 lines suggest. Dates of CSV are texts unless it says TIMESTAMP."},
        Parameter{.id = "partitionKey",
                  .title = "Partition key",
                  .type = ParameterType::Expression,
                  .defaultValue = "",
                  .help = "A field or an expression; empty deals the records out evenly."},
    };
}

/// When each record is sent.
std::vector<Parameter> paceParameters()
{
    return {
        Parameter{.id = "pace",
                  .title = "Pace",
                  .type = ParameterType::Choice,
                  .defaultValue = "at-once",
                  .choices = {{"at-once", "At once", "As fast as the stream takes it"},
                              {"rate", "Fixed rate", "So many records a second"},
                              {"time", "Time field", "As the records happened"}},
                  .help = "When each record is sent."},
        Parameter{.id = "ratePerSecond",
                  .title = "Rate",
                  .type = ParameterType::Rate,
                  .defaultValue = 1000.0,
                  .unit = "records/s",
                  .minimum = 0.001,
                  .maximum = 10e6,
                  .help = "Records a second.",
                  .shownWhen = graph::ShownWhen{"pace", {"rate"}}},
        Parameter{.id = "timeField",
                  .title = "Time field",
                  .type = ParameterType::Text,
                  .defaultValue = "",
                  .help = "A text such as 2026-01-31T08:05:00Z or 2001/01/31 08:05, or seconds or "
                          "milliseconds since 1970.",
                  .shownWhen = graph::ShownWhen{"pace", {"time"}}},
        Parameter{.id = "timeFactor",
                  .title = "Times as fast",
                  .type = ParameterType::Real,
                  .defaultValue = 1.0,
                  .unit = "times",
                  .minimum = 1e-6,
                  .maximum = 1e9,
                  .help = "60 plays an hour in a minute.",
                  .shownWhen = graph::ShownWhen{"pace", {"time"}}},
    };
}

graph::NodeKind describeKind()
{
    graph::NodeKind kind;
    kind.id = "file";
    kind.category = graph::Category::Producer;
    kind.title = "File";
    kind.summary = "Reads records from an NDJSON or CSV file";
    kind.outputs = {{.id = "out", .title = "Records"}};
    kind.mappings = {
        .flink = "filesystem connector", .aws = "Kinesis Agent", .kafka = "FileStreamSource"};
    kind.laws = {.oneToOne = false, .replayableSource = true};
    kind.parameters = contentParameters();
    const auto pace = paceParameters();
    kind.parameters.insert(kind.parameters.end(), pace.begin(), pace.end());
    return kind;
}

} // namespace

const graph::NodeKind &fileKind()
{
    static const graph::NodeKind described = describeKind();
    return described;
}

} // namespace millrace::nodes
