// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"

#include "ui/canvas/card_layout.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QFontMetricsF>
#include <QTest>

#include <cmath>
#include <vector>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;

class CardLayoutTest final : public QObject
{
    Q_OBJECT

    static std::vector<CardContent> contents()
    {
        std::vector<CardContent> all;
        const graph::Document document = clickstream();
        const runtime::Snapshot snapshot = clickstreamSnapshot(60);
        for (const auto &[id, node] : document.nodes)
            all.push_back(cardContent(node, testKinds().find(node.kind), snapshot.node(id)));
        return all;
    }

private slots:
    void everythingLiesInsideAndNothingOverlaps()
    {
        for (const CardContent &content : contents()) {
            const CardLayout layout = layoutCard(content);
            std::vector<QRectF> boxes = {layout.what, layout.figure, layout.note, layout.foot,
                                         layout.strip};
            for (const CardLayout::Bar &bar : layout.bars) {
                boxes.push_back(bar.label);
                boxes.push_back(bar.track);
                boxes.push_back(bar.sign);
                boxes.push_back(bar.figure);
            }
            for (std::size_t i = 0; i < boxes.size(); ++i) {
                if (boxes[i].isNull())
                    continue;
                QVERIFY(layout.rect().contains(boxes[i]));
                QVERIFY(!boxes[i].intersects(layout.head));
                for (std::size_t j = i + 1; j < boxes.size(); ++j)
                    QVERIFY(!boxes[i].intersects(boxes[j]));
            }
            QVERIFY(layout.head.contains(layout.title));
            QVERIFY(layout.title.right() <= layout.health.left());
        }
    }

    void sizesLieOnTheGrid()
    {
        for (const CardContent &content : contents()) {
            const QSizeF size = layoutCard(content).size;
            QCOMPARE(std::fmod(size.height(), metrics::kGridPx), 0.0);
            QCOMPARE(std::fmod(size.width(), metrics::kGridPx), 0.0);
        }
    }

    void aLongSentenceMakesTheCardHigher()
    {
        CardContent content = contents().front();
        content.attention = QStringLiteral("Short");
        const CardLayout little = layoutCard(content);
        content.attention = QStringLiteral(
            "A sentence with so many words that it cannot stand on one line of a card");
        const CardLayout much = layoutCard(content);
        QVERIFY(much.strip.height() > 2 * little.stripText.height());
        QVERIFY(much.size.height() > little.size.height());
    }

    void labelsOfManyShardsAreNotCut()
    {
        CardContent content;
        content.role = KindRole::Stream;
        for (const std::uint32_t shard : {4U, 120U})
            content.bars.push_back({.shard = shard, .figure = {}});
        content.bars.push_back({.shard = 7, .others = 121, .figure = {}});
        const CardLayout layout = layoutCard(content);
        const QFontMetricsF font(Style::instance().canvasFigures(type::kCaption));
        for (std::size_t i = 0; i < content.bars.size(); ++i)
            QVERIFY(layout.bars[i].label.width() >=
                    font.horizontalAdvance(content.bars[i].label()));
        QVERIFY(layout.bars[0].track.width() > 60);
    }

    void anchorsSpreadOverTheBody()
    {
        const CardLayout layout = layoutCard(contents().front());
        const qreal head = layout.head.height();
        QCOMPARE(layout.anchorIn(0, 1), QPointF(0, head + (layout.size.height() - head) / 2));
        QCOMPARE(layout.anchorOut(0, 1).x(), layout.size.width());
        QVERIFY(layout.anchorOut(0, 3).y() < layout.anchorOut(1, 3).y());
        QVERIFY(layout.anchorOut(2, 3).y() < layout.size.height());
        QVERIFY(layout.anchorOut(0, 3).y() > head);
    }
};

MILLRACE_TEST(CardLayoutTest)
#include "card_layout_test.moc"
