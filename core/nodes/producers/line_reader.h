// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::nodes {

/// Lines beyond this are dead input; of them the first kKeptBytes are kept.
inline constexpr std::size_t kMaxLineBytes = 10U << 20U;
inline constexpr std::size_t kKeptBytes = 64U << 10U;
/// What one step of a producer reads at most when it gives no records: else a file of blank lines
/// would keep a worker for as long as it takes to read it.
inline constexpr std::size_t kMaxStepBytes = 16U << 20U;

/// A line, or what stands of it.
struct Line {
    std::string_view text; ///< without the newline; until the next call
    std::uint64_t at = 0;  ///< byte position of its first byte
    std::uint64_t end = 0; ///< of the first byte behind it and its newline
    bool complete = false; ///< ended by a newline; else by the end of the file
    bool tooLong = false;  ///< `text` is its beginning only
    /// Of CSV: `text` ends with the line in which this quote (its place in `text`) opens, for
    /// nothing closes it.
    std::optional<std::size_t> openQuote = {};
};

/// Ends of lines in `text`: "\n", "\r\n", or "\r" alone.
std::size_t lineEndsIn(std::string_view text);

/// Reads a file front to back in lines, with memory bounded by kMaxLineBytes whatever the file
/// holds. A line ends in "\n"; one of CSV in "\n", "\r\n" or "\r" alone, and one inside quotes is
/// part of the line. A quote that is open at the end of the file or at kMaxLineBytes, or is closed
/// in a later line by what cannot close it (text stands behind), was a stray one: the line in which
/// it opens ends there, as if it were none, and the next one is a line of its own.
///
/// Ownership: owns the file. Thread-safety: one thread at a time.
class LineReader
{
public:
    /// Begins at byte `at`, where a line begins. With a `delimiter`, a '"' at the beginning of a
    /// cell opens a stretch in which newlines do not end the line (RFC 4180, a doubled quote does
    /// not close it).
    LineReader(std::unique_ptr<File> file, FilePos at, std::optional<char> delimiter = {});

    /// The next line; nothing when no byte is left, or skipping() is true. A last line without
    /// newline is given with `complete` false and, as long as it is not accepted by accept(), comes
    /// again, longer when the file has grown. Errors: as File::readAt.
    Result<std::optional<Line>> next();
    /// The same for who does not give way in between: reads on while it is skipping().
    Result<std::optional<Line>> nextWhole();
    /// Goes on behind `line`, the one that next() gave last.
    void accept(const Line &line);

    /// The last next() gave nothing because it read kMaxStepBytes of a line that is too long: the
    /// next one reads on.
    bool skipping() const { return m_skipping; }

    std::uint64_t position() const { return m_at; } ///< first byte that is not accepted
    const File &file() const { return *m_file; }

private:
    Result<std::size_t> fill(); ///< reads on; bytes got
    /// Where a line ends and where the next begins, from m_begin.
    struct End {
        std::size_t text = 0;
        std::size_t next = 0;
    };
    Result<std::optional<Line>> skipRest();
    std::optional<End> findEnd(bool atEnd); ///< nothing: not read yet
    std::optional<End> findCsvEnd(std::string_view rest, bool atEnd);
    std::optional<End> openQuoteEnd();

    std::unique_ptr<File> m_file;
    std::optional<char> m_delimiter;
    std::uint64_t m_at; ///< file position of m_buffer[m_begin]
    std::string m_buffer;
    std::size_t m_begin = 0;                  ///< of the line in m_buffer
    std::size_t m_scanned = 0;                ///< looked at up to here, from m_begin
    bool m_inQuotes = false;                  ///< at m_scanned
    bool m_cellBegins = true;                 ///< likewise
    bool m_afterClosing = false;              ///< likewise: a quote would be a doubled one
    std::size_t m_quoteAt = 0;                ///< of the cell that is read, from m_begin
    std::optional<End> m_quoteLine;           ///< of the line in which it opened, once that ended
    std::optional<std::size_t> m_openQuote;   ///< it is not closed
    std::optional<std::uint64_t> m_tooLongAt; ///< where the line that is being skipped began
    std::string m_kept;                       ///< its beginning
    bool m_skipping = false;
};

} // namespace millrace::nodes
