// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/json_text.h"

#include <QJsonDocument>

namespace millrace::ui {

namespace {

constexpr qsizetype kIndent = 4;

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// The index behind the string that begins at `at`. The text is known to be JSON: it ends.
qsizetype behindString(const QByteArray &json, qsizetype at)
{
    for (++at; json.at(at) != '"'; ++at)
        at += json.at(at) == '\\' ? 1 : 0;
    return at + 1;
}

qsizetype behindBlanks(const QByteArray &json, qsizetype at)
{
    while (at < json.size() && isBlank(json.at(at)))
        ++at;
    return at;
}

QByteArray indented(const QByteArray &json)
{
    QByteArray text;
    text.reserve(json.size() * 2);
    qsizetype depth = 0;
    const auto newLine = [&] { text += '\n' + QByteArray(kIndent * depth, ' '); };
    for (qsizetype at = behindBlanks(json, 0); at < json.size(); at = behindBlanks(json, at)) {
        const char c = json.at(at);
        if (c == '"') {
            const qsizetype end = behindString(json, at);
            text += json.mid(at, end - at);
            at = end;
            continue;
        }
        ++at;
        if (c == '{' || c == '[') {
            text += c;
            const qsizetype next = behindBlanks(json, at);
            if (json.at(next) == (c == '{' ? '}' : ']')) { // empty: on one line
                text += json.at(next);
                at = next + 1;
                continue;
            }
            ++depth;
            newLine();
        } else if (c == '}' || c == ']') {
            --depth;
            newLine();
            text += c;
        } else if (c == ',') {
            text += c;
            newLine();
        } else if (c == ':') {
            text += ": ";
        } else {
            text += c; // of a number, true, false or null
        }
    }
    return text;
}

} // namespace

QString indentedJson(const QByteArray &data)
{
    QJsonParseError error;
    QJsonDocument::fromJson(data, &error);
    return QString::fromUtf8(error.error == QJsonParseError::NoError ? indented(data) : data);
}

} // namespace millrace::ui
