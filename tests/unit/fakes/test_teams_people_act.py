"""The people of the fake Teams: they can do what Teams' clients let them do, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from botbuilder.schema import Activity

from tests.fakes.teams import Message, NotPossible
from tests.unit.fakes.teams_bot import CARD, Desk, asking, attached, button, showing

Json = dict[str, Any]
REASON: Json = {
    "type": "Input.Text",
    "id": "reason",
    "label": "Reason",
    "isRequired": True,
    "errorMessage": "Say why",
    "maxLength": 20,
}
AMOUNT = {"type": "Input.Number", "id": "amount", "label": "Amount", "min": 1, "max": 50, "value": 20}


def refreshing(desk: Desk, *ids: str) -> Json:
    return {"refresh": {"action": {"type": "Action.Execute", "verb": "refresh", "data": {"r": 1}}, "userIds": [*ids]}}


async def test_a_click_tells_everything_about_itself(desk: Desk) -> None:
    card = await desk.card(button("approve", data={"request": "r1"}))
    desk.bot.answers["adaptiveCard/action"] = showing(asking(body=[{"type": "TextBlock", "text": "Approved"}]))
    clicked = await desk.teams.click(desk.dana, card, "approve")
    [told] = desk.bot.told
    action = {"type": "Action.Execute", "title": "Approve", "verb": "approve", "data": {"request": "r1"}}
    assert (told["type"], told["name"]) == ("invoke", "adaptiveCard/action")
    assert told["value"] == {"action": action, "trigger": "manual"}
    assert told["from"] == {"id": desk.dana.id, "name": "Dana Fox", "aadObjectId": desk.dana.aad_id}
    assert told["recipient"] == {"id": f"28:{desk.teams.app.id}", "name": "Signoff"}
    assert told["conversation"] == {
        "isGroup": True,
        "conversationType": "channel",
        "tenantId": desk.contoso.id,
        "id": card.conversation_id,
    }
    data = told["channelData"]
    assert (data["tenant"]["id"], data["team"]["id"], data["channel"]["id"]) == (
        desk.contoso.id,
        desk.support.id,
        desk.refunds.id,
    )
    assert (told["replyToId"], told["channelId"]) == (card.id, "msteams")
    assert told["timestamp"] == "2026-03-02T15:00:00.000Z"
    assert told["localTimestamp"].endswith("-05:00")
    assert (clicked.status, clicked.seconds < 3, desk.teams.complaints) == (200, True, [])


async def test_the_answer_is_seen_by_the_one_who_clicked(desk: Desk) -> None:
    card = await desk.card(button("approve"))
    desk.bot.answers["adaptiveCard/action"] = showing(asking(body=[{"type": "TextBlock", "text": "Approved"}]))
    clicked = await desk.teams.click(desk.dana, card, "approve")
    assert clicked.card == desk.teams.card(desk.dana, card)
    assert desk.teams.texts(desk.dana, card) == ["Approved"]
    assert desk.teams.texts(desk.lee, card) == ["Held", "Approve"]
    with pytest.raises(NotPossible, match="0 actions are 'approve'"):
        await desk.teams.click(desk.dana, card, "approve")
    await desk.teams.click(desk.dana, card, "approve", as_of=0)
    changed = Activity().deserialize(attached(asking(body=[{"type": "TextBlock", "text": "Closed"}])))
    await desk.conversations.update_activity(card.conversation_id, card.id, changed)
    assert desk.teams.texts(desk.dana, card) == desk.teams.texts(desk.lee, card) == ["Closed"]


async def test_words_and_errors_are_shown_in_passing(desk: Desk) -> None:
    card = await desk.card(button("approve"))
    words = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Noted"}
    desk.bot.answers["adaptiveCard/action"] = 200, words
    assert (await desk.teams.click(desk.dana, card, "approve")).said == "Noted"
    error = {"code": "Forbidden", "message": "Not yours"}
    desk.bot.answers["adaptiveCard/action"] = (
        200,
        {"statusCode": 403, "type": "application/vnd.microsoft.error", "value": error},
    )
    assert (await desk.teams.click(desk.dana, card, "approve")).error == error
    assert desk.teams.toasts(desk.dana) == ["Noted", "Not yours"]
    assert desk.teams.complaints == []


NONSENSE: dict[str, tuple[tuple[int, Any], str]] = {
    "no body": ((200, None), "no JSON"),
    "no type": ((200, {"statusCode": 200}), "with type None"),
    "a bare card": ((200, asking()), "unknown fields"),
    "a bad card": (showing({"type": "AdaptiveCard"}), "not valid"),
    "an error without code": (
        (200, {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": {}}),
        "code and message",
    ),
    "words that are none": (
        (200, {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": ""}),
        "must be text",
    ),
    "a status in words": ((200, {"statusCode": "200", "type": CARD, "value": asking()}), "must be a number"),
    "a failure": ((500, {"error": "x"}), "500"),
}


@pytest.mark.parametrize(("answer", "why"), NONSENSE.values(), ids=NONSENSE)
async def test_answers_without_sense_are_complained_of(desk: Desk, answer: tuple[int, Any], why: str) -> None:
    card = await desk.card(button("approve"))
    desk.bot.answers["adaptiveCard/action"] = answer
    await desk.teams.click(desk.dana, card, "approve")
    [complaint] = desk.teams.complaints
    assert why in complaint
    assert desk.teams.texts(desk.dana, card) == ["Held", "Approve"]


# Refreshing


async def test_a_card_refreshes_itself_for_those_whom_it_names(desk: Desk) -> None:
    card = await desk.card(button("approve"), **refreshing(desk, desk.dana.id))
    desk.bot.answers["adaptiveCard/action"] = showing(asking(body=[{"type": "TextBlock", "text": "Yours"}]))
    assert await desk.teams.show(desk.lee, card) is None
    assert await desk.teams.show(desk.dana, card) is not None
    [told] = desk.bot.told
    assert told["value"]["trigger"] == "automatic"
    assert told["value"]["action"] == {"type": "Action.Execute", "verb": "refresh", "data": {"r": 1}}
    assert (desk.teams.texts(desk.dana, card), desk.teams.texts(desk.lee, card)) == (["Yours"], ["Held", "Approve"])
    assert await desk.teams.show(desk.dana, card) is None, "her view is current"
    await desk.teams.refresh(desk.lee, card)
    assert desk.bot.told[-1]["value"]["trigger"] == "manual"


async def test_who_has_the_channel_open_is_refreshed_at_once(desk: Desk) -> None:
    desk.bot.answers["adaptiveCard/action"] = showing(asking(body=[{"type": "TextBlock", "text": "Yours"}]))
    for user in (desk.dana, desk.lee):
        desk.teams.watch(user, desk.refunds)
    card = await desk.card(button("approve"), **refreshing(desk, desk.dana.id))
    await desk.teams.until(lambda: card.views)
    assert [*card.views] == [desk.dana.id]
    changed = Activity().deserialize(attached(asking(**refreshing(desk, desk.dana.id))))
    await desk.conversations.update_activity(card.conversation_id, card.id, changed)
    await desk.teams.until(lambda: card.views[desk.dana.id].version == 1)
    assert len(desk.bot.named("adaptiveCard/action")) == 2


# Forms


async def test_inputs_go_along(desk: Desk) -> None:
    card = await desk.card(button("edit", data={"request": "r1"}), body=[AMOUNT, REASON])
    desk.bot.answers["adaptiveCard/action"] = showing(asking())
    await desk.teams.click(desk.dana, card, "edit", {"Reason": "too much"})
    assert desk.bot.told[0]["value"]["action"]["data"] == {"request": "r1", "amount": "20", "reason": "too much"}


BAD_INPUT: dict[str, tuple[Json, str]] = {
    "missing": ({}, "Say why"),
    "too long": ({"reason": "x" * 21}, "longer than 20"),
    "too small": ({"reason": "x", "amount": 0}, "below 1"),
    "no number": ({"reason": "x", "amount": "much"}, "not of that kind"),
    "no such input": ({"colour": "red"}, "0 inputs are 'colour'"),
}


@pytest.mark.parametrize(("values", "why"), BAD_INPUT.values(), ids=BAD_INPUT)
async def test_a_form_is_not_sent_unless_filled_in(desk: Desk, values: Json, why: str) -> None:
    card = await desk.card(button("edit"), body=[AMOUNT, REASON])
    with pytest.raises(NotPossible, match=why):
        await desk.teams.click(desk.dana, card, "edit", values)
    assert desk.bot.told == []


async def test_a_form_behind_a_button_asks_only_there(desk: Desk) -> None:
    inner = asking(button("reject"), body=[REASON])
    shows = {
        "type": "Action.ShowCard",
        "title": "Reject...",
        "card": {k: inner[k] for k in ("type", "body", "actions")},
    }
    card = await desk.card(button("approve"), shows, body=[AMOUNT])
    desk.bot.answers["adaptiveCard/action"] = (
        200,
        {
            "statusCode": 200,
            "type": "application/vnd.microsoft.activity.message",
            "value": "Noted",
        },
    )
    await desk.teams.click(desk.dana, card, "approve")
    await desk.teams.click(desk.dana, card, "reject", {"reason": "no"})
    sent = [each["value"]["action"].get("data") for each in desk.bot.told]
    assert sent == [{"amount": "20"}, {"amount": "20", "reason": "no"}]
    with pytest.raises(NotPossible, match="tells the bot nothing"):
        await desk.teams.click(desk.dana, card, "Reject...")


async def test_an_old_client_draws_the_fallback(desk: Desk) -> None:
    card = await desk.card(button("approve"))
    await desk.teams.click(desk.dana, card, "approve", old_client=True)
    [told] = desk.bot.told
    assert (told["type"], told["value"], told["replyToId"]) == ("message", {"verb": "approve"}, card.id)
    assert "text" not in told


# Late, again, and never


async def test_an_invoke_comes_again_after_a_slow_answer(desk: Desk) -> None:
    card = await desk.card(button("approve"))
    desk.teams.carrier.invoke_within = 0.5
    gate = asyncio.Event()

    async def answer(_: Json) -> tuple[int, Any]:
        if len(desk.bot.told) == 1:
            await gate.wait()
        return showing(asking())

    desk.bot.answers["adaptiveCard/action"] = answer
    clicked = await desk.teams.click(desk.dana, card, "approve")
    gate.set()
    first, second = clicked.attempts
    assert (first.error, second.status) == ("timeout", 200)
    assert desk.bot.told[0] == desk.bot.told[1]
    assert desk.teams.complaints == ["adaptiveCard/action: None timeout"]


async def test_bytes_are_replayed(desk: Desk) -> None:
    said = await desk.teams.direct(desk.dana, "help")
    await desk.teams.replay(said, fresh=False)
    assert desk.bot.headers[0]["Authorization"] == desk.bot.headers[1]["Authorization"]
    assert desk.bot.told[0] == desk.bot.told[1]


async def test_anything_can_be_sent(desk: Desk) -> None:
    await desk.teams.invoke(desk.eve, desk.refunds, "adaptiveCard/action", {"action": "x"}, replyToId="1")
    assert (desk.bot.told[0]["value"], desk.bot.told[0]["replyToId"]) == ({"action": "x"}, "1")
    broken = await desk.teams.send_bytes(b"{")
    assert broken.status == 500, "the test's bot reads no further"


async def test_a_bot_that_is_not_there(desk: Desk) -> None:
    card = await desk.card(button("approve"))
    desk.teams.connect("http://127.0.0.1:9")
    clicked = await desk.teams.click(desk.dana, card, "approve")
    assert (clicked.ok, clicked.last.error) == (False, "connection_failed")


Attempt = Callable[[Desk, Message], Awaitable[Any]]
IMPOSSIBLE: dict[str, tuple[Attempt, str]] = {
    "a button that is not there": (lambda d, c: d.teams.click(d.dana, c, "launch"), "0 actions are 'launch'"),
    "from outside the team": (lambda d, c: d.teams.click(d.eve, c, "approve"), "does not see"),
    "refreshing what has no refresh": (lambda d, c: d.teams.refresh(d.dana, c), "no refresh"),
    "mentioning from outside": (lambda d, c: d.teams.mention(d.eve, d.refunds, "x"), "not in Support"),
    "a chat without the bot": (lambda d, c: d.teams.direct(d.eve, "x"), "no chat"),
}


@pytest.mark.parametrize(("attempt", "why"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
async def test_what_people_can_t_do(desk: Desk, attempt: Attempt, why: str) -> None:
    card = await desk.card(button("approve"))
    with pytest.raises(NotPossible, match=why):
        await attempt(desk, card)
    assert desk.bot.told == []


async def test_a_deleted_card_can_t_be_clicked_but_an_old_one_can(desk: Desk) -> None:
    card = await desk.card(button("approve"))
    desk.teams.delete(card)
    with pytest.raises(NotPossible, match="deleted"):
        await desk.teams.click(desk.dana, card, "approve")
    await desk.teams.click(desk.dana, card, "approve", as_of=0)
    assert len(desk.bot.told) == 1
