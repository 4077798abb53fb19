"""A hostile insider: a real account of the organisation whose client sends what no client of Teams would."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.fakes.teams.calling import activities
from tests.rigs.teams_office import TEAMS_POLICY, Office, opened
from tests.unit.teams_app.hostile_client import action, alone, invoked

Json = dict[str, Any]
TWO_OWNERS = TEAMS_POLICY.replace(
    "actions:",
    """  payouts:
    title: Payouts
    accountable: rosa
    risk_owner: rosa
    channels: {teams: payouts-desk}
    approvers: [omar, vera]
    sla: {respond_within: 15m, expire_after: 4h}
    reasons: [no]
actions:""",
).replace("owner: refunds\n    tools: [change_payout]", "owner: payouts\n    tools: [change_payout]")


async def test_a_request_of_another_owner_is_neither_decided_nor_shown() -> None:
    async with opened(TWO_OWNERS) as office:
        opened_ = await office.house.propose(None, tool="change_payout", context={"customer": "cust_secret"})
        other = opened_.request
        await office.teams.direct(office.users["vera"], "help")
        await office.post(other, "person:vera")
        for name, value in (
            ("adaptiveCard/action", action("approve", request=other.id)),
            ("adaptiveCard/action", action("refresh", request=other.id)),
            ("task/fetch", {"data": {"verb": "details", "request": other.id}}),
            ("task/fetch", {"data": {"verb": "edit", "request": other.id}}),
            ("task/submit", {"data": {"dialog": "reject", "request": other.id, "inputs": ["note"], "note": "no"}}),
            ("task/submit", {"data": {"dialog": "reassign", "request": other.id, "inputs": ["to"], "to": "lee"}}),
        ):
            sent = await alone(office, office.dana, name, value)
            assert sent.ok, name
            assert "cust_secret" not in sent.last.body
            assert "Vera" in sent.last.body, "whom to ask"
        await office.teams.direct(office.dana, f"show {other.id}")
        assert "cust_secret" not in office.told(office.dana)
        assert (await office.now(other)).pending


@pytest.mark.parametrize(
    "data",
    [
        {"inputs": ["arg.order"], "arg.order": "another"},
        {"inputs": ["arg.amount", "arg.card"], "arg.amount": "1", "arg.card": "4111222233334444"},
        {"inputs": ["amount"], "amount": "1"},
        {"inputs": ["arg.amount"], "arg.amount": "-5"},
        {"inputs": ["arg.amount"], "arg.amount": "NaN"},
        {"inputs": ["arg.amount"], "arg.amount": "1e400"},
        {"inputs": ["arg.amount"], "arg.amount": "2000.01"},
        {"inputs": [], "arg.amount": "1"},
    ],
)
async def test_hidden_data_that_was_changed_changes_nothing_else(office: Office, data: Json) -> None:
    request, message = await office.held(order="A-1")
    first = await invoked(
        office, office.dana, message, "task/submit", {"data": {"dialog": "edit", "request": request.id, **data}}
    )
    assert first.ok
    keys = [line.split('"')[0] for line in first.last.body.split('"key": "')[1:]]
    for key in keys:
        value = {"data": {"dialog": "edit_review", "request": request.id, "key": key}}
        assert (await invoked(office, office.dana, message, "task/submit", value)).ok
    found = await office.now(request)
    if found.decision is not None and found.decision.arguments is not None:
        assert found.decision.arguments.get("order") == "A-1"
        assert "card" not in found.decision.arguments
        assert found.decision.arguments["amount"] in {1, 120}
    else:
        assert found.pending


async def test_what_somebody_else_typed_is_signed_by_nobody_else(office: Office) -> None:
    request, message = await office.held()
    dialog = await office.opens(office.dana, message, "edit")
    reviewed = await office.teams.submit(dialog, {"arg.amount": "80"})
    key = reviewed.delivery.last.body.split('"key": "')[1].split('"')[0]
    for user in (office.users["lee"], office.rosa):
        value = {"data": {"dialog": "edit_review", "request": request.id, "key": key}}
        sent = await invoked(office, user, message, "task/submit", value)
        assert "80" not in sent.last.body
    assert (await office.now(request)).pending


@pytest.mark.parametrize(
    "data",
    [
        {"dialog": "pause", "inputs": ["scope", "reason"], "scope": "everything", "reason": "x"},
        {"dialog": "pause", "inputs": ["scope", "reason"], "scope": "action:refund", "reason": "x"},
        {"dialog": "resume", "inputs": ["scope", "reason"], "scope": "action:refund", "reason": "x"},
    ],
)
async def test_who_may_not_stop_anything_does_not_by_a_form_either(office: Office, data: Json) -> None:
    await office.pausing.pause("action:payout_change", "Because.", office.person("vera"), "teams")
    sent = await alone(office, office.dana, "task/submit", {"data": data})
    assert "may not pause" in sent.last.body
    assert [pause.scope for pause in office.pausing.now()] == ["action:payout_change"]
    asked = await alone(office, office.dana, "task/fetch", {"data": {"verb": "pause", "key": "everything"}})
    assert "may not pause" in asked.last.body


async def test_a_signed_body_that_is_replayed_has_one_effect(office: Office) -> None:
    request, message = await office.held()
    dialog = await office.opens(office.dana, message, "ask")
    asked = await office.teams.submit(dialog, {"text": "Why?"})
    clicked = await office.teams.click(office.dana, message, "claim")
    said = await office.teams.direct(office.dana, "help")
    for delivery in (asked.delivery, clicked, said):
        for _ in range(3):
            assert (await office.teams.replay(delivery, fresh=False)).status == 200
    found = await office.now(request)
    assert len(found.questions) == 1
    assert (await office.types(request)).count("request.claimed") == 1
    assert office.told(office.dana).count("Signoff holds") == 1
    office.house.clock.move(hours=2)
    assert (await office.teams.replay(clicked, fresh=False)).status == 401
    office.teams.world.complaints.clear()


@pytest.mark.parametrize(
    "odd",
    [
        '"value": NaN',
        '"value": Infinity',
        '"value": -Infinity',
        '"type": "message"',
        '"value": {"action": 1, "action": 2}',
        '"value": ' + "[" * 3_000 + "]" * 3_000,
        '"value": "\\ud800"',
        '"value": 1e999999999',
    ],
)
async def test_json_that_two_readers_might_read_differently_is_refused(office: Office, odd: str) -> None:
    request, message = await office.held()
    value = action("approve", request=request.id)
    activity = activities.invoke(office.teams.world, office.dana, message.place, "adaptiveCard/action", value, message)
    body = json.dumps(activity)
    attempt = await office.teams.send_bytes((body[:-1] + ", " + odd + "}").encode())
    assert attempt.status == 400
    assert (await office.now(request)).pending
    office.teams.world.complaints.clear()


async def test_no_activity_whatever_is_in_it_breaks_anything(office: Office) -> None:
    request, message = await office.held()
    chance = random.Random(11)
    value = action("refresh", request=request.id)
    statuses = set[int]()
    for number in range(400):
        kind = chance.choice(["invoke", "message", "conversationUpdate", "installationUpdate", "messageReaction"])
        made = activities.invoke(office.teams.world, office.dana, message.place, "adaptiveCard/action", value, message)
        made |= {"type": kind, "id": f"odd-{number}", "membersAdded": [{"id": office.dana.id}]}
        for _ in range(chance.randint(1, 3)):
            _spoil(made, chance)
        sent = await office.teams.send_bytes(json.dumps(made).encode())
        assert sent.status in {200, 400, 403, 501}, (sent.status, made)
        assert "Something went wrong" not in str(sent.body)
        statuses.add(sent.status)
    assert statuses >= {200, 400, 403}
    assert (await office.now(request)).pending
    office.teams.world.complaints.clear()


def _spoil(activity: Json, chance: random.Random) -> None:
    """Put something else somewhere into it."""
    inside: Any = activity
    while True:
        key = chance.choice([*inside])
        if isinstance(inside[key], dict) and inside[key] and chance.random() < 0.6:
            inside = inside[key]
            continue
        odd: list[Any] = [
            None,
            True,
            -1,
            2**70,
            1.5,
            "",
            "x" * 3_000,
            "\u202e<at>x</at>\x00",
            [],
            {},
            [{"id": {}}],
            {"id": [1]},
        ]
        inside[key] = chance.choice([*odd, "9999-12-31T23:59:59.9999999+14:00", "28:0", "19:x;messageid=y"])
        return
