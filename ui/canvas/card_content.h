// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/graph/node_kind.h"
#include "core/runtime/snapshot.h"

#include "ui/canvas/shard_bars.h"
#include "ui/style/theme.h"

#include <QString>

#include <vector>

namespace millrace::ui {

KindRole roleOf(graph::Category category);

/// Everything a card shows, as values: made anew from the document and the snapshot, compared with
/// what is shown, and only painted again when it differs.
struct CardContent {
    QString title;
    QString icon; ///< name under resources/icons
    KindRole role = KindRole::Transform;
    Health health = Health::Quiet;
    QString state;  ///< the state in a word, for tooltips and screen readers
    QString what;   ///< one line that says what it is
    QString figure; ///< the one that matters; empty for streams, whose bars say it
    QString note;   ///< something countable that went wrong: "8 to dead letters"
    std::vector<ShardBar> bars;
    QString foot;      ///< under the bars: "2,370 rec/s · 3 consumers"
    QString attention; ///< a sentence; empty when all is well
    Health attentionHealth = Health::Warning;
    bool faded = false; ///< disabled or bypassed
    int inputs = 0;     ///< ports; wires spread over the side
    int outputs = 0;
    friend bool operator==(const CardContent &, const CardContent &) = default;
};

/// `kind` may be null (unknown to this version) and `figures` may be null (not deployed).
/// `problem`: the worst of the node's problems that hold now; null: none.
CardContent cardContent(const graph::Node &node, const graph::NodeKind *kind,
                        const runtime::NodeFigures *figures, const Problem *problem = nullptr);

/// Title and what matters most of a kind's settings: "Filter · status >= 500".
QString whatItIs(const graph::Node &node, const graph::NodeKind &kind,
                 const runtime::NodeFigures *figures);

/// A parameter's value as people read it: choices by title, durations and bytes with units.
QString parameterText(const graph::Parameter &parameter, const graph::ParameterValue &value);

/// Off when the stream's parameter "limits" says so; shown for every kind without one.
Limits limitsOf(const graph::Node &node, const graph::NodeKind &kind);

/// A translated text of a node kind's description (context "NodeKind").
QString kindText(const std::string &source);

/// The card in sentences, for screen readers: "clicks: Data stream · 4 shards · 24 h. running. …".
QString spokenText(const CardContent &content);

/// Exact counts for the tooltip: every fate on a line.
QString countsText(const runtime::NodeFigures &figures);

QString stateText(runtime::NodeState state);

} // namespace millrace::ui
