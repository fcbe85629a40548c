// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/generator.h"

#include "core/base/crc32c.h"
#include "core/base/problem_codes.h"
#include "core/graph/parameter_reader.h"
#include "core/graph/place.h"
#include "core/nodes/producers/dataset.h"
#include "core/nodes/producers/key_picker.h"
#include "core/nodes/producers/pacer.h"
#include "core/nodes/producers/rate_pattern.h"

#include <chrono>

namespace millrace::nodes {
namespace {

using graph::Parameter;
using graph::ParameterType;
using graph::ParameterValue;

constexpr std::uint8_t kProgressVersion = 1;

Parameter datasetParameter()
{
    return Parameter{
        .id = "dataset",
        .title = "Dataset",
        .type = ParameterType::Choice,
        .defaultValue = "clickstream",
        .choices = {{"clickstream", "Clickstream", "Page views of a shop, about 900 bytes each"},
                    {"iot-sensors", "IoT sensors", "Temperature, humidity, vibration, battery"},
                    {"card-transactions", "Card transactions", "Payments, three in a thousand odd"},
                    {"application-log", "Application log", "Log lines of a few web servers"}},
        .help = "What the records are about. Each dataset brings its schema."};
}

/// How many records when.
std::vector<Parameter> paceParameters()
{
    const auto during = [](std::vector<ParameterValue> shapes) {
        return graph::ShownWhen{"pattern", std::move(shapes)};
    };
    return {
        Parameter{.id = "ratePerSecond",
                  .title = "Rate",
                  .type = ParameterType::Rate,
                  .defaultValue = 2600.0,
                  .unit = "records/s",
                  .minimum = 0.001,
                  .maximum = 10e6,
                  .help = "Records a second; the mean of a day for the daily pattern."},
        Parameter{.id = "pattern",
                  .title = "Pattern",
                  .type = ParameterType::Choice,
                  .defaultValue = "steady",
                  .choices = {{"steady", "Steady", "Always the same rate"},
                              {"ramp", "Ramp", "Grows from nothing to the rate, then stays"},
                              {"burst", "Burst", "A burst at the end of each period"},
                              {"daily", "Daily", "Quiet at night, busy in the evening"}},
                  .help = "How the rate changes with time."},
        Parameter{.id = "rampLength",
                  .title = "Ramp length",
                  .type = ParameterType::Duration,
                  .defaultValue = graph::Milliseconds(60'000),
                  .minimum = 1,
                  .help = "How long it takes to reach the rate.",
                  .shownWhen = during({"ramp"})},
        Parameter{.id = "period",
                  .title = "Period",
                  .type = ParameterType::Duration,
                  .defaultValue = graph::Milliseconds(60'000),
                  .minimum = 1,
                  .help = "From one burst to the next.",
                  .shownWhen = during({"burst"})},
        Parameter{.id = "burstLength",
                  .title = "Burst length",
                  .type = ParameterType::Duration,
                  .defaultValue = graph::Milliseconds(10'000),
                  .minimum = 1,
                  .help = "The part of each period that is a burst, at its end.",
                  .shownWhen = during({"burst"})},
        Parameter{.id = "burstFactor",
                  .title = "Burst factor",
                  .type = ParameterType::Real,
                  .defaultValue = 5.0,
                  .unit = "times",
                  .minimum = 0.01,
                  .maximum = 1000,
                  .help = "How many times the rate a burst has.",
                  .shownWhen = during({"burst"})},
        Parameter{.id = "dayLength",
                  .title = "Length of a day",
                  .type = ParameterType::Duration,
                  .defaultValue = graph::Milliseconds(86'400'000),
                  .minimum = 1000,
                  .help = "A day may be squeezed, for instance into ten minutes.",
                  .shownWhen = during({"daily"})},
        Parameter{.id = "total",
                  .title = "Stop after",
                  .type = ParameterType::Integer,
                  .defaultValue = std::int64_t{0},
                  .unit = "records",
                  .minimum = 0,
                  .help = "How many records to make; 0 never stops.",
                  .zeroMeans = "no limit"},
    };
}

/// Which keys they have, and by which chance.
std::vector<Parameter> keyParameters()
{
    return {
        Parameter{.id = "keys",
                  .title = "Partition keys",
                  .type = ParameterType::Integer,
                  .defaultValue = std::int64_t{200},
                  .minimum = 1,
                  .maximum = 1e9,
                  .help = "How many different partition keys there are."},
        Parameter{.id = "skew",
                  .title = "Key skew",
                  .type = ParameterType::Real,
                  .defaultValue = 0.25,
                  .minimum = 0,
                  .maximum = 1,
                  .help =
                      "0: every key is as frequent as any other. 1: one hot key has all records."},
        Parameter{.id = "seed",
                  .title = "Seed",
                  .type = ParameterType::Integer,
                  .defaultValue = std::int64_t{42},
                  .help = "The same seed makes the same records."},
    };
}

graph::NodeKind describeKind()
{
    graph::NodeKind kind;
    kind.id = "generator";
    kind.category = graph::Category::Producer;
    kind.title = "Generator";
    kind.summary = "Makes up realistic records at a chosen rate";
    kind.outputs = {{.id = "out", .title = "Records"}};
    kind.mappings = {.flink = "datagen connector",
                     .aws = "Kinesis Data Generator",
                     .kafka = "kafka-producer-perf-test"};
    kind.laws = {.oneToOne = false, .replayableSource = true};
    kind.parameters = {datasetParameter()};
    for (const auto &group : {paceParameters(), keyParameters()})
        kind.parameters.insert(kind.parameters.end(), group.begin(), group.end());
    return kind;
}

const graph::NodeKind &kind()
{
    static const graph::NodeKind described = describeKind();
    return described;
}

std::unique_ptr<Dataset> makeDataset(std::string_view id)
{
    if (id == "iot-sensors")
        return makeIotSensors();
    if (id == "card-transactions")
        return makeCardTransactions();
    if (id == "application-log")
        return makeApplicationLog();
    return makeClickstream();
}

RatePattern makePattern(const graph::ParameterReader &parameters)
{
    const double rate = parameters.real("ratePerSecond");
    const std::string shape = parameters.choice("pattern");
    if (shape == "ramp")
        return RatePattern::ramp(rate, parameters.duration("rampLength"));
    if (shape == "burst") {
        return RatePattern::burst(rate, parameters.duration("period"),
                                  parameters.duration("burstLength"),
                                  parameters.real("burstFactor"));
    }
    if (shape == "daily")
        return RatePattern::daily(rate, parameters.duration("dayLength"));
    return RatePattern::steady(rate);
}

/// Names the settings that decide when records are due.
std::uint32_t patternFingerprint(const graph::ParameterReader &parameters)
{
    std::string settings = parameters.choice("pattern");
    for (const char *id :
         {"ratePerSecond", "rampLength", "period", "burstLength", "burstFactor", "dayLength"}) {
        if (parameters.isShown(id))
            settings += ' ' + graph::toText(*parameters.value(id));
    }
    return crc32c(asBytes(settings));
}

class Generator final : public runtime::Source
{
public:
    Generator(const graph::ParameterReader &parameters, const Clock &clock)
        : m_clock(clock)
        , m_seed(static_cast<std::uint64_t>(parameters.integer("seed")))
        , m_dataset(makeDataset(parameters.choice("dataset")))
        , m_pattern(makePattern(parameters))
        , m_fingerprint(patternFingerprint(parameters))
        , m_keys(m_seed, static_cast<std::uint64_t>(parameters.integer("keys")),
                 parameters.real("skew"))
        , m_end(parameters.integer("total") > 0
                    ? static_cast<std::uint64_t>(parameters.integer("total"))
                    : ~0ULL)
        , m_pacer(clock)
    {}

    Status restore(ByteView progress) override
    {
        m_next = 0;
        m_patternFirst = 0;
        m_patternStart = m_clock.wall();
        if (!progress.empty()) {
            ByteReader reader(progress);
            const std::uint8_t version = reader.u8();
            m_next = reader.varint();
            const std::uint64_t first = reader.varint();
            const WallTime start{std::chrono::milliseconds(reader.i64())};
            const std::uint32_t fingerprint = reader.u32();
            if (!reader.ok() || version != kProgressVersion || first > m_next) {
                return Problem(Code::Corrupt, {{"what", "The generator's progress"},
                                               {"reason", "it does not decode"}});
            }
            m_patternFirst = first;
            m_patternStart = start;
            if (fingerprint != m_fingerprint) {
                m_patternFirst = m_next;
                m_patternStart = m_clock.wall();
            }
        }
        m_standstill = {};
        m_pacer.start(dueOf(m_next));
        return Done{};
    }

    Result<runtime::SourceStep> step(const runtime::SourceBudget &budget,
                                     record::RecordBatchBuilder &out) override
    {
        const std::int64_t reached = m_pacer.reached(dueOf(m_next));
        passStandstill();
        const std::size_t records = out.count() + budget.records;
        const std::size_t bytes = out.bytes() + budget.bytes;
        runtime::SourceStep step;
        step.state = runtime::SourceStep::State::More;
        while (out.count() < records && out.bytes() < bytes) {
            if (m_next >= m_end) {
                step.state = runtime::SourceStep::State::Finished;
                break;
            }
            const std::int64_t due = dueOf(m_next);
            if (due > reached) {
                step.state = runtime::SourceStep::State::Wait;
                step.wakeAt = m_pacer.wakeAt(due);
                break;
            }
            append(due, out);
        }
        step.progress = progress();
        return step;
    }

    std::optional<record::Schema> schema() const override { return m_dataset->schema(); }
    void setPace(double factor, MonoTime since) override { m_pacer.setPace(factor, since); }

private:
    /// The records from here on happened that much later; the pattern goes on where it stood.
    void passStandstill()
    {
        m_standstill += m_pacer.takeStandstill();
        const auto whole = std::chrono::floor<std::chrono::milliseconds>(m_standstill);
        m_patternStart += whole;
        m_standstill -= whole;
    }

    std::int64_t dueOf(std::uint64_t record) const
    {
        return m_pattern.dueNanos(record - m_patternFirst);
    }

    void append(std::int64_t due, record::RecordBatchBuilder &out)
    {
        const std::uint64_t rank = m_keys.rank(m_next);
        const WallTime at = m_patternStart + std::chrono::milliseconds(due / 1'000'000);
        m_key.clear();
        m_dataset->writeKey(rank, m_key);
        m_payload.clear();
        m_dataset->writePayload(Draw(m_seed, m_next, at, rank), m_payload);
        out.append({.data = m_payload.view(), .key = m_key.view()});
        ++m_next;
    }

    Bytes progress() const
    {
        Bytes bytes;
        ByteWriter writer(bytes);
        writer.u8(kProgressVersion);
        writer.varint(m_next);
        writer.varint(m_patternFirst);
        writer.i64(m_patternStart.time_since_epoch().count());
        writer.u32(m_fingerprint);
        return bytes;
    }

    const Clock &m_clock;
    std::uint64_t m_seed;
    std::unique_ptr<Dataset> m_dataset;
    RatePattern m_pattern;
    std::uint32_t m_fingerprint;
    KeyPicker m_keys;
    std::uint64_t m_end;
    Pacer m_pacer;
    std::uint64_t m_next = 0;
    std::uint64_t m_patternFirst = 0;
    WallTime m_patternStart{};
    std::chrono::nanoseconds m_standstill{0}; ///< not yet in m_patternStart: less than it can hold
    LineWriter m_key;
    LineWriter m_payload;
};

} // namespace

runtime::NodeFactory makeGenerator()
{
    runtime::NodeFactory factory;
    factory.kind = kind();
    factory.source =
        [](const graph::Node &node,
           const runtime::NodeContext &context) -> Result<std::unique_ptr<runtime::Source>> {
        const graph::ParameterReader parameters(node, kind());
        if (!(parameters.real("ratePerSecond") > 0))
            return invalidArgument("The rate must be more than 0 records a second",
                                   graph::parameterPlace(node.id, "ratePerSecond"));
        return std::unique_ptr<runtime::Source>(new Generator(parameters, *context.clock));
    };
    return factory;
}

} // namespace millrace::nodes
