// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sql/sql_fixture.h"
#include "tests/support/test_main.h"

#include <QTest>

#include <algorithm>

using namespace millrace;
using namespace millrace::test;

namespace {

/// What an expression is in Flink, and where that is known from: a file of Flink's (2.x) or of the
/// libraries that its functions stand on, and the function in it.
struct Fact {
    const char *expression;
    const char *flink;
    const char *source;
};

constexpr const char *kUtils = "flink SqlFunctionUtils.java";
constexpr const char *kString = "flink BinaryStringData.java";
constexpr const char *kStringUtil = "flink BinaryStringDataUtil.java";
constexpr const char *kCodegen = "flink StringCallGen.scala";
constexpr const char *kTime = "flink DateTimeUtils.java";
constexpr const char *kTimeTest = "flink TimeFunctionsITCase.java";
constexpr const char *kDocs = "flink docs/data/sql_functions.yml";
constexpr const char *kJson = "flink SqlJsonUtils.java";
constexpr const char *kJava = "java.lang.String, Locale.ROOT; Unicode SpecialCasing.txt";
constexpr const char *kBase64 = "java.util.Base64.getDecoder";
constexpr const char *kSplit = "commons-lang StringUtils.splitByWholeSeparatorPreserveAllTokens";
constexpr const char *kInitcap = "calcite SqlFunctions.initcap";
constexpr const char *kSimilar = "calcite Like.sqlToRegexSimilar";
constexpr const char *kJavaTime = "java.time.format.DateTimeFormatter, ResolverStyle.SMART";
constexpr const char *kSimpleDate = "java.text.SimpleDateFormat, lenient";
constexpr const char *kParseDouble = "java.lang.Double.parseDouble";
constexpr const char *kDecimal = "flink DecimalDataUtils.compare";
constexpr const char *kBigDecimal = "flink SqlFunctionUtils.sround, struncate: BigDecimal";

constexpr const char *kOperators = "flink ScalarOperatorGens.generateComparison: Java's operators";

constexpr const char *kSchema = "t TIMESTAMP(3), j STRING, b BOOLEAN, broken STRING";
constexpr const char *kPayload =
    "{\"t\":\"2020-02-29 01:56:59.987\",\"b\":true,\"broken\":\"(\","
    "\"j\":\"{\\\"a\\\":1,\\\"o\\\":{\\\"p\\\":2},\\\"l\\\":[3],\\\"n\\\":null}\"}";

const Fact kTexts[] = {
    {"SPLIT_INDEX('a,b,,c', ',', 0)", "a", kSplit},
    {"SPLIT_INDEX('a,b,,c', ',', 2)", "", kSplit},
    {"SPLIT_INDEX('a,b,', ',', 2)", "", kSplit},
    {"SPLIT_INDEX('a,b', ',', 2)", "NULL", kUtils},
    {"SPLIT_INDEX('a,b', ',', -1)", "NULL", kUtils},
    {"SPLIT_INDEX('', ',', 0)", "NULL", kSplit},
    {"SPLIT_INDEX('--', '--', 1)", "", kSplit},
    {"SPLIT_INDEX('a b  c', '', 1)", "b", kSplit},
    {"SPLIT_INDEX('a b  c', '', 2)", "", kSplit},
    {"SPLIT_INDEX('a;b', 59, 1)", "b", kUtils},
    {"SPLIT_INDEX('a;b', 0, 0)", "NULL", kUtils},
    {"SPLIT_INDEX('a;b', 256, 0)", "NULL", kUtils},
    {"SPLIT_INDEX('aßb', 223, 1)", "b", kUtils},
    {"UPPER('größe')", "GRÖSSE", kJava},
    {"UPPER('\uFB01n \u0149 \u01F0 \u0390 \u1FB3')",
     "FIN \u02BCN J\u030C \u0399\u0308\u0301 \u0391\u0399", kJava},
    {"UPPER('ǆ')", "Ǆ", kJava},
    {"UPPER('ı')", "I", kJava},
    {"LOWER('GRÖSSE')", "grösse", kJava},
    {"LOWER('\u0130')", "i\u0307", kJava},
    {"LOWER('ΟΔΟΣ Σ ΣΑΣ.')", "οδος σ σας.", kJava},
    {"LOWER('ẞ')", "ß", kJava},
    {"INITCAP('hello big-WORLD 2nd')", "Hello Big-World 2nd", kInitcap},
    {"INITCAP('größe')", "GrößE", kInitcap},
    {"ASCII('A')", "65", kCodegen},
    {"ASCII('')", "0", kCodegen},
    {"ASCII('ä')", "-61", kCodegen},
    {"CHR(97)", "a", kUtils},
    {"CHR(353)", "a", kDocs},
    {"CHR(228)", "ä", kUtils},
    {"CHR(-1)", "", kUtils},
    {"CHAR_LENGTH(CHR(256))", "1", kUtils},
    {"SUBSTRING('hello', 0)", "hello", kStringUtil},
    {"SUBSTRING('hello', 0, 2)", "he", kStringUtil},
    {"SUBSTRING('hello', -3)", "llo", kStringUtil},
    {"SUBSTRING('hello', -3, 2)", "ll", kStringUtil},
    {"SUBSTRING('hello', -6)", "", kStringUtil},
    {"SUBSTRING('hello', 6)", "", kStringUtil},
    {"SUBSTRING('hello', 2, -1)", "NULL", kStringUtil},
    {"SUBSTRING('hello', 2, 0)", "", kStringUtil},
    {"SUBSTRING('😀ab', 2, 1)", "a", kStringUtil},
    {"CHAR_LENGTH('😀')", "1", kString},
    {"LEFT('hello', -1)", "", kCodegen},
    {"RIGHT('hello', -1)", "", kCodegen},
    {"RIGHT('hello', 9)", "hello", kCodegen},
    {"POSITION('l' IN 'hello')", "3", kUtils},
    {"POSITION('' IN 'hello')", "1", kString},
    {"POSITION('z' IN 'hello')", "0", kDocs},
    {"LOCATE('l', 'hello', 4)", "4", kUtils},
    {"LOCATE('l', 'hello', 0)", "3", kString},
    {"LOCATE('l', 'hello', -5)", "3", kString},
    {"LOCATE('', 'hello', 4)", "1", kString},
    {"LOCATE('l', 'hello', 9)", "0", kString},
    {"INSTR('hello', '')", "1", kUtils},
    {"INSTR('', 'a')", "0", kString},
    {"REPEAT('ab', -1)", "", "flink EncodingUtils.repeat"},
    {"REPLACE('ab', '', '-')", "-a-b-", "java.lang.String.replace"},
    {"REPLACE('', '', 'x')", "x", "java.lang.String.replace"},
    {"REPLACE('ababab', 'abab', 'z')", "zab", kDocs},
    {"LPAD('hi', 4, '?')", "??hi", kDocs},
    {"LPAD('hi', 1, '?')", "h", kDocs},
    {"RPAD('hi', 4, '?')", "hi??", kDocs},
    {"LPAD('hi', 4, '')", "NULL", kUtils},
    {"LPAD('hi', -1, '?')", "NULL", kUtils},
    {"LPAD('hi', 0, '?')", "", kUtils},
    {"OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6)", "xxxxxxxxx", kDocs},
    {"OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6 FOR 2)", "xxxxxxxxxst", kDocs},
    {"OVERLAY('abc' PLACING 'x' FROM 0)", "abc", kUtils},
    {"OVERLAY('abc' PLACING 'x' FROM 4)", "abc", kUtils},
    {"OVERLAY('abcd' PLACING 'x' FROM 2 FOR 0)", "ax", kUtils},
    {"OVERLAY('abcd' PLACING '' FROM 2)", "a", kUtils},
    {"TRIM('  x ')", "x", kStringUtil},
    {"TRIM(LEADING 'xy' FROM 'yxaxy')", "axy", kStringUtil},
    {"TRIM(TRAILING 'xy' FROM 'yxaxy')", "yxa", kStringUtil},
    {"TRIM('\t x')", "\t x", kStringUtil},
    {"LTRIM(' xa', ' x')", "a", kDocs},
    {"RTRIM('ax ', ' x')", "a", kDocs},
    {"TRIM(BOTH '' FROM ' a ')", " a ", kString},
    {"CONCAT('AA', CAST(NULL AS STRING), 'CC')", "NULL", kDocs},
    {"CONCAT_WS('~', 'AA', CAST(NULL AS STRING), 'BB', '', 'CC')", "AA~BB~~CC", kDocs},
    {"CONCAT_WS(CAST(NULL AS STRING), 'a')", "NULL", kStringUtil},
    {"CONCAT_WS('~', CAST(NULL AS STRING))", "", kStringUtil},
    {"REVERSE('a😀b')", "b😀a", kStringUtil},
    {"MD5('')", "d41d8cd98f00b204e9800998ecf8427e", "flink EncodingUtils.hex: small letters"},
    {"FROM_BASE64('aGVsbG8gd29ybGQ=')", "hello world", kDocs},
    {"FROM_BASE64('aGVsbG8')", "hello", kBase64},
    {"FROM_BASE64('aGVsbG8==')", "! FROM_BASE64: the text is not base64", kBase64},
    {"FROM_BASE64('====')", "! FROM_BASE64: the text is not base64", kBase64},
    {"FROM_BASE64('aGVs bG8=')", "! FROM_BASE64: the text is not base64", kBase64},
    {"'Z' < 'a'", "TRUE", "flink BinaryStringData.compareTo: bytes"},
    {"'ä' > 'z'", "TRUE", "flink BinaryStringData.compareTo: bytes"},
    {"'a' < 'ab'", "TRUE", "flink BinaryStringData.compareTo: bytes"},
};

const Fact kPatterns[] = {
    {"REGEXP('abc', '')", "FALSE", kUtils},
    {"REGEXP('abc', 'b')", "TRUE", kUtils},
    {"REGEXP('abc', broken)", "FALSE", kUtils},
    {"REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2)", "bar", kDocs},
    {"REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 3)", "NULL", kUtils},
    {"REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', -1)", "NULL", kUtils},
    {"REGEXP_EXTRACT('22', '[A-Z]+')", "NULL", "flink RegexpFunctionsITCase.java"},
    {"REGEXP_EXTRACT('b', '(a)|b', 1)", "NULL", kUtils},
    {"REGEXP_EXTRACT('abc', broken)", "NULL", kUtils},
    {"REGEXP_REPLACE('foobar', 'oo|ar', '')", "fb", kDocs},
    {"REGEXP_REPLACE('a1', '([a-z])([0-9])', '$2$1')", "$2$1", kUtils},
    {"REGEXP_REPLACE('ab', 'a', '\\')", "\\b", kUtils},
    {"REGEXP_REPLACE('abc', broken, 'x')", "NULL", kUtils},
    {"'abc' SIMILAR TO 'a(b|x)c'", "TRUE", kSimilar},
    {"'abc' SIMILAR TO 'b'", "FALSE", kSimilar},
    {"'abc' NOT SIMILAR TO 'b'", "TRUE", kSimilar},
    {"'abc' SIMILAR TO 'a%'", "TRUE", kSimilar},
    {"'abc' SIMILAR TO 'a_c'", "TRUE", kSimilar},
    {"'aäc' SIMILAR TO 'a_c'", "TRUE", kSimilar},
    {"'aaa' SIMILAR TO 'a{2,3}'", "TRUE", kSimilar},
    {"'aaaa' SIMILAR TO 'a{2,3}'", "FALSE", kSimilar},
    {"'b7' SIMILAR TO '[a-c][[:DIGIT:]]+'", "TRUE", kSimilar},
    {"'d7' SIMILAR TO '[^a-c][[:digit:]]?'", "TRUE", kSimilar},
    {"'a|b' SIMILAR TO 'a!|b' ESCAPE '!'", "TRUE", kSimilar},
    {"'a%' SIMILAR TO 'a!%' ESCAPE '!'", "TRUE", kSimilar},
    {"'ab' SIMILAR TO 'a!%' ESCAPE '!'", "FALSE", kSimilar},
    {"'a$b\\' SIMILAR TO 'a$b\\'", "TRUE", kSimilar},
    {"'abc' SIMILAR TO 'a.c'", "TRUE", kSimilar},
    {"'ab' SIMILAR TO 'a|b'", "FALSE", kSimilar},
    {"CAST(NULL AS STRING) SIMILAR TO 'a'", "NULL", kDocs},
    {"'a' SIMILAR TO CAST(NULL AS STRING)", "NULL", kDocs},
};

const Fact kNumbers[] = {
    {"LN(0)", "-Infinity", kUtils},
    {"LN(-1)", "NaN", kUtils},
    {"LN(-1) > 2", "FALSE", kOperators},
    {"LN(-1) <= 2", "FALSE", kOperators},
    {"SQRT(-1) = SQRT(-1)", "FALSE", kOperators},
    {"SQRT(-1) <> SQRT(-1)", "TRUE", kOperators},
    {"SQRT(-1) IS DISTINCT FROM SQRT(-1)", "TRUE", kOperators},
    {"SQRT(-1) IN (1e0, SQRT(-1))", "FALSE", kOperators},
    {"SQRT(-1) BETWEEN 1e0 AND 2e0", "FALSE", kOperators},
    {"SQRT(-1) NOT BETWEEN 1e0 AND 2e0", "TRUE", kOperators},
    {"ROUND(1.5e17, -17)", "2.0E17", kBigDecimal},
    {"TRUNCATE(1.5e17, -17)", "1.0E17", kBigDecimal},
    {"ROUND(1.5e17, 2)", "1.5E17", kBigDecimal},
    {"TRY_CAST('1e3' AS INT)", "NULL", kStringUtil},
    {"CAST('1e3' AS INT)", "! CAST: '1e3' does not become INT", kStringUtil},
    {"CAST('+12.9' AS INT)", "12", kStringUtil},
    {"CAST('.5' AS INT)", "0", kStringUtil},
    {"CAST('.' AS INT)", "0", kStringUtil},
    {"TRY_CAST('-' AS INT)", "NULL", kStringUtil},
    {"TRY_CAST('' AS INT)", "NULL", kStringUtil},
    {"TRY_CAST('1.x' AS INT)", "NULL", kStringUtil},
    {"TRY_CAST('2147483648' AS INT)", "NULL", kStringUtil},
    {"CAST('-9223372036854775808' AS BIGINT)", "-9223372036854775808", kStringUtil},
    {"TRY_CAST('9223372036854775808' AS BIGINT)", "NULL", kStringUtil},
    {"TRY_CAST('+-5' AS DOUBLE)", "NULL", kParseDouble},
    {"TRY_CAST('nan' AS DOUBLE)", "NULL", kParseDouble},
    {"TRY_CAST('inf' AS DOUBLE)", "NULL", kParseDouble},
    {"TRY_CAST('infinity' AS DOUBLE)", "NULL", kParseDouble},
    {"TRY_CAST('1e' AS DOUBLE)", "NULL", kParseDouble},
    {"TRY_CAST('.' AS DOUBLE)", "NULL", kParseDouble},
    {"TRY_CAST('NaNd' AS DOUBLE)", "NULL", kParseDouble},
    {"CAST('+NaN' AS DOUBLE)", "NaN", kParseDouble},
    {"CAST('-Infinity' AS DOUBLE)", "-Infinity", kParseDouble},
    {"CAST('1e400' AS DOUBLE)", "Infinity", kParseDouble},
    {"CAST('-1e400' AS DOUBLE)", "-Infinity", kParseDouble},
    {"CAST('1e-400' AS DOUBLE)", "0.0", kParseDouble},
    {"CAST('1e99999999999999999999' AS DOUBLE)", "Infinity", kParseDouble},
    {"CAST(RPAD('1', 401, '0') AS DOUBLE)", "Infinity", kParseDouble},
    {"CAST(CONCAT(RPAD('1', 401, '0'), 'e-50') AS DOUBLE)", "Infinity", kParseDouble},
    {"CAST(CONCAT('0.', RPAD('0', 400, '0'), '1e50') AS DOUBLE)", "0.0", kParseDouble},
    {"CAST(CONCAT('0.', RPAD('0', 400, '0'), '1e401') AS DOUBLE)", "1.0", kParseDouble},
    {"CAST('0e400' AS DOUBLE)", "0.0", kParseDouble},
    {"CAST(' +1.5e2d ' AS DOUBLE)", "150.0", kParseDouble},
    {"CAST(CONCAT(CHR(9), '1.', CHR(10)) AS DOUBLE)", "1.0", kParseDouble},
    {"1 = 1.0000001", "FALSE", kDecimal},
    {"CAST(1.0000001 AS DECIMAL(38, 18)) > CAST(1 AS DECIMAL(38, 2))", "TRUE", kDecimal},
    {"CAST(1 AS DECIMAL(38, 2)) = CAST(1.0000001 AS DECIMAL(38, 18))", "FALSE", kDecimal},
    {"CAST(1.0000001 AS DECIMAL(38, 18)) IN (CAST(1 AS DECIMAL(38, 2)))", "FALSE", kDecimal},
    {"CAST(1.0000001 AS DECIMAL(38, 18)) BETWEEN 0 AND CAST(1 AS DECIMAL(38, 2))", "FALSE",
     kDecimal},
    {"CASE CAST(1.0000001 AS DECIMAL(38, 18)) WHEN CAST(1 AS DECIMAL(38, 2)) THEN 'same' "
     "ELSE 'other' END",
     "other", kDecimal},
    {"NULLIF(CAST(1.0000001 AS DECIMAL(38, 18)), CAST(1 AS DECIMAL(38, 2))) IS NULL", "FALSE",
     kDecimal},
    {"CAST('12345678901234567890123456789012345678' AS DECIMAL(38, 0)) > 0.5", "TRUE", kDecimal},
    {"CAST('12345678901234567890123456789012345678' AS DECIMAL(38, 0)) IN (7, NULL, 0.5)", "NULL",
     kDecimal},
    {"CAST('12345678901234567890123456789012345678' AS DECIMAL(38, 0)) > 1e0", "TRUE",
     "flink ScalarOperatorGens: DOUBLE where one is"},
    {"NULLIF(7, 7.0)", "NULL", "calcite SqlNullifFunction: CASE"},
    {"NULLIF(7, 7.5)", "7", "calcite SqlNullifFunction: CASE"},
    {"LOG(0)", "-Infinity", kUtils},
    {"LOG10(0)", "-Infinity", kUtils},
    {"LOG2(0)", "-Infinity", kUtils},
    {"LOG2(8)", "3.0", kUtils},
    {"LOG(2, 8)", "3.0", kUtils},
    {"LOG(1, 8)", "Infinity", kUtils},
    {"LOG(10, 1000)", "2.9999999999999996", kUtils},
    {"SQRT(-1)", "NaN", "java.lang.Math.pow(x, 0.5)"},
    {"1e0 / 0", "Infinity", "java, double division"},
    {"ROUND(-2.5)", "-3", kBigDecimal},
    {"ROUND(-1.25, 1)", "-1.3", kBigDecimal},
    {"ROUND(-1250, -2)", "-1300", kBigDecimal},
    {"ROUND(1.005e0, 2)", "1.01", kBigDecimal},
    {"TRUNCATE(42.324, 2)", "42.32", kDocs},
    {"TRUNCATE(-2.789, 1)", "-2.7", kBigDecimal},
    {"TRUNCATE(-1299, -2)", "-1200", kBigDecimal},
    {"MOD(-7, 3)", "-1", kDocs},
    {"MOD(7, -3)", "1", kDocs},
    {"-7 % 3", "-1", kDocs},
    {"7 / 2", "3", "flink ScalarOperatorGens: INT by INT is INT"},
    {"-7 / 2", "-3", "java, int division"},
    {"SIGN(-3)", "-1", kDocs},
    {"CASE WHEN b THEN 1 ELSE 2.5 END", "1.0", "calcite leastRestrictive: DECIMAL(11, 1)"},
    {"COALESCE(CAST(NULL AS INT), 2.5e0)", "2.5", "calcite leastRestrictive: DOUBLE"},
    {"COALESCE(1, 2.5e0)", "1.0", "calcite leastRestrictive: DOUBLE"},
};

const Fact kTimes[] = {
    {"EXTRACT(MILLISECOND FROM t)", "987", kTimeTest},
    {"EXTRACT(MICROSECOND FROM t)", "987000", kTimeTest},
    {"EXTRACT(NANOSECOND FROM t)", "987000000", kTimeTest},
    {"EXTRACT(SECOND FROM t)", "59", kTimeTest},
    {"EXTRACT(HOUR FROM t)", "1", kTimeTest},
    {"EXTRACT(DAY FROM t)", "29", kTimeTest},
    {"EXTRACT(WEEK FROM t)", "9", kTimeTest},
    {"EXTRACT(QUARTER FROM t)", "1", kTimeTest},
    {"EXTRACT(DECADE FROM t)", "202", kTimeTest},
    {"EXTRACT(CENTURY FROM t)", "21", kTimeTest},
    {"EXTRACT(CENTURY FROM TIMESTAMP '2000-01-31 11:22:33')", "20", kTimeTest},
    {"EXTRACT(MILLENNIUM FROM t)", "3", kTimeTest},
    {"EXTRACT(MILLENNIUM FROM TIMESTAMP '2000-01-31 11:22:33')", "2", kTimeTest},
    {"EXTRACT(DOW FROM t)", "7", kTimeTest},
    {"EXTRACT(ISODOW FROM t)", "6", kTimeTest},
    {"EXTRACT(DOY FROM t)", "60", kTimeTest},
    {"EXTRACT(ISOYEAR FROM t)", "2020", kTimeTest},
    {"EXTRACT(ISOYEAR FROM TIMESTAMP '2021-01-03 00:00:00')", "2020", kTime},
    {"EXTRACT(WEEK FROM TIMESTAMP '2021-01-03 00:00:00')", "53", kTime},
    {"EXTRACT(EPOCH FROM t)", "1582941419", kTimeTest},
    {"CEIL(t TO SECOND)", "2020-02-29 01:57:00.000", kTimeTest},
    {"CEIL(t TO MINUTE)", "2020-02-29 01:57:00.000", kTimeTest},
    {"CEIL(t TO HOUR)", "2020-02-29 02:00:00.000", kTimeTest},
    {"CEIL(t TO DAY)", "2020-03-01 00:00:00.000", kTimeTest},
    {"CEIL(t TO WEEK)", "2020-03-01 00:00:00.000", kTimeTest},
    {"CEIL(t TO MONTH)", "2020-03-01 00:00:00.000", kTimeTest},
    {"CEIL(t TO QUARTER)", "2020-04-01 00:00:00.000", kTimeTest},
    {"CEIL(t TO YEAR)", "2021-01-01 00:00:00.000", kTimeTest},
    {"CEIL(t TO DECADE)", "2030-01-01 00:00:00.000", kTimeTest},
    {"CEIL(t TO CENTURY)", "2101-01-01 00:00:00.000", kTimeTest},
    {"CEIL(t TO MILLENNIUM)", "3001-01-01 00:00:00.000", kTimeTest},
    {"FLOOR(t TO SECOND)", "2020-02-29 01:56:59.000", kTimeTest},
    {"FLOOR(t TO WEEK)", "2020-02-23 00:00:00.000", kTime},
    {"FLOOR(t TO DECADE)", "2020-01-01 00:00:00.000", kTime},
    {"FLOOR(t TO CENTURY)", "2001-01-01 00:00:00.000", kTime},
    {"FLOOR(t TO MILLENNIUM)", "2001-01-01 00:00:00.000", kTime},
    {"TIMESTAMPADD(MONTH, 1, TIMESTAMP '2026-01-31 10:00:00')", "2026-02-28 10:00:00.000", kTime},
    {"TIMESTAMPADD(YEAR, 1, t)", "2021-02-28 01:56:59.987", kTime},
    {"TIMESTAMPDIFF(MONTH, TIMESTAMP '2026-01-31 00:00:00', TIMESTAMP '2026-02-28 00:00:00')", "1",
     kTime},
    {"TIMESTAMPDIFF(MONTH, TIMESTAMP '2026-01-31 10:00:00', TIMESTAMP '2026-02-28 09:00:00')", "0",
     kTime},
    {"TIMESTAMPDIFF(MONTH, TIMESTAMP '2026-01-31 00:00:00', TIMESTAMP '2026-03-30 00:00:00')", "1",
     kTime},
    {"TIMESTAMPDIFF(MONTH, TIMESTAMP '2026-03-31 00:00:00', TIMESTAMP '2026-02-28 00:00:00')", "-1",
     kTime},
    {"TIMESTAMPDIFF(YEAR, TIMESTAMP '2020-02-29 00:00:00', TIMESTAMP '2021-02-28 00:00:00')", "1",
     kTime},
    {"TIMESTAMPDIFF(DAY, t, TIMESTAMP '2020-02-29 00:00:00')", "0", "java, long division"},
    {"TO_TIMESTAMP('2026-1-7 3:4:5')", "2026-01-07 03:04:05.000", kTime},
    {"TO_TIMESTAMP('2026-01-07')", "2026-01-07 00:00:00.000", kTime},
    {"TO_TIMESTAMP('2026-01-07 03:04:05.123456')", "2026-01-07 03:04:05.123", kTime},
    {"TO_TIMESTAMP('2026-01-07 03:04')", "NULL", kTime},
    {"TO_TIMESTAMP('2026-01-07T03:04:05')", "NULL", kTime},
    {"TO_TIMESTAMP('2026-01-07 03:04:05Z')", "NULL", kTime},
    {"TO_TIMESTAMP('nonsense')", "NULL", kTime},
    {"TO_TIMESTAMP('2026-02-30')", "2026-02-28 00:00:00.000", kJavaTime},
    {"TO_TIMESTAMP('2026-02-32')", "NULL", kJavaTime},
    {"TO_TIMESTAMP('2026-01-07 24:00:00')", "2026-01-08 00:00:00.000", kJavaTime},
    {"TO_TIMESTAMP('2026-01-07 24:00:01')", "NULL", kJavaTime},
    {"CAST('2026-02-30' AS TIMESTAMP(3))", "2026-02-28 00:00:00.000", kJavaTime},
    {"TO_TIMESTAMP('08.03.2026', 'dd.MM.yyyy')", "2026-03-08 00:00:00.000", kJavaTime},
    {"TO_TIMESTAMP('8.3.2026', 'dd.MM.yyyy')", "NULL", kJavaTime},
    {"TO_TIMESTAMP('20260308091011', 'yyyyMMddHHmmss')", "2026-03-08 09:10:11.000", kJavaTime},
    {"TO_TIMESTAMP('1999-9-10 05:20:10', 'yyyy/MM/dd')", "1999-09-10 05:20:10.000", kTime},
    {"TO_TIMESTAMP(' 1999-9-10 ', 'dd.MM.yyyy')", "1999-09-10 00:00:00.000", kTime},
    {"TO_TIMESTAMP('2026-03-08 03 PM', 'yyyy-MM-dd hh a')", "2026-03-08 15:00:00.000", kJavaTime},
    {"TO_TIMESTAMP('2026-03-08 12 AM', 'yyyy-MM-dd hh a')", "2026-03-08 00:00:00.000", kJavaTime},
    {"TO_TIMESTAMP('2026-03-08 13 PM', 'yyyy-MM-dd hh a')", "NULL", kJavaTime},
    {"TO_TIMESTAMP('2026-03-08 03', 'yyyy-MM-dd hh')", "2026-03-08 00:00:00.000", kTime},
    {"TO_TIMESTAMP('2026-03-08T09', 'yyyy-MM-dd''T''HH')", "2026-03-08 09:00:00.000", kJavaTime},
    {"TO_TIMESTAMP_LTZ(253402300800000)", "NULL", kTime},
    {"TO_TIMESTAMP_LTZ(60, 0)", "1970-01-01 00:01:00.000", kTime},
    {"DATE_FORMAT(t, 'yyyy/MM/dd HH-mm-ss.SSS')", "2020/02/29 01-56-59.987", kJavaTime},
    {"DATE_FORMAT(t, 'EEE d MMM yy, h a')", "Sat 29 Feb 20, 1 AM", kJavaTime},
    {"DATE_FORMAT(t, 'S SSSSSS')", "9 987000", kJavaTime},
    {"DATE_FORMAT('2026-03-08 09:10:11', 'HH')", "09", kSimpleDate},
    {"DATE_FORMAT('2026-03-08', 'HH')", "NULL", kTime},
    {"DATE_FORMAT('2026-02-30 25:00:00 and more', 'yyyy-MM-dd HH')", "2026-03-03 01", kSimpleDate},
    {"FROM_UNIXTIME(44)", "1970-01-01 00:00:44", kDocs},
    {"FROM_UNIXTIME(60, 'mm')", "01", kTime},
    {"FROM_UNIXTIME(-1)", "1969-12-31 23:59:59", kTime},
    {"UNIX_TIMESTAMP('1970-01-01 00:01:00')", "60", kTime},
    {"UNIX_TIMESTAMP('1970-01-01 08:00:01.001', 'yyyy-MM-dd HH:mm:ss.SSS')", "28801", kDocs},
    {"UNIX_TIMESTAMP('1970-01-01 00:61:00')", "3660", kSimpleDate},
    {"UNIX_TIMESTAMP('1970-01-01')", "-9223372036854775808", kDocs},
    {"UNIX_TIMESTAMP('nonsense')", "-9223372036854775808", kDocs},
    {"UNIX_TIMESTAMP('1 feb 1970', 'd MMM yyyy')", "2678400", kSimpleDate},
    {"UNIX_TIMESTAMP('01.01.70', 'dd.MM.yy')", "0", kSimpleDate},
    {"UNIX_TIMESTAMP('01.01.1970', 'dd.MM.yy')", "0", kSimpleDate},
    {"TO_DATE('31.12.46', 'dd.MM.yy')", "1946-12-31", kSimpleDate},
    {"TO_DATE('31.12.45', 'dd.MM.yy')", "2045-12-31", kSimpleDate},
    {"TO_TIMESTAMP('01.01.70', 'dd.MM.yy')", "2070-01-01 00:00:00.000", kJavaTime},
};

const Fact kDates[] = {
    {"DATE '2026-01-31'", "2026-01-31", kDocs},
    {"EXTRACT(DAY FROM DATE '2006-06-05')", "5", kDocs},
    {"EXTRACT(DAY FROM DATE '1990-10-14')", "14", kTimeTest},
    {"YEAR(DATE '1994-09-27')", "1994", kDocs},
    {"QUARTER(DATE '1994-09-27')", "3", kDocs},
    {"MONTH(DATE '1994-09-27')", "9", kDocs},
    {"WEEK(DATE '1994-09-27')", "39", kDocs},
    {"DAYOFYEAR(DATE '1994-09-27')", "270", kDocs},
    {"DAYOFMONTH(DATE '1994-09-27')", "27", kDocs},
    {"DAYOFWEEK(DATE '1994-09-27')", "3", kDocs},
    {"CEIL(DATE '1990-10-14' TO HOUR)", "1990-10-14", kTimeTest},
    {"CEIL(DATE '1990-10-14' TO WEEK)", "1990-10-14", kTimeTest},
    {"CEIL(DATE '1990-10-14' TO MONTH)", "1990-11-01", kTimeTest},
    {"CEIL(DATE '1990-10-14' TO QUARTER)", "1991-01-01", kTimeTest},
    {"CEIL(DATE '1990-10-14' TO YEAR)", "1991-01-01", kTimeTest},
    {"CEIL(DATE '1990-10-14' TO DECADE)", "2000-01-01", kTimeTest},
    {"FLOOR(DATE '1990-10-14' TO MONTH)", "1990-10-01", kTime},
    {"CAST(TIMESTAMP '2026-01-31 23:59:59' AS DATE)", "2026-01-31", kTime},
    {"CAST(TIMESTAMP '1969-12-31 23:59:59' AS DATE)", "1969-12-31", kTime},
    {"CAST(DATE '2026-01-31' AS TIMESTAMP(3))", "2026-01-31 00:00:00.000", kTime},
    {"CAST(DATE '2026-01-31' AS STRING)", "2026-01-31", kTime},
    {"CAST('2026-1-7 10:00:00' AS DATE)", "2026-01-07", kTime},
    {"CAST('2026-02' AS DATE)", "2026-02-01", kTime},
    {"CAST('2026' AS DATE)", "2026-01-01", kTime},
    {"CAST('2026-02-30' AS DATE)", "! CAST: '2026-02-30' does not become DATE", kTime},
    {"TRY_CAST('2026-01-31T10:00' AS DATE)", "NULL", kTime},
    {"TO_DATE('2026-01-31')", "2026-01-31", kTime},
    {"TO_DATE('31.01.2026', 'dd.MM.yyyy')", "2026-01-31", kTime},
    {"TO_DATE('32.01.2026', 'dd.MM.yyyy')", "2026-02-01", kSimpleDate},
    {"TO_DATE('nonsense')", "NULL", kTime},
    {"DATE_FORMAT(DATE '2026-01-31', 'dd.MM.yyyy')", "31.01.2026", kCodegen},
    {"DATE '2026-01-31' < DATE '2026-02-01'", "TRUE", kDocs},
    {"DATE '2026-01-31' = TIMESTAMP '2026-01-31 00:00:00'", "TRUE", kTime},
    {"DATE '2026-01-31' < t", "FALSE", kTime},
    {"DATE '2026-01-31' BETWEEN '2026-01-01' AND '2026-01-31'", "TRUE", kTime},
    {"DATE '2026-01-31' + INTERVAL '1' DAY", "2026-02-01", "flink ScalarOperatorGens.scala"},
    {"DATE '2026-01-31' + INTERVAL '1' MONTH", "2026-02-28", kTime},
    {"DATE '2026-01-31' - INTERVAL '25' HOUR", "2026-01-30", "flink ScalarOperatorGens.scala"},
    {"TIMESTAMPADD(DAY, 1, DATE '2026-01-31')", "2026-02-01", kTime},
    {"TIMESTAMPADD(HOUR, 1, DATE '2026-01-31')", "2026-01-31 01:00:00.000",
     "calcite SqlTimestampAddFunction.deduceType"},
    {"TIMESTAMPDIFF(DAY, DATE '2026-01-01', DATE '2026-01-31')", "30", kTime},
    {"COALESCE(CAST(NULL AS DATE), DATE '2026-01-31')", "2026-01-31", kDocs},
};

const Fact kJsonFacts[] = {
    {"JSON_VALUE(j, '$.a' DEFAULT 'none' ON EMPTY)", "1", kJson},
    {"JSON_VALUE(j, '$.x' DEFAULT 'none' ON EMPTY)", "NULL", kJson},
    {"JSON_VALUE(j, '$.x' DEFAULT 'none' ON ERROR)", "none", kJson},
    {"JSON_VALUE(j, 'lax $.x' DEFAULT 'none' ON EMPTY)", "none", kJson},
    {"JSON_VALUE(j, 'LAX $.x' DEFAULT 'none' ON ERROR)", "NULL", kJson},
    {"JSON_VALUE(j, 'strict $.x' DEFAULT 'none' ON ERROR)", "none", kJson},
    {"JSON_VALUE(j, 'lax $.x' ERROR ON EMPTY)", "! JSON_VALUE: nothing stands at the path", kJson},
    {"JSON_VALUE(j, 'lax $.o' DEFAULT 'none' ON EMPTY)", "none", kJson},
    {"JSON_VALUE(j, 'strict $.o' DEFAULT 'none' ON ERROR)", "none", kJson},
    {"JSON_VALUE(j, 'lax $.n' DEFAULT 'none' ON EMPTY)", "none", kJson},
    {"JSON_VALUE(j, 'strict $.n' DEFAULT 'none' ON ERROR)", "none", kJson},
    {"JSON_VALUE('no json', 'lax $.n' DEFAULT 'none' ON EMPTY)", "none", kJson},
    {"JSON_VALUE('no json', '$.n' DEFAULT 'none' ON ERROR)", "none", kJson},
    {"JSON_VALUE(j, '$.a' RETURNING INT)", "1", "flink JsonValueCallGen.scala"},
    {"JSON_VALUE('{\"a\": true}', 'lax $.b' DEFAULT FALSE ON EMPTY)", "false", kDocs},
    {"JSON_VALUE('{\"a\": true}', 'strict $.b' DEFAULT FALSE ON ERROR)", "false", kDocs},
    {"JSON_VALUE('{}', 'lax $.b' DEFAULT 7 ON EMPTY)", "7", kJson},
    {"JSON_VALUE('{}', 'lax $.b' DEFAULT 2.50 ON EMPTY)", "2.50", kJson},
    {"JSON_VALUE('{\"a.b\": [0.998,0.996]}', '$.[\"a.b\"][0]' RETURNING DOUBLE)", "0.998", kDocs},
    {"JSON_VALUE('{\"a\": 1}', '$.a' NULL ON ERROR ERROR ON EMPTY)", "1", kDocs},
    {"JSON_QUERY(j, '$.o' RETURNING STRING)", R"({"p":2})", kDocs},
    {"JSON_QUERY('{}', '$' WITH CONDITIONAL ARRAY WRAPPER)", "[{}]", kDocs},
    {"JSON_QUERY('[1, 2]', '$' WITH CONDITIONAL ARRAY WRAPPER)", "[1, 2]", kDocs},
    {"JSON_QUERY('[1, 2]', '$' WITH UNCONDITIONAL ARRAY WRAPPER)", "[[1, 2]]", kDocs},
    {"JSON_QUERY('[1, 2]', '$' WITHOUT ARRAY WRAPPER)", "[1, 2]", kDocs},
    {"JSON_QUERY('{}', 'lax $.invalid' EMPTY OBJECT ON EMPTY)", "{}", kDocs},
    {"JSON_QUERY('{}', 'strict $.invalid' EMPTY ARRAY ON ERROR)", "[]", kDocs},
    {"JSON_QUERY(j, '$.o')", R"({"p":2})", kJson},
    {"JSON_QUERY(j, 'lax $.a' EMPTY ARRAY ON EMPTY)", "[]", kJson},
    {"JSON_QUERY(j, 'strict $.a' EMPTY OBJECT ON ERROR)", "{}", kJson},
    {"JSON_QUERY(j, 'lax $.x' EMPTY ARRAY ON EMPTY)", "[]", kJson},
    {"JSON_QUERY(j, '$.x' EMPTY ARRAY ON EMPTY)", "NULL", kJson},
    {"JSON_QUERY(j, 'lax $.n' WITH WRAPPER)", "NULL", kJson},
    {"JSON_QUERY(j, '$.a' WITH WRAPPER)", "[1]", kJson},
    {"JSON_QUERY(j, '$.o' WITH CONDITIONAL WRAPPER)", R"([{"p":2}])", kJson},
    {"JSON_QUERY(j, '$.l' WITH CONDITIONAL WRAPPER)", "[3]", kJson},
    {"JSON_QUERY(j, '$.l' WITH WRAPPER)", "[[3]]", kJson},
    {"JSON_QUERY('\"x\"', '$' WITH WRAPPER)", "[\"x\"]", kJson},
    {"JSON_EXISTS(j, '$.a')", "TRUE", kJson},
    {"JSON_EXISTS(j, '$.n')", "FALSE", kJson},
    {"JSON_EXISTS(j, 'lax $.n')", "FALSE", kJson},
    {"JSON_EXISTS('null', 'lax $')", "FALSE", kJson},
    {"JSON_EXISTS(j, '$.x' TRUE ON ERROR)", "TRUE", kJson},
    {"JSON_EXISTS(j, 'lax $.x' TRUE ON ERROR)", "FALSE", kJson},
    {"JSON_EXISTS('no json', 'lax $.x' ERROR ON ERROR)", "FALSE", kJson},
};

} // namespace

/// "Flink's spelling and meaning", case by case, with the source of each.
class FlinkTest final : public QObject
{
    Q_OBJECT

    static void run(const Fact &fact)
    {
        const auto schema = record::parseSchema(kSchema);
        QVERIFY(schema.has_value());
        const std::string found = evaluatedOnce(fact.expression, *schema, kPayload);
        QVERIFY2(found == fact.flink, (std::string(fact.expression) + " gave " + found +
                                       ", Flink gives " + fact.flink + " [" + fact.source + ']')
                                          .c_str());
    }

private slots:
    void texts_data() { rows(kTexts); }
    void texts() { run(fetched(kTexts)); }
    void patterns_data() { rows(kPatterns); }
    void patterns() { run(fetched(kPatterns)); }
    void numbers_data() { rows(kNumbers); }
    void numbers() { run(fetched(kNumbers)); }
    void times_data() { rows(kTimes); }
    void times() { run(fetched(kTimes)); }
    void dates_data() { rows(kDates); }
    void dates() { run(fetched(kDates)); }
    void json_data() { rows(kJsonFacts); }
    void json() { run(fetched(kJsonFacts)); }

    void aPatternThatIsNoneIsSaidWithItsPlace_data()
    {
        QTest::addColumn<QByteArray>("expression");
        QTest::addColumn<QByteArray>("problem");
        const auto row = [](const char *expression, const char *problem) {
            QTest::newRow(expression) << QByteArray(expression) << QByteArray(problem);
        };
        row("'a' SIMILAR TO '[a'", "line 1, column 16: SIMILAR TO: pattern '[a', character 3: a [ "
                                   "without its ]");
        row("'a' SIMILAR TO 'a]'", "line 1, column 16: SIMILAR TO: pattern 'a]', character 2: a ] "
                                   "without its [");
        row("'a' SIMILAR TO 'üü]'",
            "line 1, column 16: SIMILAR TO: pattern 'üü]', character 3: a ] "
            "without its [");
        row("'a' SIMILAR TO '(?i)a'",
            "line 1, column 16: SIMILAR TO: pattern '(?i)a', character 1: "
            "a ? with nothing before it");
        row("'a' SIMILAR TO '[a*]'", "line 1, column 16: SIMILAR TO: pattern '[a*]', character 3: "
                                     "this character needs an escape between [ and ]");
        row("'a' SIMILAR TO '!a' ESCAPE '!'",
            "line 1, column 16: SIMILAR TO: pattern '!a', character 1: the escape character must "
            "stand before one of []()|^-+*_%?{} or itself");
        row("'a' SIMILAR TO 'a' ESCAPE 'xy'",
            "line 1, column 27: ESCAPE needs one character, such as '!'");
        row("'a' SIMILAR 'a'", "line 1, column 13: Expected TO, found 'a'");
        row("DATE '2026-02-30'", "line 1, column 6: '2026-02-30' is not a day such as "
                                 "'2026-01-31'");
        row("TIME '10:00:00'", "line 1, column 1: there is no type TIME; use a text, or a "
                               "TIMESTAMP with a day");
        row("CAST('10:00' AS TIME)", "line 1, column 17: Expected a type other than TIME: STRING, "
                                     "or TIMESTAMP(3) with a day");
        row("1 SIMILAR TO 'a'", "line 1, column 1: SIMILAR TO needs a text (STRING), this is INT; "
                                "use CAST(… AS STRING)");
        row("JSON_QUERY('{}', '$' RETURNING INT)",
            "line 1, column 1: JSON_QUERY: RETURNING takes STRING only");
        row("JSON_VALUE('{}', '$' RETURNING DATE)",
            "line 1, column 1: JSON_VALUE: RETURNING takes STRING, BOOLEAN, INT, BIGINT or DOUBLE");
        row("JSON_QUERY('{}', '$' OMIT QUOTES)",
            "line 1, column 22: Expected RETURNING STRING, then WITH or WITHOUT WRAPPER, then "
            "NULL, "
            "ERROR, EMPTY ARRAY or EMPTY OBJECT with ON EMPTY or ON ERROR, found \"OMIT\"");
        row("JSON_VALUE('{}', '$' WITH WRAPPER)",
            "line 1, column 22: Expected RETURNING and a type, then NULL, ERROR or DEFAULT with ON "
            "EMPTY or ON ERROR, found \"WITH\"");
        row("JSON_QUERY('{}', '$' WITH CONDITIONAL UNCONDITIONAL WRAPPER)",
            "line 1, column 39: Expected WRAPPER, found \"UNCONDITIONAL\"");
        row("JSON_QUERY('{}', '$' DEFAULT 'x' ON EMPTY)",
            "line 1, column 22: JSON_QUERY has no DEFAULT");
        row("JSON_VALUE('{}', '$' EMPTY ARRAY ON ERROR)",
            "line 1, column 22: JSON_VALUE has no EMPTY ARRAY or EMPTY OBJECT");
        row("JSON_VALUE('{}', '$' NULL ON EMPTY DEFAULT 'x' ON EMPTY)",
            "line 1, column 36: what counts ON EMPTY is said twice; delete one");
        row("JSON_VALUE('{}', 'lax $' RETURNING INT DEFAULT 'x' ON EMPTY)",
            "line 1, column 1: JSON_VALUE: the DEFAULT must be a literal of type INT");
        row("JSON_VALUE('{}', 'lax $' DEFAULT UPPER('x') ON EMPTY)",
            "line 1, column 1: JSON_VALUE: the DEFAULT must be a literal of type STRING");
        row("JSON_QUERY('{}', '$.a[*].b')",
            "line 1, column 1: JSON_QUERY: '$.a[*].b' is not a path of names and indexes such as "
            "'$.a.b[0]'; *, .. and ?(…), which lead to several values, are not understood");
        row("DATE_FORMAT(t, 'yyyy[-MM]')",
            "line 1, column 1: DATE_FORMAT: 'yyyy[-MM]' is not a pattern of y, M, d, H, h, m, s, "
            "S, a, E and 'text' such as 'yyyy-MM-dd HH:mm:ss.SSS'");
    }
    void aPatternThatIsNoneIsSaidWithItsPlace()
    {
        QFETCH(QByteArray, expression);
        QFETCH(QByteArray, problem);
        const auto schema = record::parseSchema("t TIMESTAMP(3)");
        const std::string found = evaluatedOnce(expression.toStdString(), *schema, "{}");
        QVERIFY2(found.find(problem.toStdString()) != std::string::npos, found.c_str());
    }

    /// What is compared may be a text beside a time; what CASE gives is of one type.
    void aTimeAndATextAreNoResultsOfOneCase()
    {
        const auto schema = record::parseSchema("t TIMESTAMP(3)");
        for (const char *text : {"CASE WHEN t IS NULL THEN 'none' ELSE t END",
                                 "CASE WHEN t IS NULL THEN t ELSE 'none' END"}) {
            const std::string found = evaluatedOnce(text, *schema);
            QVERIFY2(found.find("esults of CASE cannot take") != std::string::npos &&
                         found.ends_with("together; use CAST"),
                     found.c_str());
        }
        const std::string payload = R"({"t":"2026-01-31 10:00:00"})";
        QCOMPARE(evaluatedOnce("CASE WHEN t IS NULL THEN 'none' ELSE CAST(t AS STRING) END",
                               *schema, payload),
                 std::string("2026-01-31 10:00:00.000"));
        QCOMPARE(
            evaluatedOnce("CASE t WHEN '2026-01-31 10:00:00' THEN 'then' END", *schema, payload),
            std::string("then"));
    }

    /// From a payload to what map writes, and into a schema and back.
    void aDateIsAColumn()
    {
        const auto schema = record::parseSchema("d DATE NOT NULL, a ARRAY<DATE>");
        QVERIFY(schema.has_value());
        QCOMPARE(schema->toString(), std::string("d DATE NOT NULL, a ARRAY<DATE>"));
        QCOMPARE(*record::schemaFromJson(schema->toJson()), *schema);
        const auto batch = batchOf({R"({"d":"2026-01-31","a":["2026-02-01"]})",
                                    R"({"d":"2026-01-31 10:00:00"})", R"({"d":20484})"});
        sql::EvaluationScratch scratch;
        sql::ProjectedRows out;
        sql::bindSelect("d, a[1] AS e, d + INTERVAL '1' DAY AS f", *schema)
            ->project(*batch, allRows(*batch), scratch, out);
        QCOMPARE(out.rows, std::vector<std::uint32_t>{0});
        QCOMPARE(std::string(out.payload(0)),
                 std::string(R"({"d":"2026-01-31","e":"2026-02-01","f":"2026-02-01"})"));
        QCOMPARE(out.errors[0].reason, std::string("field d: expected DATE, found a string that "
                                                   "is no such value"));
        QCOMPARE(out.errors[1].reason, std::string("field d: expected DATE, found number"));
        QCOMPARE(sql::bindExpression("d", *schema)->type(),
                 record::DataType(record::TypeKind::Date));
    }

    void aTimeOfDayIsNoColumn()
    {
        const auto schema = record::parseSchema("t TIME");
        QVERIFY(!schema.has_value());
        QVERIFY2(schema.error().message().find("expected a type other than TIME (use STRING") !=
                     std::string::npos,
                 schema.error().message().c_str());
    }

    void aPatternMayChangeFromRowToRow()
    {
        const auto schema = record::parseSchema("s STRING, p STRING");
        const auto batch = batchOf({R"({"s":"abc","p":"a%"})", R"({"s":"abc","p":"b"})",
                                    R"({"s":"abc","p":"b"})", "{\"s\":\"abc\",\"p\":\"[\"}"});
        // The same pattern as a regular expression in between: it may match anywhere.
        const auto found = evaluated("CONCAT(CAST(s SIMILAR TO p AS STRING), '/', "
                                     "CAST(REGEXP(s, p) AS STRING))",
                                     *schema, *batch);
        QCOMPARE(found[0], std::string("TRUE/FALSE"));
        QCOMPARE(found[1], std::string("FALSE/TRUE"));
        QCOMPARE(found[2], std::string("FALSE/TRUE"));
        QVERIFY2(found[3].starts_with("! SIMILAR TO: pattern '['"), found[3].c_str());
    }

private:
    template <std::size_t N>
    static void rows(const Fact (&table)[N])
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < N; ++i)
            QTest::newRow(table[i].expression) << static_cast<int>(i);
    }
    template <std::size_t N>
    static const Fact &fetched(const Fact (&table)[N])
    {
        QFETCH(int, index);
        return table[static_cast<std::size_t>(index)];
    }
};

MILLRACE_TEST(FlinkTest)
#include "flink_test.moc"
