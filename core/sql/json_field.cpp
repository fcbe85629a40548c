// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/json_field.h"

#include "core/base/json_syntax.h"

#include <algorithm>

namespace millrace::sql {

using Outcome = PayloadReader::PathOutcome;

JsonField::JsonField(std::string_view path)
{
    while (!path.empty()) {
        const std::string name(path.substr(0, path.find('.')));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        m_path.steps.push_back({name, -1});
    }
    m_cell.reset(DataType(TypeKind::String), 1);
}

Result<std::string> JsonField::textIn(std::string_view document)
{
    // The reader stops at the field; a line that is broken behind it is one all the same.
    if (findJsonFault(document))
        return invalidArgument("the line is not JSON");
    m_arena.reset();
    const std::string_view padded = m_arena.copy(document);
    switch (m_reader.readPath(padded, m_path, false, m_cell, 0, m_arena)) {
    case Outcome::Found:
        break;
    case Outcome::Missing:
        return whyMissing(padded);
    case Outcome::BadJson:
        return invalidArgument("the line is nested too deeply");
    case Outcome::NotScalar:
    case Outcome::BadType:
        m_cell.setNull(0);
        break;
    }
    if (m_cell.isNull(0))
        return invalidArgument("it is neither a text, a number nor a truth value");
    return std::string(m_cell.asText(0));
}

/// Names the first step that leads nowhere.
Problem JsonField::whyMissing(std::string_view document)
{
    JsonPath beginning;
    for (const JsonStep &step : m_path.steps) {
        beginning.steps.push_back(step);
        if (m_reader.readPath(document, beginning, true, m_cell, 0, m_arena) == Outcome::Missing)
            break;
    }
    return invalidArgument("there is no " + beginning.steps.back().field);
}

} // namespace millrace::sql
