"""Other ways to write an amount, a customer, a phrase or a tool gain nothing: odd ones are held, equal ones count."""

# ruff: noqa: RUF001 -- letters that are taken for others are what is tested

from __future__ import annotations

import json
from decimal import Decimal
from time import process_time
from typing import Any

import pytest

from bot.domain.fields import FieldKind
from bot.domain.spelling import spelled
from bot.editing import value_of
from bot.errors import BadInput
from bot.policy.phrases import fold, phrase
from tests.rigs.house import POLICY, House, new_house

LISTED = POLICY.replace("amount: arguments.amount\n", "amount: arguments.items[*].amount\n").replace(
    "      amount: {title: Amount, kind: money, minimum: 0.01, required: true}\n", "      items: {kind: json}\n"
).replace("editable: [amount, reason]", "editable: [reason]")  # fmt: skip


@pytest.fixture
async def house() -> House:
    return await new_house()


@pytest.mark.parametrize(
    "amount",
    ["1e1", "1E1", "5e-1", "１２", "٣", "1_0", "0x10", "0b1", "\u20035", "5\n", "5,0", "5 0", "--5", "", "-0", "-5",
     -5, 0, True, None, [5], {"amount": 5}, "NaN", "inf", "5€", "$5", "V"],
    ids=repr,
)  # fmt: skip
async def test_an_amount_that_may_be_read_in_two_ways_is_never_allowed(house: House, amount: Any) -> None:
    request = (await house.propose(amount, context={"customer": "c"})).request
    assert request.pending
    assert "amount.unclear" in {reason.rule for reason in request.assessment.verdict.reasons}


async def test_a_part_below_zero_does_not_make_a_sum_small() -> None:
    house = await new_house(policy=LISTED)
    small = (await house.propose(None, items=[{"amount": 4}, {"amount": 5}])).request
    assert small.assessment.amount is not None
    assert (small.status, small.assessment.amount.amount) == ("approved", Decimal(9))
    for items in ([{"amount": 900}, {"amount": -890}], [{"amount": "900"}, {"amount": "-890"}], [{"amount": -1}], []):
        assert (await house.propose(None, items=items)).request.pending


@pytest.mark.parametrize("currency", ["EUR", "usd ", "US\u200bD", "ＵＳＤ", "u\u017fd", "USDT", "$"])
async def test_another_currency_however_it_is_written_is_never_allowed(house: House, currency: str) -> None:
    assert (await house.propose(5, context={"customer": "c", "currency": currency})).request.pending


@pytest.mark.parametrize(
    "name",
    ["Cust_9", "cust_9 ", " CUST_9", "cust\u200b_9", "cust_9\ufeff", "ｃust_9", "cust_９", "cu\u00adst_9",
     "cust_9\ufe0f"],
)  # fmt: skip
async def test_a_customer_written_in_another_way_has_no_cap_of_its_own(house: House, name: str) -> None:
    await house.held(600, context={"customer": "cust_9"})
    again = (await house.propose(600, context={"customer": name})).request
    assert again.status == "rejected"
    assert "cap.per_customer_day" in {reason.rule for reason in again.assessment.verdict.reasons}


async def test_composed_and_decomposed_are_one_customer(house: House) -> None:
    await house.held(600, context={"customer": "Jos\u00e9"})
    assert (await house.propose(600, context={"customer": "Jose\u0301"})).request.status == "rejected"
    assert (await house.propose(600, context={"customer": "Jose"})).request.pending


def test_different_names_stay_different() -> None:
    names = ["a", "b", "a b", "ab", "ä", "a-b", "1", "01", "", "\ud800", "ß1", "日本", "日木", "कि", "कु"]
    assert len({spelled(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "said",
    ["I lo\u200bst my ph\u00adone", "ＬＯＳＴ phone", "lost\u2028my\u00a0phone", "lo\u034fst pho\ufe0fne",
     "löst phöne"],
)  # fmt: skip
def test_a_phrase_is_found_through_characters_that_nobody_sees(said: str) -> None:
    assert phrase("lost phone").found_in(fold(said))


@pytest.mark.parametrize(
    "tool", ["Issue_refund", "issue_refund ", "issue\u200b_refund", "ｉssue_refund", "issue-refund", "іssue_refund"]
)
async def test_a_tool_that_only_looks_like_another_is_unknown_and_held(house: House, tool: str) -> None:
    request = (await house.propose(5, tool=tool)).request
    assert request.pending
    assert request.assessment.action_type != "refund"


@pytest.mark.parametrize("level", ["draft", "recommend"])
async def test_calling_a_commitment_a_draft_holds_it(house: House, level: str) -> None:
    assert (await house.propose(5, context={"customer": "c", "level": level})).request.pending


async def test_a_negative_amount_makes_no_room_under_a_cap(house: House) -> None:
    await house.held(900)
    await house.propose(-800)
    assert (await house.propose(200)).request.status == "rejected"


@pytest.mark.parametrize("typed", ["12,50", "1,5", "1,2345", ",5", "1,234,56", "1e3", "１２"])
async def test_a_typed_comma_is_never_taken_for_nothing(house: House, typed: str) -> None:
    (field,) = [field for field in (await house.held()).routing.fields if field.kind is FieldKind.MONEY]
    with pytest.raises(BadInput):
        value_of(field, typed, 120)


@pytest.mark.parametrize(("typed", "value"), [("1,234.50", 1234.5), ("12.5", 12.5), ("1,234,567", 1234567), ("80", 80)])
async def test_thousands_may_be_typed_with_commas(house: House, typed: str, value: float) -> None:
    (field,) = [field for field in (await house.held()).routing.fields if field.kind is FieldKind.MONEY]
    assert value_of(field, typed, 120) == value


async def test_thousands_of_faults_make_no_thousands_of_reasons(house: House) -> None:
    signals = {f"signal{number}": "perhaps" for number in range(3000)}
    extra: dict[str, Any] = {f"extra{number}": number for number in range(3000)}
    request = (await house.propose(120, context={"customer": "c", "signals": signals}, **extra)).request
    assert request.pending
    rules = [reason.rule for reason in request.assessment.verdict.reasons]
    assert rules.count("context.unreadable") == rules.count("arguments.invalid") == 21
    assert "2980 more" in str(request.assessment.verdict.reasons)


LARGE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "signals": ({}, {"signals": {f"s{number}": {"expected": [number], "observed": 1} for number in range(1500)}}),
    "words that grow": ({}, {"transcript": ["\ufdfa" * 21_000]}),
    "words that almost match": ({}, {"transcript": ["lost stolen was new locked change different skip " * 1200]}),
    "a gap": ({}, {"transcript": ["lost" + " " * 60_000 + "phon"]}),
    "many keys": ({f"ключ{number}": number for number in range(13_000)}, {}),
    "numbers that are dear to write": ({"x": [1.5e-7] * 25_000}, {}),
    "many objects": ({"x": [{"k": number} for number in range(20_000)]}, {}),
    "depth": ({"x": json.loads("[" * 60 + "]" * 60)}, {}),
}


@pytest.mark.parametrize("name", LARGE)
async def test_the_largest_proposals_hold_nobody_up_for_long(house: House, name: str) -> None:
    arguments, context = LARGE[name]
    began = process_time()
    request = (await house.propose(120, context={"customer": "c", **context}, **arguments)).request
    assert process_time() - began < 2  # a hundredth to a fifth of a second here
    assert request.status != "approved"
