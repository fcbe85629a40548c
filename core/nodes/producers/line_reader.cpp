// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/line_reader.h"

#include <algorithm>
#include <cstring>

namespace millrace::nodes {
namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;

} // namespace

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

/// Position in m_buffer of the newline that ends the line; npos when it is not there yet.
std::size_t LineReader::findEnd()
{
    const std::string_view rest = std::string_view(m_buffer).substr(m_begin);
    if (!m_delimiter) {
        const std::size_t found = rest.find('\n', m_scanned);
        m_scanned = found == std::string_view::npos ? rest.size() : found;
        return found == std::string_view::npos ? found : m_begin + found;
    }
    for (; m_scanned < rest.size(); ++m_scanned) {
        const char c = rest[m_scanned];
        if (c == '"' && (m_inQuotes || m_cellBegins || m_afterClosing)) {
            m_afterClosing = m_inQuotes;
            m_inQuotes = !m_inQuotes;
        } else if (c == '\n' && !m_inQuotes) {
            return m_begin + m_scanned;
        } else {
            m_afterClosing = false;
        }
        m_cellBegins = !m_inQuotes && c == *m_delimiter;
    }
    return std::string_view::npos;
}

Result<std::optional<Line>> LineReader::next()
{
    m_skipping = false;
    if (m_tooLongAt)
        return skipRest();
    for (;;) {
        const std::size_t end = findEnd();
        const std::size_t size = (end == std::string::npos ? m_buffer.size() : end) - m_begin;
        if (size > kMaxLineBytes) {
            m_tooLongAt = m_at;
            m_kept = m_buffer.substr(m_begin, kKeptBytes);
            return skipRest();
        }
        const std::string_view text = std::string_view(m_buffer).substr(m_begin, size);
        if (end != std::string::npos)
            return std::optional(Line{text, m_at, m_at + size + 1, true, false});
        const auto got = fill();
        if (!got)
            return got.error();
        if (*got > 0)
            continue;
        if (size == 0)
            return std::optional<Line>();
        return std::optional(Line{std::string_view(m_buffer).substr(m_begin, size), m_at,
                                  m_at + size, false, false});
    }
}

/// The line is too long: looks for its end without keeping what is between.
Result<std::optional<Line>> LineReader::skipRest()
{
    const std::uint64_t lineAt = *m_tooLongAt;
    const std::uint64_t begin = m_at;
    for (;;) {
        const std::size_t end = findEnd();
        if (end != std::string::npos) {
            const std::uint64_t behind = m_at + (end - m_begin) + 1;
            return std::optional(Line{m_kept, lineAt, behind, true, true});
        }
        m_at += m_buffer.size() - m_begin;
        m_begin = m_buffer.size();
        m_scanned = 0;
        m_skipping = m_at - begin >= kMaxStepBytes;
        if (m_skipping)
            return std::optional<Line>();
        const auto got = fill();
        if (!got)
            return got.error();
        if (*got == 0)
            return std::optional(Line{m_kept, lineAt, m_at, false, true});
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
}

} // namespace millrace::nodes
