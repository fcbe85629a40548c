// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace millrace::ui {

/// `data` as a person reads it: a JSON object or list on indented lines, anything else as it is.
///
/// Only blanks between the tokens change: fields keep their order and numbers their digits, which
/// a parsed and rewritten value would not.
QString indentedJson(const QByteArray &data);

} // namespace millrace::ui
