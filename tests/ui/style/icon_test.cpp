// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/style/icon.h"
#include "ui/style/style.h"

#include <QImage>
#include <QPainter>
#include <QTest>

#include <set>

using namespace millrace::ui;
using namespace Qt::StringLiterals;

namespace {

/// The opaque colours of a picture.
std::set<QRgb> colors(const QImage &image)
{
    std::set<QRgb> found;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (qAlpha(image.pixel(x, y)) == 255)
                found.insert(image.pixel(x, y));
        }
    }
    return found;
}

} // namespace

class IconTest final : public QObject
{
    Q_OBJECT

private slots:
    void iconsTakeTheThemesColour()
    {
        const QIcon icon = themedIcon(u"stop"_s);
        for (const ThemeKind kind : {ThemeKind::Light, ThemeKind::Dark}) {
            Style::instance().choose(kind);
            QVERIFY(colors(icon.pixmap(32, 32).toImage()).contains(theme().text.rgb()));
        }
        QVERIFY(
            colors(icon.pixmap(32, 32, QIcon::Disabled).toImage()).contains(theme().faint.rgb()));
    }

    void aLitButtonKeepsItsColourWhileItIsOff()
    {
        const auto disabled = [](Lit lit) {
            return colors(primaryIcon(u"stop"_s, lit).pixmap(32, 32, QIcon::Disabled).toImage());
        };
        QVERIFY(disabled(Lit::Well).contains(theme().primary.rgb()));
        QVERIFY(disabled(Lit::Failed).contains(theme().error.rgb()));
        QVERIFY(disabled(Lit::No).contains(theme().faint.rgb()));
    }

    void theProgramsIconHasEverySizeADesktopAsksFor()
    {
        const QList<QSize> sizes = applicationIcon().availableSizes();
        for (const int size : {16, 32, 48, 256})
            QVERIFY(sizes.contains(QSize(size, size)));
        QVERIFY(colors(applicationIcon().pixmap(64, 64).toImage()).size() > 3);
    }

    void everyIconDrawsSomething()
    {
        for (const char *name : {"run",           "pause",           "stop",         "fit",
                                 "plus",          "minus",           "producer",     "stream",
                                 "transform",     "destination",     "generator",    "file",
                                 "tail",          "host-metrics",    "filter",       "map",
                                 "ndjson-folder", "standard-output", "sqlite-table", "unknown",
                                 "drum",          "logo-upper",      "logo-lower"}) {
            QVERIFY2(hasIcon(QLatin1String(name)), name);
            QImage image(64, 64, QImage::Format_ARGB32_Premultiplied);
            image.fill(Qt::transparent);
            QPainter painter(&image);
            paintIcon(painter, QLatin1String(name), image.rect(), Qt::red);
            painter.end();
            QVERIFY2(!colors(image).empty(), name);
        }
        QVERIFY(!hasIcon(u"no such icon"_s));
    }

    void statesDifferInShapeNotOnlyInColour()
    {
        const auto mask = [](Health health) {
            QImage image(40, 40, QImage::Format_ARGB32_Premultiplied);
            image.fill(Qt::transparent);
            QPainter painter(&image);
            paintHealth(painter, health, QRectF(5, 5, 30, 30));
            painter.end();
            return image.createAlphaMask(Qt::ThresholdDither);
        };
        const std::array<Health, 5> all = {Health::Good, Health::Warning, Health::Error,
                                           Health::Quiet, Health::Paused};
        for (const Health a : all) {
            for (const Health b : all)
                QCOMPARE(mask(a) == mask(b), a == b);
        }
    }
};

MILLRACE_TEST(IconTest)
#include "icon_test.moc"
