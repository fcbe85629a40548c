// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"
#include "core/graph/document.h"
#include "core/graph/kind_catalog.h"
#include "core/graph/place.h"

#include <vector>

namespace millrace::graph {

/// Everything wrong with a pipeline that can be told from the document and the kinds alone, in the
/// order of node ids, then wires, then the graph as a whole. Places are spelled as place.h says; an
/// empty list, or one of warnings only, may be deployed.
///
/// Errors: UnknownKind, ParameterUnknown, ParameterMissing, ParameterType, ParameterRange,
/// ParameterChoice, ParameterText (more than one line), ParameterSecret, StreamNameIllegal,
/// StreamSettingsDiffer, NodeNotBypassable, WireNodeMissing, WirePortUnknown, WireDirection,
/// WirePortTaken, CycleWithoutStream.
/// Warnings: DestinationUnreached, ProducerUnwired, NodeNameTwice.
///
/// A disabled node counts as absent with its wires: its parameters are not looked at, nor those of
/// a bypassed one, nor those that are not shown. Whether expressions, select lists and SQL are
/// right is not told here, as graph does not know sql: the engine checks them against the schemas
/// and adds its problems under the same parameter places.
/// Thread-safety: pure function.
std::vector<Problem> validate(const Document &document, const KindCatalog &catalog);

} // namespace millrace::graph
