// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/function.h"
#include "core/sql/functions/time_format.h"
#include "core/sql/functions/time_unit.h"

#include <algorithm>
#include <limits>

namespace millrace::sql {
namespace {

using Text = std::string_view;

constexpr Text kDefaultFormat = "yyyy-MM-dd HH:mm:ss";

struct FormatData {
    std::optional<TimeFormat> format; ///< of a constant pattern
};

/// Reads a constant pattern once; the pattern is the last argument.
Prepared preparePattern(std::span<const NodePtr> arguments, const Expression &)
{
    auto data = std::make_shared<FormatData>();
    const Value *pattern = arguments.back()->constant();
    if (pattern != nullptr && pattern->text() != nullptr) {
        data->format = TimeFormat::parse(*pattern->text());
        if (!data->format)
            return {nullptr,
                    "'" + *pattern->text() +
                        "' is not a pattern of y, M, d, H, h, m, s, S, a, E and 'text' such as "
                        "'yyyy-MM-dd HH:mm:ss.SSS'",
                    {}};
    }
    return {std::move(data), {}, {}};
}

/// Calls `use` with the format of the row; a pattern that is none gives a row error.
template <class R, class F>
R withFormat(RowCall &call, Text pattern, F &&use)
{
    if (const auto &prepared = call.data<FormatData>(); prepared.format)
        return use(*prepared.format);
    const auto format = TimeFormat::parse(pattern);
    if (!format) {
        call.fail("'" + std::string(pattern) + "' is not a pattern of a time");
        return R{};
    }
    return use(*format);
}

Text withoutSpaces(Text text)
{
    const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
    return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

Text dateFormat(RowCall &call, std::int64_t millis, Text pattern)
{
    return withFormat<Text>(
        call, pattern, [&](const TimeFormat &format) { return call.text(format.format(millis)); });
}

std::int64_t orNull(RowCall &call, std::optional<std::int64_t> value)
{
    if (!value)
        call.setNull();
    return value.value_or(0);
}

const TimeFormat &defaultFormat()
{
    static const TimeFormat format = *TimeFormat::parse(kDefaultFormat);
    return format;
}

/// [Flink, DateTimeUtils.formatTimestampString]
Text dateFormatText(RowCall &call, Text text, Text pattern)
{
    const auto millis = defaultFormat().readLeniently(text);
    if (!millis) {
        call.setNull();
        return {};
    }
    return dateFormat(call, *millis, pattern);
}

std::int64_t toTimestamp(RowCall &call, Text text)
{
    return orNull(call, readSqlTimestamp(text));
}
/// A text that does not fit the pattern may still be a time as SQL writes it [Flink,
/// DateTimeUtils.parseTimestampData].
std::int64_t toTimestampFormat(RowCall &call, Text text, Text pattern)
{
    return withFormat<std::int64_t>(call, pattern, [&](const TimeFormat &format) {
        const auto out = format.read(text);
        return orNull(call, out ? out : readSqlTimestamp(withoutSpaces(text)));
    });
}

std::int64_t toDate(RowCall &call, Text text)
{
    return orNull(call, readSqlDate(text));
}
std::int64_t toDateFormat(RowCall &call, Text text, Text pattern)
{
    return withFormat<std::int64_t>(call, pattern, [&](const TimeFormat &format) {
        const std::int64_t millis = orNull(call, format.readLeniently(text));
        return record::startOfDay(millis);
    });
}

/// NULL where the time would lie outside the years 0001 to 9999.
std::int64_t inRange(RowCall &call, std::int64_t millis)
{
    return orNull(call, record::isTimestampInRange(millis) ? std::optional(millis) : std::nullopt);
}
std::int64_t ltzFromMillis(RowCall &call, std::int64_t millis)
{
    return inRange(call, millis);
}
std::int64_t ltzFromNumber(RowCall &call, std::int64_t number, std::int64_t precision)
{
    if (precision == 3)
        return inRange(call, number);
    std::int64_t millis = 0;
    if (precision != 0)
        call.fail("the precision of TO_TIMESTAMP_LTZ is 0 (seconds) or 3 (milliseconds)");
    else if (__builtin_mul_overflow(number, record::kMillisPerSecond, &millis))
        call.setNull();
    return inRange(call, millis);
}

std::int64_t seconds(std::int64_t millis)
{
    return extractUnit(TimeUnit::Epoch, millis);
}
std::int64_t unixNow(RowCall &call)
{
    const auto arrival = call.context().batch().arrival(call.context().batchRow(call.row()));
    return seconds(arrival.time_since_epoch().count());
}
/// [Flink, DateTimeUtils.unixTimestamp: Long.MIN_VALUE where the text is no time]
std::int64_t secondsOrLeast(std::optional<std::int64_t> millis)
{
    return millis ? seconds(*millis) : std::numeric_limits<std::int64_t>::min();
}
std::int64_t unixTimestamp(RowCall &, Text text)
{
    return secondsOrLeast(defaultFormat().readLeniently(text));
}
std::int64_t unixTimestampFormat(RowCall &call, Text text, Text pattern)
{
    return withFormat<std::int64_t>(call, pattern, [&](const TimeFormat &format) {
        return secondsOrLeast(format.readLeniently(text));
    });
}
Text fromUnix(RowCall &call, std::int64_t unixSeconds, Text pattern)
{
    std::int64_t millis = 0;
    if (__builtin_mul_overflow(unixSeconds, record::kMillisPerSecond, &millis) ||
        !record::isTimestampInRange(millis)) {
        call.setNull();
        return {};
    }
    return dateFormat(call, millis, pattern);
}
Text fromUnixDefault(RowCall &call, std::int64_t unixSeconds)
{
    std::int64_t millis = 0;
    if (__builtin_mul_overflow(unixSeconds, record::kMillisPerSecond, &millis) ||
        !record::isTimestampInRange(millis)) {
        call.setNull();
        return {};
    }
    return call.text(defaultFormat().format(millis));
}

struct UnitData {
    TimeUnit unit;
};

/// The unit is the argument at `index`; `parts` allows what only EXTRACT can take.
Prepared prepareUnit(std::span<const NodePtr> arguments, std::size_t index, bool parts)
{
    const Value *name = arguments[index]->constant();
    const auto unit =
        name != nullptr && name->text() != nullptr ? timeUnit(*name->text()) : std::nullopt;
    if (!unit || (!parts && !isSpan(*unit)))
        return {nullptr,
                "the unit must be YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND",
                {}};
    return {std::make_shared<UnitData>(UnitData{*unit}), {}, {}};
}
Prepared extractedUnit(std::span<const NodePtr> arguments, const Expression &)
{
    return prepareUnit(arguments, 0, true);
}
Prepared firstUnit(std::span<const NodePtr> arguments, const Expression &)
{
    return prepareUnit(arguments, 0, false);
}
Prepared secondUnit(std::span<const NodePtr> arguments, const Expression &)
{
    return prepareUnit(arguments, 1, false);
}

/// A day and some hours are a time of that day.
Prepared addedUnit(std::span<const NodePtr> arguments, const Expression &call)
{
    Prepared out = firstUnit(arguments, call);
    if (out.data && arguments[2]->type().is(TypeKind::Date) &&
        static_cast<const UnitData *>(out.data.get())->unit > TimeUnit::Day)
        out.type = TypeKind::Timestamp;
    return out;
}

std::int64_t extract(RowCall &call, Text, std::int64_t millis)
{
    return extractUnit(call.data<UnitData>().unit, millis);
}
template <TimeUnit Unit>
std::int64_t unitOf(RowCall &, std::int64_t millis)
{
    return extractUnit(Unit, millis);
}
std::int64_t orTooFar(RowCall &call, std::optional<std::int64_t> millis)
{
    if (!millis)
        call.fail("the result does not fit into " + call.outputType().toString());
    return millis.value_or(0);
}
std::int64_t floorTime(RowCall &call, std::int64_t millis, Text)
{
    return orTooFar(call, floorToUnit(call.data<UnitData>().unit, millis));
}
std::int64_t ceilTime(RowCall &call, std::int64_t millis, Text)
{
    return orTooFar(call, ceilToUnit(call.data<UnitData>().unit, millis));
}
std::int64_t difference(RowCall &call, Text, std::int64_t from, std::int64_t to)
{
    const std::int64_t out = unitsBetween(call.data<UnitData>().unit, from, to);
    if (out > std::numeric_limits<std::int32_t>::max() ||
        out < std::numeric_limits<std::int32_t>::min())
        call.fail("the result does not fit into INT");
    return out;
}
std::int64_t addTime(RowCall &call, Text, std::int64_t count, std::int64_t millis)
{
    return orTooFar(call, addUnits(call.data<UnitData>().unit, count, millis));
}

template <TimeUnit Unit>
std::vector<Overload> ofUnit()
{
    return {{"TIMEPOINT -> BIGINT", rowKernel<unitOf<Unit>>}};
}

std::vector<Overload> withTime(std::vector<Overload> numbers, Kernel kernel)
{
    numbers.push_back({"TIMEPOINT, KEYWORD -> 1", kernel, secondUnit});
    return numbers;
}

} // namespace

std::span<const Function> timeFunctions()
{
    constexpr FunctionGroup kTime = FunctionGroup::Time;
    static const std::vector<Function> table{
        {"CEIL", kTime, "Rounded up; CEIL(time TO unit) to the start of the next unit",
         withTime(ceilOverloads(), rowKernel<ceilTime>)},
        {"CEILING", kTime, "Rounded up; CEILING(time TO unit) to the start of the next unit",
         withTime(ceilOverloads(), rowKernel<ceilTime>)},
        {"CURRENT_DATE", kTime, "The day the record arrived", {{"-> DATE"}}},
        {"CURRENT_TIMESTAMP", kTime, "When the record arrived", {{"-> TIMESTAMP_LTZ"}}},
        {"DATE_FORMAT",
         kTime,
         "The time as text by a pattern such as 'yyyy-MM-dd HH:mm'",
         {{"TIMEPOINT, STRING -> STRING", rowKernel<dateFormat>, preparePattern},
          {"STRING, STRING -> STRING", rowKernel<dateFormatText>, preparePattern}}},
        {"DAYOFMONTH", kTime, "1 to 31", ofUnit<TimeUnit::Day>()},
        {"DAYOFWEEK", kTime, "1 (Sunday) to 7", ofUnit<TimeUnit::DayOfWeek>()},
        {"DAYOFYEAR", kTime, "1 to 366", ofUnit<TimeUnit::DayOfYear>()},
        {"EXTRACT",
         kTime,
         "EXTRACT(unit FROM time): that part of it as a number",
         {{"KEYWORD, TIMEPOINT -> BIGINT", rowKernel<extract>, extractedUnit}}},
        {"FLOOR", kTime, "Rounded down; FLOOR(time TO unit) to the start of the unit",
         withTime(floorOverloads(), rowKernel<floorTime>)},
        {"FROM_UNIXTIME",
         kTime,
         "Seconds since 1970 as text, by a pattern",
         {{"BIGINT -> STRING", rowKernel<fromUnixDefault>},
          {"BIGINT, STRING -> STRING", rowKernel<fromUnix>, preparePattern}}},
        {"HOUR", kTime, "0 to 23", ofUnit<TimeUnit::Hour>()},
        {"LOCALTIMESTAMP", kTime, "When the record arrived", {{"-> TIMESTAMP"}}},
        {"MINUTE", kTime, "0 to 59", ofUnit<TimeUnit::Minute>()},
        {"MONTH", kTime, "1 to 12", ofUnit<TimeUnit::Month>()},
        {"NOW", kTime, "When the record arrived", {{"-> TIMESTAMP_LTZ"}}},
        {"QUARTER", kTime, "1 to 4", ofUnit<TimeUnit::Quarter>()},
        {"SECOND", kTime, "0 to 59", ofUnit<TimeUnit::Second>()},
        {"TIMESTAMPADD",
         kTime,
         "TIMESTAMPADD(unit, n, time): the time n units later",
         {{"KEYWORD, BIGINT, TIMEPOINT -> 3", rowKernel<addTime>, addedUnit}}},
        {"TIMESTAMPDIFF",
         kTime,
         "TIMESTAMPDIFF(unit, a, b): whole units from a to b",
         {{"KEYWORD, TIMEPOINT, TIMEPOINT -> INT", rowKernel<difference>, firstUnit}}},
        {"TO_DATE",
         kTime,
         "A text as a day, by a pattern; NULL if it is none",
         {{"STRING -> DATE", rowKernel<toDate>},
          {"STRING, STRING -> DATE", rowKernel<toDateFormat>, preparePattern}}},
        {"TO_TIMESTAMP",
         kTime,
         "A text as a time, by a pattern; NULL if it is none",
         {{"STRING -> TIMESTAMP", rowKernel<toTimestamp>},
          {"STRING, STRING -> TIMESTAMP", rowKernel<toTimestampFormat>, preparePattern}}},
        {"TO_TIMESTAMP_LTZ",
         kTime,
         "Milliseconds (or, with 0, seconds) since 1970 as a time",
         {{"BIGINT -> TIMESTAMP_LTZ", rowKernel<ltzFromMillis>},
          {"BIGINT, BIGINT -> TIMESTAMP_LTZ", rowKernel<ltzFromNumber>},
          {"STRING -> TIMESTAMP_LTZ", rowKernel<toTimestamp>},
          {"STRING, STRING -> TIMESTAMP_LTZ", rowKernel<toTimestampFormat>, preparePattern}}},
        {"UNIX_TIMESTAMP",
         kTime,
         "A text as seconds since 1970 (the least BIGINT if it is no time); without one, the "
         "arrival",
         {{"-> BIGINT", rowKernel<unixNow>},
          {"STRING -> BIGINT", rowKernel<unixTimestamp>},
          {"STRING, STRING -> BIGINT", rowKernel<unixTimestampFormat>, preparePattern}}},
        {"WEEK", kTime, "The week of ISO 8601, 1 to 53", ofUnit<TimeUnit::Week>()},
        {"YEAR", kTime, "The year", ofUnit<TimeUnit::Year>()},
    };
    return table;
}

} // namespace millrace::sql
