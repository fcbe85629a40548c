// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/schema_check.h"

#include "core/sql/payload_reader.h"

#include <deque>

namespace millrace::sql {
namespace {

/// A field at any depth. Its place in the list is its column's.
struct Expected {
    std::string path; ///< `r.x`
    record::Field field;
    int parent = -1; ///< the ROW it stands in; before it in the list
};

} // namespace

struct SchemaCheck::Impl {
    std::vector<Expected> expected;
    std::vector<WantedField> wanted;
    std::deque<ColumnVector> cells; ///< one cell each
    std::vector<ColumnVector *> columns;
    PayloadReader reader;
    TextArena arena;

    std::vector<WantedField> add(const std::vector<record::Field> &fields, int parent)
    {
        std::vector<WantedField> out;
        for (const record::Field &field : fields) {
            const int at = static_cast<int>(expected.size());
            const std::string path =
                parent < 0 ? field.name
                           : expected[static_cast<std::size_t>(parent)].path + '.' + field.name;
            expected.push_back({path, field, parent});
            cells.emplace_back().reset(field.type, 1);
            columns.push_back(&cells.back());
            WantedField want{field.name, at, field.type, {}, field.nullable};
            if (field.type.is(TypeKind::Row))
                want.inside = add(field.type.children, at);
            out.push_back(std::move(want));
        }
        return out;
    }
};

SchemaCheck::SchemaCheck(const record::Schema &schema)
    : m_impl(std::make_unique<Impl>())
{
    m_impl->wanted = m_impl->add(schema.fields, -1);
}
SchemaCheck::~SchemaCheck() = default;
SchemaCheck::SchemaCheck(SchemaCheck &&) noexcept = default;
SchemaCheck &SchemaCheck::operator=(SchemaCheck &&) noexcept = default;

std::optional<std::string> SchemaCheck::misfit(std::string_view payload)
{
    Impl &impl = *m_impl;
    impl.arena.reset();
    impl.reader.readObject(impl.arena.copy(payload), impl.wanted, impl.columns, 0, impl.arena);
    for (std::size_t i = 0; i < impl.expected.size(); ++i) {
        const auto &[path, field, parent] = impl.expected[i];
        // The fields of a ROW that is NULL are none.
        if (parent >= 0 && impl.columns[static_cast<std::size_t>(parent)]->isNull(0))
            continue;
        const CellState state = impl.columns[i]->state(0);
        if (state > CellState::Null)
            return cellErrorText(path, field.type, state);
    }
    return {};
}

} // namespace millrace::sql
