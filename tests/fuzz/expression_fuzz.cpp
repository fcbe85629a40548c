// SPDX-License-Identifier: GPL-3.0-or-later
// Parses, binds and evaluates any text as a filter, an expression and a select list. What is
// checked: each row has exactly one fate, and a text that does not bind says why.

#include "core/record/record_batch.h"
#include "core/sql/bound_expression.h"

#include <cstdint>

using namespace millrace;

namespace {

const record::Schema &schema()
{
    static const record::Schema schema = *record::parseSchema(
        "i INT, l BIGINT, d DOUBLE, m DECIMAL(10, 2), s STRING, b BOOLEAN, t TIMESTAMP(3), "
        "r ROW<x INT, y ROW<z STRING>>, a ARRAY<INT>, y BYTES, e DATE");
    return schema;
}

const record::RecordBatch &batch()
{
    static const record::BatchPtr batch = [] {
        record::RecordBatchBuilder builder;
        for (
            const char *payload :
            {R"({"i":1,"l":5000000000,"d":2.5,"m":12.34,"s":"h\u00e4llo","b":true,)"
             R"("t":"2026-03-08T09:10:11.123","r":{"x":1,"y":{"z":"deep"}},"a":[1,2],"y":"aGk=","e":"2026-03-08"})",
             R"({"s":"x","l":9223372036854775807,"i":-2147483648,"d":1.7e308,"m":-99999999.99})",
             R"({"s":"{\"a\":[1,{\"b\":2}]}","i":null,"a":[]})", R"({"i":"x","d":{},"r":[]})",
             "not json", ""})
            builder.append({payload, "key"});
        return builder.finish();
    }();
    return *batch;
}

void check(bool condition)
{
    if (!condition)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    constexpr std::size_t kMaxBytes = 4096; // longer texts find nothing more, only slower
    const std::string_view text(reinterpret_cast<const char *>(data), std::min(size, kMaxBytes));
    const std::uint32_t rows[] = {0, 1, 2, 3, 4, 5};
    static sql::EvaluationScratch scratch;

    const auto filter = sql::bindFilter(text, schema());
    check(filter || !filter.problems.empty());
    if (filter) {
        sql::FilterResult out;
        filter->evaluateFilter(batch(), rows, scratch, out);
        check(out.passed.size() + out.rejected.size() + out.errors.size() == std::size(rows));
    }
    const auto list = sql::bindSelect(text, schema());
    check(list || !list.problems.empty());
    if (list) {
        sql::ProjectedRows out;
        list->project(batch(), rows, scratch, out);
        check(out.taken > 0 && out.taken <= std::size(rows));
        check(out.rows.size() + out.errors.size() == out.taken);
        std::vector<const sql::ColumnVector *> columns;
        std::vector<sql::RowError> errors;
        list->evaluate(batch(), rows, scratch, columns, errors);
        std::string cells;
        for (const sql::ColumnVector *column : columns) {
            for (std::size_t row = 0; row < std::size(rows); ++row)
                column->appendText(row, cells);
        }
    }
    return 0;
}
