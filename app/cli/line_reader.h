// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <chrono>
#include <optional>
#include <string>

namespace millrace::cli {

/// Lines of a descriptor, as they come. Ownership: closes the descriptor unless it is 0.
/// Thread-safety: one thread at a time.
class LineReader
{
public:
    /// "-" is standard input. Errors: NotFound, PermissionDenied, Io.
    static Result<LineReader> open(const std::string &file);
    ~LineReader();
    LineReader(LineReader &&other) noexcept;
    LineReader &operator=(LineReader &&) = delete;

    /// The next line without its line end (\n or \r\n); nothing at the end of the input, or after a
    /// signal. Errors: Io, CliLineTooLong for a line that the file producer does not take either.
    Result<std::optional<std::string>> next();
    /// Whether next() would give a line (or the end), or begin to, within `wait`.
    bool ready(std::chrono::milliseconds wait = {});
    std::uint64_t lineNumber() const { return m_lineNumber; } ///< of the last line, from 1

private:
    explicit LineReader(int descriptor)
        : m_descriptor(descriptor)
    {}
    Status fill();
    Problem tooLong() const; ///< of the line behind the last one

    int m_descriptor;
    std::string m_buffer;
    std::size_t m_at = 0;      ///< first byte that no line had yet
    std::size_t m_scanned = 0; ///< no line end stands before this
    bool m_ended = false;
    std::uint64_t m_lineNumber = 0;
};

} // namespace millrace::cli
