// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/kind_catalog.h"

#include "core/base/problem_codes.h"
#include "core/graph/parameter_check.h"

#include <algorithm>
#include <set>

namespace millrace::graph {

namespace {

bool isLower(char c)
{
    return c >= 'a' && c <= 'z';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isKindId(std::string_view id)
{
    return !id.empty() && isLower(id.front()) &&
           std::ranges::all_of(id, [](char c) { return isLower(c) || isDigit(c) || c == '-'; });
}

bool isMemberId(std::string_view id)
{
    return !id.empty() && isLower(id.front()) && std::ranges::all_of(id, [](char c) {
        return isLower(c) || isDigit(c) || (c >= 'A' && c <= 'Z');
    });
}

/// Looks through one description.
class KindCheck
{
public:
    KindCheck(const NodeKind &kind, std::vector<Problem> &problems)
        : m_kind(kind)
        , m_problems(problems)
    {}

    void run()
    {
        require(isKindId(m_kind.id), "the id must be of a-z, 0-9 and '-'");
        require(!m_kind.title.empty() && !m_kind.summary.empty(), "title or summary is missing");
        checkPorts();
        std::set<std::string_view> ids;
        for (const Parameter &parameter : m_kind.parameters) {
            m_parameter = parameter.id;
            require(ids.insert(parameter.id).second, "the id stands there twice");
            checkParameter(parameter);
        }
        m_parameter.clear();
        const auto names =
            std::ranges::count(m_kind.parameters, ParameterType::StreamName, &Parameter::type);
        const Parameter *name = m_kind.streamNameParameter();
        require(m_kind.category != Category::Stream || (names == 1 && name->required),
                "a stream needs exactly one parameter of type StreamName, required");
    }

private:
    void require(bool holds, std::string what)
    {
        if (holds)
            return;
        std::string place = "kind " + m_kind.id;
        if (!m_parameter.empty())
            place += ": parameter " + m_parameter;
        m_problems.emplace_back(Code::KindDescription,
                                std::vector<Problem::Argument>{{"reason", std::move(what)}},
                                std::move(place));
    }

    void checkPorts()
    {
        const bool wantsInput = m_kind.category != Category::Producer;
        const bool wantsOutput = m_kind.category != Category::Destination;
        require(m_kind.inputs.empty() != wantsInput,
                wantsInput ? "it needs an input" : "a producer has no input");
        require(m_kind.outputs.empty() != wantsOutput,
                wantsOutput ? "it needs an output" : "a destination has no output");
        std::set<std::string_view> ids;
        for (const auto *ports : {&m_kind.inputs, &m_kind.outputs}) {
            for (const Port &port : *ports) {
                require(isMemberId(port.id) && !port.title.empty(),
                        "port '" + port.id + "' needs an id of a-z, A-Z, 0-9 and a title");
                require(ids.insert(port.id).second, "port '" + port.id + "' stands there twice");
            }
        }
    }

    void checkParameter(const Parameter &parameter)
    {
        require(isMemberId(parameter.id), "the id must be of a-z, A-Z, 0-9");
        require(!parameter.title.empty() && !parameter.help.empty(), "title or help is missing");
        require((parameter.type == ParameterType::Choice) != parameter.choices.empty(),
                "choices belong to a Choice, and only there");
        std::set<std::string_view> ids;
        for (const Choice &choice : parameter.choices)
            require(!choice.id.empty() && !choice.title.empty() && ids.insert(choice.id).second,
                    "choice '" + choice.id + "' needs an id of its own and a title");
        require(!parameter.minimum || !parameter.maximum ||
                    *parameter.minimum <= *parameter.maximum,
                "the range is empty");
        if (parameter.defaultValue) {
            require(!parameter.required, "a default makes 'required' idle");
            if (const auto problem = checkValue(parameter, *parameter.defaultValue))
                require(false, "the default: " + problem->text());
        }
        if (parameter.shownWhen)
            checkShownWhen(parameter);
    }

    void checkShownWhen(const Parameter &parameter)
    {
        const Parameter *decides = m_kind.findParameter(parameter.shownWhen->parameter);
        require(decides != nullptr, "shownWhen names no parameter");
        require(!parameter.shownWhen->anyOf.empty(), "shownWhen names no value");
        if (decides == nullptr)
            return;
        // Decided by one that stands before it, so that there is no ring and the form reads down.
        require(decides < &parameter, "shownWhen must name a parameter before it");
        for (const ParameterValue &value : parameter.shownWhen->anyOf)
            require(!checkValue(*decides, value), "shownWhen names a value that cannot be");
    }

    const NodeKind &m_kind;
    std::vector<Problem> &m_problems;
    std::string m_parameter; ///< the one being looked at
};

} // namespace

KindCatalog::KindCatalog(std::vector<NodeKind> kinds)
    : m_kinds(std::move(kinds))
{
    for (std::size_t i = 0; i < m_kinds.size(); ++i)
        m_byId.emplace(m_kinds[i].id, i);
}

const NodeKind *KindCatalog::find(std::string_view kind) const
{
    const auto found = m_byId.find(kind);
    return found == m_byId.end() ? nullptr : &m_kinds[found->second];
}

std::vector<Problem> KindCatalog::check() const
{
    std::vector<Problem> problems;
    for (const NodeKind &kind : m_kinds) {
        KindCheck(kind, problems).run();
        if (find(kind.id) != &kind)
            problems.emplace_back(
                Code::KindDescription,
                std::vector<Problem::Argument>{{"reason", "the id stands there twice"}},
                "kind " + kind.id);
    }
    return problems;
}

} // namespace millrace::graph
