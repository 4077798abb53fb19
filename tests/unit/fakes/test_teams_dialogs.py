"""Dialogs in the fake Teams: opened, corrected, closed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.teams import NotPossible
from tests.unit.fakes.teams_bot import Desk, asking, form

Json = dict[str, Any]
REASON: Json = {
    "type": "Input.Text",
    "id": "reason",
    "label": "Reason",
    "isRequired": True,
    "errorMessage": "Say why",
    "maxLength": 20,
}
SEND = {"type": "Action.Submit", "title": "Send", "data": {"request": "r1"}}
OPEN = {"type": "Action.Submit", "title": "Reject", "data": {"msteams": {"type": "task/fetch"}, "request": "r1"}}


async def test_a_dialog_opens_is_corrected_and_closes(desk: Desk) -> None:
    card = await desk.card(OPEN)
    desk.bot.answers["task/fetch"] = form(asking(SEND, body=[REASON]))
    opened = await desk.teams.click(desk.dana, card, "Reject")
    [dialog] = desk.teams.dialogs(desk.dana)
    assert (opened.dialog, dialog.title, dialog.offers) == (dialog, "Reject", ["Send"])
    assert desk.bot.told[0]["value"] == {
        "data": {"msteams": {"type": "task/fetch"}, "request": "r1"},
        "context": {"theme": "default"},
    }
    wrong: list[Json] = [{"type": "TextBlock", "text": "Not that", "color": "attention"}, REASON]
    desk.bot.answers["task/submit"] = form(asking(SEND, body=wrong))
    again = await desk.teams.submit(dialog, {"reason": "no"})
    assert (again.closed, len(dialog.cards)) == (False, 2)
    assert desk.bot.told[1]["value"]["data"] == {"request": "r1", "reason": "no"}
    assert desk.bot.told[1]["conversation"]["id"] == card.conversation_id
    desk.bot.answers["task/submit"] = 200, None
    assert (await desk.teams.submit(dialog, {"reason": "because"})).closed
    assert (desk.teams.dialogs(desk.dana), desk.teams.complaints) == ([], [])


async def test_a_dialog_can_end_in_words(desk: Desk) -> None:
    card = await desk.card(OPEN)
    desk.bot.answers["task/fetch"] = 200, {"task": {"type": "message", "value": "Decided by Lee Wu"}}
    opened = await desk.teams.click(desk.dana, card, "Reject")
    [dialog] = desk.teams.dialogs(desk.dana)
    assert (opened.said, dialog.said, dialog.card) == ("Decided by Lee Wu", "Decided by Lee Wu", None)
    with pytest.raises(NotPossible, match="shows words"):
        await desk.teams.submit(dialog)
    desk.teams.close(dialog)
    with pytest.raises(NotPossible, match="not in front"):
        desk.teams.close(dialog)


TASKS: dict[str, tuple[Any, str]] = {
    "nothing": (None, "no JSON"),
    "no task": ({}, "task must be an object"),
    "another type": ({"task": {"type": "dance", "value": {}}}, "task type 'dance'"),
    "no card": ({"task": {"type": "continue", "value": {"title": "x"}}}, "needs a card"),
    "a page": ({"task": {"type": "continue", "value": {"url": "https://x"}}}, "needs a card"),
    "an odd size": ({"task": {"type": "continue", "value": {"card": {}, "height": "huge"}}}, "height must be"),
    "another kind": ({"task": {"type": "continue", "value": {"card": {"contentType": "x"}}}}, "contentType"),
}


@pytest.mark.parametrize(("answer", "why"), TASKS.values(), ids=TASKS)
async def test_dialogs_without_sense_are_complained_of(desk: Desk, answer: Any, why: str) -> None:
    card = await desk.card(OPEN)
    desk.bot.answers["task/fetch"] = 200, answer
    await desk.teams.click(desk.dana, card, "Reject")
    assert desk.teams.dialogs(desk.dana) == []
    assert why in desk.teams.complaints[0]
