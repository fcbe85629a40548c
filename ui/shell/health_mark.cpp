// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/health_mark.h"

#include "ui/style/icon.h"
#include "ui/style/plain_text.h"
#include "ui/style/style.h"

#include <QPainter>

namespace millrace::ui {

namespace {

constexpr int kMarkPx = 12;
constexpr int kLogoPx = 28;

} // namespace

HealthMark::HealthMark(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&Style::instance(), &Style::changed, this, qOverload<>(&QWidget::update));
}

void HealthMark::show(Health health, const QString &meaning)
{
    setToolTip(plainToolTip(meaning));
    setAccessibleName(meaning);
    if (health == m_health)
        return;
    m_health = health;
    update();
}

QSize HealthMark::sizeHint() const
{
    const int size = Style::instance().px(kMarkPx);
    return {size, size};
}

void HealthMark::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    paintHealth(painter, m_health, QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
}

LogoMark::LogoMark(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(tr("Millrace"));
    connect(&Style::instance(), &Style::changed, this, qOverload<>(&QWidget::update));
}

QSize LogoMark::sizeHint() const
{
    const int size = Style::instance().px(kLogoPx);
    return {size, size};
}

void LogoMark::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintLogo(painter, rect());
}

} // namespace millrace::ui
