"""Edit forms: untouched they change nothing, touched they say what was typed, and what Slack can't hold is not lost."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.cards import modals, reading
from bot.editing import parse_form
from bot.errors import BadInput, TooLarge
from bot.forms import input_name, inputs, typed_over
from tests.rigs.hostile import HOSTILE
from tests.rigs.slack_forms import DESK, Case, case, drawn, faults_of_view, submitted

VALUES: dict[str, list[Any]] = {
    "text": ["", "Late", " spaced ", "two\nlines", "x" * 121, "x" * 3000, "x" * 3001, None, 5, True, ["a"], "\u202e"],
    "short": ["", "Late", "longer than twenty characters"],
    "long_text": ["", "Late\n\nvery late", "\r\n", "y" * 3000, "y" * 9000, None],
    "money": ["120.00", 120, 0.1, "1,234.50", 1e22, 2001, "2000.01", 0, -3, "many", None, "", "120.000000000000000001"],
    "number": [1, "1.50", 5.6, -5.5, 0.000001, 1e-7, "x", None],
    "integer": [1, 10, 11, 0, "7", 3.5, 2**53, None, "x"],
    "boolean": [True, False, None, "maybe", 1],
    "choice": ["refund", "voucher", "unknown", "", None, "z" * 151, "⟨not given⟩", 7],
    "date": ["2026-03-31", "2026-02-30", "31.3.2026", "", None, "20260331", 20260331],
    "json": [{"a": [1, {"b": "é"}]}, [], None, "text", 5, {"long": "w" * 3000}, True],
    "card": ["4111 1111 1111 1234"],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


async def edited(case: Case, **typed: str | None) -> dict[str, str]:
    """What a form that was submitted so changes."""
    view = modals.edit_form(case.card, case.inputs)
    assert view["callback_id"] == "edit"
    return typed_over(case.request, reading.values(submitted(view, **typed)))


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in VALUES.items() for value in values])
async def test_an_untouched_form_changes_nothing(name: str, value: Any) -> None:
    found = await case({name: value, "fixed": "stays"})
    view = modals.edit_form(found.card, found.inputs, desk_url=DESK)
    assert faults_of_view(view) == []
    assert typed_over(found.request, reading.values(submitted(view))) == {}


@settings(max_examples=60, deadline=None)
@given(arguments=st.fixed_dictionaries({}, optional=dict.fromkeys(VALUES, JSON)))
def test_an_untouched_form_changes_nothing_of_any_arguments(arguments: dict[str, Any]) -> None:
    async def check() -> None:
        found = await case(arguments)
        view = modals.edit_form(found.card, found.inputs, desk_url=DESK)
        assert faults_of_view(view) == []
        assert typed_over(found.request, reading.values(submitted(view))) == {}

    asyncio.run(check())


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_values_stand_in_the_form_and_do_nothing(text: str) -> None:
    found = await case(dict.fromkeys(VALUES, text))
    view = modals.edit_form(found.card, found.inputs, note=text, lesson=text, desk_url=DESK)
    assert faults_of_view(view) == []
    assert typed_over(found.request, reading.values(submitted(view))) == {}


async def test_each_kind_has_its_own_widget() -> None:
    found = await case({"money": 120, "integer": 3, "date": "2026-03-31", "json": {}, "text": "Late"})
    view = modals.edit_form(found.card, found.inputs)
    elements = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    kinds = {name.removeprefix("arg."): element["type"] for name, element in elements.items()}
    assert kinds == {
        "text": "plain_text_input",
        "short": "plain_text_input",
        "long_text": "plain_text_input",
        "money": "number_input",
        "number": "number_input",
        "integer": "number_input",
        "boolean": "static_select",
        "choice": "static_select",
        "date": "datepicker",
        "json": "plain_text_input",
        "note": "plain_text_input",
        "lesson": "static_select",
    }
    assert elements["arg.money"]["min_value"] == "0.01"
    assert elements["arg.money"]["max_value"] == "2000"
    assert (elements["arg.integer"]["min_value"], elements["arg.integer"]["max_value"]) == ("1", "10")


async def test_what_was_typed_is_what_is_read() -> None:
    found = await case({"money": "120.00", "text": "Late", "long_text": "Very", "json": {"a": 1}})
    typed = {"arg.money": "80", "arg.text": None, "arg.json": '{"a": 2}'}
    assert await edited(found, **typed) == {"money": "80", "text": "", "json": '{"a": 2}'}
    arguments = parse_form(found.request, await edited(found, **typed))
    assert arguments == {"money": "80", "long_text": "Very", "json": {"a": 2}}


async def test_the_same_number_in_other_digits_is_no_change() -> None:
    found = await case({"money": "120.00", "number": 1.5})
    assert await edited(found, **{"arg.money": "120", "arg.number": "1.50"}) == {}


async def test_bounds_are_kept_by_slack_s_own_client() -> None:
    found = await case({"money": 120})
    view = modals.edit_form(found.card, found.inputs)
    with pytest.raises(AssertionError, match="at most 2000"):
        submitted(view, **{"arg.money": "2001"})


async def test_every_input_says_its_bounds_and_what_was_proposed() -> None:
    found = await case({"money": 120, "boolean": True})
    view = modals.edit_form(found.card, found.inputs)
    hints = {block["block_id"]: block["hint"]["text"] for block in view["blocks"] if "hint" in block}
    assert hints["arg.money"] == "0.01 USD to 2,000.00 USD, leave empty to take it out. Proposed: 120"
    assert hints["arg.boolean"] == "“Not given” takes it out. Proposed: Yes"
    assert hints["arg.text"].endswith("Proposed: not given")


async def test_a_masked_argument_is_edited_only_after_a_look() -> None:
    found = await case({"card": "4111 1111 1111 1234", "text": "Late"})
    view = modals.edit_form(found.card, found.inputs)
    assert "4111" not in str(view)
    assert "Masked: Card. To edit it, press “Show”" in str(view)
    assert "arg.card" not in reading.values(submitted(view))
    seen = inputs(found.request, found.house.policy, frozenset(), {}, {})
    assert reading.values(submitted(modals.edit_form(found.card, seen)))["arg.card"] == "4111 1111 1111 1234"


async def test_what_is_too_long_for_slack_is_named_and_kept() -> None:
    found = await case({"long_text": "y" * 3001, "text": "Late"})
    view = modals.edit_form(found.card, found.inputs, desk_url=DESK)
    assert "Too long to be edited in Slack, and kept as proposed: Long text." in str(view)
    assert DESK in str(view)
    assert "arg.long_text" not in reading.values(submitted(view))


async def test_who_may_not_edit_gets_no_form() -> None:
    found = await case({"text": "Late"})
    stranger = await drawn(found.house, found.request, "vera")
    view = modals.edit_form(stranger.card, stranger.inputs)
    assert view["callback_id"] == "notice"
    assert "Vera Holm is not among its approvers." in str(view)
    assert faults_of_view(view) == []


def test_long_names_of_arguments_stay_apart() -> None:
    names = [input_name("n" * 300 + tail) for tail in ("a", "b", "")]
    assert len(set(names)) == 3
    assert all(len(name) <= 255 for name in names)
    assert input_name("amount") == "arg.amount"


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"state": None},
        {"state": {"values": []}},
        {"state": {"values": {"a": "x"}}},
        {"state": {"values": {"a": {"b": {"type": "file_input", "files": []}}}}},
        {"state": {"values": {"a": {"b": {"type": "plain_text_input", "value": 5}}}}},
        {"state": {"values": {"a": {"b": {"type": "plain_text_input", "value": "x" * 20_001}}}}},
        {"state": {"values": {"a": {"b": {"type": "static_select", "selected_option": "x"}}}}},
        {"state": {"values": {"a": {"b": {"type": "static_select", "selected_option": {}}}}}},
    ],
)
def test_what_is_no_state_of_ours_is_refused(view: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        reading.values(view)


def test_metadata_of_too_many_values_is_refused_unread() -> None:
    many = json.dumps({str(number): "x" for number in range(30_000)})
    with pytest.raises(TooLarge):
        reading.metadata({"private_metadata": many})


@pytest.mark.parametrize("text", ["[]", "{", '{"request": 5}', '"x"'])
def test_metadata_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        reading.metadata({"private_metadata": text})


async def test_problems_stand_below_their_inputs() -> None:
    found = await case({"money": 120})
    view = modals.edit_form(found.card, found.inputs)
    answer = reading.errors({"arg.money": "is above your limit", "arg.gone": "is needed", "note": "is needed"}, view)
    assert answer["response_action"] == "errors"
    assert answer["errors"] == {
        "arg.money": "is above your limit",
        "arg.text": "gone: is needed",
        "note": "is needed",
    }


async def test_an_argument_that_repeats_a_masked_one_is_masked_too() -> None:
    found = await case({"card": "4111 1111 1111 1234", "text": "of 4111 1111 1111 1234", "short": "Late"})
    masked = {one.field: one.masked for one in found.inputs if one.masked}
    assert set(masked) == {"card", "text"}
    assert typed_over(found.request, reading.values(submitted(modals.edit_form(found.card, found.inputs)))) == {}
