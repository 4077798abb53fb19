"""Inputs and chats in the fake Teams."""

from __future__ import annotations

from typing import Any

import pytest
from botbuilder.schema import Activity

from tests.fakes.teams import NotPossible, Token
from tests.fakes.teams.cards.filling import filled
from tests.unit.fakes.teams_bot import Desk, asking, attached, button, showing

Json = dict[str, Any]
WHY: Json = {
    "type": "Input.ChoiceSet",
    "id": "why",
    "choices": [{"title": "Wrong amount", "value": "amount"}, {"title": "Not eligible", "value": "eligible"}],
}
SURE: Json = {"type": "Input.Toggle", "id": "sure", "title": "Sure", "valueOn": "yes", "valueOff": "no"}
DAY: Json = {"type": "Input.Date", "id": "day", "min": "2026-03-02", "max": "2026-04-01"}
CODE: Json = {"type": "Input.Text", "id": "code", "regex": "^[A-Z]{3}$", "errorMessage": "Three capitals"}

SENT: dict[str, tuple[list[Json], Json, Json]] = {
    "a choice by its title": ([WHY], {"why": "Not eligible"}, {"why": "eligible"}),
    "several choices": ([{**WHY, "isMultiSelect": True}], {"why": ["amount", "eligible"]}, {"why": "amount,eligible"}),
    "nothing chosen": ([WHY], {}, {}),
    "a switch left alone": ([SURE], {}, {"sure": "no"}),
    "a switch turned on": ([SURE], {"sure": True}, {"sure": "yes"}),
    "a day": ([DAY], {"day": "2026-03-05"}, {"day": "2026-03-05"}),
    "a time": ([{"type": "Input.Time", "id": "at"}], {"at": "15:30"}, {"at": "15:30"}),
    "what stands there": ([{**CODE, "value": "ABC"}], {}, {"code": "ABC"}),
}


@pytest.mark.parametrize(("inputs", "values", "sent"), SENT.values(), ids=SENT)
def test_what_the_client_sends(inputs: list[Json], values: Json, sent: Json) -> None:
    assert filled(inputs, values) == sent


KEPT: dict[str, tuple[Json, Json, str]] = {
    "a choice that is none": (WHY, {"why": "maybe"}, r"offers \['Wrong amount', 'Not eligible'\]"),
    "a switch that must be on": ({**SURE, "isRequired": True}, {"sure": False}, "required"),
    "a day too early": (DAY, {"day": "2026-03-01"}, "below 2026-03-02"),
    "a day too late": (DAY, {"day": "2026-04-02"}, "above 2026-04-01"),
    "no day": (DAY, {"day": "soon"}, "not of that kind"),
    "another pattern": (CODE, {"code": "abc"}, "Three capitals"),
}


@pytest.mark.parametrize(("field", "values", "why"), KEPT.values(), ids=KEPT)
def test_what_the_client_keeps(field: Json, values: Json, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        filled([field], values)


async def test_a_card_in_a_chat(desk: Desk) -> None:
    chat = desk.contoso.chat(desk.dana)
    held = Activity().deserialize(attached(asking(button("approve"))))
    await desk.conversations.send_to_conversation(chat.id, held)
    [card] = desk.teams.chat(desk.dana)
    desk.bot.answers["adaptiveCard/action"] = showing(asking())
    await desk.teams.click(desk.dana, card, "approve")
    [told] = desk.bot.told
    assert (told["conversation"]["id"], told["replyToId"]) == (chat.id, card.id)
    assert "team" not in told["channelData"]
    with pytest.raises(NotPossible, match="does not see"):
        await desk.teams.click(desk.lee, card, "approve")


async def test_few_people_need_not_be_named_for_a_refresh(desk: Desk) -> None:
    card = await desk.card(refresh={"action": {"type": "Action.Execute", "verb": "refresh"}})
    desk.bot.answers["adaptiveCard/action"] = showing(asking())
    assert await desk.teams.show(desk.lee, card) is not None
    desk.support.members += [desk.contoso.user(f"P{number}") for number in range(60)]
    assert await desk.teams.show(desk.dana, card) is None


@pytest.mark.parametrize("token", [Token.EXPIRED, Token.NO_HEADER])
async def test_a_click_can_bear_a_bad_token(desk: Desk, token: Token) -> None:
    card = await desk.card()
    desk.bot.answers["adaptiveCard/action"] = 401, None
    clicked = await desk.teams.click(desk.dana, card, "approve", token=token)
    assert (clicked.status, clicked.card) == (401, None)
    assert ("Authorization" in desk.bot.headers[0]) is (token is Token.EXPIRED)
    assert desk.teams.complaints == ["adaptiveCard/action: 401"]
