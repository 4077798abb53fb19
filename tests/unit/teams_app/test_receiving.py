"""What reaches us: only what Teams signed, for this bot, of this organisation, and well formed."""

from __future__ import annotations

import random
from typing import Any

import aiohttp
import pytest

from bot.errors import BadInput
from tests.fakes.teams import Fault, Token
from tests.rigs.teams_office import Office, opened, viewed

GOOD = {Token.GOOD, Token.IN_LEEWAY}
FORBIDDEN = {Token.WRONG_SERVICE_URL, Token.NO_SERVICE_URL, Token.UNENDORSED}


@pytest.mark.parametrize("token", list(Token))
async def test_only_a_good_token_is_taken(office: Office, token: Token) -> None:
    request, message = await office.held()
    clicked = await office.teams.click(office.dana, message, "approve", token=token)
    found = await office.now(request)
    if token in GOOD:
        assert (clicked.status, found.status) == (200, "approved")
    else:
        assert found.pending
        assert clicked.status == (403 if token in FORBIDDEN else 401)
        assert clicked.last.body == ""
        office.teams.world.complaints.clear()


@pytest.mark.parametrize(
    "body", [b"", b"nothing", b"[]", b"{}", b'{"type": "invoke"}', b'{"type": 3}', b"\xff\xfe", b"[" * 500]
)
async def test_what_is_no_activity_is_refused(office: Office, body: bytes) -> None:
    attempt = await office.teams.send_bytes(body)
    assert attempt.status == 400
    office.teams.world.complaints.clear()


async def test_what_is_too_long_is_refused(office: Office) -> None:
    async with aiohttp.ClientSession() as session:
        sent = await session.post(f"{office.url}/api/messages", data=b"x" * 300_000)
        assert sent.status == 413
        other = await session.get(f"{office.url}/api/messages")
        assert other.status == 405


@pytest.mark.parametrize(
    "costly",
    [{"entities": [{"type": "mention"}] * 10_000}, {"entities": [[]] * 60_000}, {"entities": [1.5] * 40_000}],
)
async def test_what_would_take_long_to_read_is_refused_unread(office: Office, costly: Any) -> None:
    _, message = await office.held()
    kept = await office.teams.invoke(office.dana, message, "adaptiveCard/action", {}, text="x" * 200_000)
    assert kept.status == 400
    refused = await office.teams.invoke(office.dana, message, "adaptiveCard/action", {}, **costly)
    assert refused.status == 400
    with pytest.raises(BadInput) as told:
        office.app._room.port.parse(refused.body)
    assert told.value.code == "too_large"
    with pytest.raises(BadInput) as told:
        office.app._room.port.parse(b"[" * 300_000)
    assert told.value.code == "too_large"
    assert office.app._room.port.parse(kept.body)["text"]
    office.teams.world.complaints.clear()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("adaptiveCard/action", None),
        ("adaptiveCard/action", "approve"),
        ("adaptiveCard/action", {"action": "approve"}),
        ("adaptiveCard/action", {"action": {"verb": 3, "data": {}}}),
        ("adaptiveCard/action", {"action": {"verb": "approve"}}),
        ("adaptiveCard/action", {"action": {"verb": "approve", "data": {"request": "x"}}, "trigger": "odd"}),
        ("adaptiveCard/action", {"action": {"verb": "approve", "data": {"request": 5}}, "trigger": "manual"}),
        ("task/fetch", {}),
        ("task/fetch", {"data": "edit"}),
        ("task/submit", {"data": {"inputs": "note"}}),
        ("task/submit", {"data": {"inputs": ["note"], "note": {}}}),
    ],
)
async def test_a_malformed_invoke_is_refused(office: Office, name: str, value: Any) -> None:
    sent = await office.teams.invoke(office.dana, office.refunds, name, value)
    assert sent.status == 400
    office.teams.world.complaints.clear()


async def test_an_invoke_of_something_else_is_not_implemented(office: Office) -> None:
    sent = await office.teams.invoke(office.dana, office.refunds, "composeExtension/query", {})
    assert sent.status == 501
    office.teams.world.complaints.clear()


async def test_somebody_of_another_organisation_gets_a_card_that_says_why(office: Office) -> None:
    request, message = await office.held()
    fabrikam = office.teams.tenant("Fabrikam")
    eve = fabrikam.user("Eve", email="dana@acme.test", installed=True)
    chat = fabrikam.chat(eve)
    value = {"action": {"type": "Action.Execute", "verb": "approve", "data": {"request": request.id}}}
    clicked = await office.teams.invoke(eve, chat, "adaptiveCard/action", {**value, "trigger": "manual"})
    assert clicked.status == 200
    assert "Your organisation may not use this Signoff" in clicked.last.body
    dialog = await office.teams.invoke(eve, chat, "task/fetch", {"data": {"verb": "reject", "request": request.id}})
    assert "Your organisation may not use this Signoff" in dialog.last.body
    said = await office.teams.direct(eve, "queue")
    assert said.status == 403
    assert (await office.now(request)).pending
    assert message.edits == 0
    office.teams.world.complaints.clear()


async def test_keys_that_cannot_be_had_are_no_refusal() -> None:
    async with opened() as other:
        _, message = await other.held()
        other.teams.faults.next("openid", Fault.UNAVAILABLE, times=50)
        clicked = await other.teams.click(other.dana, message, "approve")
        assert clicked.status == 503
        other.teams.world.complaints.clear()


async def test_new_keys_are_taken_at_once(office: Office) -> None:
    _, message = await office.held()
    assert (await office.teams.click(office.dana, message, "claim")).ok
    office.house.clock.move(seconds=5)
    office.teams.rotate_keys()
    clicked = await office.teams.click(office.dana, message, "approve")
    assert "Approved" in viewed(clicked)


async def test_a_connector_that_gives_no_answer_keeps_nobody_waiting() -> None:
    async with opened(ack_seconds=0.3) as office:
        request, message = await office.held()
        office.teams.faults.next("getMember", Fault.HANG, times=20, seconds=5)
        clicked = await office.teams.click(office.dana, message, "approve")
        assert clicked.ok
        assert clicked.seconds < 1
        assert clicked.said.startswith("Still working")
        assert (await office.now(request)).pending


async def test_too_much_under_way_is_not_begun() -> None:
    async with opened(most=0) as office:
        request, message = await office.held()
        clicked = await office.teams.click(office.dana, message, "approve")
        assert clicked.status == 503
        assert (await office.now(request)).pending


async def test_whatever_stands_in_an_invoke_is_answered_or_refused(office: Office) -> None:
    request, message = await office.held()
    chance = random.Random(7)
    for name in ("adaptiveCard/action", "task/fetch", "task/submit"):
        for _ in range(60):
            data = {"request": request.id, "verb": "whatever", "dialog": "edit", "inputs": ["note", "arg.amount"]}
            data |= {chance.choice([*data, "key", "field", "note"]): anything(chance, 3) for _ in range(2)}
            action = {"type": "Action.Execute", "verb": chance.choice(["approve", "reject", "x" * 999, "", "refresh"])}
            value = {"action": {**action, "data": data}, "data": data, "trigger": "automatic"}
            where = {"id": message.conversation_id, "conversationType": "channel", "tenantId": office.contoso.id}
            sent = await office.teams.invoke(office.dana, office.refunds, name, value, conversation=where)
            assert sent.status in {200, 400}
            assert "Something went wrong" not in sent.last.body
    assert (await office.now(request)).pending
    office.teams.world.complaints.clear()


def anything(chance: random.Random, depth: int) -> Any:
    """Any JSON."""
    kinds: list[Any] = [None, True, -1, 2**60, 1.5, "", "x" * 30_000, "\u202e<at>x</at>", "19:x", "null"]
    if depth == 0:
        return chance.choice(kinds)
    inner = [anything(chance, depth - 1) for _ in range(2)]
    return chance.choice([*kinds, inner, {"request": inner[0], "verb": inner[1]}])
