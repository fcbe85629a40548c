// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include <QCoreApplication>
#include <QTest>

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

namespace millrace::test {

namespace {
std::map<std::string, Factory> &registry()
{
    static std::map<std::string, Factory> tests;
    return tests;
}
} // namespace

bool registerTest(const char *file, Factory factory)
{
    registry()[std::filesystem::path(file).stem().string()] = std::move(factory);
    return true;
}

int runTests(int argc, char **argv)
{
    std::string wanted;
    if (argc > 1 && argv[1][0] != '-') {
        wanted = argv[1];
        for (int i = 1; i + 1 < argc; ++i)
            argv[i] = argv[i + 1];
        --argc;
    }
    int failures = 0;
    int ran = 0;
    for (const auto &[name, factory] : registry()) {
        if (!wanted.empty() && name != wanted)
            continue;
        ++ran;
        failures += QTest::qExec(factory().get(), argc, argv);
    }
    if (ran == 0)
        std::fprintf(stderr, "no test class '%s' in this program\n", wanted.c_str());
    return ran == 0 ? 1 : failures;
}

} // namespace millrace::test

#ifndef MILLRACE_TEST_OWN_MAIN
int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    return millrace::test::runTests(argc, argv);
}
#endif
