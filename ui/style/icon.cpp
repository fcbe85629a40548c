// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/icon.h"

#include "ui/style/style.h"

#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QSvgRenderer>

#include <cmath>
#include <memory>
#include <numbers>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

QString iconFile(const QString &name)
{
    return u":/millrace/icons/%1.svg"_s.arg(name);
}

/// Parsed once for each name and colour; a theme has about ten colours and there are few icons.
QSvgRenderer *renderer(const QString &name, const QColor &color)
{
    static QHash<QString, std::shared_ptr<QSvgRenderer>> cache;
    const QString key = name + u'/' + color.name();
    auto found = cache.constFind(key);
    if (found == cache.constEnd()) {
        std::shared_ptr<QSvgRenderer> made;
        QFile file(iconFile(name));
        if (file.open(QIODevice::ReadOnly)) {
            QByteArray svg = file.readAll();
            svg.replace("currentColor", color.name().toLatin1());
            made = std::make_shared<QSvgRenderer>(svg);
        }
        found = cache.insert(key, made);
    }
    return found->get();
}

enum class Ink : std::uint8_t { Text = 1, OnPrimary, OnPrimaryLit, OnPrimaryFailed };

class ThemedIconEngine final : public QIconEngine
{
public:
    ThemedIconEngine(QString name, Ink ink)
        : m_name(std::move(name))
        , m_ink(ink)
    {}

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        QColor color = m_ink == Ink::Text ? theme().text : theme().onPrimary;
        if (mode == QIcon::Disabled)
            color = m_ink == Ink::OnPrimaryLit      ? theme().primary
                    : m_ink == Ink::OnPrimaryFailed ? theme().error
                                                    : theme().faint;
        paintIcon(*painter, m_name, rect, color);
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine *clone() const override { return new ThemedIconEngine(m_name, m_ink); }

private:
    QString m_name;
    Ink m_ink;
};

} // namespace

void paintIcon(QPainter &painter, const QString &name, const QRectF &where, const QColor &color)
{
    if (QSvgRenderer *svg = renderer(name, color))
        svg->render(&painter, where);
}

bool hasIcon(const QString &name)
{
    return QFile::exists(iconFile(name));
}

QIcon themedIcon(const QString &name)
{
    return QIcon(new ThemedIconEngine(name, Ink::Text));
}

QIcon primaryIcon(const QString &name, Lit whileDisabled)
{
    return QIcon(new ThemedIconEngine(name, whileDisabled == Lit::Well     ? Ink::OnPrimaryLit
                                            : whileDisabled == Lit::Failed ? Ink::OnPrimaryFailed
                                                                           : Ink::OnPrimary));
}

void paintLogo(QPainter &painter, const QRectF &where)
{
    paintIcon(painter, u"logo-upper"_s, where, theme().producer);
    paintIcon(painter, u"logo-lower"_s, where, theme().stream);
}

QIcon applicationIcon()
{
    QIcon icon;
    for (const int size : {16, 24, 32, 48, 64, 128, 256}) {
        QPixmap pixmap(size, size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(Theme::of(ThemeKind::Dark).panel);
        painter.drawRoundedRect(pixmap.rect(), size * 0.2, size * 0.2);
        const QRectF inner =
            QRectF(pixmap.rect()).adjusted(size * .12, size * .12, -size * .12, -size * .12);
        paintIcon(painter, u"logo-upper"_s, inner, Theme::of(ThemeKind::Dark).producer);
        paintIcon(painter, u"logo-lower"_s, inner, Theme::of(ThemeKind::Dark).stream);
        icon.addPixmap(pixmap);
    }
    return icon;
}

void paintHealth(QPainter &painter, Health health, const QRectF &where)
{
    const QColor &color = theme().health(health);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    switch (health) {
    case Health::Good:
        painter.drawEllipse(where.adjusted(1, 1, -1, -1));
        break;
    case Health::Warning: {
        QPainterPath triangle;
        triangle.moveTo(where.center().x(), where.top());
        triangle.lineTo(where.right() + 0.5, where.bottom());
        triangle.lineTo(where.left() - 0.5, where.bottom());
        triangle.closeSubpath();
        painter.setPen(QPen(color, 1.2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPath(triangle);
        break;
    }
    case Health::Error: {
        QPolygonF octagon;
        const qreal radius = where.width() / 2 + 0.5;
        for (int corner = 0; corner < 8; ++corner) {
            const qreal angle = (corner + 0.5) * std::numbers::pi / 4;
            octagon << where.center() + QPointF(std::cos(angle), std::sin(angle)) * radius;
        }
        painter.drawPolygon(octagon);
        break;
    }
    case Health::Paused: {
        const qreal bar = where.width() * 0.3;
        painter.drawRect(QRectF(where.left() + 0.5, where.top(), bar, where.height()));
        painter.drawRect(QRectF(where.right() - 0.5 - bar, where.top(), bar, where.height()));
        break;
    }
    case Health::Quiet:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(color, 1.5));
        painter.drawEllipse(where.adjusted(1.5, 1.5, -1.5, -1.5));
        break;
    }
    painter.restore();
}

} // namespace millrace::ui
