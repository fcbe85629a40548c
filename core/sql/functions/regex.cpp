// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/regex.h"

#include "core/base/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <array>
#include <pcre2.h>

namespace millrace::sql {
namespace {

const pcre2_code *codeOf(const Regex &regex)
{
    return static_cast<const pcre2_code *>(regex.code());
}

/// Steps of one match: about 50 ms on the machine this was set on; an honest pattern over a record
/// needs some thousands.
constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kDepthLimit = 10'000;
constexpr std::uint32_t kHeapLimitKiB = 16 * 1024;
constexpr std::size_t kJitStackBytes = 1U << 20U;
constexpr std::size_t kMaxPatternBytes = 16U << 10U;

} // namespace

Regex::Regex(void *code, std::uint32_t groups)
    : m_code(code)
    , m_groups(groups)
{}

Regex::~Regex()
{
    pcre2_code_free(static_cast<pcre2_code *>(m_code));
}

std::shared_ptr<const Regex> Regex::compile(std::string_view pattern, std::string &problem,
                                            RegexPart part)
{
    if (pattern.size() > kMaxPatternBytes) {
        problem = "the pattern is longer than 16 KiB";
        return nullptr;
    }
    int error = 0;
    PCRE2_SIZE at = 0;
    const std::uint32_t options =
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
        (part == RegexPart::Whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0U);
    pcre2_code *code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                     options, &error, &at, nullptr);
    if (code == nullptr) {
        std::array<PCRE2_UCHAR, 160> text{};
        pcre2_get_error_message(error, text.data(), text.size());
        problem = "pattern '" + std::string(pattern) + "', character " +
                  std::to_string(characterCount(pattern.substr(0, at)) + 1) + ": " +
                  reinterpret_cast<const char *>(text.data());
        return nullptr;
    }
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); // without it, the interpreter runs
    std::uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    return std::shared_ptr<const Regex>(new Regex(code, groups));
}

struct RegexMemory::Impl {
    pcre2_match_context *context = pcre2_match_context_create(nullptr);
    pcre2_jit_stack *stack = nullptr; ///< made at the first search
    pcre2_match_data *data = nullptr;
    std::uint32_t dataGroups = 0;
    std::string lastPattern;
    RegexPart lastPart = RegexPart::Any;
    std::shared_ptr<const Regex> last;
    std::string lastProblem;
};

RegexMemory::RegexMemory()
    : m_impl(std::make_unique<Impl>())
{
    pcre2_set_match_limit(m_impl->context, kMatchLimit);
    pcre2_set_depth_limit(m_impl->context, kDepthLimit);
    pcre2_set_heap_limit(m_impl->context, kHeapLimitKiB);
}

RegexMemory::~RegexMemory()
{
    pcre2_match_data_free(m_impl->data);
    pcre2_jit_stack_free(m_impl->stack);
    pcre2_match_context_free(m_impl->context);
}

RegexOutcome RegexMemory::search(const Regex &regex, std::string_view text, std::size_t from)
{
    if (m_impl->stack == nullptr) {
        m_impl->stack = pcre2_jit_stack_create(32U << 10U, kJitStackBytes, nullptr);
        pcre2_jit_stack_assign(m_impl->context, nullptr, m_impl->stack);
    }
    if (m_impl->data == nullptr || m_impl->dataGroups < regex.groups()) {
        pcre2_match_data_free(m_impl->data);
        m_impl->data = pcre2_match_data_create(regex.groups() + 1, nullptr);
        m_impl->dataGroups = regex.groups();
    }
    const int found = pcre2_match(codeOf(regex), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                  text.size(), from, 0, m_impl->data, m_impl->context);
    if (found > 0)
        return RegexOutcome::Match;
    return found == PCRE2_ERROR_NOMATCH ? RegexOutcome::NoMatch : RegexOutcome::GaveUp;
}

std::optional<std::pair<std::size_t, std::size_t>> RegexMemory::group(std::uint32_t number) const
{
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(m_impl->data);
    const PCRE2_SIZE begin = offsets[number * 2];
    const PCRE2_SIZE end = offsets[number * 2 + 1];
    if (begin == PCRE2_UNSET || end == PCRE2_UNSET || end < begin)
        return {};
    return std::pair(begin, end);
}

const Regex *RegexMemory::compiled(std::string_view pattern, std::string &problem, RegexPart part)
{
    const bool known = (m_impl->last || !m_impl->lastProblem.empty()) &&
                       m_impl->lastPattern == pattern && m_impl->lastPart == part;
    if (!known) {
        m_impl->lastPattern = pattern;
        m_impl->lastPart = part;
        m_impl->lastProblem.clear();
        m_impl->last = Regex::compile(pattern, m_impl->lastProblem, part);
    }
    problem = m_impl->lastProblem;
    return m_impl->last.get();
}

} // namespace millrace::sql
