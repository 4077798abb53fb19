from __future__ import annotations

import gc
import sys
import time
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import syntax
from bot.policy.environment import environment
from bot.policy.exactness import compare
from bot.policy.expressions import (
    MAX_LENGTH,
    VARIABLES,
    Expression,
    ExpressionFailed,
    ExpressionInvalid,
    Values,
    compile_expression,
    matches,
)

AMOUNTS = st.decimals(min_value="-999999999999", max_value="999999999999", places=3, allow_nan=False)
OPERATORS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def number(value: Decimal) -> float:
    return float(value)


def literal(value: Decimal) -> str:
    return f"{value:f}" if value >= 0 else f"({value:f})"


@pytest.mark.parametrize(
    ("source", "known", "expected"),
    [
        ("amount <= 25", {"amount": 25.0}, True),
        ("amount <= 25", {"amount": 25.01}, False),
        ("amount == 0.1", {"amount": 0.1}, True),
        ("amount > 3 * history.agent_median_amount", {"amount": 3.3, "history.agent_median_amount": 1.1}, False),
        ("amount >= 3 * history.agent_median_amount", {"amount": 3.3, "history.agent_median_amount": 1.1}, True),
        ("amount == 0.1 + 0.2", {"amount": 0.3}, True),
        ("amount / 3 == 0.1", {"amount": 0.3}, True),
        ("amount * 3 > 1 / 3", {"amount": 0.1111}, False),
        ("3 / 2 > 1", {}, True),
        ("-amount < -24.5", {"amount": 25.0}, True),
        ("arguments.price * arguments.count > 10", {"arguments": {"price": 2.5, "count": 4}}, False),
        ("arguments.items.exists(item, item.price > 9.5)", {"arguments": {"items": [{"price": 5}]}}, False),
        ("arguments.items[0].price * 2 > 9", {"arguments": {"items": [{"price": 5}]}}, True),
        ("(vulnerable ? 2 : -1) * amount <= -25", {"vulnerable": False, "amount": 25.0}, True),
        ("size(citations) * 10 > amount", {"citations": ["a"], "amount": 9.99}, True),
        ("amount > 1 || amount * arguments.x > 1", {"amount": 2.0, "arguments": {}}, True),
        ("7u - 1u == 6", {}, True),
        ("arguments.items.exists_one(item, item.price > 9)", {"arguments": {"items": [{"price": 5}]}}, False),
        ("size(mismatches) == 0 && 'a' in citations", {"mismatches": [], "citations": ["a"]}, True),
        ("citations[size(citations) - 1] == 'b'", {"citations": ["a", "b"]}, True),
        ("text.contains('lost') || amount > 1", {"text": "i lost it"}, True),
        ("has(arguments.note) ? arguments.note != '' : true", {"arguments": {}}, True),
        ("signals.voice < 0.5", {"signals": {"voice": 0.42}}, True),
        ("history.session_tries >= 3", {"history.session_tries": 3}, True),
        ("context.flags.map(flag, flag + 1)[0] == 2", {"context": {"flags": [1]}}, None),
    ],
)
def test_an_expression_says(source: str, known: dict[str, object], expected: bool | None) -> None:
    if expected is None:
        with pytest.raises(ExpressionInvalid, match="calculates outside of a comparison"):
            compile_expression(source)
        return
    assert compile_expression(source).holds(Values(known)) is expected


@given(AMOUNTS, AMOUNTS, st.sampled_from(sorted(OPERATORS)))
def test_comparing_an_amount_with_a_number_is_exact(one: Decimal, other: Decimal, operator: str) -> None:
    expression = compile_expression(f"amount {operator} {literal(other)}")
    assert expression.holds(Values({"amount": number(one)})) is OPERATORS[operator](one, other)


@given(AMOUNTS, AMOUNTS, st.decimals("0.01", "50", places=2), st.sampled_from(sorted(OPERATORS)))
def test_comparing_with_a_multiple_is_exact(one: Decimal, other: Decimal, times: Decimal, operator: str) -> None:
    expression = compile_expression(f"amount {operator} {times} * history.agent_median_amount")
    known = Values({"amount": number(one), "history.agent_median_amount": number(other)})
    assert expression.holds(known) is OPERATORS[operator](one, times * other)
    known = Values({"amount": number(one), "history.agent_median_amount": number(one)})
    assert expression.holds(known) is OPERATORS[operator](one, times * one)


@given(st.lists(AMOUNTS, min_size=4, max_size=4), st.lists(st.sampled_from("+-*/"), min_size=3, max_size=3))
def test_any_arithmetic_is_that_of_fractions(numbers: list[Decimal], signs: list[str]) -> None:
    first, second, third, fourth = numbers
    source = (
        f"({literal(first)} {signs[0]} amount) {signs[1]} arguments.x >= history.customer_day_total {signs[2]} 7.25"
    )
    known = {
        "amount": number(second),
        "arguments": {"x": number(third)},
        "history.customer_day_total": number(fourth),
    }
    arithmetic = {"+": Fraction.__add__, "-": Fraction.__sub__, "*": Fraction.__mul__, "/": Fraction.__truediv__}
    try:
        left = arithmetic[signs[1]](arithmetic[signs[0]](Fraction(first), Fraction(second)), Fraction(third))
        right = arithmetic[signs[2]](Fraction(fourth), Fraction("7.25"))
    except ZeroDivisionError:
        with pytest.raises(ExpressionFailed, match="divides by zero"):
            compile_expression(source).holds(Values(known))
        return
    assert compile_expression(source).holds(Values(known)) is (left >= right)


@pytest.mark.parametrize(
    ("source", "message", "line", "column"),
    [
        ("amout <= 25", "amout is not a known name", 1, 1),
        ("amount <= 25 &&\n  hstory.session_tries > 1", "hstory.session_tries is not a known name", 2, 9),
        ("history.sesion_tries > 1", "history.sesion_tries is not a known name", 1, 8),
        ("amount <= ", "does not compile", 1, 11),
        ("amount", "gives no truth value", 1, 1),
        ("size(mismatches)", "gives no truth value", 1, 1),
        ("amount > 'x'", "compares a number with a text", 1, 8),
        ("customer == 3", "found no matching overload", 1, 10),
        ("mismatches > 1", "found no matching overload|which list", 1, 12),
        ("vulnerable == 'yes'", "found no matching overload", 1, 12),
        ("amount * 2", "gives no truth value", 1, 1),
        ("text.matches(text)", "pattern that is not written out", 1, 13),
        ("matches(text, customer)", "pattern that is not written out", 1, 8),
        ("text.matches('(?=x)')", "no regular expression", 1, 13),
        ("vulnerable ? amount * 2 > 1 : amount + 1 == 2 && size('a' + text) > 1", "", 0, 0),
        ("size([amount + 1]) > 1", "calculates outside of a comparison", 1, 14),
        ("amount % 2 == 1", "takes the remainder", 1, 8),
        ("amount * text > 2", "calculates with a text|no matching overload", 1, 8),
        ("amount < 0.1234567890123456", "more than 15 digits", 1, 10),
        ("citations.exists(c, text.contains(c))", "goes through the whole text", 1, 21),
        ("['a'].map(x, 'b' + 'c') == []", "joins texts or lists in a macro", 1, 18),
        ("a" * (MAX_LENGTH + 1), "longer than", 1, 1),
        ("[" * 60 + "]" * 60 + " == []", "nests too deep", 1, 1),
        ("arguments" + ".a" * 60 + " == 1", "nests too deep", 1, 1),
        ("[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))", "more than 3 macros", 1, 0),
        ("@exact_0", "does not compile", 1, 1),
        ("[1].all(x, x * 2 > 1)", "calculates in a macro", 1, 18),
        (" || ".join(f"amount * {n} > 1" for n in range(17)), "more than 16 comparisons", 1, 0),
    ],
)
def test_what_is_wrong_is_said_at_load(source: str, message: str, line: int, column: int) -> None:
    if not message:
        compile_expression(source)
        return
    with pytest.raises(ExpressionInvalid, match=message) as found:
        compile_expression(source)
    assert found.value.remedy
    if column:
        assert (found.value.line, found.value.column) == (line, column)


@pytest.mark.parametrize(
    ("source", "known", "message"),
    [
        ("amount > 1", {}, "amount is missing"),
        ("arguments.x > 1", {"arguments": {}}, "x is missing"),
        ("arguments.x * 2 > 1", {"arguments": {"x": "3"}}, "calculates with str"),
        ("arguments.x * 2 > 1 || region == 'EU'", {"arguments": {"x": 0.1}}, "region is missing"),
        ("arguments.x.y * 2 > 1", {"arguments": {"x": 3}}, "y is missing"),
        ("arguments.l[2] * 2 > 1", {"arguments": {"l": [3]}}, "index|bound"),
        ("arguments.x * 2 > 1", {"arguments": {"x": None}}, "calculates with NoneType"),
        ("arguments.x * 2 > 1", {"arguments": {"x": True}}, "calculates with bool"),
        ("arguments.x * 2 > 1", {"arguments": {"x": 1e300}}, "too large or too small"),
        ("arguments.x > 1", {"arguments": {"x": "3"}}, "No matching overload"),
        ("arguments.x", {"arguments": {"x": "yes"}}, "yes"),
        ("history.session_tries > 1", {}, "history.session_tries is missing"),
        ("arguments.l.all(a, arguments.l.all(b, true))", {"arguments": {"l": list(range(400))}}, "too many entries"),
    ],
)
def test_what_is_missing_or_wrong_fails_when_it_runs(source: str, known: dict[str, object], message: str) -> None:
    with pytest.raises(ExpressionFailed, match=message):
        compile_expression(source).holds(Values(known))


HOSTILE = [
    "arguments.l.all(x, arguments.l.all(y, arguments.l.all(z, x + y + z > -1)))",
    "arguments.l.all(x, arguments.l == arguments.l)",
    "arguments.l.all(x, x in arguments.l)",
    "!arguments.s.matches('(a*)*(a*)*(a?){200}b')",
    "!text.matches('(x+x+)+y') && !text.matches('(.*)*z')",
    "arguments.l.map(x, [x, x]).map(x, [x, x]).map(x, [x, x]).size() > 0",
    "[text].map(a, a + a).map(a, a + a).size() > 0",
    "!text.matches('(.{1,500}){1,2}z')",
    "!text.matches('(((a{30}){30}){30}){30}')",
    "(" * 400 + "true" + ")" * 400,
    "-" * 900 + "amount > 1",
    "arguments" + ".a" * 450 + " == 1",
    "amount " + "+ amount " * 100 + "> 1",
    "amount " + "* amount " * 100 + "> 1",
    "amount " + "/ amount " * 60 + "> 1",
    "'\\x00' == text",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_a_hostile_expression_comes_back(source: str) -> None:
    known = {
        "amount": 12345678.1234567,
        "text": "x" * 60_000,
        "arguments": {"l": list(range(3_000)), "s": "a" * 16_000},
    }
    started = time.perf_counter()
    with suppress(ExpressionInvalid, ExpressionFailed):
        compile_expression(source).holds(Values(known))
    assert time.perf_counter() - started < 5


@settings(max_examples=300)
@given(
    st.text(alphabet="amount arguments.x history.session_tries text<>=!&|()[]{}+-*/%?:,.'\"0123456789\\\n", max_size=60)
)
def test_any_text_compiles_or_is_refused(source: str) -> None:
    known = {"amount": 1.0, "arguments": {"x": 2}, "text": "a", "history.session_tries": 1}
    with suppress(ExpressionInvalid, ExpressionFailed):
        compile_expression(source).holds(Values(known))


def test_evaluating_leaves_no_memory_behind() -> None:
    expressions = [compile_expression("amount > 3 * arguments.x"), compile_expression("amount <= 25 || arguments.y")]

    def evaluate(times: int) -> None:
        for _ in range(times):
            for expression in expressions:
                with suppress(ExpressionFailed):
                    expression.holds(Values({"amount": 30.5, "arguments": {"x": 1.25}}))

    evaluate(100)
    gc.collect()
    before = sys.getallocatedblocks()
    evaluate(2_000)
    gc.collect()
    assert sys.getallocatedblocks() - before < 500


def test_what_it_looks_at_is_known() -> None:
    expression = compile_expression(
        "amount > 3 * history.agent_median_amount && arguments.order.total < 5"
        " && [1].all(x, x > 0) && size(context) > 1"
    )
    assert expression.looked_at == ("amount", "history.agent_median_amount", "arguments.order.total", "context")
    assert expression.names == {"amount", "history.agent_median_amount", "arguments", "context"}
    assert expression.names <= VARIABLES.keys()


@pytest.mark.parametrize("source", ["amount > 3 * amount", "[1, 2].exists(x, x > 1)", "{'a': 1.5, 'b': b'x'}.a == -1"])
def test_the_tree_is_read_and_written_alike(source: str) -> None:
    saved = environment().compile(source, disable_check=True).serialize()
    assert syntax.write(syntax.read(saved)) == saved


@given(st.binary(max_size=60))
def test_bytes_that_are_no_tree_are_refused(data: bytes) -> None:
    with suppress(ValueError):
        syntax.write(syntax.read(data))


def test_a_wrong_form_or_number_is_no_answer() -> None:
    assert compare("_>_ + . . .", [1, 2, 2])
    with pytest.raises(ValueError, match="too large"):
        compare("_>_ . .", [float("nan"), 1])
    with pytest.raises(ValueError, match="too many digits"):
        compare("_>_ " + "* " * 9 + ". " * 10 + ".", [12345678901234567] * 11)


def test_patterns_are_linear_and_whole() -> None:
    assert matches("[A-Z]{2}[0-9]+", "AB12")
    assert not matches("[A-Z]{2}[0-9]+", "AB12x")
    assert not matches("a|b", "ab")
    assert not matches("(a+)+b", "a" * 50_000)
    with pytest.raises(ValueError, match=r"."):
        matches("(?=x)", "x")
    assert repr(Expression("true", None, ())) == "Expression('true')"
