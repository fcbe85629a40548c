// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/line_reader.h"

#include <algorithm>
#include <cstring>

namespace millrace::nodes {
namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;

} // namespace

std::size_t lineEndsIn(std::string_view text)
{
    std::size_t ends = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')))
            ++ends;
    }
    return ends;
}

LineReader::LineReader(std::unique_ptr<File> file, FilePos at, std::optional<char> delimiter)
    : m_file(std::move(file))
    , m_delimiter(delimiter)
    , m_at(at.value)
{}

Result<std::size_t> LineReader::fill()
{
    if (m_begin > 0) {
        m_buffer.erase(0, m_begin);
        m_begin = 0;
    }
    const std::size_t had = m_buffer.size();
    m_buffer.resize(had + kBlockBytes);
    const auto got = m_file->readAt(FilePos(m_at + had),
                                    std::as_writable_bytes(std::span(m_buffer).subspan(had)));
    m_buffer.resize(had + (got ? *got : 0));
    return got;
}

std::optional<LineReader::End> LineReader::findEnd(bool atEnd)
{
    const std::string_view rest = std::string_view(m_buffer).substr(m_begin);
    if (m_delimiter)
        return findCsvEnd(rest, atEnd);
    m_scanned = std::min(rest.find('\n', m_scanned), rest.size());
    return m_scanned == rest.size() ? std::nullopt : std::optional(End{m_scanned, m_scanned + 1});
}

std::optional<LineReader::End> LineReader::findCsvEnd(std::string_view rest, bool atEnd)
{
    for (; m_scanned < rest.size(); ++m_scanned) {
        const char c = rest[m_scanned];
        const bool last = m_scanned + 1 == rest.size();
        if (c == '\r' && last && !atEnd)
            return {}; // what follows decides
        const bool endsLine = c == '\n' || (c == '\r' && (last || rest[m_scanned + 1] != '\n'));
        if (endsLine && !m_inQuotes)
            return End{m_scanned, m_scanned + 1};
        if (endsLine && !m_quoteLine)
            m_quoteLine = End{m_scanned, m_scanned + 1};
        if (c == '"' && !m_tooLongAt && (m_inQuotes || m_cellBegins || m_afterClosing)) {
            if (!m_inQuotes && !m_afterClosing) {
                m_quoteAt = m_scanned;
                m_quoteLine.reset();
            }
            m_afterClosing = m_inQuotes;
            m_inQuotes = !m_inQuotes;
        } else {
            if (m_afterClosing && m_quoteLine && c != *m_delimiter && c != '\r')
                return openQuoteEnd();
            m_afterClosing = false;
        }
        m_cellBegins = !m_inQuotes && c == *m_delimiter;
    }
    return atEnd && m_inQuotes ? openQuoteEnd() : std::nullopt;
}

/// Of the line in which the quote opened that nothing closes; without a line end so far, that of
/// the file.
std::optional<LineReader::End> LineReader::openQuoteEnd()
{
    m_openQuote = m_quoteAt;
    return m_quoteLine;
}

Result<std::optional<Line>> LineReader::nextWhole()
{
    for (;;) {
        auto line = next();
        if (!line || *line || !m_skipping)
            return line;
    }
}

Result<std::optional<Line>> LineReader::next()
{
    m_skipping = false;
    if (m_tooLongAt)
        return skipRest();
    for (bool atEnd = false;;) {
        auto end = findEnd(atEnd);
        if (!end && m_inQuotes && m_quoteLine && m_buffer.size() - m_begin > kMaxLineBytes)
            end = openQuoteEnd();
        const std::size_t size = end ? end->text : m_buffer.size() - m_begin;
        if (size > kMaxLineBytes) {
            m_tooLongAt = m_at;
            m_kept = m_buffer.substr(m_begin, kKeptBytes);
            // Whatever quotes it has: the end of the line that is too long is its end.
            m_inQuotes = m_afterClosing = false;
            m_scanned = std::min(m_scanned, size);
            return skipRest();
        }
        const std::string_view text = std::string_view(m_buffer).substr(m_begin, size);
        if (end)
            return std::optional(Line{text, m_at, m_at + end->next, true, false, m_openQuote});
        if (atEnd) {
            if (size == 0)
                return std::optional<Line>();
            return std::optional(Line{text, m_at, m_at + size, false, false, m_openQuote});
        }
        const auto got = fill();
        if (!got)
            return got.error();
        atEnd = *got == 0;
    }
}

/// The line is too long: looks for its end without keeping what is between.
Result<std::optional<Line>> LineReader::skipRest()
{
    const std::uint64_t lineAt = *m_tooLongAt;
    const std::uint64_t begin = m_at;
    for (bool atEnd = false;;) {
        if (const auto end = findEnd(atEnd))
            return std::optional(Line{m_kept, lineAt, m_at + end->next, true, true});
        m_at += m_scanned;
        m_begin += m_scanned;
        m_scanned = 0;
        if (atEnd)
            return std::optional(Line{m_kept, lineAt, m_at, false, true});
        m_skipping = m_at - begin >= kMaxStepBytes;
        if (m_skipping)
            return std::optional<Line>();
        const auto got = fill();
        if (!got)
            return got.error();
        atEnd = *got == 0;
    }
}

void LineReader::accept(const Line &line)
{
    m_begin += static_cast<std::size_t>(line.end - m_at);
    m_at = line.end;
    m_tooLongAt.reset();
    m_scanned = 0;
    m_inQuotes = false;
    m_cellBegins = true;
    m_afterClosing = false;
    m_quoteLine.reset();
    m_openQuote.reset();
}

} // namespace millrace::nodes
