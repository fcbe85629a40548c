// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/options.h"

#include "ui/shell/main_window.h"

#include <QRegularExpression>

#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::studio {

namespace {

/// A number and a unit of `units`; empty unit names the first.
std::optional<double> readWithUnit(const QString &text,
                                   std::initializer_list<std::pair<QString, double>> units)
{
    static const QRegularExpression form(u"^([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-z]*)$"_s);
    const QRegularExpressionMatch match = form.match(text.trimmed());
    if (!match.hasMatch())
        return std::nullopt;
    for (const auto &[unit, factor] : units) {
        if (match.captured(2).compare(unit, Qt::CaseInsensitive) == 0)
            return match.captured(1).toDouble() * factor;
    }
    return std::nullopt;
}

QString sizeText(QSize size)
{
    return u"%1x%2"_s.arg(size.width()).arg(size.height());
}

std::optional<QSize> readSize(const QString &text)
{
    static const QRegularExpression form(u"^([0-9]{1,5})x([0-9]{1,5})$"_s);
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    const QSize size(match.captured(1).toInt(), match.captured(2).toInt());
    return size.boundedTo(kLargestSize) == size ? std::optional(size) : std::nullopt;
}

/// Takes the value of an option; the empty text when it was fine.
QString take(Options &options, const QString &name, const QString &value)
{
    if (name == u"--data") {
        options.dataDirectory = value;
    } else if (name == u"--screenshot") {
        options.screenshot = value;
    } else if (name == u"--bench") {
        if (value != u"start")
            return u"--bench wants start, not \"%1\""_s.arg(value);
        options.benchStart = true;
    } else if (name == u"--language") {
        options.language = value;
    } else if (name == u"--budget") {
        const auto bytes = readBytes(value);
        if (!bytes || *bytes == 0)
            return u"--budget wants a size such as 2GB, not \"%1\""_s.arg(value);
        options.budgetBytes = *bytes;
    } else if (name == u"--after") {
        const auto time = readTime(value);
        if (!time)
            return u"--after wants a time such as 10s, not \"%1\""_s.arg(value);
        options.after = *time;
    } else if (name == u"--size") {
        const auto size = readSize(value);
        if (!size)
            return u"--size wants width and height from %1 to %2, such as %3, not "
                   "\"%4\""_s.arg(sizeText(ui::kSmallestWindow), sizeText(kLargestSize),
                                  sizeText(kUsualSize), value);
        options.size = *size;
    } else {
        ui::ThemeKind kind{};
        if (!ui::themeKindFromText(value, kind))
            return u"--theme wants light, dark or high-contrast, not \"%1\""_s.arg(value);
        options.theme = kind;
    }
    return {};
}

} // namespace

std::optional<std::uint64_t> readBytes(const QString &text)
{
    const auto bytes = readWithUnit(text, {{u""_s, 1},
                                           {u"B"_s, 1},
                                           {u"kB"_s, 1e3},
                                           {u"MB"_s, 1e6},
                                           {u"GB"_s, 1e9},
                                           {u"TB"_s, 1e12},
                                           {u"KiB"_s, 1024.0},
                                           {u"MiB"_s, 1048576.0},
                                           {u"GiB"_s, 1073741824.0}});
    if (!bytes || *bytes > 1e18)
        return std::nullopt;
    return static_cast<std::uint64_t>(*bytes);
}

std::optional<std::chrono::milliseconds> readTime(const QString &text)
{
    const auto ms =
        readWithUnit(text, {{u""_s, 1e3}, {u"s"_s, 1e3}, {u"ms"_s, 1}, {u"min"_s, 6e4}});
    if (!ms || *ms > 8.64e7)
        return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*ms));
}

std::variant<Options, QString> readOptions(const QStringList &arguments)
{
    static const QStringList withValue = {u"--data"_s,     u"--budget"_s,     u"--theme"_s,
                                          u"--size"_s,     u"--screenshot"_s, u"--after"_s,
                                          u"--language"_s, u"--bench"_s};
    Options options;
    bool afterSaid = false;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        QString name = arguments.at(i);
        std::optional<QString> value;
        if (const qsizetype equals = name.indexOf(u'='); name.startsWith(u"--") && equals > 0) {
            value = name.mid(equals + 1);
            name.truncate(equals);
        }
        if (withValue.contains(name)) {
            if (!value && i + 1 < arguments.size())
                value = arguments.at(++i);
            if (!value || value->isEmpty())
                return u"%1 wants a value"_s.arg(name);
            if (const QString wrong = take(options, name, *value); !wrong.isEmpty())
                return wrong;
            afterSaid = afterSaid || name == u"--after";
        } else if (value) {
            return u"%1 is not an option with a value"_s.arg(name);
        } else if (name == u"--run") {
            options.run = true;
        } else if (name == u"--help" || name == u"-h") {
            options.help = true;
        } else if (name == u"--version") {
            options.version = true;
        } else if (name.startsWith(u'-') && name != u"-") {
            return u"There is no option %1"_s.arg(name);
        } else if (!options.file.isEmpty()) {
            return u"One pipeline file at most; there are \"%1\" and \"%2\""_s.arg(options.file,
                                                                                   name);
        } else {
            options.file = name;
        }
    }
    if (afterSaid && options.screenshot.isEmpty() && !options.benchStart)
        return u"--after says when a picture is taken or figures are printed: add --screenshot "
               "OUT.png or --bench start"_s;
    if (options.run && options.file.isEmpty())
        return u"--run needs a pipeline file"_s;
    return options;
}

std::optional<QSize> startSize(QSize available)
{
    // A window of just the screen's size would have its frame outside.
    if (available.width() > kUsualSize.width() && available.height() > kUsualSize.height())
        return kUsualSize;
    return std::nullopt;
}

QString helpText()
{
    return uR"(millrace-studio [FILE] [options]
Draws streaming pipelines and runs them on this computer.

  FILE                 a .millrace file to open; without one the start page
  --run                run the pipeline at once
  --data DIR           data directory; otherwise one of the pipeline's own under
                       $XDG_DATA_HOME/millrace
  --budget SIZE        disk the data directory may use, such as 2GB
  --theme NAME         light, dark or high-contrast; otherwise as the desktop
  --size WxH           size of the window, such as 1366x768; at least %1;
                       otherwise %2, or the screen where that is smaller
  --screenshot OUT.png save a picture of the window and quit
  --bench start        print, as JSON, milliseconds to the first painted window,
                       memory and the share of a core the window takes, and quit
  --after TIME         when to take or print it, such as 10s (1s)
  --language CODE      language of the interface, such as de
  --help, --version

Exit code: 0 fine, 1 the file or the engine could not be opened, the pipeline
not be run or the picture not be saved, 2 wrong usage.
)"_s.arg(sizeText(ui::kSmallestWindow), sizeText(kUsualSize));
}

} // namespace millrace::studio
