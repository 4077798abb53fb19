"""What an invoke is answered with, to the letter, as Microsoft documents it; and what is malformed gets 400."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.rigs.teams_office import Office

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"
SAID = "application/vnd.microsoft.activity.message"


async def asked(office: Office, name: str, value: Json, message: Any, user: Any = None) -> tuple[int | None, str]:
    """Status and body of an answer."""
    where = {"id": message.conversation_id, "conversationType": "channel", "tenantId": office.contoso.id}
    more = {"replyToId": message.id} if name != "task/submit" else {}
    sent = await office.teams.invoke(user or office.dana, office.refunds, name, value, conversation=where, **more)
    return sent.status, sent.last.body


def is_card(card: Json) -> None:
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.5")
    assert card["body"]


def is_dialog(body: Json) -> None:
    assert {*body} == {"task"}
    assert {*body["task"]} == {"type", "value"}
    assert body["task"]["type"] == "continue"
    value = body["task"]["value"]
    assert {*value} <= {"title", "height", "width", "card"}
    assert {*value["card"]} == {"contentType", "content"}
    assert value["card"]["contentType"] == CARD
    assert value["title"]
    is_card(value["card"]["content"])


@pytest.mark.parametrize("verb", ["claim", "refresh", "approve", "revoke"])
async def test_an_execute_is_answered_with_status_type_and_a_card(office: Office, verb: str) -> None:
    request, message = await office.held()
    value = {"action": {"type": "Action.Execute", "verb": verb, "data": {"request": request.id}}, "trigger": "manual"}
    status, body = await asked(office, "adaptiveCard/action", value, message)
    assert status == 200
    told = json.loads(body)
    assert {*told} == {"statusCode", "type", "value"}
    assert (told["statusCode"], told["type"]) == (200, CARD)
    is_card(told["value"])


@pytest.mark.parametrize("verb", ["reject", "edit", "ask", "reassign", "snooze", "details", "explain", "pause", "odd"])
async def test_a_fetch_is_answered_with_a_dialog(office: Office, verb: str) -> None:
    request, message = await office.held()
    status, body = await asked(office, "task/fetch", {"data": {"verb": verb, "request": request.id}}, message)
    assert status == 200
    is_dialog(json.loads(body))


async def test_a_submit_closes_with_an_empty_body_or_shows_a_dialog_or_words(office: Office) -> None:
    request, message = await office.held()
    form = {"dialog": "ask", "request": request.id, "inputs": ["text"]}
    status, body = await asked(office, "task/submit", {"data": {**form, "text": "Why?"}}, message)
    assert (status, body) == (200, "")
    status, body = await asked(office, "task/submit", {"data": form}, message)
    assert status == 200
    is_dialog(json.loads(body))
    edited = {"dialog": "edit", "request": request.id, "inputs": ["arg.amount"], "arg.amount": "80"}
    _, body = await asked(office, "task/submit", {"data": edited}, message)
    is_dialog(json.loads(body))
    status, body = await asked(office, "task/submit", {"data": form}, message, office.rosa)
    is_dialog(json.loads(body))


async def test_what_takes_long_is_said_in_passing_or_in_the_dialogs_place(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, message = await office.held()
    monkeypatch.setattr(office.app._receiving._dispatching, "_seconds", 0.05)
    office.slowness[0] = 0.2
    value = {"action": {"type": "Action.Execute", "verb": "claim", "data": {"request": request.id}}}
    _, body = await asked(office, "adaptiveCard/action", value | {"trigger": "manual"}, message)
    told = json.loads(body)
    assert {*told} == {"statusCode", "type", "value"}
    assert (told["statusCode"], told["type"]) == (200, SAID)
    assert isinstance(told["value"], str)
    _, body = await asked(office, "task/fetch", {"data": {"verb": "edit", "request": request.id}}, message)
    told = json.loads(body)
    assert {*told} == {"task"}
    assert told["task"] == {"type": "message", "value": told["task"]["value"]}
    assert isinstance(told["task"]["value"], str)
    office.slowness[0] = 0.0
    await office.now(request)


@pytest.mark.parametrize("part", ["action", "verb", "data", "trigger"])
@pytest.mark.parametrize("odd", [None, 5, [], "", {}, True, [{"verb": "approve"}]])
async def test_an_execute_with_something_odd_in_it_is_400_or_decides_nothing(
    office: Office, part: str, odd: Any
) -> None:
    request, message = await office.held()
    action: Json = {"type": "Action.Execute", "verb": "details", "data": {"request": request.id}}
    value: Json = {"action": action, "trigger": "manual"}
    (value if part in value else action)[part] = odd
    status, _ = await asked(office, "adaptiveCard/action", value, message)
    assert status in {200, 400}
    assert status == 400 or (part, odd) in [("trigger", None), ("verb", "")]
    assert (await office.now(request)).pending
    office.teams.world.complaints.clear()
