// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/host_metrics.h"

#include "core/base/problem_codes.h"
#include "core/graph/parameter_reader.h"
#include "core/nodes/paths.h"
#include "core/nodes/producers/line_writer.h"
#include "core/nodes/producers/proc_figures.h"
#include "core/sql/json_text.h"

#include <cmath>

namespace millrace::nodes {
namespace {

constexpr std::uint8_t kProgressVersion = 1;

graph::NodeKind describeKind()
{
    graph::NodeKind kind;
    kind.id = "host-metrics";
    kind.category = graph::Category::Producer;
    kind.title = "Host metrics";
    kind.summary = "Processor, memory, load, network and disks of this computer";
    kind.outputs = {{.id = "out", .title = "Measurements"}};
    kind.mappings = {.flink = "", .aws = "CloudWatch agent", .kafka = "Metricbeat"};
    kind.parameters = {
        graph::Parameter{.id = "interval",
                         .title = "Interval",
                         .type = graph::ParameterType::Duration,
                         .defaultValue = graph::Milliseconds(1000),
                         .minimum = 50,
                         .help = "Time between two measurements."},
    };
    return kind;
}

const graph::NodeKind &kind()
{
    static const graph::NodeKind described = describeKind();
    return described;
}

/// Writes a JSON object member by member.
class ObjectWriter
{
public:
    explicit ObjectWriter(LineWriter &out)
        : m_out(out)
    {}

    LineWriter &name(std::string_view name)
    {
        m_out.text(m_first ? "{\"" : ",\"").text(name).text("\":");
        m_first = false;
        return m_out;
    }
    void fixed(std::string_view member, std::optional<double> value, std::size_t decimals)
    {
        name(member);
        if (!value)
            m_out.text("null");
        else
            m_out.fixed(std::llround(*value * std::pow(10.0, static_cast<double>(decimals))),
                        decimals);
    }
    void whole(std::string_view member, std::optional<std::uint64_t> value)
    {
        name(member);
        if (value)
            m_out.number(*value);
        else
            m_out.text("null");
    }
    void finish() { m_out.text("}"); }

private:
    LineWriter &m_out;
    bool m_first = true;
};

/// Growth per second of a counter; a counter that went back (a device is gone) grew by nothing.
std::uint64_t perSecond(std::uint64_t before, std::uint64_t now, double seconds)
{
    return now > before && seconds > 0
               ? static_cast<std::uint64_t>(static_cast<double>(now - before) / seconds)
               : 0;
}

class HostMetrics final : public runtime::Source
{
public:
    HostMetrics(std::chrono::milliseconds interval, const runtime::NodeContext &context)
        : m_interval(interval)
        , m_files(*context.fileSystem)
        , m_clock(*context.clock)
    {
        const auto name = readToEnd(m_files, "/proc/sys/kernel/hostname", 4096);
        m_host = name ? name->substr(0, std::min(name->find('\n'), std::size_t{200})) : "";
        if (m_host.empty())
            m_host = "localhost";
    }

    Status restore(ByteView progress) override
    {
        m_before.reset();
        m_records = 0;
        if (progress.empty())
            return Done{};
        ByteReader reader(progress);
        const std::uint8_t version = reader.u8();
        m_records = reader.varint();
        if (!reader.ok() || version != kProgressVersion) {
            return Problem(Code::Corrupt, {{"what", "The progress of the measurements"},
                                           {"reason", "it does not decode"}});
        }
        return Done{};
    }

    Result<runtime::SourceStep> step(const runtime::SourceBudget &,
                                     record::RecordBatchBuilder &out) override
    {
        runtime::SourceStep step;
        const MonoTime now = m_clock.mono();
        if (!m_before || now >= m_nextAt) {
            auto figures = ProcFigures::read(m_files);
            if (!figures)
                return std::move(figures).error();
            if (m_before)
                append(*figures, std::chrono::duration<double>(now - m_beforeAt).count(), out);
            // Kept to its beat, unless that was missed.
            m_nextAt =
                m_before && m_nextAt + m_interval > now ? m_nextAt + m_interval : now + m_interval;
            m_before = *std::move(figures);
            m_beforeAt = now;
        }
        step.state = runtime::SourceStep::State::Wait;
        step.wakeAt = m_nextAt;
        ByteWriter writer(step.progress);
        writer.u8(kProgressVersion);
        writer.varint(m_records);
        return step;
    }

    std::string reads() const override { return m_host; }

    std::optional<record::Schema> schema() const override
    {
        return *record::parseSchema(
            "event_time TIMESTAMP_LTZ(3), host STRING, cpu_percent DOUBLE, cpu_user_percent "
            "DOUBLE, "
            "cpu_system_percent DOUBLE, cpu_waiting_percent DOUBLE, processors INT, load_1 DOUBLE, "
            "load_5 DOUBLE, load_15 DOUBLE, running BIGINT, processes BIGINT, "
            "memory_total_bytes BIGINT, memory_used_bytes BIGINT, memory_used_percent DOUBLE, "
            "swap_used_bytes BIGINT, received_bytes_per_second BIGINT, "
            "sent_bytes_per_second BIGINT, disk_read_bytes_per_second BIGINT, "
            "disk_written_bytes_per_second BIGINT, uptime_seconds DOUBLE");
    }

private:
    void append(const ProcFigures &now, double seconds, record::RecordBatchBuilder &out)
    {
        m_line.clear();
        ObjectWriter object(m_line);
        object.name("event_time").text("\"").time(m_clock.wall()).text("\"");
        std::string host;
        sql::appendJsonString(host, m_host);
        object.name("host").text(host);
        appendProcessor(now, object);
        const auto load = [&](double ProcFigures::Load::*which) {
            return now.load ? std::optional(*now.load.*which) : std::nullopt;
        };
        object.fixed("load_1", load(&ProcFigures::Load::one), 2);
        object.fixed("load_5", load(&ProcFigures::Load::five), 2);
        object.fixed("load_15", load(&ProcFigures::Load::fifteen), 2);
        object.whole("running", now.load ? std::optional(now.load->running) : std::nullopt);
        object.whole("processes", now.load ? std::optional(now.load->processes) : std::nullopt);
        appendMemory(now, object);
        appendTraffic("received_bytes_per_second", "sent_bytes_per_second", m_before->network,
                      now.network, seconds, object);
        appendTraffic("disk_read_bytes_per_second", "disk_written_bytes_per_second",
                      m_before->disks, now.disks, seconds, object);
        object.fixed("uptime_seconds", now.uptimeSeconds, 2);
        object.finish();
        out.append({.data = m_line.view(), .key = m_host});
        ++m_records;
    }

    void appendProcessor(const ProcFigures &now, ObjectWriter &object) const
    {
        const auto percent = [&](auto &&part) -> std::optional<double> {
            if (!now.processor || !m_before->processor)
                return {};
            const std::uint64_t before = m_before->processor->total();
            const std::uint64_t all = now.processor->total();
            const std::uint64_t grown = part(*now.processor) - part(*m_before->processor);
            if (all <= before || grown > all - before)
                return 0.0;
            return 100 * static_cast<double>(grown) / static_cast<double>(all - before);
        };
        using Processor = ProcFigures::Processor;
        object.fixed("cpu_percent",
                     percent([](const Processor &p) { return p.user + p.system + p.stolen; }), 1);
        object.fixed("cpu_user_percent", percent([](const Processor &p) { return p.user; }), 1);
        object.fixed("cpu_system_percent", percent([](const Processor &p) { return p.system; }), 1);
        object.fixed("cpu_waiting_percent", percent([](const Processor &p) { return p.waiting; }),
                     1);
        object.whole("processors", now.processors);
    }

    static void appendMemory(const ProcFigures &now, ObjectWriter &object)
    {
        std::optional<std::uint64_t> total;
        std::optional<std::uint64_t> used;
        std::optional<std::uint64_t> swap;
        std::optional<double> percent;
        if (now.memory && now.memory->totalBytes >= now.memory->availableBytes) {
            total = now.memory->totalBytes;
            used = *total - now.memory->availableBytes;
            swap = now.memory->swapUsedBytes;
            if (*total > 0)
                percent = 100 * static_cast<double>(*used) / static_cast<double>(*total);
        }
        object.whole("memory_total_bytes", total);
        object.whole("memory_used_bytes", used);
        object.fixed("memory_used_percent", percent, 1);
        object.whole("swap_used_bytes", swap);
    }

    static void appendTraffic(std::string_view in, std::string_view out,
                              const std::optional<ProcFigures::Traffic> &before,
                              const std::optional<ProcFigures::Traffic> &now, double seconds,
                              ObjectWriter &object)
    {
        std::optional<std::uint64_t> inPerSecond;
        std::optional<std::uint64_t> outPerSecond;
        if (before && now) {
            inPerSecond = perSecond(before->inBytes, now->inBytes, seconds);
            outPerSecond = perSecond(before->outBytes, now->outBytes, seconds);
        }
        object.whole(in, inPerSecond);
        object.whole(out, outPerSecond);
    }

    std::chrono::milliseconds m_interval;
    FileSystem &m_files;
    const Clock &m_clock;
    std::string m_host;
    std::optional<ProcFigures> m_before;
    MonoTime m_beforeAt{};
    MonoTime m_nextAt{};
    std::uint64_t m_records = 0;
    LineWriter m_line;
};

} // namespace

runtime::NodeFactory makeHostMetrics()
{
    runtime::NodeFactory factory;
    factory.kind = kind();
    factory.source =
        [](const graph::Node &node,
           const runtime::NodeContext &context) -> Result<std::unique_ptr<runtime::Source>> {
        const graph::ParameterReader parameters(node, kind());
        return std::unique_ptr<runtime::Source>(
            new HostMetrics(parameters.duration("interval"), context));
    };
    return factory;
}

} // namespace millrace::nodes
