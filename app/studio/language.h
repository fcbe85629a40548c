// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QCoreApplication;

namespace millrace::studio {

/// Makes `code` ("de"; empty: the system's) the language of the interface, as far as there are
/// translations, and the way numbers and times are written. Before the first widget.
void installLanguage(QCoreApplication &application, const QString &code);

} // namespace millrace::studio
