from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bot.domain.fields import Field, FieldKind
from bot.domain.money import Money
from bot.domain.requests import Context, PolicyAnswer
from bot.domain.verdicts import Level, Reservation, Tally
from bot.errors import BadInput
from bot.policy.checking import check_arguments
from bot.policy.paths import amount_of
from bot.policy.reading import read_context
from bot.policy.tallies import fits, quoted, reserve_for
from tests.rigs.gates import NOW, REFUND, policy_of


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, Context()),
        ({}, Context()),
        ({"call_id": 7, "resume": {"a": [1]}, "whatever": None}, Context()),
        ({"customer": 41, "session": "s"}, Context(customer="41", session="s")),
        ({"confidence": 1, "level": "draft"}, Context(confidence=1.0, level=Level.DRAFT)),
        ({"citations": "3.2", "evidence": [{"title": "photo"}]}, Context(citations=("3.2",), evidence=("photo",))),
        ({"transcript": "help"}, Context(transcript=("help",))),
        (
            {"answer": {"question": "late?", "stance": "no", "policy_version": 7}},
            Context(answer=PolicyAnswer("late?", "no", "7")),
        ),
        ({"answer": {"question": "late?", "stance": "no"}}, Context(answer=PolicyAnswer("late?", "no"))),
        (
            {
                "transcript": [
                    {"role": "user", "content": [{"type": "text", "text": "a"}, "b"]},
                    {"role": "tool", "content": "x"},
                    "c",
                ]
            },
            Context(transcript=("a b", "c")),
        ),
        ({"transcript": [{"role": "user", "content": None}]}, Context()),
        ({"mismatches": ["name"]}, Context(mismatches=("name",))),
        ({"currency": "eur", "vulnerable": True}, Context(currency="EUR", vulnerable=True)),
    ],
)  # fmt: skip
def test_what_is_understood(raw: Any, expected: Context) -> None:
    assert read_context(raw) == expected


@pytest.mark.parametrize(
    ("signal", "differs"),
    [
        (True, False),
        (False, True),
        (None, False),
        (0.2, False),
        ("match", False),
        ("MISMATCH ", True),
        ("changed", True),
        ({"match": False}, True),
        ({"match": True, "score": 1}, False),
        ({"expected": "Ann", "observed": "ann "}, False),
        ({"expected": "Ann", "observed": "Bob"}, True),
        ({"expected": {"a": 1}, "observed": {"a": 1.0}}, False),
        ({"expected": 1, "observed": True}, True),
        ({"score": 0.4, "at_least": 0.8}, True),
        ({"score": 0.8, "at_least": 0.8}, False),
    ],
)
def test_signals(signal: Any, differs: bool) -> None:
    read = read_context({"signals": {"it": signal}, "mismatches": ["name"]})
    assert read.mismatches == (("name", "it") if differs else ("name",))
    assert read.problems == ()


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ([], "context"),
        ("text", "context"),
        ({"customer": ["a"]}, "customer"),
        ({"customer": ""}, "customer"),
        ({"customer": "\ud800"}, "customer"),
        ({"session": "x" * 501}, "session"),
        ({"confidence": "0.9"}, "confidence"),
        ({"confidence": True}, "confidence"),
        ({"confidence": 1.01}, "confidence"),
        ({"confidence": float("nan")}, "confidence"),
        ({"level": "Draft"}, "level"),
        ({"level": ["draft"]}, "level"),
        ({"vulnerable": "no"}, "vulnerable"),
        ({"citations": [None]}, "citations"),
        ({"transcript": {"a": 1, "role": 3}}, "transcript"),
        ({"answer": "no"}, "answer"),
        ({"answer": {"question": "late?"}}, "answer"),
        ({"answer": {"question": "late?", "stance": ""}}, "answer"),
        ({"answer": {"question": "late?", "stance": "no", "because": "x"}}, "answer"),
        ({"answer": {"question": "late?", "stance": "n" * 501}}, "answer"),
        ({"transcript": [{"role": "user", "content": 4}]}, "transcript"),
        ({"transcript": ["x" * 70_000]}, "transcript"),
        ({"signals": ["device"]}, "signals"),
        ({"signals": {"device": "perhaps"}}, "signals.device"),
        ({"signals": {"device": {}}}, "signals.device"),
        ({"signals": {"device": [1]}}, "signals.device"),
        ({"signals": {"device": {"match": 1}}}, "signals.device"),
        ({"signals": {"device": {"score": 2, "at_least": 1}}}, "signals.device"),
        ({"mismatches": 3.5}, "mismatches"),
    ],
)
def test_what_can_not_be_read_is_a_problem(raw: Any, problem: str) -> None:
    (found,) = read_context(raw).problems
    assert found.startswith(problem + ": ")


def field(kind: FieldKind, **more: Any) -> Field:
    return Field("it", "It", kind, **more)


@pytest.mark.parametrize(
    ("given", "value", "message"),
    [
        (field(FieldKind.TEXT), "a", None),
        (field(FieldKind.TEXT), 3, "is not a text"),
        (field(FieldKind.TEXT, max_length=2), "abc", "is longer than 2 characters"),
        (field(FieldKind.TEXT, pattern="[0-9]+"), "12a", "does not look like [0-9]+"),
        (field(FieldKind.TEXT, required=True), None, "is missing"),
        (field(FieldKind.TEXT, required=True), " ", "is empty"),
        (field(FieldKind.TEXT), None, None),
        (field(FieldKind.MONEY), "12.50", None),
        (field(FieldKind.MONEY), -1, "is below 0"),
        (field(FieldKind.MONEY, maximum=Decimal("9.99")), 9.991, "is above 9.99"),
        (field(FieldKind.MONEY), "much", "is not a decimal number"),
        (field(FieldKind.NUMBER, minimum=Decimal(-3)), -2.5, None),
        (field(FieldKind.NUMBER), "2", "is not a number"),
        (field(FieldKind.NUMBER), True, "is not a number"),
        (field(FieldKind.INTEGER), 2.5, "is not a whole number"),
        (field(FieldKind.INTEGER), 2, None),
        (field(FieldKind.BOOLEAN), 1, "is not true or false"),
        (field(FieldKind.CHOICE, options=("a", "b")), "c", "is not one of a, b"),
        (field(FieldKind.DATE), "2026-02-30", "is not a date such as 2026-01-31"),
        (field(FieldKind.DATE), "2026-02-28", None),
        (field(FieldKind.JSON), [{"a": 1}], None),
    ],
)
def test_fields(given: Field, value: Any, message: str | None) -> None:
    found = check_arguments((given,), {"it": value}, others=False)
    assert [one.message for one in found] == ([] if message is None else [message])


def test_other_arguments_pass_only_where_they_may() -> None:
    given = (field(FieldKind.TEXT), Field("absent", "Absent"))
    assert check_arguments(given, {"it": "a", "more": 1}, others=True) == []
    (found,) = check_arguments(given, {"it": "a", "more": 1}, others=False)
    assert (found.field, found.message) == ("more", "is not a known argument")


def test_amounts_are_summed_over_lists() -> None:
    action = policy_of(REFUND.replace("arguments.amount", '"arguments.paid[*].amount"')).actions["refund"]
    paid = {"paid": [{"amount": 0.1}, {"amount": "0.2"}]}
    assert amount_of(action, paid, Context(), None) == Money(Decimal("0.3"), "USD")
    for broken in ({}, {"paid": 3}, {"paid": [{"amount": 1}, {}]}, {"paid": [{"amount": 1}, 2]}):
        with pytest.raises(BadInput) as found:
            amount_of(action, broken, Context(), None)
        assert found.value.field == "arguments.paid[*].amount"


def test_keys_never_collide() -> None:
    names = [
        "a",
        "a:b",
        "a%3Ab",
        "A",
        "=",
        "",
        "ü",
        "x" * 80,
        "x" * 81,
        "x" * 82,
        "=" + "0" * 64,
        "\ud800",
        "a b",
        "a/b",
    ]
    keys = [quoted(name) for name in names]
    assert len(set(keys)) == len(names)
    assert all(":" not in key and len(key) <= 80 for key in keys)


def test_an_edit_fits_without_what_it_held_before() -> None:
    policy = policy_of(REFUND + "caps: {per_action: 300, per_customer_day: 500}")
    context = Context(customer="c-1")
    (before,) = reserve_for(policy, "refund", "agent-1", context, Money(Decimal(200), "USD"), NOW)
    edited = Money(Decimal(300), "USD")
    (after,) = reserve_for(policy, "refund", "agent-1", context, edited, NOW)
    tally = Tally(before.key, 2, Decimal(400))
    (reason,) = fits(policy, "refund", [after], {tally.key: tally}, amount=edited)
    assert reason.rule == "cap.per_customer_day"
    assert fits(policy, "refund", [after], {tally.key: tally.reserve(before, -1)}, amount=edited) == []
    (reason,) = fits(policy, "refund", [], {}, amount=Money(Decimal("300.01"), "USD"))
    assert reason.text == "The cap for one action is 300 USD; 300.01 is asked."
    assert fits(policy, "unknown_tool", [Reservation("x", 1, Decimal(1))], {}) == []


def test_nothing_is_reserved_for_an_unclear_amount() -> None:
    policy = policy_of(REFUND + "caps: {per_customer_day: 500}")
    for amount in (None, Money(Decimal(5), "EUR")):
        assert reserve_for(policy, "refund", "agent-1", Context(customer="c"), amount, NOW) == ()
    assert reserve_for(policy, "unknown_tool", "agent-1", Context(customer="c"), None, NOW) == ()
