// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace millrace::cli {

/// Gives /dev/null to the standard descriptors that are closed: the next file that is opened would
/// get their number. Standard output gets it for reading, so that what is printed there is not
/// taken for delivered.
void openStandardDescriptors();

/// Writes out what was printed; false, and said on standard error, when some of it is lost. That
/// nobody reads any more (| head) is no loss.
bool outputStands();

} // namespace millrace::cli
