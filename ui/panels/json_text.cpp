// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/json_text.h"

#include <QJsonDocument>

#include <algorithm>

namespace millrace::ui {

namespace {

constexpr qsizetype kIndent = 4;
constexpr qsizetype kLongestCharacter = 4; ///< bytes of UTF-8

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

/// The first bytes of `data`, at most `limit` and no half of a character.
QByteArray beginning(const QByteArray &data, qsizetype limit)
{
    if (data.size() <= limit)
        return data;
    qsizetype end = limit;
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    while (end > 0 && limit - end < kLongestCharacter && continues(data.at(end)))
        --end;
    return data.first(end);
}

/// Indented lines of a text that is known to be JSON, up to a limit.
class Indenter
{
public:
    Indenter(const QByteArray &json, qsizetype limit)
        : m_json(json)
        , m_limit(limit)
    {
        m_text.reserve(std::min(json.size() * 2, limit));
    }

    JsonText run()
    {
        m_at = behindBlanks(m_json, 0);
        while (m_at < m_json.size() && take())
            m_at = behindBlanks(m_json, m_at);
        return {QString::fromUtf8(m_text), m_json.size() - m_at};
    }

private:
    /// Writes what begins at m_at and goes behind it; false: there was no room for all of it.
    bool take()
    {
        const char c = m_json.at(m_at);
        if (c == '"') {
            const qsizetype size = behindString(m_json, m_at) - m_at;
            const QByteArray part = beginning(m_json.mid(m_at, size), m_limit - m_text.size());
            m_text += part;
            m_at += part.size();
            return part.size() == size;
        }
        const bool opens = c == '{' || c == '[';
        const bool closes = c == '}' || c == ']';
        const qsizetype next = behindBlanks(m_json, m_at + 1);
        const bool empty = opens && m_json.at(next) == (c == '{' ? '}' : ']');
        const qsizetype depth = m_depth + (opens ? 1 : 0) - (closes ? 1 : 0);
        const bool breaks = (opens && !empty) || closes || c == ',';
        const QByteArray token = empty      ? m_json.mid(m_at, 1) + m_json.at(next) // on one line
                                 : c == ':' ? QByteArray(": ")
                                            : m_json.mid(m_at, 1);
        const qsizetype size = token.size() + (breaks ? 1 + kIndent * depth : 0);
        if (m_text.size() + size > m_limit)
            return false;
        const QByteArray newLine = breaks ? '\n' + QByteArray(kIndent * depth, ' ') : QByteArray();
        m_text += closes ? newLine + token : token + newLine;
        m_depth = empty ? m_depth : depth;
        m_at = empty ? next + 1 : m_at + 1;
        return true;
    }

    const QByteArray &m_json;
    const qsizetype m_limit;
    qsizetype m_at = 0;
    qsizetype m_depth = 0;
    QByteArray m_text;
};

} // namespace

JsonText indentedJson(const QByteArray &data, qsizetype limit)
{
    QJsonParseError error;
    QJsonDocument::fromJson(data, &error);
    if (error.error == QJsonParseError::NoError)
        return Indenter(data, limit).run();
    const QByteArray shown = beginning(data, limit);
    return {QString::fromUtf8(shown), data.size() - shown.size()};
}

} // namespace millrace::ui
