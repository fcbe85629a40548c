// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/style/style.h"
#include "ui/style/theme.h"

#include <QApplication>
#include <QGlyphRun>
#include <QLabel>
#include <QRawFont>
#include <QSignalSpy>
#include <QTest>
#include <QTextLayout>

#include <vector>

using namespace millrace::ui;

namespace {

struct Named {
    const char *name;
    QColor color;
};

constexpr std::array<KindRole, 4> kRoles = {KindRole::Producer, KindRole::Stream,
                                            KindRole::Transform, KindRole::Destination};
constexpr std::array<Health, 3> kHealths = {Health::Good, Health::Warning, Health::Error};

} // namespace

class ThemeTest final : public QObject
{
    Q_OBJECT

    static void themes()
    {
        QTest::addColumn<int>("kind");
        for (const ThemeKind kind : {ThemeKind::Dark, ThemeKind::Light, ThemeKind::HighContrast})
            QTest::addRow("%s", qPrintable(toText(kind))) << static_cast<int>(kind);
    }

    static void need(qreal atLeast, const Named &ink, const Named &ground)
    {
        const qreal ratio = Theme::contrast(ink.color, ground.color);
        QVERIFY2(ratio >= atLeast,
                 qPrintable(QStringLiteral("%1 on %2: %3, needs %4")
                                .arg(QLatin1String(ink.name), QLatin1String(ground.name))
                                .arg(ratio)
                                .arg(atLeast)));
    }

private slots:
    void textIsDrawnAsItIsWritten_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("comparison") << QStringLiteral("status >= 500 AND a <> b != c");
        QTest::newRow("size") << QStringLiteral("pictures/1366x768.png --for");
    }

    /// The faces draw some pairs as one sign, such as >= and the x between digits.
    void textIsDrawnAsItIsWritten()
    {
        QFETCH(QString, text);
        const Style &style = Style::instance();
        QLabel plain;
        QLabel sized;
        sized.setProperty("look", QStringLiteral("small")); // a size of the style sheet
        for (QLabel *label : {&plain, &sized})
            label->ensurePolished();
        for (const QFont &font :
             {plain.font(), sized.font(), style.figures(12), style.canvasText(12),
              style.canvasFigures(14, QFont::DemiBold), style.caption()}) {
            QFont shown = font;
            shown.setCapitalization(QFont::MixedCase);
            QTextLayout layout(text, shown);
            layout.beginLayout();
            layout.createLine();
            layout.endLayout();
            const QList<QGlyphRun> runs = layout.glyphRuns();
            QCOMPARE(runs.size(), 1);
            QCOMPARE(runs[0].glyphIndexes(), runs[0].rawFont().glyphIndexesForString(text));
        }
    }

    void textKeepsFourAndAHalf_data() { themes(); }
    void textKeepsFourAndAHalf()
    {
        QFETCH(int, kind);
        const Theme &t = Theme::of(static_cast<ThemeKind>(kind));
        const std::vector<Named> grounds = {{"window", t.window},
                                            {"canvas", t.canvas},
                                            {"panel", t.panel},
                                            {"raised", t.raised},
                                            {"field", t.field}};
        for (const Named &ground : grounds) {
            need(4.5, {"text", t.text}, ground);
            need(4.5, {"muted", t.muted}, ground);
            need(4.5, {"error", t.error}, ground);
        }
        need(4.5, {"text", t.text}, {"selected row", t.selectedRow()});
        need(4.5, {"link", t.selection}, {"panel", t.panel});
        need(4.5, {"link", t.selection}, {"raised", t.raised});
        need(4.5, {"on primary", t.onPrimary}, {"primary", t.primary});
        const QPalette palette = t.palette();
        need(4.5, {"highlighted text", palette.color(QPalette::HighlightedText)},
             {"highlight", palette.color(QPalette::Highlight)});
        for (const KindRole role : kRoles)
            need(4.5, {"text", t.text}, {"card head", t.cardHead(role)});
        for (const Health health : kHealths)
            need(4.5, {"sentence", t.health(health)}, {"strip", t.strip(health)});
    }

    void outlinesIconsAndSeriesKeepThree_data() { themes(); }
    void outlinesIconsAndSeriesKeepThree()
    {
        QFETCH(int, kind);
        const Theme &t = Theme::of(static_cast<ThemeKind>(kind));
        const std::vector<Named> grounds = {{"window", t.window},
                                            {"canvas", t.canvas},
                                            {"panel", t.panel},
                                            {"raised", t.raised},
                                            {"field", t.field}};
        for (const Named &ground : grounds) {
            for (const KindRole role : kRoles)
                need(3, {"role", t.role(role)}, ground);
            for (const Health health : kHealths)
                need(3, {"state", t.health(health)}, ground);
            for (const QColor &shard : t.shards)
                need(3, {"shard", shard}, ground);
            need(3, {"selection", t.selection}, ground);
        }
        for (const Named &ground : {Named{"window", t.window}, Named{"panel", t.panel}})
            need(3, {"scroll handle", t.scrollHandle()}, ground);
        for (std::uint32_t shard = 0; shard < t.shards.size(); ++shard)
            need(3, {"shard", t.shard(shard)}, {"empty arc", t.emptyArc(shard)});
        for (const KindRole role : kRoles) {
            need(3, {"icon", t.role(role)}, {"card head", t.cardHead(role)});
            for (const Health health : kHealths)
                need(3, {"state", t.health(health)}, {"card head", t.cardHead(role)});
        }
    }

    void shardKeepsItsColourAndIsDashedTheSecondTime()
    {
        const Theme &t = Theme::of(ThemeKind::Dark);
        QCOMPARE(t.shard(7), t.shard(1));
        QVERIFY(!Theme::shardDashed(5));
        QVERIFY(Theme::shardDashed(6));
        QVERIFY(!Theme::shardDashed(12));
    }

    void contrastIsThatOfWcag()
    {
        QCOMPARE(Theme::contrast(Qt::black, Qt::white), 21.0);
        QCOMPARE(Theme::contrast(Qt::white, Qt::white), 1.0);
        // WebAIM's example: #767676 on white is the lightest grey that passes, 4.54.
        QVERIFY(qAbs(Theme::contrast(QColor(0x76, 0x76, 0x76), Qt::white) - 4.54) < 0.005);
    }

    void choosingAThemeChangesThePalette()
    {
        Style &style = Style::instance();
        QSignalSpy changed(&style, &Style::changed);
        style.choose(ThemeKind::Light);
        QCOMPARE(QApplication::palette().color(QPalette::Window),
                 Theme::of(ThemeKind::Light).window);
        QCOMPARE(changed.count(), 1);
        style.choose(ThemeKind::Dark);
        QCOMPARE(QApplication::palette().color(QPalette::Window),
                 Theme::of(ThemeKind::Dark).window);
    }

    void followsTheSystemWhileNothingWasChosen()
    {
        Style &style = Style::instance();
        style.choose(std::nullopt);
        QPalette bright;
        bright.setColor(QPalette::Window, Qt::white);
        bright.setColor(QPalette::WindowText, Qt::black);
        QApplication::setPalette(bright);
        QCOMPARE(style.theme().kind, ThemeKind::Light);
        QPalette dim;
        dim.setColor(QPalette::Window, Qt::black);
        dim.setColor(QPalette::WindowText, Qt::white);
        QApplication::setPalette(dim);
        QCOMPARE(style.theme().kind, ThemeKind::Dark);
        style.choose(ThemeKind::Dark);
        QApplication::setPalette(bright);
        QCOMPARE(style.theme().kind, ThemeKind::Dark);
        style.choose(ThemeKind::Dark);
    }

    void everyNameOfTheStyleSheetIsFilledIn()
    {
        const QString sheet = qApp->styleSheet();
        QVERIFY(sheet.size() > 1000);
        QVERIFY2(!sheet.contains(QLatin1Char('@')),
                 qPrintable(sheet.mid(sheet.indexOf(QLatin1Char('@')), 20)));
    }

    void theInterfacesFaceIsTheApplications()
    {
        QCOMPARE(QApplication::font().pointSizeF(), Style::instance().text(12).pointSizeF());
        QCOMPARE(QApplication::font().family(), Style::instance().text(12).family());
    }

    void whatIsOffIsFaint()
    {
        const Theme &t = Style::instance().theme();
        for (const QPalette::ColorRole role :
             {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
            QCOMPARE(QApplication::palette().color(QPalette::Disabled, role), t.faint);
    }

    void lessMotionIsSaidOnce()
    {
        QSignalSpy changed(&Style::instance(), &Style::changed);
        Style::instance().setReducedMotion(true);
        Style::instance().setReducedMotion(true);
        QCOMPARE(changed.count(), 1);
        Style::instance().setReducedMotion(false);
    }

    void interfaceSizeScalesFontsAndSpace()
    {
        Style &style = Style::instance();
        const qreal before = style.text(12).pointSizeF();
        style.setScale(1.5);
        QCOMPARE(style.text(12).pointSizeF(), before * 1.5);
        QCOMPARE(style.canvasText(12).pointSizeF(), before); // the canvas zooms by itself
        QCOMPARE(style.px(28), 42);
        style.setScale(9);
        QCOMPARE(style.scale(), 2.0);
        style.setScale(1);
    }

    void namesReadBack()
    {
        for (const ThemeKind kind : {ThemeKind::Dark, ThemeKind::Light, ThemeKind::HighContrast}) {
            ThemeKind read{};
            QVERIFY(themeKindFromText(toText(kind), read));
            QCOMPARE(read, kind);
        }
        ThemeKind none{};
        QVERIFY(!themeKindFromText(QStringLiteral("blue"), none));
    }
};

MILLRACE_TEST(ThemeTest)
#include "theme_test.moc"
