// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/card_content.h"

#include "core/graph/parameter_reader.h"

#include "ui/bridge/convert.h"
#include "ui/bridge/problem_text.h"
#include "ui/style/format.h"
#include "ui/style/icon.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>

#include <algorithm>
#include <iterator>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(millrace::ui::CardContent)
};

/// A key with at least this share of a hot shard is named in the sentence.
constexpr double kHotKeyShare = 0.3;

/// Icons are named after kinds; a kind without one of its own has that of its category.
QString iconOf(const graph::NodeKind &kind)
{
    const QString own = toQt(kind.id);
    if (hasIcon(own))
        return own;
    switch (kind.category) {
    case graph::Category::Producer:
        return u"producer"_s;
    case graph::Category::Stream:
        return u"stream"_s;
    case graph::Category::Transform:
        return u"transform"_s;
    case graph::Category::Destination:
        break;
    }
    return u"destination"_s;
}

Health healthOf(runtime::NodeState state)
{
    switch (state) {
    case runtime::NodeState::Running:
        return Health::Good;
    case runtime::NodeState::BackPressured:
    case runtime::NodeState::Retrying:
        return Health::Warning;
    case runtime::NodeState::Failed:
        return Health::Error;
    case runtime::NodeState::Paused:
        return Health::Paused;
    case runtime::NodeState::Stopped:
    case runtime::NodeState::Finished:
    case runtime::NodeState::Disabled:
        break;
    }
    return Health::Quiet;
}

Health healthOf(Severity severity)
{
    switch (severity) {
    case Severity::Error:
        return Health::Error;
    case Severity::Warning:
        return Health::Warning;
    case Severity::Information:
        break;
    }
    return Health::Good;
}

QString figureOf(graph::Category category, const runtime::NodeFigures &figures)
{
    switch (category) {
    case graph::Category::Producer:
        if (figures.state == runtime::NodeState::Finished)
            return format::records(figures.counts.out);
        return format::recordRate(figures.outPerSecond);
    case graph::Category::Transform:
        return format::recordRate(figures.outPerSecond);
    case graph::Category::Destination:
        return format::records(figures.counts.processed);
    case graph::Category::Stream:
        break;
    }
    return {};
}

QString streamFoot(const runtime::NodeFigures &figures)
{
    if (figures.state == runtime::NodeState::Stopped) {
        //: %1 "1,204 records", all that a stream ever took in
        return figures.counts.in > 0
                   ? Texts::tr("%1 so far").arg(format::records(figures.counts.in))
                   : Texts::tr("no records yet");
    }
    QStringList parts;
    double records = 0;
    for (const runtime::ShardFigures &shard : figures.shards)
        records += shard.recordsInPerSecond;
    parts << format::recordRate(records);
    if (figures.lag.count() > 0)
        parts << Texts::tr("lag %1").arg(format::lag(figures.lag));
    //: how many transforms, destinations and clients read a stream
    parts << Texts::tr("%n consumer(s)", nullptr, static_cast<int>(figures.consumers));
    return parts.join(u" · "_s);
}

/// The stream's fullest shard in a sentence; empty while none is near its limit, or has none.
QString hotShard(const std::vector<runtime::ShardFigures> &shards, Limits limits)
{
    if (limits == Limits::Off)
        return {};
    const auto fullest =
        std::max_element(shards.begin(), shards.end(),
                         [](const auto &a, const auto &b) { return a.load() < b.load(); });
    if (fullest == shards.end() || fullest->load() < kHotLoad)
        return {};
    if (!fullest->topKeys.empty() && fullest->topKeys.front().share >= kHotKeyShare) {
        //: %1 shard number, %2 partition key, %3 a percentage
        return Texts::tr("Shard %1 is hot: key “%2” is %3 of it")
            .arg(QString::number(fullest->shard.value), toQt(fullest->topKeys.front().key),
                 format::percent(fullest->topKeys.front().share));
    }
    return Texts::tr("Shard %1 is at %2 of its limit")
        .arg(QString::number(fullest->shard.value), format::percent(fullest->load()));
}

void addAttention(CardContent &content, const runtime::NodeFigures *figures, const Problem *problem,
                  Limits limits)
{
    if (figures && figures->attention)
        problem = &*figures->attention; // the running node knows best
    const QString hot = figures ? hotShard(figures->shards, limits) : QString();
    // The figures tell of a hot shard as it is now; the list, as it was when it was written.
    const bool listed = problem && (hot.isEmpty() || problem->severity() == Severity::Error ||
                                    (figures && figures->attention));
    if (listed) {
        content.attention = problemText(*problem);
        content.attentionHealth = healthOf(problem->severity());
    } else if (!figures) {
        return;
    } else if (!hot.isEmpty()) {
        content.attention = hot;
        content.attentionHealth = Health::Warning;
    } else if (figures->state == runtime::NodeState::BackPressured) {
        content.attention = Texts::tr("Waits for what comes behind it");
        content.attentionHealth = Health::Warning;
    }
    if (!content.attention.isEmpty() && content.health != Health::Error)
        content.health = content.attentionHealth;
}

QString durationText(graph::Milliseconds duration)
{
    const qint64 ms = duration.count();
    if (ms >= 3'600'000 && ms % 3'600'000 == 0)
        return Texts::tr("%1 h").arg(QLocale().toString(ms / 3'600'000));
    if (ms >= 60'000 && ms % 60'000 == 0)
        return Texts::tr("%1 min").arg(QLocale().toString(ms / 60'000));
    if (ms >= 1000 && ms % 1000 == 0)
        return Texts::tr("%1 s").arg(QLocale().toString(ms / 1000));
    return Texts::tr("%1 ms").arg(QLocale().toString(ms));
}

/// What a card says beside its kind's title, by the type of the parameter: the first that is set.
bool saysWhatItIs(graph::ParameterType type)
{
    switch (type) {
    case graph::ParameterType::Choice:
    case graph::ParameterType::FilePath:
    case graph::ParameterType::FolderPath:
    case graph::ParameterType::Expression:
    case graph::ParameterType::SelectList:
        return true;
    default:
        return false;
    }
}

bool isZero(const graph::ParameterValue &value)
{
    const auto *whole = std::get_if<std::int64_t>(&value);
    const auto *real = std::get_if<double>(&value);
    const auto *duration = std::get_if<graph::Milliseconds>(&value);
    return (whole && *whole == 0) || (real && *real == 0.0) ||
           (duration && *duration == graph::Milliseconds(0));
}

} // namespace

KindRole roleOf(graph::Category category)
{
    switch (category) {
    case graph::Category::Producer:
        return KindRole::Producer;
    case graph::Category::Stream:
        return KindRole::Stream;
    case graph::Category::Transform:
        return KindRole::Transform;
    case graph::Category::Destination:
        break;
    }
    return KindRole::Destination;
}

QString kindText(const std::string &source)
{
    return source.empty() ? QString() : QCoreApplication::translate("NodeKind", source.c_str());
}

QString parameterText(const graph::Parameter &parameter, const graph::ParameterValue &value)
{
    if (const auto *text = std::get_if<std::string>(&value)) {
        for (const graph::Choice &choice : parameter.choices) {
            if (choice.id == *text)
                return kindText(choice.title);
        }
        return format::oneLine(toQt(*text));
    }
    if (const auto *flag = std::get_if<bool>(&value))
        return *flag ? Texts::tr("yes") : Texts::tr("no");
    if (!parameter.zeroMeans.empty() && isZero(value))
        return kindText(parameter.zeroMeans);
    if (const auto *duration = std::get_if<graph::Milliseconds>(&value))
        return durationText(*duration);
    const auto *whole = std::get_if<std::int64_t>(&value);
    if (whole && parameter.type == graph::ParameterType::Bytes)
        return format::memory(static_cast<std::uint64_t>(std::max<std::int64_t>(*whole, 0)));
    QString number =
        whole ? QLocale().toString(static_cast<qlonglong>(*whole)) : toQt(graph::toText(value));
    if (const auto *real = std::get_if<double>(&value))
        number = QLocale().toString(*real, 'g', 6);
    if (!parameter.unit.empty())
        number += QChar(QChar::Nbsp) + kindText(parameter.unit);
    return number;
}

QString whatItIs(const graph::Node &node, const graph::NodeKind &kind,
                 const runtime::NodeFigures *figures)
{
    QStringList parts{kindText(kind.title)};
    if (kind.category == graph::Category::Stream) {
        const graph::ParameterReader stream(node, kind);
        const bool asked = kind.findParameter("shards") != nullptr;
        const auto shards = figures && !figures->shards.empty() ? std::ssize(figures->shards)
                            : asked                             ? stream.integer("shards")
                                                                : 0;
        if (shards > 0)
            parts << Texts::tr("%n shard(s)", nullptr, static_cast<int>(shards));
        for (const graph::Parameter &parameter : kind.parameters) {
            // How long records stay is the one duration a stream has.
            const graph::ParameterValue *value = stream.value(parameter.id);
            if (value && parameter.type == graph::ParameterType::Duration)
                parts << parameterText(parameter, *value);
        }
        return parts.join(u" · "_s);
    }
    if (figures && !figures->reads.empty()) {
        parts << QFileInfo(pathToQt(figures->reads)).fileName();
        return parts.join(u" · "_s);
    }
    const graph::ParameterReader reader(node, kind);
    for (const graph::Parameter &parameter : kind.parameters) {
        const graph::ParameterValue *value = reader.value(parameter.id);
        if (!value || !saysWhatItIs(parameter.type) || !reader.isShown(parameter.id))
            continue;
        const bool isPath = parameter.type == graph::ParameterType::FilePath ||
                            parameter.type == graph::ParameterType::FolderPath;
        const QString text = parameterText(parameter, *value);
        const QString shown = isPath ? QFileInfo(text).fileName() : text;
        if (!shown.isEmpty())
            parts << shown;
        break;
    }
    return parts.join(u" · "_s);
}

Limits limitsOf(const graph::Node &node, const graph::NodeKind &kind)
{
    const bool off = kind.findParameter("limits") &&
                     graph::ParameterReader(node, kind).choice("limits") == "off";
    return off ? Limits::Off : Limits::Shown;
}

CardContent cardContent(const graph::Node &node, const graph::NodeKind *kind,
                        const runtime::NodeFigures *figures, const Problem *problem)
{
    CardContent content;
    content.title = toQt(node.name);
    content.faded = node.state != graph::NodeState::Enabled;
    if (!kind) {
        if (content.title.isEmpty())
            content.title = toQt(node.kind);
        content.icon = u"unknown"_s;
        content.health = Health::Error;
        content.state = Texts::tr("unknown kind");
        content.what = toQt(node.kind);
        content.attention =
            Texts::tr("This Millrace does not know the kind “%1”").arg(toQt(node.kind));
        content.attentionHealth = Health::Error;
        return content;
    }
    if (content.title.isEmpty())
        content.title = kindText(kind->title);
    content.icon = iconOf(*kind);
    content.role = roleOf(kind->category);
    content.what = whatItIs(node, *kind, figures);
    content.inputs = static_cast<int>(kind->inputs.size());
    content.outputs = static_cast<int>(kind->outputs.size());
    if (!figures) {
        content.state = node.state == graph::NodeState::Disabled
                            ? stateText(runtime::NodeState::Disabled)
                            : stateText(runtime::NodeState::Stopped);
        if (kind->category != graph::Category::Stream)
            content.figure = format::noData();
        addAttention(content, nullptr, problem, limitsOf(node, *kind));
        return content;
    }
    content.health = healthOf(figures->state);
    content.state = stateText(figures->state);
    content.figure = figureOf(kind->category, *figures);
    if (kind->category == graph::Category::Stream) {
        content.bars = shardBars(figures->shards, limitsOf(node, *kind));
        content.foot = streamFoot(*figures);
    }
    if (figures->counts.dead > 0)
        content.note = Texts::tr("%1 to dead letters").arg(format::integer(figures->counts.dead));
    addAttention(content, figures, problem, limitsOf(node, *kind));
    return content;
}

QString spokenText(const CardContent &content)
{
    //: %1 the name of a card, %2 what it is
    QStringList sentences{Texts::tr("%1: %2").arg(content.title, content.what)};
    for (const QString &each :
         {content.state, content.figure, content.foot, content.note, content.attention}) {
        if (!each.isEmpty() && each != format::noData())
            sentences << each;
    }
    return sentences.join(u". "_s);
}

QString countsText(const runtime::NodeFigures &figures)
{
    const runtime::FateCounts &counts = figures.counts;
    QStringList lines;
    const auto add = [&lines](const QString &form, std::uint64_t value) {
        lines << form.arg(format::integer(value));
    };
    if (!figures.reads.empty()) {
        //: %1 the path of a file or the name of a computer
        lines << Texts::tr("Reads %1").arg(pathToQt(figures.reads));
    }
    lines << Texts::tr("In: %1").arg(format::records(counts.in));
    add(Texts::tr("Processed: %1"), counts.processed);
    if (counts.filtered > 0)
        add(Texts::tr("Filtered out: %1"), counts.filtered);
    if (counts.late > 0)
        add(Texts::tr("Late: %1"), counts.late);
    if (counts.dead > 0)
        add(Texts::tr("To dead letters: %1"), counts.dead);
    if (counts.expired > 0)
        add(Texts::tr("Expired unread: %1"), counts.expired);
    add(Texts::tr("In flight: %1"), counts.inFlight);
    add(Texts::tr("Out: %1"), counts.out);
    lines << Texts::tr("Busy %1, idle %2, waiting %3 of the last second")
                 .arg(format::percent(figures.busy), format::percent(figures.idle),
                      format::percent(figures.backPressured));
    return lines.join(u'\n');
}

QString stateText(runtime::NodeState state)
{
    switch (state) {
    case runtime::NodeState::Running:
        return Texts::tr("running");
    case runtime::NodeState::Paused:
        return Texts::tr("paused");
    case runtime::NodeState::BackPressured:
        return Texts::tr("waiting");
    case runtime::NodeState::Retrying:
        return Texts::tr("retrying");
    case runtime::NodeState::Finished:
        return Texts::tr("finished");
    case runtime::NodeState::Failed:
        return Texts::tr("failed");
    case runtime::NodeState::Disabled:
        return Texts::tr("disabled");
    case runtime::NodeState::Stopped:
        break;
    }
    return Texts::tr("stopped");
}

} // namespace millrace::ui
