// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/report_output.h"

#include "core/base/problem_codes.h"

#include <cerrno>
#include <cstring>

namespace millrace::cli {
namespace {

constexpr std::string_view kJson = "json";
constexpr std::string_view kJsonFile = "json=";
constexpr std::string_view kStandardOutput = "standard-output"; ///< the node kind

} // namespace

Result<ReportOutput> ReportOutput::parse(const std::optional<std::string> &text)
{
    ReportOutput out;
    if (!text)
        return out;
    out.m_wanted = true;
    if (text->starts_with(kJsonFile) && text->size() > kJsonFile.size())
        out.m_path = text->substr(kJsonFile.size());
    else if (*text != kJson)
        return Problem(
            Code::CliBadValue,
            {{"option", "--report"}, {"value", *text}, {"expected", "json or json=FILE"}});
    return out;
}

Status ReportOutput::checkAlone(const graph::Document &document) const
{
    if (!m_wanted || !m_path.empty())
        return Done{};
    std::string names;
    for (const auto &[id, node] : document.nodes) {
        if (node.kind == kStandardOutput && node.state != graph::NodeState::Disabled)
            names += (names.empty() ? "" : ", ") + (node.name.empty() ? id.value : node.name);
    }
    if (names.empty())
        return Done{};
    return Problem(Code::CliReportMixed, {{"nodes", names}});
}

Status ReportOutput::open()
{
    if (m_path.empty())
        return Done{};
    // Not replaced by renaming: it may be a pipe, or /dev/null.
    m_file.reset(std::fopen(m_path.c_str(), "we"));
    if (m_file)
        return Done{};
    return failure("open", errno);
}

Status ReportOutput::write(const std::string &report)
{
    std::FILE *file = m_file ? m_file.get() : stdout;
    const bool written = std::fwrite(report.data(), 1, report.size(), file) == report.size() &&
                         std::fflush(file) == 0;
    if (written || !m_file)
        return Done{};
    return failure("write", errno);
}

Problem ReportOutput::failure(const char *operation, int error) const
{
    if (error == ENOENT)
        return Problem(Code::NotFound, {{"what", "The folder of the report"}}, m_path);
    if (error == EACCES || error == EPERM || error == EROFS)
        return Problem(Code::PermissionDenied, {{"operation", "write the report"}}, m_path);
    return Problem(Code::Io, {{"operation", operation}, {"reason", std::strerror(error)}}, m_path);
}

} // namespace millrace::cli
