"""Buttons that act at once: one effect each, answered by the user's own card, and by why where it had none."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from msgspec.structs import replace

from bot.cards import card
from bot.deciding import Approve
from bot.ports.surfaces import Posting
from tests.fakes.teams import Message, NotPossible, User
from tests.fakes.teams.calling.delivery import Delivery
from tests.rigs.teams_office import TEAMS_POLICY, Office, opened, viewed


async def test_a_click_approves_answers_with_the_card_and_redraws_nothing_itself(office: Office) -> None:
    request, message = await office.held()
    clicked = await office.teams.click(office.dana, message, "approve")
    assert clicked.ok
    assert clicked.seconds < 3
    found = await office.now(request)
    assert found.decision is not None
    assert (found.status, found.decision.by.id, found.decision.by.surface) == ("approved", "dana", "teams")
    assert "Approved" in viewed(clicked)
    assert "Dana" in viewed(clicked)
    assert message.edits == 0


async def test_the_answer_is_exactly_what_teams_takes(office: Office) -> None:
    _, message = await office.held()
    clicked = await office.teams.click(office.dana, message, "claim")
    assert clicked.last.status == 200
    assert clicked.card is not None
    body = json.loads(clicked.last.body)
    assert {*body} == {"statusCode", "type", "value"}
    assert (body["statusCode"], body["type"]) == (200, "application/vnd.microsoft.card.adaptive")


async def test_two_clicks_of_one_person_are_one_decision(office: Office) -> None:
    request, message = await office.held()
    both = await asyncio.gather(*(office.teams.click(office.dana, message, "approve") for _ in range(2)))
    assert all("Somebody was first" not in viewed(each) for each in both)
    assert (await office.types(request)).count("request.decided") == 1


async def test_of_several_at_once_each_loser_is_told_who_decided_and_when(office: Office) -> None:
    request, message = await office.held()
    names = ("dana", "lee", "omar")
    clicks = await asyncio.gather(*(office.teams.click(office.users[name], message, "approve") for name in names))
    found = await office.now(request)
    assert found.decision is not None
    assert (await office.types(request)).count("request.decided") == 1
    for name, clicked in zip(names, clicks, strict=True):
        lost = "Somebody was first: it was approved by" in viewed(clicked)
        assert lost == (name != found.decision.by.id)
        assert not lost or f"{found.decision.at:%Y-%m-%d %H:%M:%S} UTC" in viewed(clicked)


async def test_who_may_not_gets_a_card_that_says_why(office: Office) -> None:
    request, message = await office.held()
    clicked = await office.teams.click(office.rosa, message, "approve")
    assert (await office.now(request)).pending
    assert "not among its approvers" in viewed(clicked)
    assert "Lee, Dana, Omar" in viewed(clicked)


async def test_a_stranger_is_shown_nothing_but_whom_to_ask(office: Office) -> None:
    request, message = await office.held()
    gus = office.contoso.user("Gus", email="gus@acme.test")
    await office.teams.join(gus, office.team)
    clicked = await office.teams.click(gus, message, "approve")
    assert "nobody's in the policy" in viewed(clicked)
    assert "Vera" in viewed(clicked)
    assert "120" not in viewed(clicked)
    assert (await office.now(request)).pending


async def test_a_refresh_by_itself_shows_each_their_own_view_and_decides_nothing(office: Office) -> None:
    request, message = await office.held()
    before = await office.types(request)
    shown = await office.teams.show(office.dana, message)
    assert shown is not None
    assert shown.ok
    assert await office.types(request) == before
    assert "Approve" in office.teams.offers(office.dana, message)
    assert await office.teams.show(office.rosa, message) is None


async def test_an_automatic_trigger_never_decides_whatever_its_verb_says(office: Office) -> None:
    request, message = await office.held()
    action = {"verb": "approve", "data": {"request": request.id}}
    sent = await forged(office, office.dana, message, action, "automatic")
    assert sent.ok
    assert (await office.now(request)).pending


async def test_the_same_invoke_again_decides_once_and_answers_with_the_card_as_it_is(office: Office) -> None:
    request, message = await office.held()
    clicked = await office.teams.click(office.dana, message, "claim")
    await office.house.say(await office.now(request), Approve(), "lee")
    again = await office.teams.replay(clicked)
    assert again.status == 200
    assert "Approved" in again.body
    assert (await office.types(request)).count("request.claimed") == 1


async def test_what_takes_long_is_said_to_take_long_and_told_in_private_where_it_failed() -> None:
    async with opened(ack_seconds=0.2) as office:
        request, message = await office.held()
        await office.teams.show(office.rosa, message)
        office.slowness[0] = 0.3
        clicked = await office.teams.click(office.rosa, message, "approve")
        assert clicked.ok
        assert clicked.said.startswith("Still working")
        office.slowness[0] = 0.0
        assert (await office.now(request)).pending
        assert "not among its approvers" in office.told(office.rosa)


async def test_a_slow_decision_is_made_once_however_often_it_is_sent_again() -> None:
    async with opened(ack_seconds=0.2) as office:
        request, message = await office.held()
        office.slowness[0] = 0.3
        clicked = await office.teams.click(office.dana, message, "approve")
        assert clicked.said.startswith("Still working")
        again = await office.teams.replay(clicked)
        assert again.status == 200
        office.slowness[0] = 0.0
        assert (await office.now(request)).status == "approved"
        assert (await office.types(request)).count("request.decided") == 1


@pytest.mark.parametrize("verb", ["approve", "reject", "edit", "revoke", "whatever"])
async def test_a_button_forged_on_another_card_does_nothing(office: Office, verb: str) -> None:
    request, _ = await office.held()
    _, other = await office.held(130)
    sent = await forged(office, office.dana, other, {"verb": verb, "data": {"request": request.id}})
    assert "not of one of its cards" in sent.last.body
    assert (await office.now(request)).pending


async def test_an_old_client_decides_by_the_fallback_and_hears_in_private_when_it_may_not(office: Office) -> None:
    request, message = await office.held()
    with pytest.raises(NotPossible):
        await office.teams.click(office.rosa, message, "nothing", old_client=True)
    await office.teams.click(office.rosa, message, "approve", old_client=True)
    assert (await office.now(request)).pending
    assert "not among its approvers" in office.told(office.rosa)
    await office.teams.click(office.dana, message, "approve", old_client=True)
    assert (await office.now(request)).status == "approved"


async def test_a_client_without_forms_rejects_inside_a_card_of_its_own(office: Office) -> None:
    request, message = await office.held()
    claimed = await office.teams.click(office.dana, message, "claim", old_client=True)
    pressed = {**claimed.activity, "id": "another", "value": {"request": request.id, "verb": "reject"}}
    assert (await office.teams.send(pressed)).ok
    mine = office.teams.chat(office.dana)[-1]
    typed = {"reason_code": "wrong_amount", "note": "Too much."}
    clicked = await office.teams.click(office.dana, mine, "reject", typed)
    assert "Rejected" in viewed(clicked)
    found = await office.now(request)
    assert found.decision is not None
    assert (found.status, found.decision.note) == ("rejected", "Too much.")
    assert (await office.teams.send({**pressed, "id": "third", "value": {"request": request.id, "verb": "edit"}})).ok
    assert "do it on the desk" in office.told(office.dana)


async def test_nobody_decides_by_an_account_that_left_more_than_a_minute_ago(office: Office) -> None:
    request, message = await office.held()
    omar = office.users["omar"]
    assert (await office.teams.click(omar, message, "claim")).ok
    await office.teams.leave(omar, office.team)
    office.house.clock.move(seconds=61)
    sent = await forged(office, omar, message, {"verb": "approve", "data": {"request": request.id}})
    assert "does not say which e-mail address is yours" in sent.last.body
    assert (await office.now(request)).pending


async def test_whoever_was_told_of_it_keeps_seeing_why() -> None:
    step = "respond_within: 15m, escalate: [{after: 15m, to: [vera]}],"
    async with opened(TEAMS_POLICY.replace("respond_within: 15m,", step)) as office:
        request = await office.house.held()
        office.house.clock.move(minutes=16)
        await office.house.sweep()
        vera, person = office.users["vera"], office.person("vera")
        await office.teams.direct(vera, "help")
        drawn = card(await office.now(request), office.house.policy, viewer=person, now=office.house.clock.now())
        sent = await office.chat.post("person:vera", drawn, Posting("p-1", lead="It is late."))
        events = await office.house.store.events(f"request:{request.id}")
        seq = next(event.seq for event in events if event.type == "request.escalated")
        await office.record(request, replace(sent, kind="ping", upto=seq))
        message = next(each for each in office.teams.chat(vera) if each.id == sent.message)
        shown = await forged(office, vera, message, {"verb": "refresh", "data": {"request": request.id}}, "automatic")
        assert "Refunds promised an answer" in shown.last.body


async def forged(
    office: Office, user: User, message: Message, action: dict[str, Any], trigger: str = "manual"
) -> Delivery:
    """An action that no button sends, done on a message."""
    kind = "personal" if message.place is not office.refunds else "channel"
    where = {"id": message.conversation_id, "conversationType": kind, "tenantId": office.contoso.id}
    value = {"action": {"type": "Action.Execute", **action}, "trigger": trigger}
    return await office.teams.invoke(
        user, office.refunds, "adaptiveCard/action", value, replyToId=message.id, conversation=where
    )
