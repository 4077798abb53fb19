"""A hostile insider: a real account of the organisation that gives itself out for another, or for what it was."""

from __future__ import annotations

from typing import Any

import pytest

from bot.policy.loading import load
from tests.fakes.teams.calling import activities
from tests.rigs.teams_office import TEAMS_POLICY, Office, viewed, words
from tests.unit.teams_app.hostile_client import action, invoked

Json = dict[str, Any]


async def test_an_account_with_somebody_elses_id_is_nobody(office: Office) -> None:
    request, message = await office.held()
    eve = office.contoso.user("Eve", email="eve@acme.test")
    await office.teams.join(eve, office.team)
    sender = {"id": eve.id, "name": "Dana", "aadObjectId": office.dana.aad_id}
    sent = await invoked(
        office, eve, message, "adaptiveCard/action", action("approve", request=request.id), **{"from": sender}
    )
    assert (await office.now(request)).pending
    assert "120" not in sent.last.body
    assert (await office.teams.click(office.dana, message, "approve")).ok, "she herself is not locked out"
    assert (await office.now(request)).status == "approved"


async def test_an_account_without_an_id_in_the_directory_is_who_teams_says(office: Office) -> None:
    request, message = await office.held()
    for user, pending in ((office.contoso.user("Gus", email="gus@acme.test"), True), (office.dana, False)):
        sender = {"id": user.id, "name": "Dana"}
        value = action("approve", request=request.id)
        assert (await invoked(office, user, message, "adaptiveCard/action", value, **{"from": sender})).ok
        assert (await office.now(request)).pending is pending


@pytest.mark.parametrize(
    "member", [{"userRole": "guest"}, {"tenantId": "0dd5eed0-5160-4f0f-8000-0000000000ff"}, {"email": "gus@acme.test"}]
)
async def test_guests_and_who_is_no_person_of_the_policy_are_refused(
    office: Office, member: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, message = await office.held()
    dana = office.dana
    monkeypatch.setattr(dana, "as_member", lambda: {**type(dana).as_member(dana), **member})
    clicked = await office.teams.click(dana, message, "approve")
    assert (await office.now(request)).pending
    assert "Vera" in viewed(clicked), "whom to ask"


@pytest.mark.parametrize("deed", ["approve", "refresh", "queue", "details"])
async def test_who_is_gone_from_the_directory_neither_acts_nor_sees_a_minute_later(office: Office, deed: str) -> None:
    request, message = await office.held()
    omar, chat = office.users["omar"], office.contoso.chat(office.users["omar"])
    assert (await office.teams.click(omar, message, "claim")).ok
    await office.teams.leave(omar, office.team)
    office.house.clock.move(seconds=61)
    if deed == "queue":
        await office.teams.send(
            activities.said(office.teams.world, office.teams.say(office.dana, office.refunds, "queue"), [])
            | {"from": activities.person(omar), "conversation": activities.conversation(chat), "text": "queue"}
        )
        told = "\n".join(words(office, omar, each) for each in chat.messages.values())
        assert "wait" not in told
    elif deed == "details":
        sent = await invoked(office, omar, message, "task/fetch", {"data": {"verb": "details", "request": request.id}})
        assert "issue_refund" not in sent.last.body
        assert "Vera" in sent.last.body
    else:
        value = action(deed, request=request.id) | {"trigger": "automatic" if deed == "refresh" else "manual"}
        sent = await invoked(office, omar, message, "adaptiveCard/action", value)
        assert "120" not in sent.last.body
    assert (await office.now(request)).pending


async def test_who_was_taken_out_of_the_policy_is_a_stranger_at_once(office: Office) -> None:
    request, message = await office.held()
    policy = TEAMS_POLICY.replace("  dana: {email: dana@acme.test, name: Dana, limit: 10000}\n", "")
    office.house.policy = load(policy.replace("[lee, dana, omar]", "[lee, omar]"), "policy.yaml")
    clicked = await office.teams.click(office.dana, message, "approve")
    assert "nobody's in the policy" in viewed(clicked)
    assert (await office.now(request)).pending


async def test_an_owner_that_is_renamed_by_a_reload_leaves_old_cards_right(office: Office) -> None:
    request, message = await office.held()
    renamed = TEAMS_POLICY.replace("  refunds:\n    title: Refunds", "  returns:\n    title: Returns")
    office.house.policy = load(renamed.replace("owner: refunds", "owner: returns"), "policy.yaml")
    clicked = await office.teams.click(office.dana, message, "approve")
    assert "Approved" in viewed(clicked)
    assert (await office.now(request)).status == "approved"
    await office.teams.direct(office.dana, "who returns")
    assert "Returns" in office.told(office.dana)


async def test_a_click_after_the_app_was_removed_decides_by_who_it_is_still(office: Office) -> None:
    request, message = await office.held()
    await office.teams.uninstall_from(office.team, office.dana)
    for user in office.users.values():
        office.teams.block(user)
    sent = await invoked(office, office.rosa, message, "adaptiveCard/action", action("approve", request=request.id))
    assert sent.status == 200
    assert (await office.now(request)).pending
