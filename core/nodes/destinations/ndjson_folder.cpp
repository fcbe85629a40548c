// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/ndjson_folder.h"

#include "core/base/crc32c.h"
#include "core/base/md5.h"
#include "core/base/problem_codes.h"
#include "core/graph/parameter_reader.h"
#include "core/graph/place.h"
#include "core/nodes/destinations/impossible_place.h"
#include "core/nodes/destinations/part_files.h"
#include "core/nodes/paths.h"
#include "core/nodes/producers/row_format.h"

#include <fmt/format.h>

namespace millrace::nodes {
namespace {

using graph::Parameter;
using graph::ParameterType;

constexpr std::uint32_t kMagic = 0x464E524D; // "MRNF"
constexpr std::uint8_t kVersion = 1;
graph::NodeKind describeKind()
{
    graph::NodeKind kind;
    kind.id = "ndjson-folder";
    kind.category = graph::Category::Destination;
    kind.title = "Folder of NDJSON files";
    kind.summary = "Writes records into files, each renamed when it is whole";
    kind.inputs = {{.id = "in", .title = "Records"}};
    kind.mappings = {
        .flink = "filesystem connector", .aws = "Firehose to S3", .kafka = "S3 sink connector"};
    kind.parameters = {
        Parameter{.id = "folder",
                  .title = "Folder",
                  .type = ParameterType::FolderPath,
                  .defaultValue = "records",
                  .help = "Made when absent. A relative path starts at the output folder of the "
                          "data directory."},
        Parameter{.id = "prefix",
                  .title = "File name",
                  .type = ParameterType::Text,
                  .defaultValue = "part",
                  .help = "The beginning of the files' names."},
        Parameter{.id = "maximumBytes",
                  .title = "File size",
                  .type = ParameterType::Bytes,
                  .defaultValue = std::int64_t{16} << 20,
                  .minimum = 0,
                  .help = "A file is whole when it is so large; 0 sets no limit.",
                  .zeroMeans = "no limit"},
        Parameter{.id = "maximumRecords",
                  .title = "Records in a file",
                  .type = ParameterType::Integer,
                  .defaultValue = std::int64_t{100'000},
                  .unit = "records",
                  .minimum = 0,
                  .help = "A file is whole when it holds so many; 0 sets no limit.",
                  .zeroMeans = "no limit"},
        Parameter{.id = "maximumAge",
                  .title = "File age",
                  .type = ParameterType::Duration,
                  .defaultValue = graph::Milliseconds(60'000),
                  .minimum = 0,
                  .help =
                      "A file is whole when its first record came so long ago; 0 sets no limit.",
                  .zeroMeans = "no limit"},
    };
    return kind;
}

const graph::NodeKind &kind()
{
    static const graph::NodeKind described = describeKind();
    return described;
}

/// What the progress files of a node begin with; the source stream's id follows.
std::string progressPrefix(const Uuid &project, const NodeId &node)
{
    return ".millrace-" + project.toString() + '-' + node.value + '-';
}

/// Of a node's files: two documents may have a node of the same id that reads the same stream.
std::string ownMark(const Uuid &project, const NodeId &node, const StreamUuid &source)
{
    const auto sum = md5(project.toString() + '/' + node.value + '/' + source.toString());
    return fmt::format("{:02x}{:02x}{:02x}{:02x}", sum[0], sum[1], sum[2], sum[3]);
}

/// Of a progress file.
Result<runtime::FragmentProgress> decode(ByteView bytes, PartFiles::State &state)
{
    const auto damaged = [](const char *reason) {
        return Problem(Code::Corrupt, {{"what", "The progress file"}, {"reason", reason}});
    };
    ByteReader reader(bytes);
    if (reader.u32() != kMagic)
        return damaged("it is no progress file");
    if (const std::uint8_t version = reader.u8(); version != kVersion) {
        return Problem(Code::NewerFormat, {{"what", "The progress file"},
                                           {"found", std::to_string(version)},
                                           {"known", std::to_string(kVersion)}});
    }
    state.number = reader.varint();
    state.bytes = reader.varint();
    state.records = reader.varint();
    state.firstMs = reader.i64();
    const ByteView progress = reader.sized();
    const std::size_t covered = reader.position();
    const std::uint32_t crc = reader.u32();
    if (!reader.ok() || reader.remaining() != 0 || crc != crc32c(bytes.first(covered)))
        return damaged("its checksum does not match");
    return runtime::FragmentProgress::decode(progress);
}

class NdjsonFolder final : public runtime::Sink
{
public:
    NdjsonFolder(Path folder, std::string prefix, PartLimits limits,
                 const runtime::NodeContext &context)
        : m_files(*context.fileSystem)
        , m_clock(*context.clock)
        , m_folder(std::move(folder))
        , m_progressPath(joinPath(m_folder, progressPrefix(context.project, context.node) +
                                                context.source.toString()))
        , m_parts(m_files, m_folder,
                  prefix + '-' + context.node.value + '-' +
                      ownMark(context.project, context.node, context.source),
                  limits)
        , m_json(makeNdjsonFormat({}, {}))
    {}

    Result<Opened> open() override
    {
        Opened opened;
        if (auto made = m_files.makeFolders(m_folder); !made) {
            const std::string why = whyNoFolder(made.error());
            return why.empty()
                       ? std::move(made).error()
                       : Problem(Code::NodeDestinationUnusable,
                                 {{"path", m_folder}, {"reason", "it cannot be made, " + why}},
                                 m_folder);
        }
        std::optional<PartFiles::State> state;
        if (m_files.exists(m_progressPath)) {
            const auto bytes = m_files.readAll(m_progressPath);
            if (!bytes)
                return bytes.error();
            auto progress = decode(*bytes, state.emplace());
            if (!progress)
                return std::move(progress).error().at(m_progressPath);
            opened.progress = *std::move(progress);
        }
        m_hadProgress = opened.progress.has_value();
        const auto lost = m_parts.recover(state);
        if (!lost)
            return lost.error();
        if (*lost)
            opened.notices.push_back(**lost);
        opened.holdsRows = m_parts.state().number > 1 || m_parts.state().bytes > 0;
        m_progress = opened.progress;
        return opened;
    }

    runtime::SinkResult check(std::span<const runtime::Chunk> chunks) override
    {
        runtime::SinkResult result;
        for (const runtime::Chunk &chunk : chunks) {
            auto &dead = result.dead.emplace_back();
            for (const std::uint32_t row : chunk.rows) {
                if (Status valid = m_json->convert(chunk.batch->data(row), m_row); !valid)
                    dead.push_back({row, std::move(valid).error()});
            }
        }
        return result;
    }

    Status commit(std::span<const runtime::Chunk> chunks,
                  const runtime::FragmentProgress &progress) override
    {
        if (m_hadProgress && !m_files.exists(m_progressPath))
            return replaced();
        const WallTime now = m_clock.wall();
        m_parts.discard();
        m_parts.endIfOld(now);
        for (const runtime::Chunk &chunk : chunks) {
            for (const std::uint32_t row : chunk.rows)
                m_parts.add(chunk.batch->data(row), now);
        }
        MILLRACE_TRY(store(progress));
        (void)m_parts.stored(); // the records stand; what is not renamed yet is renamed later
        return Done{};
    }

    std::optional<WallTime> due() const override { return m_parts.oldAt(); }

    Path place() const override { return m_folder; }

    Status close() override
    {
        if (!m_progress)
            return Done{};
        m_parts.discard();
        m_parts.end();
        MILLRACE_TRY(store(*m_progress));
        m_progress.reset();
        return m_parts.stored();
    }

private:
    Status store(const runtime::FragmentProgress &progress)
    {
        MILLRACE_TRY(m_parts.write());
        MILLRACE_TRY(m_files.replaceFile(m_progressPath, encode(m_parts.state(), progress)));
        m_hadProgress = true;
        m_progress = progress;
        return Done{};
    }

    Problem replaced() const
    {
        return Problem(Code::NodeDestinationReplaced, {{"path", m_folder}}, m_folder);
    }

    static Bytes encode(const PartFiles::State &state, const runtime::FragmentProgress &progress)
    {
        Bytes bytes;
        ByteWriter writer(bytes);
        writer.u32(kMagic);
        writer.u8(kVersion);
        writer.varint(state.number);
        writer.varint(state.bytes);
        writer.varint(state.records);
        writer.i64(state.firstMs);
        writer.sized(progress.encode());
        writer.u32(crc32c(bytes));
        return bytes;
    }

    FileSystem &m_files;
    const Clock &m_clock;
    Path m_folder;
    Path m_progressPath;
    PartFiles m_parts;
    std::unique_ptr<RowFormat> m_json;
    RowFormat::Row m_row;
    bool m_hadProgress = false; ///< whether the progress file was seen or written
    std::optional<runtime::FragmentProgress> m_progress; ///< what it holds
};

Result<Path> folderOf(const graph::Node &node, const runtime::NodeContext &context)
{
    const std::string folder = graph::ParameterReader(node, kind()).text("folder");
    if (folder.empty())
        return invalidArgument("Name the folder", graph::parameterPlace(node.id, "folder"));
    return resolvePath(context.dataFolder, folder);
}

Result<std::unique_ptr<runtime::Sink>> makeSink(const graph::Node &node,
                                                const runtime::NodeContext &context)
{
    const graph::ParameterReader parameters(node, kind());
    auto folder = folderOf(node, context);
    if (!folder)
        return std::move(folder).error();
    const std::string prefix = parameters.text("prefix");
    if (prefix.empty() || prefix.front() == '.' || prefix.find('/') != std::string::npos) {
        return invalidArgument("A file name is not empty, begins without a dot and holds no '/'",
                               graph::parameterPlace(node.id, "prefix"));
    }
    const PartLimits limits{.bytes = parameters.bytes("maximumBytes"),
                            .records =
                                static_cast<std::uint64_t>(parameters.integer("maximumRecords")),
                            .age = parameters.duration("maximumAge")};
    return std::unique_ptr<runtime::Sink>(
        new NdjsonFolder(*std::move(folder), prefix, limits, context));
}

Result<runtime::FragmentProgress> standing(const graph::Node &node,
                                           const runtime::NodeContext &context)
{
    runtime::FragmentProgress out;
    const auto folder = folderOf(node, context);
    if (!folder)
        return folder.error();
    if (!context.fileSystem->exists(*folder))
        return out;
    const auto names = context.fileSystem->list(*folder);
    if (!names)
        return names.error();
    const std::string prefix = progressPrefix(context.project, node.id);
    for (const std::string &name : *names) {
        // Behind it stands an id and nothing else: not a file that is just being replaced.
        if (!name.starts_with(prefix) || !Uuid::parse(name.substr(prefix.size())))
            continue;
        const Path path = joinPath(*folder, name);
        const auto bytes = context.fileSystem->readAll(path);
        if (!bytes)
            return bytes.error();
        PartFiles::State state;
        const auto progress = decode(*bytes, state);
        if (!progress)
            return Problem(progress.error()).at(path);
        out.cursors.insert(out.cursors.end(), progress->cursors.begin(), progress->cursors.end());
        if (name.ends_with(context.source.toString()))
            out.details = progress->details;
    }
    return out;
}

} // namespace

runtime::NodeFactory makeNdjsonFolder()
{
    runtime::NodeFactory factory;
    factory.kind = kind();
    factory.sink = makeSink;
    factory.standing = standing;
    return factory;
}

} // namespace millrace::nodes
