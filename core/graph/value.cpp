// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/value.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <simdjson.h>

namespace millrace::graph {

namespace {

constexpr std::size_t kShownBytes = 80;

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

template <class List, class Text>
std::string joined(const List &list, Text text)
{
    std::string out;
    for (const auto &item : list) {
        if (!out.empty())
            out += ", ";
        out += text(item);
        if (out.size() > kShownBytes)
            break;
    }
    return shortened(out, kShownBytes);
}

} // namespace

std::string_view typeName(const ParameterValue &value)
{
    static constexpr std::string_view kNames[] = {"true or false",
                                                  "a whole number",
                                                  "a number",
                                                  "a text",
                                                  "a duration",
                                                  "a list of texts",
                                                  "a list of names with values"};
    static_assert(std::size(kNames) == std::variant_size_v<ParameterValue>);
    return kNames[value.index()];
}

std::string toText(double value)
{
    return fmt::format("{}", value);
}

std::string toText(const ParameterValue &value)
{
    return std::visit(
        Overloaded{
            [](bool v) { return std::string(v ? "true" : "false"); },
            [](std::int64_t v) { return std::to_string(v); },
            [](double v) { return toText(v); },
            [](const std::string &v) { return shortened(v); },
            [](Milliseconds v) { return fmt::format("{} ms", v.count()); },
            [](const TextList &v) { return joined(v, [](const std::string &t) { return t; }); },
            [](const KeyValues &v) {
                return joined(v, [](const KeyValue &p) { return p.key + "=" + p.value; });
            },
        },
        value);
}

bool isStorable(const ParameterValue &value)
{
    return std::visit(Overloaded{
                          [](bool) { return true; },
                          [](std::int64_t) { return true; },
                          [](double v) { return std::isfinite(v); },
                          [](const std::string &v) { return isUtf8(v); },
                          [](Milliseconds) { return true; },
                          [](const TextList &v) { return std::ranges::all_of(v, isUtf8); },
                          [](const KeyValues &v) {
                              return std::ranges::all_of(v, [](const KeyValue &p) {
                                  return isUtf8(p.key) && isUtf8(p.value);
                              });
                          },
                      },
                      value);
}

bool isUtf8(std::string_view text)
{
    return simdjson::validate_utf8(text.data(), text.size());
}

} // namespace millrace::graph
