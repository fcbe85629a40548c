// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/standard_output.h"

#include "core/base/problem_codes.h"
#include "core/graph/parameter_reader.h"
#include "core/record/timestamp_text.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace millrace::nodes {
namespace {

graph::NodeKind describeKind()
{
    graph::NodeKind kind;
    kind.id = "standard-output";
    kind.category = graph::Category::Destination;
    kind.title = "Standard output";
    kind.summary = "Prints records, one a line";
    kind.inputs = {{.id = "in", .title = "Records"}};
    kind.mappings = {.flink = "print connector", .aws = "", .kafka = "kafka-console-consumer"};
    kind.parameters = {
        graph::Parameter{
            .id = "format",
            .title = "Format",
            .type = graph::ParameterType::Choice,
            .defaultValue = "ndjson",
            .choices = {{"ndjson", "NDJSON", "The payloads alone"},
                        {"table", "Table", "Arrival, shard, ordinal, key and payload"}},
            .help = "What a line holds."},
    };
    return kind;
}

const graph::NodeKind &kind()
{
    static const graph::NodeKind described = describeKind();
    return described;
}

/// How long a full pipe is waited for: a reader that keeps up has it empty by then. Other nodes
/// want the worker; in virtual time nothing may run on meanwhile, but the node must be stoppable.
constexpr int kPatienceMs = 1;
constexpr int kVirtualPatienceMs = 25;

/// Of the sinks that print to one descriptor: lines are printed one after the other, and who had to
/// stop within a line goes on first.
struct OutputTurn {
    std::mutex mutex;             ///< guards the rest, and who writes
    const void *within = nullptr; ///< the sink that stopped within a line
    bool broken = false;          ///< that sink has gone, its line has no end
};

std::shared_ptr<OutputTurn> turnOf(int descriptor)
{
    static std::mutex mutex; // guards turns
    static std::map<int, std::weak_ptr<OutputTurn>> turns;
    const std::lock_guard guard(mutex);
    std::weak_ptr<OutputTurn> &known = turns[descriptor];
    std::shared_ptr<OutputTurn> turn = known.lock();
    if (!turn) {
        turn = std::make_shared<OutputTurn>();
        known = turn;
    }
    return turn;
}

class StandardOutput final : public runtime::Sink
{
public:
    StandardOutput(bool table, int descriptor, bool virtualTime)
        : m_table(table)
        , m_descriptor(descriptor)
        , m_turn(turnOf(descriptor))
        , m_patienceMs(virtualTime ? kVirtualPatienceMs : kPatienceMs)
    {}

    ~StandardOutput() override
    {
        const std::lock_guard guard(m_turn->mutex);
        if (m_turn->within != this)
            return;
        m_turn->within = nullptr;
        m_turn->broken = true;
    }

    Result<Opened> open() override { return Opened{}; }

    runtime::SinkResult check(std::span<const runtime::Chunk> chunks) override
    {
        return {std::vector<std::vector<runtime::DeadRow>>(chunks.size())};
    }

    Status commit(std::span<const runtime::Chunk> chunks,
                  const runtime::FragmentProgress &) override
    {
        if (m_text.empty()) { // else it is the repetition of one that stalled
            for (const runtime::Chunk &chunk : chunks) {
                for (const std::uint32_t row : chunk.rows)
                    appendRow(*chunk.batch, row);
            }
        }
        return print();
    }

    Status close() override { return Done{}; }

private:
    void appendRow(const record::RecordBatch &batch, std::uint32_t row)
    {
        if (m_table) {
            const record::Origin origin = batch.origin(row);
            m_text += batch.placed()
                          ? record::timestampText(batch.arrival(row).time_since_epoch().count())
                          : std::string(23, ' ');
            m_text += fmt::format("  {:>3}  {:>10}  ", origin.shard.value, origin.ordinal.value);
            appendLine(batch.key(row));
            m_text += "  ";
        }
        appendLine(batch.data(row));
        m_text += '\n';
    }

    void appendLine(std::string_view text)
    {
        for (const char c : text) {
            if (c == '\n')
                m_text += "\\n";
            else if (c == '\r')
                m_text += "\\r";
            else
                m_text += c;
        }
    }

    Status print()
    {
        const std::lock_guard guard(m_turn->mutex);
        if (m_turn->within != nullptr && m_turn->within != this)
            return Problem(Code::NodeOutputStalled);
        if (std::exchange(m_turn->broken, false))
            m_text.insert(m_printed, 1, '\n');
        Status printed = write();
        // Where nobody reads any more, no line has an end to wait for.
        const bool over = !printed && printed.error().code() == Code::NodeOutputClosed;
        const bool within = m_printed > 0 && m_text[m_printed - 1] != '\n';
        m_turn->within = within && !over ? this : nullptr;
        return printed;
    }

    Status write()
    {
        while (m_printed < m_text.size()) {
            pollfd output{m_descriptor, POLLOUT, 0};
            // Nothing, or a signal came: who cannot tell that it takes some must not write.
            if (::poll(&output, 1, m_patienceMs) <= 0)
                return Problem(Code::NodeOutputStalled);
            // What a pipe that can be written to takes without blocking.
            const std::size_t bytes = std::min<std::size_t>(m_text.size() - m_printed, PIPE_BUF);
            const ssize_t written = ::write(m_descriptor, m_text.data() + m_printed, bytes);
            if (written < 0 && (errno == EINTR || errno == EAGAIN))
                continue;
            if (written < 0 && (errno == EPIPE || errno == EBADF))
                return Problem(Code::NodeOutputClosed);
            if (written < 0) {
                return Problem(Code::Io, {{"operation", "Printing to standard output"},
                                          {"reason", std::strerror(errno)}});
            }
            m_printed += static_cast<std::size_t>(written);
        }
        m_text.clear();
        m_printed = 0;
        return Done{};
    }

    bool m_table;
    int m_descriptor;
    std::shared_ptr<OutputTurn> m_turn;
    int m_patienceMs;
    std::string m_text; ///< of the commit under way
    std::size_t m_printed = 0;
};

} // namespace

runtime::NodeFactory makeStandardOutput()
{
    runtime::NodeFactory factory;
    factory.kind = kind();
    factory.sink =
        [](const graph::Node &node,
           const runtime::NodeContext &context) -> Result<std::unique_ptr<runtime::Sink>> {
        const graph::ParameterReader parameters(node, kind());
        return std::unique_ptr<runtime::Sink>(
            new StandardOutput(parameters.choice("format") == "table", context.outputDescriptor,
                               context.clock != nullptr && context.clock->isVirtual()));
    };
    return factory;
}

} // namespace millrace::nodes
