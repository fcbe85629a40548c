// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace millrace::sql {

/// The value of a field of a JSON document as a text: a text as it is, a number or truth value as
/// JSON writes it. `path` names the field, "a.b" one inside; of several fields of one name the
/// first counts, as everywhere. Errors: InvalidArgument, which says why there is none.
/// Thread-safety: pure function.
Result<std::string> jsonFieldText(std::string_view document, std::string_view path);

} // namespace millrace::sql
