// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"

#include <algorithm>

namespace millrace {
namespace {

constexpr std::size_t kMostContinuations = 3; // of a character of four bytes

} // namespace

std::string_view firstBytes(std::string_view text, std::size_t bytes)
{
    if (text.size() <= bytes)
        return text;
    const std::size_t least = bytes - std::min(bytes, kMostContinuations);
    std::size_t end = bytes;
    while (end > least && isContinuation(text[end]))
        --end;
    return text.substr(0, end);
}

std::string_view lastBytes(std::string_view text, std::size_t bytes)
{
    if (text.size() <= bytes)
        return text;
    const std::size_t most = text.size() - bytes + std::min(bytes, kMostContinuations);
    std::size_t begin = text.size() - bytes;
    while (begin < most && isContinuation(text[begin]))
        ++begin;
    return text.substr(begin);
}

std::string shortened(std::string_view text, std::size_t bytes)
{
    std::string out(firstBytes(text, bytes));
    return out.size() < text.size() ? out + "…" : out;
}

} // namespace millrace
