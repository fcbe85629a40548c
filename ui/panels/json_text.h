// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace millrace::ui {

/// What is shown of a record's data.
struct JsonText {
    QString text;
    qsizetype bytesLeft = 0; ///< of the data, behind what the text shows
};

/// `data` as a person reads it: a JSON object or list on indented lines, anything else as it is.
/// The text is made of at most `limit` bytes of UTF-8: indents make some data a thousand times
/// longer, and a view takes seconds for a few megabytes.
///
/// Only blanks between the tokens change: fields keep their order and numbers their digits, which
/// a parsed and rewritten value would not.
JsonText indentedJson(const QByteArray &data, qsizetype limit);

} // namespace millrace::ui
