// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <functional>
#include <memory>

namespace millrace::test {

using Factory = std::function<std::unique_ptr<QObject>()>;

/// Registers a test class under the name of its source file (without directory and ending), which
/// is the name ctest passes to the program. Returns a value so that a static can be initialised.
bool registerTest(const char *file, Factory factory);

/// Runs the test class named by the first argument, or all of them; the rest goes to Qt Test.
int runTests(int argc, char **argv);

} // namespace millrace::test

/// Put once at the end of every *_test.cpp, before the moc include.
#define MILLRACE_TEST(Class)                                                                       \
    static const bool registered##Class = ::millrace::test::registerTest(                          \
        __FILE__, [] { return std::unique_ptr<QObject>(new Class); });
