// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/problem_codes.h"
#include "core/sql/expression_parser.h"

#include <array>
#include <optional>
#include <utility>

namespace millrace::sql {
namespace {

// What the separating words of POSITION(a IN b) and its kin bind weaker than.
constexpr int kAboveRange = 33;

} // namespace

ExpressionPtr ExpressionParser::call()
{
    auto out = node(ExpressionKind::Call, peek().span);
    out->text = take().text;
    const std::string upper = upperAscii(out->text);
    take(); // "("
    if (!acceptSymbol(")")) {
        callArguments(*out, upper);
        expectSymbol(")");
    }
    return finish(std::move(out));
}

/// EXTRACT(unit …, TIMESTAMPDIFF(unit …: a word that is no column.
void ExpressionParser::keywordArgument(Expression &call)
{
    if (peek().kind != TokenKind::Word) {
        expected("a unit such as SECOND, MINUTE, HOUR, DAY, MONTH or YEAR");
        synchronise();
        call.children.push_back(invalid());
        return;
    }
    auto word = node(ExpressionKind::Keyword, peek().span);
    word->text = upperAscii(take().text);
    call.children.push_back(std::move(word));
}

/// TRIM([[BOTH | LEADING | TRAILING] [characters] FROM] text); always becomes TRIM(keyword,
/// characters, text).
void ExpressionParser::trimArguments(Expression &call)
{
    auto side = node(ExpressionKind::Keyword, peek().span);
    side->text = "BOTH";
    bool named = false;
    for (const std::string_view word : {"BOTH", "LEADING", "TRAILING"}) {
        if (peek().isWord(word)) {
            side->text = word;
            named = true;
        }
    }
    if (named)
        take();
    ExpressionPtr characters;
    if (!peek().isWord("FROM"))
        characters = expression(0);
    const SourceSpan at = peek().span;
    ExpressionPtr text;
    if (acceptWord("FROM")) {
        text = expression(0);
    } else if (named) {
        expected("FROM");
        text = invalid();
    } else {
        text = std::move(characters);
    }
    if (!characters)
        characters = textLiteral(" ", at);
    call.children.push_back(std::move(side));
    call.children.push_back(std::move(characters));
    call.children.push_back(std::move(text));
}

void ExpressionParser::callArguments(Expression &call, std::string_view upper)
{
    const auto argument = [&](int power) { call.children.push_back(expression(power)); };
    const auto moreArguments = [&] {
        while (acceptSymbol(","))
            argument(0);
    };
    if (upper == "TRIM")
        return trimArguments(call);
    if (upper == "EXTRACT") {
        keywordArgument(call);
        expectWord("FROM");
        return argument(0);
    }
    if (upper == "TIMESTAMPDIFF" || upper == "TIMESTAMPADD") {
        keywordArgument(call);
        return moreArguments();
    }
    if (upper == "POSITION") {
        argument(kAboveRange);
        if (!acceptWord("IN"))
            expected("IN, as in POSITION('a' IN name)");
        return argument(0);
    }
    argument(0);
    if (upper == "SUBSTRING" || upper == "OVERLAY") {
        if (upper == "OVERLAY" && acceptWord("PLACING"))
            argument(0);
        if (acceptWord("FROM")) {
            argument(0);
            if (acceptWord("FOR"))
                argument(0);
            return;
        }
    } else if ((upper == "FLOOR" || upper == "CEIL" || upper == "CEILING") && acceptWord("TO")) {
        return keywordArgument(call);
    }
    moreArguments();
    if (upper == "JSON_EXISTS")
        existsClause(call);
    else if (upper == "JSON_VALUE" || upper == "JSON_QUERY")
        jsonClauses(call, upper == "JSON_QUERY");
}

/// TRUE | FALSE | UNKNOWN | ERROR, ON ERROR; FALSE where nothing is said.
void ExpressionParser::existsClause(Expression &call)
{
    call.json = std::make_unique<JsonClauses>();
    JsonClauses &json = *call.json;
    json.returning = record::TypeKind::Boolean;
    json.onError = JsonFallback::Default;
    json.errorDefault = node(ExpressionKind::Literal, peek().span);
    json.errorDefault->type = record::TypeKind::Boolean;
    json.errorDefault->value = record::Value(peek().isWord("TRUE"));
    if (atListEnd())
        return;
    if (acceptWord("UNKNOWN")) {
        json.onError = JsonFallback::Null;
    } else if (acceptWord("ERROR")) {
        json.onError = JsonFallback::Error;
    } else if (!acceptWord("TRUE") && !acceptWord("FALSE")) {
        expected("TRUE, FALSE, UNKNOWN or ERROR, ON ERROR");
        return synchronise();
    }
    expectWord("ON");
    expectWord("ERROR");
}

/// NULL | ERROR | DEFAULT value, of JSON_QUERY NULL | ERROR | EMPTY ARRAY | EMPTY OBJECT; the
/// others are read too, and told. Empty, and told: none of them.
std::optional<JsonFallback> ExpressionParser::jsonFallback(bool query, ExpressionPtr &defaultValue)
{
    const SourceSpan at = peek().span;
    if (acceptWord("NULL"))
        return JsonFallback::Null;
    if (acceptWord("ERROR"))
        return JsonFallback::Error;
    if (peek().isWord("EMPTY") || peek().isWord("DEFAULT")) {
        const bool isDefault = peek().isWord("DEFAULT");
        if (query == isDefault)
            report(Code::SqlType, at,
                   {{"what", query ? "JSON_QUERY has no DEFAULT"
                                   : "JSON_VALUE has no EMPTY ARRAY or EMPTY OBJECT"}});
        take();
        if (isDefault) {
            defaultValue = prefix();
            return JsonFallback::Default;
        }
        if (acceptWord("ARRAY"))
            return JsonFallback::EmptyArray;
        expectWord("OBJECT");
        return JsonFallback::EmptyObject;
    }
    expected(query
                 ? "RETURNING STRING, then WITH or WITHOUT WRAPPER, then NULL, ERROR, EMPTY ARRAY "
                   "or EMPTY OBJECT with ON EMPTY or ON ERROR"
                 : "RETURNING and a type, then NULL, ERROR or DEFAULT with ON EMPTY or ON ERROR");
    return {};
}

void ExpressionParser::jsonClauses(Expression &call, bool query)
{
    call.json = std::make_unique<JsonClauses>();
    JsonClauses &json = *call.json;
    if (acceptWord("RETURNING"))
        json.hasReturning = type(json.returning);
    if (query && (peek().isWord("WITH") || peek().isWord("WITHOUT"))) {
        if (take().isWord("WITH")) {
            json.wrapper = JsonWrapper::Always;
            if (acceptWord("CONDITIONAL"))
                json.wrapper = JsonWrapper::Conditional;
            else
                acceptWord("UNCONDITIONAL");
        }
        acceptWord("ARRAY");
        expectWord("WRAPPER");
    }
    bool hasEmpty = false;
    bool hasError = false;
    while (!atListEnd()) {
        ExpressionPtr value;
        const SourceSpan at = peek().span;
        const auto fallback = jsonFallback(query, value);
        if (!fallback)
            return synchronise();
        if (!acceptWord("ON")) {
            expected("ON EMPTY or ON ERROR");
            return synchronise();
        }
        const bool empty = acceptWord("EMPTY");
        if (!empty)
            expectWord("ERROR");
        if (std::exchange(empty ? hasEmpty : hasError, true))
            report(Code::SqlType, at,
                   {{"what", std::string("what counts ON ") + (empty ? "EMPTY" : "ERROR") +
                                 " is said twice; delete one"}});
        (empty ? json.onEmpty : json.onError) = *fallback;
        (empty ? json.emptyDefault : json.errorDefault) = std::move(value);
    }
}

} // namespace millrace::sql
