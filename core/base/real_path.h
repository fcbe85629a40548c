// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

#include <filesystem>

namespace millrace {

/// The one spelling of a path: absolute, without "." and "..", links followed as far as there are
/// any. One that cannot be looked at stays as it is. It opens nothing, so it goes past FileSystem;
/// but it asks the disk, which may be slow. Thread-safety: pure function, but for the disk.
inline Path realPath(const Path &path)
{
    std::error_code error;
    const auto absolute = std::filesystem::absolute(path, error);
    if (error)
        return path;
    const auto real = std::filesystem::weakly_canonical(absolute, error);
    return error ? path : real.string();
}

} // namespace millrace
