// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/core/nodes/node_fixture.h"

namespace millrace::test {

using Parameters = std::map<std::string, graph::ParameterValue>;
inline constexpr const char *kPath = "/documents/in";

struct FileWorld : NodeWorld {
    void write(const std::string &text)
    {
        const ByteView bytes = asBytes(text);
        (void)files.makeFolders("/documents");
        files.setContent(kPath, Bytes(bytes.begin(), bytes.end()));
    }
    Result<std::unique_ptr<runtime::Source>> open(Parameters parameters = {}) const
    {
        parameters.try_emplace("path", std::string("in"));
        return source("file", std::move(parameters));
    }
    /// Everything the file gives, in steps of `budget`, or the problem.
    Result<Given> read(Parameters parameters = {}, runtime::SourceBudget budget = {})
    {
        auto source = open(std::move(parameters));
        if (!source)
            return std::move(source).error();
        MILLRACE_TRY((*source)->restore({}));
        Given given;
        MILLRACE_TRY(drain(**source, clock, MonoTime::max(), budget, given));
        return given;
    }
};

inline std::string joined(const Given &given)
{
    std::string out;
    for (const Row &row : given.rows)
        out += row.data + '\n';
    return out;
}

inline constexpr std::size_t kMoreThanALine = 11U << 20U;
inline const Parameters kCsv = {{"format", std::string("csv")}};

inline Parameters csv(Parameters more)
{
    more.insert(kCsv.begin(), kCsv.end());
    return more;
}

} // namespace millrace::test
