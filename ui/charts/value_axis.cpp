// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/value_axis.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace millrace::ui {

namespace {

constexpr double kLimitHeadroom = 1.2;
constexpr double kDataHeadroom = 1.05;

/// The next of 1.2, 2, 4, 8, 12 times a power of ten: four grid lines fall on short numbers.
double niceTop(double value)
{
    if (!(value > 0))
        return 1;
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.2, 2.0, 4.0, 8.0, 12.0}) {
        if (value <= step * power * 1.0001)
            return step * power;
    }
    return value;
}

} // namespace

double valueAxisTop(std::optional<double> limit, double highest)
{
    const bool farBelow = highest > 0 && limit && highest < kFarBelowLimit * *limit;
    const double data = highest * kDataHeadroom;
    return niceTop(!limit || farBelow ? data : std::max(*limit * kLimitHeadroom, data));
}

QString valueAxisText(double value, double step)
{
    const int decimals =
        step > 0 ? std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9))) : 0;
    return QLocale().toString(value, 'f', decimals);
}

} // namespace millrace::ui
