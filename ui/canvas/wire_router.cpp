// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/wire_router.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace millrace::ui {

namespace {

/// Between a lane and a card. Half the thickest wire, and some ground in between.
constexpr qreal kClearancePx = 10;
/// Between two lanes.
constexpr qreal kLanePx = 10;
/// How many lanes into a gap are looked at from each of its edges.
constexpr int kLanesOfEdge = 12;
/// What a lane too near to another costs, as a way: rather a row further than on top of it.
constexpr qreal kCrowdedPx = 240;
/// Steps along a curve when it is asked whether it is free.
constexpr int kSteps = 32;
/// A change of height within less than this would be a corner, not a curve.
constexpr qreal kLeastBendPx = 16;

} // namespace

WireRouter::WireRouter(std::vector<QRectF> cards)
    : m_cards(std::move(cards))
{
    std::sort(m_cards.begin(), m_cards.end(), [](const QRectF &a, const QRectF &b) {
        return std::pair(a.left(), a.top()) < std::pair(b.left(), b.top());
    });
    for (const QRectF &card : m_cards) {
        if (m_columns.empty() || card.left() > m_columns.back().right + kLeastBendPx)
            m_columns.push_back({card.left(), card.right(), {}, {}});
        m_columns.back().right = std::max(m_columns.back().right, card.right());
        m_columns.back().cards.push_back(card);
    }
    for (Column &column : m_columns)
        std::sort(column.cards.begin(), column.cards.end(),
                  [](const QRectF &a, const QRectF &b) { return a.top() < b.top(); });
}

std::vector<QPointF> WireRouter::way(const QPointF &from, const QPointF &to)
{
    if (to.x() <= from.x() || isFree({from, to, {}}))
        return {};
    std::vector<Column *> passed;
    QPointF start = from;
    QPointF end = to;
    for (Column &column : m_columns) {
        if (column.left > from.x() && column.right < to.x())
            passed.push_back(&column);
        // A narrow card in a wide column: the wire is straight until the column ends.
        else if (column.left <= from.x() && column.right > from.x())
            start.setX(column.right);
        else if (column.left < to.x() && column.right >= to.x())
            end.setX(column.left);
    }
    if (passed.empty() && (start.x() >= end.x() || (start == from && end == to)))
        return {};

    // The cheapest heights, column by column: short ways, few bends, room to other lanes.
    struct Choice {
        qreal y = 0;
        qreal cost = 0;
        std::size_t before = 0;
    };
    std::vector<std::vector<Choice>> choices{{{from.y(), 0, 0}}};
    for (const Column *column : passed) {
        std::vector<Choice> next;
        for (const qreal y : lanes(*column, from.y(), to.y())) {
            Choice best{y, std::numeric_limits<qreal>::max(), 0};
            for (std::size_t i = 0; i < choices.back().size(); ++i) {
                const Choice &before = choices.back()[i];
                const qreal cost =
                    before.cost + std::abs(y - before.y) + (y == before.y ? 0 : kLanePx);
                if (cost < best.cost)
                    best = {y, cost, i};
            }
            best.cost += crowding(*column, y);
            next.push_back(best);
        }
        choices.push_back(std::move(next));
    }
    std::size_t chosen = 0;
    qreal least = std::numeric_limits<qreal>::max();
    for (std::size_t i = 0; i < choices.back().size(); ++i) {
        const qreal cost = choices.back()[i].cost + std::abs(choices.back()[i].y - to.y());
        if (cost < least) {
            least = cost;
            chosen = i;
        }
    }
    std::vector<QPointF> way;
    if (end != to)
        way.push_back(end);
    for (std::size_t i = passed.size(); i > 0; --i) {
        const Choice &choice = choices[i][chosen];
        Column &column = *passed[i - 1];
        way.emplace_back(column.right, choice.y);
        way.emplace_back(column.left, choice.y);
        column.taken.push_back(choice.y);
        chosen = choice.before;
    }
    if (start != from)
        way.push_back(start);
    std::reverse(way.begin(), way.end());
    return way;
}

/// Where a lane can run, top to bottom; the first and the last have no end.
std::vector<WireRouter::Gap> WireRouter::gaps(const Column &column)
{
    constexpr qreal kFar = 1e6;
    std::vector<Gap> gaps;
    qreal top = -kFar;
    for (const QRectF &card : column.cards) {
        if (card.top() - kClearancePx >= top)
            gaps.push_back({top, card.top() - kClearancePx});
        top = std::max(top, card.bottom() + kClearancePx);
    }
    gaps.push_back({top, kFar});
    return gaps;
}

/// The heights worth looking at: as near to both ends as each gap has room, and lanes from its
/// edges inwards for when those are taken.
std::vector<qreal> WireRouter::lanes(const Column &column, qreal from, qreal to)
{
    std::vector<qreal> lanes;
    for (const Gap &gap : gaps(column)) {
        for (const qreal wish : {from, to}) {
            const qreal near = std::clamp(wish, gap.top, gap.bottom);
            for (int i = 0; i < kLanesOfEdge; ++i) {
                for (const qreal y : {near + i * kLanePx, near - i * kLanePx}) {
                    if (y >= gap.top && y <= gap.bottom)
                        lanes.push_back(y);
                }
            }
        }
    }
    std::sort(lanes.begin(), lanes.end());
    lanes.erase(std::unique(lanes.begin(), lanes.end()), lanes.end());
    return lanes;
}

qreal WireRouter::crowding(const Column &column, qreal y)
{
    const bool crowded = std::any_of(column.taken.begin(), column.taken.end(),
                                     [y](qreal taken) { return std::abs(taken - y) < kLanePx; });
    return crowded ? kCrowdedPx : 0;
}

bool WireRouter::isFree(const WireGeometry &wire) const
{
    const QRectF reach = QRectF(wire.from, wire.to)
                             .normalized()
                             .adjusted(-kClearancePx, -kClearancePx, kClearancePx, kClearancePx);
    std::vector<QRectF> near;
    for (const QRectF &card : m_cards) {
        // The cards at the ends touch the curve there, and nowhere else: it goes forward.
        if (card.right() > wire.from.x() && card.left() < wire.to.x() && card.intersects(reach))
            near.push_back(card.adjusted(-kClearancePx / 2, -kClearancePx / 2, kClearancePx / 2,
                                         kClearancePx / 2));
    }
    if (near.empty())
        return true;
    QPointF last = wire.from;
    for (int i = 1; i <= kSteps; ++i) {
        const QPointF next = wire.at(qreal(i) / kSteps);
        // A point more to each side: a level piece would have no height, and touch nothing.
        const QRectF piece = QRectF(last, next).normalized().adjusted(-1, -1, 1, 1);
        if (std::any_of(near.begin(), near.end(),
                        [&](const QRectF &card) { return card.intersects(piece); }))
            return false;
        last = next;
    }
    return true;
}

} // namespace millrace::ui
