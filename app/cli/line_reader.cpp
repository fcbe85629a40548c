// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/line_reader.h"

#include "app/cli/interrupt.h"

#include "core/base/problem_codes.h"
#include "core/nodes/producers/line_reader.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace millrace::cli {
namespace {

constexpr std::size_t kReadBytes = 256U << 10U;

Problem fromErrno(const char *operation, int error, const std::string &file)
{
    if (error == ENOENT)
        return Problem(Code::NotFound, {{"what", file}});
    if (error == EACCES)
        return Problem(Code::PermissionDenied, {{"operation", operation}}, file);
    return Problem(Code::Io, {{"operation", operation}, {"reason", std::strerror(error)}}, file);
}

} // namespace

Result<LineReader> LineReader::open(const std::string &file)
{
    if (file == "-")
        return LineReader(STDIN_FILENO);
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fromErrno("open", errno, file);
    struct stat info {
    };
    if (::fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) {
        ::close(descriptor);
        return invalidArgument("It is a folder; give a file", file);
    }
    return LineReader(descriptor);
}

LineReader::~LineReader()
{
    if (m_descriptor > STDIN_FILENO)
        ::close(m_descriptor);
}

LineReader::LineReader(LineReader &&other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_buffer(std::move(other.m_buffer))
    , m_at(other.m_at)
    , m_scanned(other.m_scanned)
    , m_ended(other.m_ended)
    , m_lineNumber(other.m_lineNumber)
{}

Result<std::optional<std::string>> LineReader::next()
{
    for (;;) {
        const std::size_t end = m_buffer.find('\n', std::max(m_at, m_scanned));
        const bool last = end == std::string::npos && m_ended && m_at < m_buffer.size();
        if (end != std::string::npos || last) {
            const std::size_t stop = last ? m_buffer.size() : end;
            std::string line = m_buffer.substr(m_at, stop - m_at);
            m_at = m_scanned = last ? stop : stop + 1;
            if (line.size() > nodes::kMaxLineBytes)
                return tooLong();
            if (!line.empty() && line.back() == '\r')
                line.pop_back();
            ++m_lineNumber;
            return std::optional(std::move(line));
        }
        if (m_ended || interrupted())
            return std::optional<std::string>();
        m_scanned = m_buffer.size();
        if (m_scanned - m_at > nodes::kMaxLineBytes)
            return tooLong();
        MILLRACE_TRY(fill());
    }
}

Problem LineReader::tooLong() const
{
    return Problem(Code::CliLineTooLong, {{"limit", std::to_string(nodes::kMaxLineBytes)}},
                   "line " + std::to_string(m_lineNumber + 1));
}

bool LineReader::ready(std::chrono::milliseconds wait)
{
    return m_ended || m_buffer.find('\n', std::max(m_at, m_scanned)) != std::string::npos ||
           waitReadable(m_descriptor, wait);
}

Status LineReader::fill()
{
    m_buffer.erase(0, m_at);
    m_scanned -= m_at;
    m_at = 0;
    if (!waitReadable(m_descriptor, std::chrono::milliseconds(-1)))
        return Done{}; // a signal; next() sees it
    const std::size_t size = m_buffer.size();
    m_buffer.resize(size + kReadBytes);
    const ssize_t got = ::read(m_descriptor, m_buffer.data() + size, kReadBytes);
    m_buffer.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        return fromErrno("read", errno, {});
    m_ended = got == 0;
    return Done{};
}

} // namespace millrace::cli
