// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"

#include <optional>
#include <string>
#include <string_view>

namespace millrace::graph {

/// Where in a document a Problem is. Problem::place is spelled
///
///     node <id>
///     node <id>: parameter <parameter id>
///     wire <id>.<port> -> <id>.<port>
///     annotation <id>
///
/// each of which may be followed by ": " and a detail for people, such as "line 1, column 14" in an
/// expression. Whoever finds a problem in a document (validation, the engine binding expressions,
/// a running node) spells it by these functions; the studio reads it back to select and open.
struct Place {
    std::optional<NodeId> node = {};
    std::string parameter = {}; ///< empty when it is about the node as a whole
    std::optional<WireEnds> wire = {};
    std::optional<AnnotationId> annotation = {};
    std::string detail = {};
    friend bool operator==(const Place &, const Place &) = default;
};

std::string nodePlace(const NodeId &node);
std::string parameterPlace(const NodeId &node, std::string_view parameter);
std::string wirePlace(const WireEnds &wire);
std::string annotationPlace(const AnnotationId &annotation);

/// Reads one of the spellings above; nothing when the place is about something else (a file, a
/// stream). A parameter id holds no ':' and a port id no blank (KindCatalog::check).
std::optional<Place> parsePlace(std::string_view place);

} // namespace millrace::graph
