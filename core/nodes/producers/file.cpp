// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/file.h"

#include "core/base/md5.h"
#include "core/base/problem_codes.h"
#include "core/base/utf8.h"
#include "core/graph/parameter_reader.h"
#include "core/graph/place.h"
#include "core/nodes/paths.h"
#include "core/nodes/producers/csv.h"
#include "core/nodes/producers/file_kind.h"
#include "core/nodes/producers/input_file.h"
#include "core/nodes/producers/line_reader.h"
#include "core/nodes/producers/pacer.h"
#include "core/nodes/producers/row_format.h"
#include "core/nodes/refusal.h"
#include "core/record/schema_problems.h"
#include "core/sql/bound_expression.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace millrace::nodes {
namespace {

constexpr std::uint8_t kProgressVersion = 1;

enum class Pace : std::uint8_t { AtOnce = 1, Rate, TimeField };

/// How far the reading has come; what is stored.
struct Position {
    std::uint64_t offset = 0;
    std::uint64_t line = 0; ///< lines before `offset`
    std::uint64_t rows = 0; ///< records and dead lines
    std::optional<std::int64_t> firstMoment;
    std::int64_t lastMoment = 0; ///< the latest so far
};

struct FileSettings {
    Path path;
    Pace pace = Pace::AtOnce;
    double ratePerSecond = 1;
    double timeFactor = 1;
};

/// What the rows of a file have for a root while their keys are made, for RAND(): the file of this
/// node, which a restart does not change. Their own place they get with the key.
Uuid rootOf(const runtime::NodeContext &context)
{
    return {md5(context.project.toString() + '/' + context.node.value)};
}

class FileSource final : public runtime::Source
{
public:
    FileSource(FileSettings settings, std::unique_ptr<RowFormat> format,
               std::shared_ptr<const sql::BoundExpression> key, const runtime::NodeContext &context)
        : m_settings(std::move(settings))
        , m_name(fileName(m_settings.path))
        , m_files(*context.fileSystem)
        , m_clock(*context.clock)
        , m_root{rootOf(context), ShardIndex(0), Ordinal(0), {}}
        , m_format(std::move(format))
        , m_key(std::move(key))
        , m_pacer(*context.clock)
    {}

    Status restore(ByteView progress) override
    {
        m_position = {};
        m_pending.reset();
        m_head.reset();
        if (!progress.empty())
            MILLRACE_TRY(decode(progress));
        auto file = openInput(m_files, m_settings.path);
        if (!file)
            return std::move(file).error();
        if (m_head)
            MILLRACE_TRY(checkUnchanged(**file));
        auto head = m_head ? Result<FileHead>(*m_head) : FileHead::read(**file);
        if (!head)
            return std::move(head).error();
        m_head = *head;
        const bool fresh = m_position.offset == 0;
        if (fresh) {
            const auto mark = byteOrderMark(**file);
            if (!mark)
                return mark.error();
            m_position.offset = *mark;
        }
        m_lines.emplace(*std::move(file), FilePos(m_position.offset), m_format->delimiter());
        m_notices.clear();
        if (m_format->notice())
            m_notices.push_back(Problem(*m_format->notice()).at(m_name));
        m_timeMissed = false;
        if (fresh && m_format->hasHeader())
            MILLRACE_TRY(skipHeader());
        m_pacer.start(due(m_position.rows, m_position.lastMoment));
        return Done{};
    }

    Result<runtime::SourceStep> step(const runtime::SourceBudget &budget,
                                     record::RecordBatchBuilder &out) override
    {
        runtime::SourceStep step;
        step.state = runtime::SourceStep::State::More;
        // With a key expression the rows are gathered first, and get their keys together.
        record::RecordBatchBuilder &target = m_key ? m_unkeyed : out;
        m_rowLines.clear();
        m_deadLines.clear();
        const std::size_t records = target.count() + budget.records;
        const std::size_t bytes = target.bytes() + budget.bytes;
        std::size_t deadBytes = 0;
        const std::uint64_t begin = m_position.offset;
        while (target.count() + step.dead.size() < records && target.bytes() + deadBytes < bytes) {
            step.storeAlone = m_position.offset - begin >= kMaxStepBytes;
            if (step.storeAlone)
                break;
            if (!m_pending) {
                auto read = readRow(step, deadBytes);
                if (!read)
                    return std::move(read).error();
                if (*read == Read::End) {
                    MILLRACE_TRY(checkWhole());
                    step.state = runtime::SourceStep::State::Finished;
                    break;
                }
                if (*read == Read::Skipping)
                    break;
                if (*read == Read::None)
                    continue;
            }
            if (m_settings.pace != Pace::AtOnce &&
                m_pending->due > m_pacer.reached(m_pending->due)) {
                step.state = runtime::SourceStep::State::Wait;
                step.wakeAt = m_pacer.wakeAt(m_pending->due);
                break;
            }
            m_root.ordinal = Ordinal(m_position.rows);
            if (m_key)
                target.append({.data = m_row.payload, .key = {}, .origin = &m_root});
            else
                target.append({.data = m_row.payload, .key = std::to_string(m_position.rows)});
            m_rowLines.push_back(m_position.line + 1);
            m_position = m_pending->after;
            m_pending.reset();
        }
        if (m_key)
            giveKeys(step, out);
        step.notices = std::exchange(m_notices, {});
        step.progress = encode();
        return step;
    }

    std::optional<record::Schema> schema() const override
    {
        const record::Schema &schema = m_format->schema();
        return schema.fields.empty() ? std::nullopt : std::optional(schema);
    }

    void setPace(double factor, MonoTime since) override { m_pacer.setPace(factor, since); }

private:
    enum class Read : std::uint8_t {
        Row = 1,
        None,     ///< a blank line, or a dead one
        Skipping, ///< no end of the line yet
        End,
    };
    /// A row that was read (it stands in m_row) and is not given yet.
    struct Pending {
        std::int64_t due = 0;
        Position after;
    };

    Status checkUnchanged(const File &file) const
    {
        const auto changed = [&](std::string what) {
            return Problem(Code::NodeFileChanged,
                           {{"path", m_settings.path}, {"what", std::move(what)}});
        };
        const auto info = file.info();
        if (!info)
            return info.error();
        if (info->sizeBytes < m_position.offset) {
            return changed("it has " + std::to_string(info->sizeBytes) + " bytes, " +
                           std::to_string(m_position.offset) + " were read");
        }
        const auto same = m_head->matches(file);
        if (!same)
            return same.error();
        if (!*same)
            return changed("it begins with other text");
        return Done{};
    }

    /// The end of a file that was cut meanwhile is not the end of what it held.
    Status checkWhole() const
    {
        const auto file = openInput(m_files, m_settings.path);
        if (!file) // removed behind us: what it held was read
            return Done{};
        return checkUnchanged(**file);
    }

    Status skipHeader()
    {
        const auto line = m_lines->nextWhole();
        if (!line)
            return line.error();
        if (*line) {
            advance(**line, m_position);
            m_lines->accept(**line);
        }
        return Done{};
    }

    void advance(const Line &line, Position &position) const
    {
        position.offset = line.end;
        position.line += 1;
        // Newlines inside quotes are lines to an editor.
        if (!line.tooLong && m_format->delimiter())
            position.line += lineEndsIn(trimLine(line.text));
    }

    Result<Read> readRow(runtime::SourceStep &step, std::size_t &deadBytes)
    {
        const auto line = m_lines->next();
        if (!line)
            return line.error();
        if (!*line)
            return m_lines->skipping() ? Read::Skipping : Read::End;
        Position after = m_position;
        advance(**line, after);
        const std::string_view text = trimLine((*line)->text);
        if (!(*line)->tooLong && m_format->isBlank(text)) {
            m_lines->accept(**line);
            m_position = after;
            return Read::None;
        }
        after.rows += 1;
        std::uint64_t lineNumber = m_position.line + 1;
        Status converted = convert(**line, text, lineNumber);
        if (!converted) {
            deadBytes += text.size();
            addDead(step, text, lineNumber, std::move(converted).error());
            m_lines->accept(**line);
            m_position = after;
            return Read::None;
        }
        m_lines->accept(**line);
        if (!m_row.moment && m_settings.pace == Pace::TimeField &&
            !std::exchange(m_timeMissed, true))
            m_notices.push_back(Problem(Code::NodeNoTime, {{"reason", m_row.noMoment}})
                                    .at(place(m_position.line + 1)));
        if (m_row.moment && m_settings.pace == Pace::TimeField) {
            if (!after.firstMoment)
                after.firstMoment = after.lastMoment = *m_row.moment;
            after.lastMoment = std::max(after.lastMoment, *m_row.moment);
        }
        m_pending = Pending{due(m_position.rows, after.lastMoment, after.firstMoment), after};
        return Read::Row;
    }

    /// Fills m_row. `lineNumber` becomes that of the line that is named by a problem.
    Status convert(const Line &line, std::string_view text, std::uint64_t &lineNumber)
    {
        if (!m_format->delimiter() && text.find('\r') != std::string_view::npos) {
            // Too long for its ends of lines, or no JSON because of them.
            Status converted = line.tooLong ? Status(tooLong()) : m_format->convert(text, m_row);
            return converted ? converted : Status(Problem(Code::NodeLineEnds));
        }
        if (line.tooLong)
            return tooLong();
        if (!line.openQuote)
            return m_format->convert(text, m_row);
        const std::string_view before = text.substr(0, *line.openQuote);
        lineNumber += lineEndsIn(before);
        const std::size_t begin = before.find_last_of("\r\n") + 1; // npos + 1: none
        return Problem(Code::NodeBadLine, {{"reason", "a quote opens here and is not closed"}},
                       "column " + std::to_string(characterCount(before.substr(begin)) + 1));
    }

    static Problem tooLong()
    {
        return Problem(Code::NodeLineTooLong, {{"limit", std::to_string(kMaxLineBytes)},
                                               {"kept", std::to_string(kKeptBytes)}});
    }

    std::int64_t due(std::uint64_t row, std::int64_t moment) const
    {
        return due(row, moment, m_position.firstMoment);
    }
    /// When a row is due, in nanoseconds of schedule.
    std::int64_t due(std::uint64_t row, std::int64_t moment,
                     std::optional<std::int64_t> firstMoment) const
    {
        double seconds = 0;
        if (m_settings.pace == Pace::Rate)
            seconds = static_cast<double>(row) / m_settings.ratePerSecond;
        else if (m_settings.pace == Pace::TimeField && firstMoment)
            seconds = static_cast<double>(moment - *firstMoment) / 1000 / m_settings.timeFactor;
        return static_cast<std::int64_t>(std::min(seconds, 9.2e9) * 1e9); // 292 years fit
    }

    std::string place(std::uint64_t line) const
    {
        return m_name + ": line " + std::to_string(line);
    }

    void giveKeys(runtime::SourceStep &step, record::RecordBatchBuilder &out)
    {
        const record::BatchPtr batch = m_unkeyed.finishArriving(m_clock.wall());
        const runtime::Chunk chunk = runtime::Chunk::all(batch);
        for (std::span<const std::uint32_t> rest = chunk.rows; !rest.empty();) {
            const auto keys = m_key->evaluate(*batch, rest, m_scratch, m_keyErrors);
            giveKeys(*batch, rest.first(keys.count), keys.values, step, out);
            rest = rest.subspan(keys.count);
        }
        sortDead(step);
    }

    void giveKeys(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
                  const sql::ColumnVector &keys, runtime::SourceStep &step,
                  record::RecordBatchBuilder &out)
    {
        auto error = m_keyErrors.begin();
        std::string key;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::uint32_t row = rows[i];
            std::string reason;
            if (error != m_keyErrors.end() && error->row == row)
                reason = (error++)->reason;
            key.clear();
            if (!keys.isNull(i))
                keys.appendText(i, key);
            if (const auto bad = record::keyProblem(key); reason.empty() && bad)
                reason = key.empty() ? "it is NULL or empty" : bad->text();
            if (reason.empty()) {
                out.append({.data = batch.data(row), .key = key});
            } else {
                addDead(step, batch.data(row), m_rowLines[row],
                        Problem(Code::NodeRowError, {{"reason", "partition key: " + reason}}));
            }
        }
    }

    void addDead(runtime::SourceStep &step, std::string_view text, std::uint64_t line,
                 Problem reason)
    {
        step.dead.push_back({std::string(text), std::move(reason).at(place(line))});
        m_deadLines.push_back(line);
    }

    /// Dead input comes in the order of the file, however it is cut into steps: after a crash it is
    /// told apart by its number.
    void sortDead(runtime::SourceStep &step)
    {
        std::vector<std::size_t> order(step.dead.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return m_deadLines[a] < m_deadLines[b];
        });
        std::vector<runtime::DeadInput> sorted;
        for (const std::size_t index : order)
            sorted.push_back(std::move(step.dead[index]));
        step.dead = std::move(sorted);
    }

    Bytes encode() const
    {
        Bytes bytes;
        ByteWriter writer(bytes);
        writer.u8(kProgressVersion);
        writer.varint(m_head->bytes);
        writer.u32(m_head->crc);
        writer.varint(m_position.offset);
        writer.varint(m_position.line);
        writer.varint(m_position.rows);
        writer.u8(m_position.firstMoment ? 1 : 0);
        if (m_position.firstMoment) {
            writer.zigzag(*m_position.firstMoment);
            writer.zigzag(m_position.lastMoment);
        }
        return bytes;
    }

    Status decode(ByteView progress)
    {
        ByteReader reader(progress);
        const std::uint8_t version = reader.u8();
        FileHead head;
        head.bytes =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(reader.varint(), FileHead::kBytes));
        head.crc = reader.u32();
        m_position.offset = reader.varint();
        m_position.line = reader.varint();
        m_position.rows = reader.varint();
        if (reader.u8() != 0) {
            m_position.firstMoment = reader.zigzag();
            m_position.lastMoment = reader.zigzag();
        }
        if (!reader.ok() || version != kProgressVersion) {
            return Problem(Code::Corrupt, {{"what", "The progress of " + m_settings.path},
                                           {"reason", "it does not decode"}});
        }
        m_head = head;
        return Done{};
    }

    FileSettings m_settings;
    std::string m_name;
    FileSystem &m_files;
    Clock &m_clock;
    record::Origin m_root; ///< of the row that is given next
    std::unique_ptr<RowFormat> m_format;
    std::shared_ptr<const sql::BoundExpression> m_key; ///< null: round robin
    Pacer m_pacer;
    std::optional<FileHead> m_head;
    std::optional<LineReader> m_lines;
    Position m_position; ///< behind the last row given
    RowFormat::Row m_row;
    std::optional<Pending> m_pending;
    std::vector<Problem> m_notices; ///< for the next step
    bool m_timeMissed = false;      ///< a record without a time was told of
    record::RecordBatchBuilder m_unkeyed;
    std::vector<std::uint64_t> m_rowLines;  ///< of the rows of this step
    std::vector<std::uint64_t> m_deadLines; ///< of its dead input
    sql::EvaluationScratch m_scratch;
    std::vector<sql::RowError> m_keyErrors;
};

Result<std::unique_ptr<runtime::Source>> makeSource(const graph::Node &node,
                                                    const runtime::NodeContext &context)
{
    const graph::ParameterReader parameters(node, fileKind());
    const auto at = [&](const char *parameter) {
        return graph::parameterPlace(node.id, parameter);
    };
    FileSettings settings;
    settings.path = resolvePath(context.documentFolder, parameters.text("path"));
    if (settings.path.empty())
        return invalidArgument("Choose a file", at("path"));
    const std::string pace = parameters.choice("pace");
    settings.pace = pace == "rate" ? Pace::Rate : pace == "time" ? Pace::TimeField : Pace::AtOnce;
    settings.ratePerSecond = parameters.real("ratePerSecond");
    settings.timeFactor = parameters.real("timeFactor");

    RowSettings rows;
    rows.csv = parameters.choice("format") == "csv";
    rows.header = parameters.boolean("header");
    const std::string delimiter = parameters.choice("delimiter");
    rows.delimiter = delimiter == "semicolon" ? ';' : delimiter == "tab" ? '\t' : ',';
    if (settings.pace == Pace::TimeField) {
        rows.timeField = parameters.text("timeField");
        if (rows.timeField.empty())
            return invalidArgument("Name the field that holds the time", at("timeField"));
    }
    if (const std::string text = parameters.text("schema"); !text.empty()) {
        auto schema = record::parseSchema(text);
        if (!schema)
            return refusal(record::schemaProblems(text), node, "schema", context);
        rows.schema = *std::move(schema);
    }
    auto format = makeRowFormat(*context.fileSystem, settings.path, rows);
    if (!format)
        return std::move(format).error().at(at("path"));
    std::shared_ptr<const sql::BoundExpression> key;
    if (const std::string text = parameters.text("partitionKey"); !text.empty()) {
        const auto bound = sql::bindExpression(text, (*format)->schema());
        if (!bound)
            return refusal(bound.problems, node, "partitionKey", context);
        key = bound.value;
    }
    return std::unique_ptr<runtime::Source>(
        new FileSource(std::move(settings), *std::move(format), std::move(key), context));
}

} // namespace

runtime::NodeFactory makeFile()
{
    runtime::NodeFactory factory;
    factory.kind = fileKind();
    factory.source = makeSource;
    return factory;
}

} // namespace millrace::nodes
