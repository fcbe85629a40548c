// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

#include <QString>

namespace millrace::studio {

/// The program that has the data directory, such as “millrace run shop.millrace” (PID 4711); empty
/// when none has, or the system does not say. Source: proc_locks(5), the flock() on the directory
/// itself.
QString lockHolder(const Path &dataDirectory);

} // namespace millrace::studio
