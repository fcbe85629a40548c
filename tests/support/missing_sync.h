// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/memory_file_system.h"

#include <functional>
#include <map>
#include <set>
#include <string>

namespace millrace::test {

/// Says of a sync whether it is to do nothing: MemoryFileSystem::ignoreSyncs().
using IgnoreSync = std::function<bool(const MemoryFileSystem::Step &)>;
/// Runs something over a MemoryFileSystem with these syncs ignored, lets the computer crash at each
/// of its steps, and says what was lost; nothing when all promises were kept.
using CrashSweep = std::function<std::string(const IgnoreSync &)>;

/// Takes out the syncs of one line of the sources after the other and says by line, such as
/// "rewriter.cpp:80", what the sweep then finds lost: empty where nobody noticed. The lines are
/// those that the sweep comes to with all syncs in place, which must find nothing: else the answer
/// is that alone, under "all syncs in place".
std::map<std::string, std::string> lossesWithoutEachSync(const CrashSweep &sweep);

/// The lines of one source, or of all sources of a folder, that call sync() or syncFolder().
std::set<std::string> linesThatSync(const Path &sources);

/// Empty when `losses` has one for each of those lines; else the lines without, for a failure's
/// words. So a sync that no case notices is red, also one that is added tomorrow.
std::string unnoticed(const std::map<std::string, std::string> &losses, const Path &sources);

} // namespace millrace::test
