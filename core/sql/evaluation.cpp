// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/evaluation.h"

#include "core/sql/utf8.h"

#include <algorithm>
#include <numeric>

namespace millrace::sql {
namespace {

constexpr std::size_t kMaxReasonBytes = 1024;

} // namespace

void EvaluationContext::begin(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
                              std::size_t slotCount)
{
    m_batch = &batch;
    m_rows = rows;
    m_subject = {};
    m_arena.reset();
    m_errors.clear();
    m_failed.assign(rows.size(), 0);
    while (m_vectors.size() < slotCount)
        m_vectors.emplace_back();
}

Selection EvaluationContext::everyPosition()
{
    if (m_every.size() < m_rows.size()) {
        m_every.resize(m_rows.size());
        std::iota(m_every.begin(), m_every.end(), 0U);
    }
    return Selection(m_every).first(m_rows.size());
}

bool EvaluationContext::refuses(std::size_t position)
{
    if (!overfull())
        return false;
    fail(position, "the texts made of the record take more than 256 MiB");
    return true;
}

void EvaluationContext::fail(std::size_t position, std::string reason)
{
    if (m_failed[position] != 0)
        return;
    m_failed[position] = 1;
    reason.insert(0, m_subject);
    m_errors.push_back({static_cast<std::uint32_t>(position), shortened(reason, kMaxReasonBytes)});
}

void EvaluationContext::takeErrors(std::vector<RowError> &out, std::size_t end)
{
    std::sort(m_errors.begin(), m_errors.end(),
              [](const RowError &a, const RowError &b) { return a.row < b.row; });
    for (RowError &error : m_errors) {
        if (error.row >= end)
            break;
        error.row = m_rows[error.row];
        out.push_back(std::move(error));
    }
    m_errors.clear();
}

} // namespace millrace::sql
