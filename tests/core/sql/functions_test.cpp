// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sql/sql_fixture.h"
#include "tests/support/test_main.h"

#include "core/sql/functions/function.h"

#include <QTest>

#include <algorithm>
#include <limits>
#include <set>

using namespace millrace;
using namespace millrace::test;

namespace {

struct Golden {
    const char *expression;
    const char *expected;
};

constexpr const char *kSchema = "i INT, l BIGINT, d DOUBLE, m DECIMAL(10, 2), s STRING, u STRING, "
                                "b BOOLEAN, t TIMESTAMP(3), n STRING, ni INT, "
                                "r ROW<x INT, y ROW<z STRING>>, a ARRAY<INT>, "
                                "o ARRAY<ROW<k STRING>>, j STRING";
constexpr const char *kPayload =
    R"({"i":7,"l":5000000000,"d":2.5,"m":12.34,"s":"Hello","u":"größe","b":true,)"
    R"("t":"2026-03-08T09:10:11.123","n":null,"r":{"x":1,"y":{"z":"deep"}},"a":[10,20,30],)"
    R"("o":[{"k":"first"},{"k":"second"}],)"
    "\"j\":\"{\\\"a\\\":{\\\"b\\\":[1,2.5,\\\"x\\\",true,null]},\\\"c d\\\":\\\"q\\\"}\"}";

const Golden kOperators[] = {
    // Literals and arithmetic: INT stays INT, division of INT cuts, DECIMAL is exact.
    {"1 + 2 * 3", "7"},
    {"(1 + 2) * 3", "9"},
    {"7 / 2", "3"},
    {"-7 / 2", "-3"},
    {"-7 % 3", "-1"},
    {"i / 0", "! division by zero"},
    {"i % 0", "! division by zero"},
    {"d / 0", "Infinity"},
    {"m / 0", "! division by zero"},
    {"2147483647 + 1", "! the result does not fit into INT"},
    {"2147483648 + 1", "2147483649"},
    {"9223372036854775807 + l", "! the result does not fit into BIGINT"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"l * 2", "10000000000"},
    {"0.1 + 0.2", "0.3"},
    {"m * 0.5", "6.170"},
    {"m + i", "19.34"},
    {"1.0 / 3.0", "0.333333"},
    {"m * d", "30.85"},
    {"1e3", "1000.0"},
    {"- m", "-12.34"},
    {"+i", "7"},
    {"i + NULL", "NULL"},
    {"ni + 1", "NULL"},
    // Comparison.
    {"i = 7", "TRUE"},
    {"i <> 7", "FALSE"},
    {"i != 8", "TRUE"},
    {"i < 7.5", "TRUE"},
    {"l >= 5000000000", "TRUE"},
    {"m > 12.339", "TRUE"},
    {"d <= 2.5", "TRUE"},
    {"s < 'Help'", "TRUE"},
    {"s = NULL", "NULL"},
    {"t > '2026-03-08 00:00:00'", "TRUE"},
    {"t = TIMESTAMP '2026-03-08 09:10:11.123'", "TRUE"},
    {"i BETWEEN 7 AND 8", "TRUE"},
    {"i NOT BETWEEN 1 AND 6", "TRUE"},
    {"i BETWEEN 8 AND NULL", "FALSE"},
    {"i BETWEEN 1 AND NULL", "NULL"},
    {"i BETWEEN ASYMMETRIC 7 AND 8", "TRUE"},
    {"i BETWEEN ASYMMETRIC 8 AND 7", "FALSE"},
    {"i BETWEEN SYMMETRIC 8 AND 7", "TRUE"},
    {"i BETWEEN SYMMETRIC 7 AND 8", "TRUE"},
    {"i BETWEEN SYMMETRIC 9 AND 8", "FALSE"},
    {"i NOT BETWEEN SYMMETRIC 9 AND 8", "TRUE"},
    {"i BETWEEN SYMMETRIC 8 AND NULL", "NULL"},
    {"i IN (1, 7)", "TRUE"},
    {"i IN (1, NULL)", "NULL"},
    {"i NOT IN (1, 2)", "TRUE"},
    {"s IN ('a', 'Hello')", "TRUE"},
    {"n IS NULL", "TRUE"},
    {"n IS NOT NULL", "FALSE"},
    {"b IS TRUE", "TRUE"},
    {"(n = 'x') IS UNKNOWN", "TRUE"},
    {"(n = 'x') IS NOT TRUE", "TRUE"},
    {"b IS FALSE", "FALSE"},
    {"n IS DISTINCT FROM 'x'", "TRUE"},
    {"n IS NOT DISTINCT FROM NULL", "TRUE"},
    // LIKE.
    {"s LIKE 'H%o'", "TRUE"},
    {"s LIKE 'h%'", "FALSE"},
    {"s LIKE '_ell_'", "TRUE"},
    {"u LIKE 'gr__e'", "TRUE"},
    {"s LIKE '%'", "TRUE"},
    {"s LIKE ''", "FALSE"},
    {"'50%' LIKE '50!%' ESCAPE '!'", "TRUE"},
    {"'501' LIKE '50!%' ESCAPE '!'", "FALSE"},
    {"'aXbXb' LIKE 'a%b'", "TRUE"},
    {"'mississippi' LIKE '%iss%pi'", "TRUE"},
    {"s NOT LIKE '%z%'", "TRUE"},
    {"n LIKE '%'", "NULL"},
    {"s SIMILAR TO 'H(e|a)llo'", "TRUE"},
    {"s NOT SIMILAR TO 'H%'", "FALSE"},
    {"NOT s SIMILAR TO 'h%' AND i > 1", "TRUE"},
    {"s LIKE n", "NULL"},
    // Text, CASE, paths.
    {"s || ' ' || u", "Hello größe"},
    {"s || n", "NULL"},
    {"CASE WHEN i > 5 THEN 'big' ELSE 'small' END", "big"},
    {"CASE i WHEN 1 THEN 'one' WHEN 7 THEN 'seven' END", "seven"},
    {"CASE i WHEN 1 THEN 'one' END", "NULL"},
    {"CASE WHEN i = 0 THEN 1 / 0 ELSE 2 END", "2"},
    {"CASE WHEN b THEN 1 ELSE 2.5 END", "1.0"},
    {"r.x", "1"},
    {"r.y.z", "deep"},
    {"a[1]", "10"},
    {"a[4]", "NULL"},
    {"a[0]", "! array index 0: the first element is 1"},
    {"o[2].k", "second"},
    {"r", R"({"x":1,"y":{"z":"deep"}})"},
    // Times.
    {"t + INTERVAL '1' DAY", "2026-03-09 09:10:11.123"},
    {"t - INTERVAL '1:30' HOUR TO MINUTE", "2026-03-08 07:40:11.123"},
    {"TIMESTAMP '2026-01-31 00:00:00' + INTERVAL '1' MONTH", "2026-02-28 00:00:00.000"},
    {"INTERVAL '2' HOUR + t", "2026-03-08 11:10:11.123"},
    // CAST.
    {"CAST('12' AS INT)", "12"},
    {"CAST(' 12 ' AS BIGINT)", "12"},
    {"CAST('x' AS INT)", "! CAST: 'x' does not become INT"},
    {"TRY_CAST('x' AS INT)", "NULL"},
    {"TRY_CAST('12' AS INT)", "12"},
    {"CAST(2.9e0 AS INT)", "2"},
    {"CAST(l AS INT)", "! CAST: '5000000000' does not become INT"},
    {"CAST('1.5' AS DOUBLE)", "1.5"},
    {"CAST(m AS STRING)", "12.34"},
    {"CAST(d AS STRING)", "2.5"},
    {"CAST(1e10 AS STRING)", "1.0E10"},
    {"CAST(b AS STRING)", "TRUE"},
    {"CAST(t AS STRING)", "2026-03-08 09:10:11.123"},
    {"CAST('2026-02-32' AS TIMESTAMP(3))", "! CAST: '2026-02-32' does not become TIMESTAMP(3)"},
    {"CAST('2026-03-08T09:10:11Z' AS TIMESTAMP(3))", "2026-03-08 09:10:11.000"},
    {"CAST('yes' AS BOOLEAN)", "TRUE"},
    {"CAST(0 AS BOOLEAN)", "FALSE"},
    {"CAST(2.675 AS DECIMAL(10, 2))", "2.68"},
    {"CAST(1234 AS DECIMAL(3, 0))", "! CAST: '1234' does not become DECIMAL(3, 0)"},
    {"CAST(NULL AS INT)", "NULL"},
    // The record's own columns.
    {"shard", "3"},
    {"record.ordinal", "100"},
    {"partition_key", "k0"},
    {"record.arrival_time", "2026-01-01 00:00:00.000"},
    {"sequence_number", "NULL"},
    {"record.data LIKE '{\"i\":7%'", "TRUE"},
};

const Golden kFunctions[] = {
    {"ABS(-7)", "7"},
    {"ABS(-2147483648)", "! the result does not fit into INT"},
    {"ABS(-2.5)", "2.5"},
    {"ABS(NULL)", "NULL"},
    {"ACOS(1e0)", "0.0"},
    {"ASCII('A')", "65"},
    {"ASCII('')", "0"},
    {"ASIN(0e0)", "0.0"},
    {"ATAN(0e0)", "0.0"},
    {"ATAN2(0e0, 1e0)", "0.0"},
    {"BTRIM('  x ')", "x"},
    {"BTRIM('xxaxx', 'x')", "a"},
    {"CARDINALITY(a)", "3"},
    {"CEIL(2.1)", "3"},
    {"CEIL(-2.1e0)", "-2.0"},
    {"CEIL(t TO HOUR)", "2026-03-08 10:00:00.000"},
    {"CEIL(t TO MONTH)", "2026-04-01 00:00:00.000"},
    {"CEILING(d)", "3.0"},
    {"CHARACTER_LENGTH(u)", "5"},
    {"CHAR_LENGTH('')", "0"},
    {"CHAR_LENGTH(n)", "NULL"},
    {"CHR(97)", "a"},
    {"CHR(228)", "ä"},
    {"CHR(-1)", ""},
    {"COALESCE(n, s)", "Hello"},
    {"COALESCE(n, NULL)", "NULL"},
    {"COALESCE(i, 1 / 0)", "7"},
    {"CONCAT('a', 'b', 'c')", "abc"},
    {"CONCAT('a', n)", "NULL"},
    {"CONCAT_WS('-', 'a', n, 'b')", "a-b"},
    {"CONCAT_WS(n, 'a')", "NULL"},
    {"COS(0e0)", "1.0"},
    {"CURRENT_DATE", "2026-01-01"},
    {"CURRENT_TIMESTAMP", "2026-01-01 00:00:00.000"},
    {"DATE_FORMAT(t, 'yyyy/MM/dd HH-mm-ss.SSS')", "2026/03/08 09-10-11.123"},
    {"DATE_FORMAT(t, 'EEE d MMM yy, h a')", "Sun 8 Mar 26, 9 AM"},
    {"DATE_FORMAT('2026-03-08 09:10:11', 'HH')", "09"},
    {"DATE_FORMAT(t, n)", "NULL"},
    {"DAYOFMONTH(t)", "8"},
    {"DAYOFWEEK(t)", "1"},
    {"DAYOFYEAR(t)", "67"},
    {"DEGREES(PI())", "180.0"},
    {"E()", "2.718281828459045"},
    {"ENDSWITH(s, 'lo')", "TRUE"},
    {"ENDSWITH(s, 'x')", "FALSE"},
    {"EXP(0e0)", "1.0"},
    {"EXTRACT(YEAR FROM t)", "2026"},
    {"EXTRACT(DOW FROM t)", "1"},
    {"EXTRACT(SECOND FROM t)", "11"},
    {"EXTRACT(EPOCH FROM TIMESTAMP '1970-01-01 00:01:00')", "60"},
    {"FLOOR(-2.1)", "-3"},
    {"FLOOR(d)", "2.0"},
    {"FLOOR(t TO MINUTE)", "2026-03-08 09:10:00.000"},
    {"FLOOR(t TO YEAR)", "2026-01-01 00:00:00.000"},
    {"FLOOR(t TO WEEK)", "2026-03-08 00:00:00.000"},
    {"FROM_BASE64('aGVsbG8=')", "hello"},
    {"FROM_BASE64('?')", "! FROM_BASE64: the text is not base64"},
    {"FROM_UNIXTIME(0)", "1970-01-01 00:00:00"},
    {"FROM_UNIXTIME(60, 'mm')", "01"},
    {"GREATEST(1, 5, 3)", "5"},
    {"GREATEST(1, NULL)", "NULL"},
    {"GREATEST(1, 2.5)", "2.5"},
    {"HOUR(t)", "9"},
    {"IF(i > 5, 'a', 'b')", "a"},
    {"IF(n = 'x', 'a', 'b')", "b"},
    {"IFNULL(n, 'x')", "x"},
    {"INITCAP('hello big-WORLD')", "Hello Big-World"},
    {"INSTR(s, 'l')", "3"},
    {"JSON_EXISTS(j, '$.a.b[2]')", "TRUE"},
    {"JSON_EXISTS(j, '$.x')", "FALSE"},
    {"JSON_EXISTS(j, 'lax $.x' TRUE ON ERROR)", "FALSE"},
    {"JSON_EXISTS(j, 'strict $.x')", "FALSE"},
    {"JSON_EXISTS(j, 'strict $.x' TRUE ON ERROR)", "TRUE"},
    {"JSON_EXISTS(j, 'strict $.x' FALSE ON ERROR)", "FALSE"},
    {"JSON_EXISTS(j, 'strict $.x' UNKNOWN ON ERROR)", "NULL"},
    {"JSON_EXISTS(j, 'strict $.x' ERROR ON ERROR)",
     "! JSON_EXISTS: the path leads nowhere, or the text is no JSON"},
    {"JSON_EXISTS(j, '$.a' ERROR ON ERROR)", "TRUE"},
    {"JSON_QUERY(j, '$.a')", R"({"b":[1,2.5,"x",true,null]})"},
    {"JSON_QUERY(j, '$.a.b[0]')", "NULL"},
    {"JSON_QUERY(j, '$.a.b[0]' WITH WRAPPER)", "[1]"},
    {"JSON_QUERY(j, 'lax $.x' EMPTY ARRAY ON EMPTY)", "[]"},
    {"JSON_VALUE(j, '$.a.b[0]')", "1"},
    {"JSON_VALUE(j, '$.a.b[1]' RETURNING DOUBLE)", "2.5"},
    {"JSON_VALUE(j, '$.a.b[2]')", "x"},
    {"JSON_VALUE(j, '$.a.b[3]' RETURNING BOOLEAN)", "TRUE"},
    {"JSON_VALUE(j, '$.a.b[4]')", "NULL"},
    {"JSON_VALUE(j, '$[''c d'']')", "q"},
    {"JSON_VALUE(j, '$.a')", "NULL"},
    {"JSON_VALUE(j, 'strict $.x' ERROR ON ERROR)",
     "! JSON_VALUE: the value at the path is no such scalar"},
    {"JSON_VALUE(j, 'lax $.x' DEFAULT 'none' ON EMPTY)", "none"},
    {"JSON_VALUE(j, '$.a.b[2]' RETURNING INT DEFAULT -1 ON ERROR)", "-1"},
    {"JSON_VALUE('true', '$')", "true"},
    {"JSON_VALUE('no json', '$.a')", "NULL"},
    {"JSON_VALUE(record.data, '$.r.x')", "1"},
    {"LEAST('b', 'a')", "a"},
    {"LEFT(u, 3)", "grö"},
    {"LEFT(u, 0)", ""},
    {"LN(E())", "1.0"},
    {"LN(0e0)", "-Infinity"},
    {"LOCALTIMESTAMP", "2026-01-01 00:00:00.000"},
    {"LOCATE('l', s)", "3"},
    {"LOCATE('l', s, 4)", "4"},
    {"LOCATE('z', s)", "0"},
    {"LOG(1e0)", "0.0"},
    {"LOG(2e0, 8e0)", "3.0"},
    {"LOG10(1000e0)", "3.0"},
    {"LOG2(8e0)", "3.0"},
    {"LOWER('ÄB')", "äb"},
    {"LPAD('7', 3, '0')", "007"},
    {"LPAD('1234', 3, '0')", "123"},
    {"LPAD('x', 5, 'ab')", "ababx"},
    {"LTRIM('  x ')", "x "},
    {"MD5('hello')", "5d41402abc4b2a76b9719d911017c592"},
    {"MINUTE(t)", "10"},
    {"MOD(-7, 3)", "-1"},
    {"MOD(7.5, 2)", "1.5"},
    {"MOD(i, 0)", "! division by zero"},
    {"MONTH(t)", "3"},
    {"NOW()", "2026-01-01 00:00:00.000"},
    {"NULLIF(i, 7)", "NULL"},
    {"NULLIF(i, 8)", "7"},
    {"OVERLAY('abcdef' PLACING 'XY' FROM 2 FOR 3)", "aXYef"},
    {"OVERLAY('abcdef' PLACING 'XY' FROM 2)", "aXYdef"},
    {"PI()", "3.141592653589793"},
    {"POSITION('l' IN s)", "3"},
    {"POSITION('ß' IN u)", "4"},
    {"POWER(2, 10)", "1024.0"},
    {"QUARTER(t)", "1"},
    {"RADIANS(180e0) = PI()", "TRUE"},
    {"RAND() <> RAND() AND RAND() >= 0 AND RAND() < 1", "TRUE"},
    {"RAND(1) <> RAND(2)", "TRUE"},
    {"RAND_INTEGER(10) BETWEEN 0 AND 9", "TRUE"},
    {"REGEXP(s, '^H.*o$')", "TRUE"},
    {"REGEXP(s, '^x')", "FALSE"},
    {"REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2)", "bar"},
    {"REGEXP_EXTRACT('foothebar', 'o+')", "oo"},
    {"REGEXP_EXTRACT(s, 'x(.)', 1)", "NULL"},
    {"REGEXP_REPLACE('foobar', 'oo|ar', '')", "fb"},
    {"REGEXP_REPLACE('a1b2', '([a-z])([0-9])', '$2$1')", "$2$1$2$1"},
    {"REGEXP_REPLACE('abc', '', '-')", "-a-b-c-"},
    {"REPEAT('ab', 3)", "ababab"},
    {"REPEAT('ab', 0)", ""},
    {"REPEAT('ab', 100000000)", "! the text would be longer than 16 MiB"},
    {"REPLACE('banana', 'an', 'AN')", "bANANa"},
    {"REPLACE('banana', '', 'x')", "xbxaxnxaxnxax"},
    {"REVERSE(u)", "eßörg"},
    {"RIGHT(u, 2)", "ße"},
    {"ROUND(2.5)", "3"},
    {"ROUND(-2.5)", "-3"},
    {"ROUND(2.675e0, 2)", "2.68"},
    {"ROUND(123.456, 2)", "123.46"},
    {"ROUND(1250, -2)", "1300"},
    {"ROUND(NULL)", "NULL"},
    {"RPAD('7', 3, '0')", "700"},
    {"RTRIM(' x  ')", " x"},
    {"SECOND(t)", "11"},
    {"SHA256('hello')", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
    {"SIGN(-2.5)", "-1.0"},
    {"SIGN(0)", "0"},
    {"SIN(0e0)", "0.0"},
    {"SPLIT_INDEX('a,b,,c', ',', 2)", ""},
    {"SPLIT_INDEX('a,b,,c', ',', 3)", "c"},
    {"SPLIT_INDEX('a,b', ',', 2)", "NULL"},
    {"SPLIT_INDEX('a,b', ',', -1)", "NULL"},
    {"SQRT(9)", "3.0"},
    {"SQRT(-1)", "NaN"},
    {"STARTSWITH(s, 'He')", "TRUE"},
    {"SUBSTR(s, 2)", "ello"},
    {"SUBSTR(s, -3, 2)", "ll"},
    {"SUBSTRING(s FROM 2 FOR 3)", "ell"},
    {"SUBSTRING(u, 3, 2)", "öß"},
    {"SUBSTRING(s, 9)", ""},
    {"SUBSTRING(s, 1, -1)", "NULL"},
    {"TAN(0e0)", "0.0"},
    {"TIMESTAMPADD(DAY, 2, t)", "2026-03-10 09:10:11.123"},
    {"TIMESTAMPADD(YEAR, 9000, t)", "! the result does not fit into TIMESTAMP(3)"},
    {"TIMESTAMPDIFF(HOUR, TIMESTAMP '2026-03-08 00:00:00', t)", "9"},
    {"TIMESTAMPDIFF(MONTH, TIMESTAMP '2026-01-31 00:00:00', TIMESTAMP '2026-03-30 00:00:00')", "1"},
    {"TIMESTAMPDIFF(DAY, t, TIMESTAMP '2026-03-07 00:00:00')", "-1"},
    {"TO_BASE64('hello')", "aGVsbG8="},
    {"TO_DATE('2026-03-08')", "2026-03-08"},
    {"TO_DATE('08.03.2026', 'dd.MM.yyyy')", "2026-03-08"},
    {"TO_TIMESTAMP('2026-03-08 09:10:11')", "2026-03-08 09:10:11.000"},
    {"TO_TIMESTAMP('08.03.2026', 'dd.MM.yyyy')", "2026-03-08 00:00:00.000"},
    {"TO_TIMESTAMP('2001/01/01 00:47', 'yyyy/MM/dd HH:mm')", "2001-01-01 00:47:00.000"},
    {"TO_TIMESTAMP('nonsense')", "NULL"},
    {"TO_TIMESTAMP_LTZ(1517363399650)", "2018-01-31 01:49:59.650"},
    {"TO_TIMESTAMP_LTZ(1517363399, 0)", "2018-01-31 01:49:59.000"},
    {"TRIM('  x ')", "x"},
    {"TRIM(LEADING 'x' FROM 'xxaxx')", "axx"},
    {"TRIM(TRAILING FROM ' a ')", " a"},
    {"TRIM(BOTH 'ä' FROM 'äaä')", "a"},
    {"TRUNCATE(2.789, 1)", "2.7"},
    {"TRUNCATE(-2.9e0)", "-2.0"},
    {"UNIX_TIMESTAMP()", "1767225600"},
    {"UNIX_TIMESTAMP('1970-01-01 00:01:00')", "60"},
    {"UNIX_TIMESTAMP('01:02', 'mm:ss')", "62"},
    {"UPPER('größe')", "GRÖSSE"},
    {"WEEK(t)", "10"},
    {"YEAR(t)", "2026"},
    // Lengths and counts from outside.
    {"LPAD('x', 4611686018427387904, 'ab')", "! the text would be longer than 16 MiB"},
    {"RPAD('x', 9223372036854775807, 'ab')", "! the text would be longer than 16 MiB"},
    {"RPAD('x', -9223372036854775808, 'ab')", "NULL"},
    {"REPEAT('xxxx', 4611686018427387904)", "! the text would be longer than 16 MiB"},
    {"REPEAT('', 9223372036854775807)", ""},
    {"OVERLAY('abc' PLACING 'x' FROM 2 FOR 9223372036854775807)", "ax"},
    {"OVERLAY('abcd' PLACING 'x' FROM 2 FOR 1)", "axcd"},
    {"ROUND(l, -9223372036854775808)", "0"},
    {"ROUND(d, -9223372036854775808)", "0.0"},
    {"TRUNCATE(m, -9223372036854775808)", "0"},
    {"ROUND(l, 9223372036854775807)", "5000000000"},
    {"UNIX_TIMESTAMP('2026-4294967297-01', 'yyyy-MM-dd')", "-9223372036854775808"},
    {"UNIX_TIMESTAMP('99999999999999999999-01-01', 'yyyy-MM-dd')", "-9223372036854775808"},
    {"UNIX_TIMESTAMP('2026-01-01 99999999999999999999', 'yyyy-MM-dd HH')", "-9223372036854775808"},
    {"UNIX_TIMESTAMP('2026-01-0000000007', 'yyyy-MM-dd')", "1767744000"},
    {"CONCAT(REPEAT(s, 2000000), REPEAT(s, 2000000))", "! the text would be longer than 16 MiB"},
    {"CONCAT_WS(',', REPEAT(s, 2000000), REPEAT(s, 2000000))",
     "! the text would be longer than 16 MiB"},
    {"REPEAT(s, 2000000) || REPEAT(s, 2000000)", "! the text would be longer than 16 MiB"},
    {"OVERLAY(REPEAT(s, 2000000) PLACING REPEAT(s, 2000000) FROM 1 FOR 0)",
     "! the text would be longer than 16 MiB"},
    {"TO_BASE64(REPEAT(s, 3000000))", "! the text would be longer than 16 MiB"},
    {"REPLACE(REPEAT(s, 1000), 'l', REPEAT(s, 100000))", "! the text would be longer than 16 MiB"},
    {"REGEXP_REPLACE(REPEAT(s, 1000), '', REPEAT(s, 10000))",
     "! the text would be longer than 16 MiB"},
    {"CHAR_LENGTH(REPEAT(s, 3000000))", "15000000"},
};

} // namespace

/// Every operator and function with its value, its NULLs and its errors, as Flink documents them.
class FunctionsTest final : public QObject
{
    Q_OBJECT

    static void run(const Golden &golden)
    {
        const auto schema = record::parseSchema(kSchema);
        QVERIFY(schema.has_value());
        const std::string found = evaluatedOnce(golden.expression, *schema, kPayload);
        QVERIFY2(found == golden.expected, (std::string(golden.expression) + " gave " + found +
                                            ", expected " + golden.expected)
                                               .c_str());
    }

private slots:
    void operators_data() { rows(kOperators); }
    void operators() { run(fetched(kOperators)); }
    void functions_data() { rows(kFunctions); }
    void functions() { run(fetched(kFunctions)); }

    void everyFunctionHasAGoldenRowAndAHelpLine()
    {
        std::set<std::string> tested;
        for (const Golden &golden : kFunctions) {
            const std::string text = golden.expression;
            tested.insert(
                text.substr(0, text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")));
        }
        QVERIFY(sql::allFunctions().size() > 80);
        for (const sql::Function *function : sql::allFunctions()) {
            QVERIFY2(tested.count(std::string(function->name)) == 1,
                     std::string(function->name).c_str());
            QVERIFY(!function->help.empty());
            QVERIFY(!function->overloads.empty());
        }
    }

    /// Whatever a payload holds, a function ends, and what is an INT is one.
    void everyFunctionBearsExtremes()
    {
        const auto schema = record::parseSchema(
            "lo BIGINT, hi BIGINT, big DOUBLE, m DECIMAL(38, 4), s STRING, first TIMESTAMP(3), "
            "last TIMESTAMP(3), a ARRAY<INT>");
        QVERIFY(schema.has_value());
        const auto batch =
            batchOf({R"({"lo":-9223372036854775808,"hi":9223372036854775807,"big":1.7e308,)"
                     R"("m":-9999999999999999999999999999999999.9999,"s":"größe","a":[],)"
                     R"("first":"0001-01-01T00:00:00.000","last":"9999-12-31T23:59:59.999"})"});
        std::vector<std::string> calls;
        for (const sql::Function *function : sql::allFunctions()) {
            std::size_t most = 0;
            for (const sql::Overload &overload : function->overloads)
                most = std::max<std::size_t>(
                    most,
                    std::count(overload.signature.begin(), overload.signature.end(), ',') + 1);
            addCalls(calls, std::string(function->name) + '(', most);
        }
        for (const char *unit : {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "SECOND"}) {
            for (const char *time : {"first", "last"}) {
                const std::string in = std::string(unit) + " FROM " + time + ')';
                calls.push_back("EXTRACT(" + in);
                for (const char *name : {"FLOOR(", "CEIL("})
                    calls.push_back(std::string(name) + time + " TO " + unit + ')');
                for (const char *count : {"lo", "hi"})
                    calls.push_back("TIMESTAMPADD(" + std::string(unit) + ", " + count + ", " +
                                    time + ')');
                for (const char *other : {"first", "last"})
                    calls.push_back("TIMESTAMPDIFF(" + std::string(unit) + ", " + time + ", " +
                                    other + ')');
            }
        }
        std::set<std::string> called;
        for (const std::string &call : calls) {
            const auto bound = sql::bindExpression(call, *schema);
            if (!bound)
                continue;
            called.insert(call.substr(0, call.find('(')));
            const std::string cell = evaluated(call, *schema, *batch).front();
            QVERIFY2(cell.size() <= (std::size_t{16} << 20U), call.c_str());
            if (!bound->type().is(record::TypeKind::Int) || cell == "NULL" ||
                cell.starts_with("! "))
                continue;
            const long long value = std::stoll(cell);
            QVERIFY2(value >= std::numeric_limits<std::int32_t>::min() &&
                         value <= std::numeric_limits<std::int32_t>::max(),
                     (call + " gave " + cell).c_str());
        }
        QVERIFY(called.size() + 10 > sql::allFunctions().size());
    }

    void hostilePatternEnds()
    {
        const auto schema = record::parseSchema("s STRING");
        const std::string text(60, 'a');
        const std::string found =
            evaluatedOnce("REGEXP(s, '^(a+)+$')", *schema, "{\"s\":\"" + text + "!\"}");
        QVERIFY2(found == "FALSE" || found.starts_with("! the regular"), found.c_str());
    }

private:
    /// Every call that begins so, with up to `most` arguments more.
    static void addCalls(std::vector<std::string> &calls, const std::string &begun,
                         std::size_t most)
    {
        calls.push_back(begun + ')');
        for (const char *argument : {"lo", "hi", "big", "m", "s", "last", "a"}) {
            const std::string more = begun + (begun.ends_with('(') ? "" : ", ") + argument;
            if (most > 1)
                addCalls(calls, more, most - 1);
            else if (most == 1)
                calls.push_back(more + ')');
        }
    }
    template <std::size_t N>
    static void rows(const Golden (&table)[N])
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < N; ++i)
            QTest::newRow(table[i].expression) << static_cast<int>(i);
    }
    template <std::size_t N>
    static const Golden &fetched(const Golden (&table)[N])
    {
        QFETCH(int, index);
        return table[static_cast<std::size_t>(index)];
    }
};

MILLRACE_TEST(FunctionsTest)
#include "functions_test.moc"
