// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/graph/document.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace millrace::cli {

/// Where the report of a run goes: nowhere, to standard output, or into a file.
/// Ownership: owns the file. Thread-safety: one thread at a time.
class ReportOutput
{
public:
    /// What `--report` says: nothing, "json" or "json=FILE". Errors: CliBadValue.
    static Result<ReportOutput> parse(const std::optional<std::string> &text);

    bool wanted() const { return m_wanted; }
    /// Errors: CliReportMixed when the report and a node of the pipeline share standard output.
    Status checkAlone(const graph::Document &document) const;
    /// Makes or empties the file: a run whose report cannot be kept does not begin.
    /// Errors: NotFound (its folder), PermissionDenied, Io.
    Status open();
    /// Errors: Io; those of standard output are seen by outputStands().
    Status write(const std::string &report);

private:
    struct Close {
        void operator()(std::FILE *file) const { std::fclose(file); }
    };
    Problem failure(const char *operation, int error) const;

    bool m_wanted = false;
    Path m_path; ///< empty: standard output
    std::unique_ptr<std::FILE, Close> m_file;
};

} // namespace millrace::cli
