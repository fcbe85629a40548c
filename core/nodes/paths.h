// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

namespace millrace::nodes {

/// A path as a parameter spells it: an absolute one as it is, a relative one from `folder` on (the
/// document's folder for input, the data folder for output). An empty one stays empty.
Path resolvePath(const Path &folder, const Path &path);

/// The bytes of a file whose size is not known beforehand (those of /proc say 0), read to its end.
/// Errors: as FileSystem::open and File::readAt; InvalidArgument beyond `maximumBytes`.
Result<std::string> readToEnd(FileSystem &files, const Path &path, std::size_t maximumBytes);

} // namespace millrace::nodes
