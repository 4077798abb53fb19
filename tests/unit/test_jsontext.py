"""One reading and one text for every JSON value."""

import json
import math
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.jsontext import _STRUCTURE, MOST_MARKS, canonical, canonical_as_read, digest, read, same
from bot.errors import BadInput, TooLarge

SAFE = 2**53 - 1
texts = st.text(st.characters(exclude_categories=["Cs"]))
readable_floats = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: abs(x) < 2**63 or x % 1)
numbers = st.integers(-SAFE, SAFE) | readable_floats
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_the_text_is_rfc_8785_wherever_that_can_say_the_value(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # a JSON value


@given(values)
def test_a_value_is_read_back_from_its_text(value: object) -> None:
    assert canonical(read(canonical(value))) == canonical(value)


@given(st.lists(values) | st.dictionaries(texts, values))
def test_the_short_way_gives_the_same_text(value: object) -> None:
    assert canonical_as_read(value) == canonical(value)


@pytest.mark.parametrize(
    "number", ["1e-5", "1e22", "0.0000015", "-1.5e300", "5.0", "-0.0", "1e16", "0.1", "123456.789"]
)
def test_the_short_way_sees_every_number_that_is_written_otherwise(number: str) -> None:
    for value in ([float(number)], {"a": float(number)}, {"a": [1, float(number)]}, [":1e5", float(number), "x"]):
        assert canonical_as_read(value) == canonical(value)


@given(st.integers(-(2**63), 2**64 - 1), st.integers(-(2**63), 2**64 - 1))
def test_two_integers_share_a_digest_only_when_they_are_equal(one: int, other: int) -> None:
    assert (digest({"account": one}) == digest({"account": other})) == (one == other)


def test_neighbours_past_the_double_range_differ() -> None:
    assert digest(9007199254740992) != digest(9007199254740993)
    assert canonical(read("9007199254740993")) == b"9007199254740993"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("1", "1.0", True),
        ("1", "1e0", True),
        ("100", "1E2", True),
        ("0", "-0", True),
        ("true", "1", False),
        ("false", "0", False),
        ("null", "0", False),
        ('"1"', "1", False),
        ('{"a":1,"b":2}', ' { "b" : 2.0 , "a" : 1 } ', True),
        ("[1,2]", "[2,1]", False),
        ('"\\u00e9"', '"é"', True),
        ('"e\\u0301"', '"é"', False),
    ],
)
def test_equality(one: str, other: str, *, equal: bool) -> None:
    assert same(read(one), read(other)) is equal


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a":1,"a":1}', "twice"),
        ('{"x":{"a":1,"b":2,"a":3}}', "'a'"),
        ("NaN", "NaN"),
        ("-Infinity", "Infinity"),
        ("1e999", "exactly"),
        ("0.1000000000000000055", "send it as a string"),
        ("123456789012345678901", "64 bits"),
        ("1e300", "64 bits"),
        ('"\\ud800"', "surrogate"),
        ('{"\\udfff":1}', "surrogate"),
        ("", "JSON"),
        ("{", "JSON"),
        ("[1,]", "JSON"),
        ("01", "JSON"),
        ('{"a":1} {"a":1}', "JSON"),
        ("9" * 100_000, "64 bits"),
        ("1." + "9" * 100_000, "digits"),
    ],
)
def test_what_has_no_one_meaning_is_refused_and_named(text: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text, what="arguments")
    assert says in str(refused.value)
    assert refused.value.field == "arguments"


@pytest.mark.parametrize("text", ["[" * 1000 + "]" * 1000, '{"a":' * 1000 + "1" + "}" * 1000, "[" * 100_000])
def test_deep_nesting_is_refused_before_it_costs_anything(text: str) -> None:
    with pytest.raises(TooLarge):
        read(text)


@pytest.mark.parametrize("text", ["[" + "0," * MOST_MARKS + "0]", "[" + "[]," * MOST_MARKS, "{" + '"a":1,' * 50_000])
def test_too_many_values_are_refused_unread_with_what_is_allowed(text: str) -> None:
    with pytest.raises(TooLarge) as refused:
        read(text, what="arguments")
    assert refused.value.field == "arguments"
    assert f"at most {MOST_MARKS}" in str(refused.value.remedy)


def test_as_many_values_as_are_allowed_are_read() -> None:
    most = MOST_MARKS - 1  # one is the opening bracket
    assert len(read("[" + "0," * most + "0]")) == most + 1
    with pytest.raises(TooLarge):
        read("[" + "0," * (most + 1) + "0]")
    assert len(read("[" + "0," * (most + 1) + "0]", most_marks=None)) == most + 2


@pytest.mark.parametrize(
    "within", [",[{" * 20_000, '\\",' * 30_000, "\\\\" * 9 + ",[" * 20_000, "é,\n".replace("\n", "\\n") * 30_000]
)
def test_marks_in_texts_are_text(within: str) -> None:
    assert len(read(f'["{within}", 1]')) == 2


@pytest.mark.parametrize("end", ["", "\\", "]", "\n"])
def test_texts_without_an_end_are_looked_through_once(end: str) -> None:
    unended = "[" * 60 + '["[[[[[[[' + '\\"' * 100_000 + end
    with pytest.raises(BadInput, match="JSON"):
        read(unended)
    assert len(_STRUCTURE.findall(unended)) <= 64


def test_brackets_inside_strings_are_no_nesting() -> None:
    assert read(json.dumps({"a": "[{" * 500})) == {"a": "[{" * 500}
    assert read(json.dumps([{"n": str(i)} for i in range(500)]))[499] == {"n": "499"}


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(BadInput, match="UTF-8"):
        read(b'"\xff"')


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_an_amount_keeps_its_exact_value(amount: Decimal) -> None:
    value = read(str(amount))
    assert Decimal(str(value)) == amount
    assert not (isinstance(value, float) and value.is_integer())


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, b"x", "\ud800", {"\ud800": 1}, [object()]])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(BadInput):
        canonical(value)
