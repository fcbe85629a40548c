// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the log on the disk of a folder and prints JSON: bench_log FOLDER [RECORDS]
#include "app/cli/bench_log.h"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

int main(int argc, char **argv)
{
    using namespace millrace;
    if (argc < 2) {
        std::fputs("usage: bench_log FOLDER [RECORDS]\n", stderr);
        return 2;
    }
    cli::LogBenchOptions options;
    options.folder = argv[1];
    if (argc > 2)
        options.records = std::strtoull(argv[2], nullptr, 10);
    nlohmann::json out;
    const auto add = [&](const char *name, Result<nlohmann::json> measured) {
        if (!measured) {
            std::fprintf(stderr, "%s\n", measured.error().message().c_str());
            std::exit(1);
        }
        out[name] = *std::move(measured);
    };
    add("bounds", cli::measureBounds(options.folder));
    add("append", cli::measureLogAppend(options));
    add("read", cli::measureLogRead(options));
    std::puts(out.dump(2).c_str());
    return 0;
}
