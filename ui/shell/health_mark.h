// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"

#include <QWidget>

namespace millrace::ui {

/// A state as a shape with a colour, with the state's name as its tooltip and accessible text.
class HealthMark final : public QWidget
{
    Q_OBJECT

public:
    explicit HealthMark(QWidget *parent = nullptr);
    void show(Health health, const QString &meaning);
    Health health() const { return m_health; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Health m_health = Health::Quiet;
};

/// The two waves.
class LogoMark final : public QWidget
{
    Q_OBJECT

public:
    explicit LogoMark(QWidget *parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace millrace::ui
