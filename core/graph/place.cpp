// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/place.h"

namespace millrace::graph {

namespace {

constexpr std::string_view kNode = "node ";
constexpr std::string_view kParameter = "parameter ";
constexpr std::string_view kWire = "wire ";
constexpr std::string_view kArrow = " -> ";
constexpr std::string_view kAnnotation = "annotation ";
constexpr std::string_view kThen = ": ";

/// Cuts `text` at the first ": " and returns what stood before it.
std::string_view takePart(std::string_view &text)
{
    const auto end = text.find(kThen);
    const std::string_view part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + kThen.size());
    return part;
}

} // namespace

std::string nodePlace(const NodeId &node)
{
    return std::string(kNode) + node.value;
}

std::string parameterPlace(const NodeId &node, std::string_view parameter)
{
    return nodePlace(node) + std::string(kThen) + std::string(kParameter) + std::string(parameter);
}

std::string wirePlace(const WireEnds &wire)
{
    return std::string(kWire) + wire.from.toString() + std::string(kArrow) + wire.to.toString();
}

std::string annotationPlace(const AnnotationId &annotation)
{
    return std::string(kAnnotation) + annotation.value;
}

std::optional<Place> parsePlace(std::string_view place)
{
    Place out;
    const std::string_view subject = takePart(place);
    if (subject.starts_with(kNode) && isNodeId(subject.substr(kNode.size()))) {
        out.node = NodeId{std::string(subject.substr(kNode.size()))};
        if (place.starts_with(kParameter))
            out.parameter = takePart(place).substr(kParameter.size());
    } else if (subject.starts_with(kAnnotation) && isNodeId(subject.substr(kAnnotation.size()))) {
        out.annotation = AnnotationId{std::string(subject.substr(kAnnotation.size()))};
    } else if (const auto arrow = subject.find(kArrow);
               subject.starts_with(kWire) && arrow != std::string_view::npos) {
        const auto from = PortRef::parse(subject.substr(kWire.size(), arrow - kWire.size()));
        const auto to = PortRef::parse(subject.substr(arrow + kArrow.size()));
        if (!from || !to)
            return std::nullopt;
        out.wire = WireEnds{*from, *to};
    } else {
        return std::nullopt;
    }
    out.detail = place;
    return out;
}

} // namespace millrace::graph
