"""Dialogs: what stands in their inputs comes back whole, and what is wrong with it stands below."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.teams import cards as teams
from adapters.teams.cards.dialogs.editing import NUMBER
from bot.cards import Card, Row, card, change_rows
from bot.cards.masking import Masker
from bot.cards.wording import NOT_GIVEN
from bot.domain.fields import FieldKind
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.forms import Input, inputs, typed_over
from tests.fakes.teams.cards import NotPossible, offers, texts
from tests.fakes.teams.cards.filling import filled
from tests.rigs.house import House
from tests.rigs.slack_scenes import scene
from tests.unit.teams_cards.schema_check import problems

Json = dict[str, Any]


async def held() -> tuple[House, Request, Card]:
    house, request, _ = await scene("held")
    await house.store.close()
    return house, request, card(request, house.policy, viewer=house.person("dana"), now=house.clock.now())


def content(dialog: Json) -> Json:
    found: Json = dialog["card"]["content"]
    assert problems(found) == []
    return found


def submitted(dialog: Json, values: dict[str, str]) -> Json:
    """What the client sends: empty inputs are left out, as Microsoft's renderer does."""
    offer = offers(content(dialog))[-1]
    typed = filled(offer.inputs, values)
    return {**offer.action["data"], **{name: value for name, value in typed.items() if value != ""}}


def one(kind: FieldKind, value: str, **more: Any) -> Input:
    return Input("arg.x", "x", "X", kind, value, value, "", **more)


def element(dialog: Json, name: str = "arg.x") -> Json:
    return next(each for each in content(dialog)["body"] if each.get("id") == name)


async def test_what_was_cleared_comes_back_as_empty_and_what_nobody_touched_as_it_was() -> None:
    house, request, shown = await held()
    dialog = teams.edit_dialog(shown, inputs(request, house.policy, frozenset(), {}, {}))
    untouched = teams.values(submitted(dialog, {}))
    assert typed_over(request, untouched) == {}
    cleared = teams.values(submitted(dialog, {"arg.reason": "", "arg.amount": "80.10"}))
    assert typed_over(request, cleared) == {"reason": "", "amount": "80.10"}
    assert teams.sent(submitted(dialog, {})) == {"dialog": "edit", "request": request.id}


async def test_what_is_wrong_stands_right_below_its_input() -> None:
    house, request, shown = await held()
    fields = inputs(request, house.policy, frozenset(), {"amount": "900"}, {"amount": "is above 500"})
    body = content(teams.edit_dialog(shown, fields, {"note": "is needed"}, desk_url=None))["body"]
    for name, said in (("arg.amount", "⚠ Is above 500."), ("note", "⚠ Is needed.")):
        place = next(number for number, each in enumerate(body) if each.get("id") == name)
        assert (body[place + 1]["text"], body[place + 1]["color"]) == (said, "Attention")


async def test_what_is_wrong_with_no_input_stands_at_the_top() -> None:
    _, _, shown = await held()
    body = content(teams.reject_dialog(shown, {}, {"": "somebody was first", "elsewhere": "is odd"}))["body"]
    words = [each.get("text") for each in body]
    assert "⚠ Somebody was first." in words
    assert "⚠ Elsewhere: is odd." in words


@pytest.mark.parametrize("value", ["120.00", "0.10", "-3", "999999999999.99", "1,234.50", ".5", ""])
async def test_a_decimal_is_typed_as_text_so_that_no_digit_is_lost(value: str) -> None:
    _, _, shown = await held()
    made = element(teams.edit_dialog(shown, [one(FieldKind.MONEY, value, unit="USD")]))
    assert (made["type"], made["regex"], made.get("value", "")) == ("Input.Text", NUMBER, value)
    assert made["label"] == "X (USD)"


async def test_a_value_that_is_no_number_can_still_be_sent_again() -> None:
    _, _, shown = await held()
    dialog = teams.edit_dialog(shown, [one(FieldKind.MONEY, "about ten")])
    assert "regex" not in element(dialog)
    assert submitted(dialog, {})["arg.x"] == "about ten"


async def test_a_whole_number_has_its_bounds_in_the_client() -> None:
    _, _, shown = await held()
    dialog = teams.edit_dialog(shown, [one(FieldKind.INTEGER, "3", minimum=1, maximum=7)])
    made = element(dialog)
    assert (made["type"], made["value"], made["min"], made["max"]) == ("Input.Number", 3, 1, 7)
    with pytest.raises(NotPossible, match="from 1 to 7"):
        submitted(dialog, {"arg.x": "8"})


@pytest.mark.parametrize(("value", "bounds"), [("1234567890123456", {}), ("9", {"maximum": 7}), ("0", {"minimum": 1})])
async def test_a_whole_number_that_a_client_would_change_is_typed_as_text(value: str, bounds: dict[str, int]) -> None:
    _, _, shown = await held()
    made = element(teams.edit_dialog(shown, [one(FieldKind.INTEGER, value, **bounds)]))
    assert (made["type"], made["value"]) == ("Input.Text", value)


async def test_days_and_choices_have_inputs_of_their_own() -> None:
    _, _, shown = await held()
    assert element(teams.edit_dialog(shown, [one(FieldKind.DATE, "2026-03-31")]))["type"] == "Input.Date"
    assert element(teams.edit_dialog(shown, [one(FieldKind.DATE, "soon")]))["type"] == "Input.Text"
    options = (("", "Not given"), ("a", "A"))
    dialog = teams.edit_dialog(shown, [one(FieldKind.CHOICE, "", options=options)])
    assert element(dialog)["value"] == NOT_GIVEN
    assert teams.values(submitted(dialog, {}))["arg.x"] == ""
    assert teams.values(submitted(dialog, {"arg.x": "A"}))["arg.x"] == "a"


async def test_what_teams_cannot_hold_is_named_and_left_as_it_is() -> None:
    _, _, shown = await held()
    long = [Input(f"arg.{n}", str(n), f"Field {n}", FieldKind.LONG_TEXT, "é" * 3000, "é" * 3000, "") for n in range(9)]
    dialog = teams.edit_dialog(shown, long, desk_url="https://desk.test/1")
    words = "\n".join(texts(content(dialog)))
    assert "Too long to be edited in Teams, and kept as proposed: " in words
    assert "Field 8" in words
    assert "arg.8" not in teams.values(submitted(dialog, {}))
    assert "https://desk.test/1" in words


async def test_before_and_after_are_whole_and_lead_back_to_the_form() -> None:
    house, request, shown = await held()
    edited = request.proposal.arguments | {"amount": 80}
    rows = change_rows(request, house.policy, Masker(request, frozenset()), edited)
    dialog = teams.review_dialog(shown, rows, "Two thirds.", "threshold", "key-1")
    words = texts(content(dialog))
    assert "120.00\u00a0USD".replace("\u00a0", " ") in words
    assert "80.00 USD" in words
    assert "Tighten a threshold" in words
    sent = {each.action["title"]: teams.sent(each.action["data"]) for each in offers(content(dialog))}
    along = {"request": request.id, "key": "key-1"}
    assert sent == {"Sign": {"dialog": "edit_review", **along}, "Back": {"dialog": "edit_back", **along}}


async def test_nothing_is_signed_that_is_not_shown_whole() -> None:
    house, request, shown = await held()
    edited = request.proposal.arguments | {"reason": "x" * 40_000}
    rows = change_rows(request, house.policy, Masker(request, frozenset()), edited)
    dialog = teams.review_dialog(shown, rows, None, None, "key-1", "https://desk.test/1")
    assert offers(content(dialog)) == []
    assert "too long to be reviewed in Teams" in "\n".join(texts(content(dialog)))


@pytest.mark.parametrize("name", ["reject", "edit", "ask", "reassign", "snooze"])
async def test_who_may_not_reads_why_in_the_place_of_the_form(name: str) -> None:
    house, request, _ = await scene("rejected")
    await house.store.close()
    shown = card(request, house.policy, viewer=house.person("dana"), now=house.clock.now())
    make: dict[str, Any] = {
        "reject": lambda: teams.reject_dialog(shown),
        "edit": lambda: teams.edit_dialog(shown, ()),
        "ask": lambda: teams.ask_dialog(shown),
        "reassign": lambda: teams.reassign_dialog(shown, [("lee", "Lee")]),
        "snooze": lambda: teams.snooze_dialog(shown, [("1h", "In 1 hour")]),
    }
    assert offers(content(make[name]())) == []


def test_a_mask_that_was_lifted_is_shown_whole_or_says_that_it_is_not() -> None:
    shown = teams.shown_card(Row("x", "X", "line\n" * 30))
    assert problems(shown) == []
    assert "The rest of it stands on the desk." not in texts(shown)
    assert "The rest of it stands on the desk." in texts(teams.shown_card(Row("x", "X", "é" * 30_000)))


@pytest.mark.parametrize(
    "data",
    [
        {"inputs": "note"},
        {"inputs": [1]},
        {"inputs": ["note"], "note": {"a": 1}},
        {"inputs": ["note"], "note": "x" * 20_001},
        {"inputs": ["n"] * 500},
    ],
)
def test_what_is_no_form_of_ours_is_refused(data: Json) -> None:
    with pytest.raises(BadInput):
        teams.values(data)


def test_what_was_put_along_is_text() -> None:
    assert teams.sent({"verb": "show", "field": "x", "other": 1}) == {"verb": "show", "field": "x"}
    with pytest.raises(BadInput, match="is no text"):
        teams.sent({"request": ["r"]})


async def test_details_tell_of_a_limit_of_the_law() -> None:
    _, _, drawn = await held()
    assert "limit of the law" not in str(teams.details_card(drawn, ()))
    limited = replace(drawn, statutory_at=datetime(2026, 3, 9, 12, 0, tzinfo=UTC))
    told = content(teams.dialog("Details", teams.details_card(limited, ())))
    assert "A limit of the law runs beside the promise: " in str(told)
    assert "{{DATE(2026-03-09T12:00:00Z" in str(told)
