// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/tail.h"

#include "core/base/problem_codes.h"
#include "core/graph/parameter_reader.h"
#include "core/graph/place.h"
#include "core/nodes/paths.h"
#include "core/nodes/producers/followed_file.h"
#include "core/nodes/producers/log_writer.h"
#include "core/nodes/producers/row_format.h"
#include "core/sql/json_text.h"

#include <array>

namespace millrace::nodes {
namespace {

using graph::Parameter;
using graph::ParameterType;
using namespace std::chrono_literals;

constexpr std::uint8_t kProgressVersion = 1;
constexpr auto kPoll = 200ms;
/// What a system's own log may be called, most talkative first.
constexpr std::array kCandidates = {"/var/log/syslog",   "/var/log/messages",
                                    "/var/log/kern.log", "/var/log/daemon.log",
                                    "/var/log/auth.log", "/var/log/dpkg.log"};
constexpr auto kGrowing = 10min;
constexpr const char *kWrittenLog = "logs/application.log";

graph::NodeKind describeKind()
{
    graph::NodeKind kind;
    kind.id = "tail";
    kind.category = graph::Category::Producer;
    kind.title = "Tail a file";
    kind.summary = "Follows a growing log file, through rotations";
    kind.outputs = {{.id = "out", .title = "Lines"}};
    kind.mappings = {.flink = "", .aws = "Kinesis Agent", .kafka = "FileStreamSource"};
    kind.parameters = {
        Parameter{.id = "path",
                  .title = "File",
                  .type = ParameterType::FilePath,
                  .defaultValue = "",
                  .help = "Empty: a system log that grows, else a made-up log in the data folder."},
        Parameter{
            .id = "format",
            .title = "Format",
            .type = ParameterType::Choice,
            .defaultValue = "text",
            .choices = {{"text", "Text", "Each line that is not empty becomes {\"line\": \"…\"}"},
                        {"ndjson", "NDJSON", "Each line is a JSON object already"}},
            .help = "What the lines are."},
        Parameter{
            .id = "start",
            .title = "Start",
            .type = ParameterType::Choice,
            .defaultValue = "beginning",
            .choices = {{"beginning", "At the beginning", "What stands in the file is read first"},
                        {"end", "At the end", "Only what is written from now on"}},
            .help = "Where the first run starts; later ones go on where the last stopped."},
        Parameter{.id = "partitionKey",
                  .title = "Partition key",
                  .type = ParameterType::Text,
                  .defaultValue = "",
                  .help =
                      "One key for all lines, which keeps their order; empty: the file's name."},
    };
    return kind;
}

const graph::NodeKind &kind()
{
    static const graph::NodeKind described = describeKind();
    return described;
}

/// Logs hold what programs print: what is no UTF-8 becomes U+FFFD, one for each byte.
std::string toUtf8(std::string_view text)
{
    if (graph::isUtf8(text))
        return std::string(text);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t size = 1;
        while (size < 4 && at + size <= text.size() && !graph::isUtf8(text.substr(at, size)))
            ++size;
        if (at + size <= text.size() && size < 5 && graph::isUtf8(text.substr(at, size))) {
            out += text.substr(at, size);
            at += size;
        } else {
            out += "\xEF\xBF\xBD";
            ++at;
        }
    }
    return out;
}

struct TailSettings {
    Path path; ///< empty: chosen
    bool ndjson = false;
    bool fromEnd = false;
    std::string key;
};

class Tail final : public runtime::Source
{
public:
    Tail(TailSettings settings, const runtime::NodeContext &context)
        : m_settings(std::move(settings))
        , m_files(*context.fileSystem)
        , m_clock(*context.clock)
        , m_writtenLog(joinPath(context.dataFolder, kWrittenLog))
        , m_json(makeNdjsonFormat({}, {}))
    {}

    Status restore(ByteView progress) override
    {
        std::optional<TailPosition> position;
        Path path = m_settings.path;
        if (!progress.empty()) {
            Path stored;
            auto decoded = decode(progress, stored);
            if (!decoded)
                return std::move(decoded).error();
            // Another file was chosen since: it is followed from its start.
            if (path.empty())
                path = stored;
            if (path == stored)
                position = *decoded;
        }
        if (path.empty())
            path = choose();
        if (m_settings.path.empty() && path == m_writtenLog)
            m_writer.emplace(m_files, m_clock, path);
        m_file.emplace(m_files, path, m_settings.fromEnd);
        m_begun = position.has_value();
        if (position)
            m_file->restore(*position);
        return Done{};
    }

    Result<runtime::SourceStep> step(const runtime::SourceBudget &budget,
                                     record::RecordBatchBuilder &out) override
    {
        runtime::SourceStep step;
        step.state = runtime::SourceStep::State::More;
        step.notices = std::exchange(m_notices, {});
        if (m_writer)
            MILLRACE_TRY(m_writer->writeDue());
        const std::size_t records = out.count() + budget.records;
        const std::size_t bytes = out.bytes() + budget.bytes;
        std::size_t deadBytes = 0;
        std::size_t readBytes = 0;
        while (out.count() + step.dead.size() < records && out.bytes() + deadBytes < bytes &&
               readBytes < kMaxStepBytes) {
            const auto line = m_file->next(step.notices);
            if (!line)
                return line.error();
            if (!*line && m_file->skipping())
                break;
            if (!*line) {
                step.state = runtime::SourceStep::State::Wait;
                step.wakeAt = m_clock.mono() + kPoll;
                break;
            }
            readBytes += (*line)->end - (*line)->at;
            take(**line, step, deadBytes, out);
            m_file->accept(**line);
        }
        // Where an empty file, or the end of one, was met: what comes until the next start is new.
        const bool begins = !m_begun && m_file->position().has_value();
        m_begun = m_begun || begins;
        step.storeAlone = begins || readBytes >= kMaxStepBytes;
        step.progress = encode();
        return step;
    }

    void setPace(double factor, MonoTime since) override
    {
        if (m_writer)
            m_writer->setPace(factor, since);
    }

    std::string reads() const override
    {
        return m_settings.path.empty() && m_file ? m_file->path() : Path();
    }

    std::optional<record::Schema> schema() const override
    {
        if (m_settings.ndjson)
            return {};
        return record::Schema{{{.name = "line", .type = record::TypeKind::String}}};
    }

private:
    Path choose()
    {
        for (const char *candidate : kCandidates) {
            const auto info = m_files.info(candidate);
            const WallTime modified{std::chrono::milliseconds(info ? info->modifiedMs : 0)};
            if (info && m_clock.wall() - modified < kGrowing && openInput(m_files, candidate)) {
                m_notices.push_back(Problem(Code::NodeTailPicked, {{"path", candidate}}));
                return candidate;
            }
        }
        m_notices.push_back(Problem(Code::NodeTailWrites, {{"path", m_writtenLog}}));
        return m_writtenLog;
    }

    void take(const Line &line, runtime::SourceStep &step, std::size_t &deadBytes,
              record::RecordBatchBuilder &out)
    {
        const std::string_view text = trimLine(line.text);
        if (m_settings.ndjson && !line.tooLong ? m_json->isBlank(text) : text.empty())
            return;
        Status taken = Done{};
        if (line.tooLong) {
            taken = Problem(Code::NodeLineTooLong, {{"limit", std::to_string(kMaxLineBytes)},
                                                    {"kept", std::to_string(kKeptBytes)}});
        } else if (m_settings.ndjson) {
            taken = m_json->convert(text, m_row);
        } else {
            m_row.payload = R"({"line":)";
            sql::appendJsonString(m_row.payload, toUtf8(text));
            m_row.payload += '}';
        }
        const std::string name = fileName(m_file->path());
        if (taken) {
            out.append(
                {.data = m_row.payload, .key = m_settings.key.empty() ? name : m_settings.key});
            return;
        }
        deadBytes += text.size();
        const std::uint64_t number = m_file->position()->line + 1;
        step.dead.push_back({std::string(text), std::move(taken).error().at(
                                                    name + ": line " + std::to_string(number))});
    }

    Bytes encode() const
    {
        Bytes bytes;
        ByteWriter writer(bytes);
        writer.u8(kProgressVersion);
        writer.sized(m_file->path());
        const auto &position = m_file->position();
        writer.u8(position ? 1 : 0);
        if (position) {
            write(writer, position->file);
            writer.varint(position->offset);
            writer.varint(position->line);
            writer.varint(position->finished.size());
            for (const TailIdentity &file : position->finished)
                write(writer, file);
        }
        return bytes;
    }

    static void write(ByteWriter &writer, const TailIdentity &file)
    {
        writer.varint(file.device);
        writer.varint(file.inode);
        writer.varint(file.head.bytes);
        writer.u32(file.head.crc);
    }

    static TailIdentity readIdentity(ByteReader &reader)
    {
        TailIdentity file;
        file.device = reader.varint();
        file.inode = reader.varint();
        file.head.bytes = static_cast<std::uint32_t>(reader.varint());
        file.head.crc = reader.u32();
        return file;
    }

    static Result<std::optional<TailPosition>> decode(ByteView progress, Path &path)
    {
        ByteReader reader(progress);
        const std::uint8_t version = reader.u8();
        path = reader.sizedText();
        std::optional<TailPosition> position;
        if (reader.u8() != 0) {
            position.emplace();
            position->file = readIdentity(reader);
            position->offset = reader.varint();
            position->line = reader.varint();
            const std::uint64_t finished = reader.remaining() == 0 ? 0 : reader.varint();
            for (std::uint64_t i = 0; i < finished && reader.ok(); ++i)
                position->finished.push_back(readIdentity(reader));
        }
        if (!reader.ok() || version != kProgressVersion) {
            return Problem(Code::Corrupt, {{"what", "The progress of a followed file"},
                                           {"reason", "it does not decode"}});
        }
        return position;
    }

    TailSettings m_settings;
    FileSystem &m_files;
    const Clock &m_clock;
    Path m_writtenLog;
    std::unique_ptr<RowFormat> m_json;
    RowFormat::Row m_row;
    std::vector<Problem> m_notices; ///< for the next step
    std::optional<LogWriter> m_writer;
    std::optional<FollowedFile> m_file;
    bool m_begun = false; ///< a position was given out or restored
};

} // namespace

runtime::NodeFactory makeTail()
{
    runtime::NodeFactory factory;
    factory.kind = kind();
    factory.source =
        [](const graph::Node &node,
           const runtime::NodeContext &context) -> Result<std::unique_ptr<runtime::Source>> {
        const graph::ParameterReader parameters(node, kind());
        TailSettings settings;
        settings.path = resolvePath(context.documentFolder, parameters.text("path"));
        settings.ndjson = parameters.choice("format") == "ndjson";
        settings.fromEnd = parameters.choice("start") == "end";
        settings.key = parameters.text("partitionKey");
        if (auto bad = record::keyProblem(settings.key); bad && !settings.key.empty())
            return std::move(*bad).at(graph::parameterPlace(node.id, "partitionKey"));
        return std::unique_ptr<runtime::Source>(new Tail(std::move(settings), context));
    };
    return factory;
}

} // namespace millrace::nodes
