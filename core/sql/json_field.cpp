// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/json_field.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace millrace::sql {
namespace {

nlohmann::json parseWithFirstFields(std::string_view document)
{
    using Event = nlohmann::json::parse_event_t;
    std::map<int, std::set<std::string>> names; // of the object that is open at a depth
    const auto keep = [&](int depth, Event event, const nlohmann::json &value) {
        if (event == Event::object_start)
            names[depth + 1].clear();
        return event != Event::key || names[depth].insert(value.get<std::string>()).second;
    };
    return nlohmann::json::parse(document, keep, false);
}

} // namespace

Result<std::string> jsonFieldText(std::string_view document, std::string_view path)
{
    const auto json = parseWithFirstFields(document);
    if (json.is_discarded())
        return invalidArgument("the line is not JSON");
    const nlohmann::json *value = &json;
    while (!path.empty()) {
        const std::string name(path.substr(0, path.find('.')));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        if (!value->is_object() || !value->contains(name))
            return invalidArgument("there is no " + name);
        value = &(*value)[name];
    }
    if (value->is_string())
        return value->get<std::string>();
    if (value->is_number() || value->is_boolean())
        return value->dump();
    return invalidArgument("it is neither a text nor a number");
}

} // namespace millrace::sql
