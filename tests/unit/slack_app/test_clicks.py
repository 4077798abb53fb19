"""Clicks on cards: one effect each, and a word in private to whoever may not or came too late."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import pytest

from bot.deciding import Approve
from bot.domain.ids import derived_uuid
from tests.fakes.slack import Fault, Signed
from tests.rigs.slack_office import Office, installed, opened, staffed


async def test_a_click_approves_and_redraws_nothing_itself(office: Office) -> None:
    request, message = await office.held()
    ack = await office.slack.click(office.dana, message, "approve")
    assert ack.ok
    assert ack.seconds < 3
    found = await office.decided(request)
    assert found.decision is not None
    assert (found.status, found.decision.by.id, found.decision.by.surface) == ("approved", "dana", "slack")
    assert message.edits == 0
    assert office.told(office.dana) == ""
    assert office.slack.complaints == []


async def test_a_double_click_is_one_decision_and_the_second_is_quiet(office: Office) -> None:
    request, message = await office.held()
    await asyncio.gather(*(office.slack.click(office.dana, message, "approve") for _ in range(2)))
    await office.decided(request)
    assert (await office.types(request)).count("request.decided") == 1
    assert office.told(office.dana) == ""


async def test_of_two_approvers_at_once_the_loser_is_told_who_decided_and_when(office: Office) -> None:
    request, message = await office.held()
    people = [office.users[name] for name in ("dana", "lee", "omar")]
    await asyncio.gather(*(office.slack.click(each, message, "approve") for each in people))
    found = await office.decided(request)
    assert found.decision is not None
    assert (await office.types(request)).count("request.decided") == 1
    winner = found.decision.by.id
    for name in {"dana", "lee", "omar"} - {winner}:
        told = office.told(office.users[name])
        assert f"approved by {winner.title()}" in told
        assert f"<!date^{int(found.decision.at.timestamp())}^" in told
    assert office.told(office.users[winner]) == ""
    assert [each.text for each in office.slack.messages(office.refunds)] == [message.text]


async def test_who_may_not_is_told_who_may(office: Office) -> None:
    request, message = await office.held()
    await office.slack.click(office.users["rosa"], message, "approve")
    assert (await office.decided(request)).pending
    told = office.told(office.users["rosa"])
    assert "not among its approvers" in told
    assert "Lee, Dana, Omar" in told


async def test_an_amount_above_one_s_limit_names_those_who_may_sign_it(office: Office) -> None:
    request, message = await office.held(900)
    await office.slack.click(office.lee, message, "approve")
    assert (await office.decided(request)).pending
    assert "above your limit" in office.told(office.lee)
    assert "Dana" in office.told(office.lee)


@pytest.mark.parametrize("who", ["nobody's address", "no address", "deactivated", "a bot"])
async def test_a_user_whom_the_policy_does_not_know_is_told_whom_to_ask(office: Office, who: str) -> None:
    request, message = await office.held()
    more: dict[str, Any] = {"is_bot": True} if who == "a bot" else {}
    email = {"nobody's address": "eve@else.test", "no address": None}.get(who, "omar2@acme.test")
    eve = office.acme.user("eve", email=email, **more)
    office.refunds.members.append(eve)
    if who == "deactivated":
        eve.deleted = True
        office.refunds.members.remove(eve)
        payload = _payload_of(await office.slack.click(office.dana, message, "details"), eve.id)
        await office.slack.interact(payload)
    else:
        await office.slack.click(eve, message, "approve")
    assert (await office.decided(request)).pending
    if who != "deactivated":
        assert "Vera" in office.told(eve)


async def test_who_is_not_in_the_channel_any_more_is_told_in_a_direct_message(office: Office) -> None:
    request, message = await office.held()
    await office.house.say(request, Approve(), "lee")
    office.slack.faults.next("chat.postEphemeral", Fault.REFUSED, error="user_not_in_channel")
    await office.slack.click(office.dana, message, "approve")
    await office.quiet()
    assert [each.text for each in office.slack.dms(office.dana)] != []
    assert "approved by Lee" in office.slack.dms(office.dana)[-1].text
    assert office.slack.ephemerals(office.dana) == []


async def test_claim_and_release_come_from_the_menu(office: Office) -> None:
    request, message = await office.held()
    await office.slack.overflow(office.dana, message, "more", f"claim|{request.id}")
    claimed = await office.decided(request)
    assert claimed.claim is not None
    assert claimed.claim.by.id == "dana"
    payload = _payload_of(office.slack.deliveries[-1], office.dana.id)
    payload["actions"][0]["selected_option"]["value"] = f"release|{request.id}"
    payload["actions"][0]["action_ts"] = "1.000002"
    await office.slack.interact(payload)
    assert (await office.decided(request)).claim is None


async def test_one_of_two_signatures_leaves_it_open_and_a_second_click_is_quiet(office: Office) -> None:
    request = (await office.house.propose(None, tool="change_payout", iban="X1")).request
    message = await office.post(request)
    assert "confirm" in office.slack.element(message, "approve")
    for _ in range(2):
        await office.slack.click(office.dana, message, "approve")
        assert (await office.decided(request)).pending
    assert office.told(office.dana) == ""
    await office.slack.click(office.lee, message, "approve")
    assert (await office.decided(request)).status == "approved"


async def test_a_card_whose_posting_was_just_answered_can_be_clicked(office: Office) -> None:
    request = await office.house.held()
    message = await office.post(request, record=False)
    await office.slack.click(office.dana, message, "approve")
    assert (await office.decided(request)).status == "approved"


# --- what is not of one of its cards --------------------------------------------------------------------------------


async def test_another_workspace_s_button_is_refused() -> None:
    async with opened(oauth=True) as office:
        request, message = await office.held()
        beta, users = staffed(office.slack, "Beta", id="T0BETA")
        assert office.app._oauth is not None
        installations = office.app._oauth.installations
        await installations.async_save(installed(beta))
        theirs = beta.channel("refunds", users.values())
        payload = _payload_of(await office.slack.click(office.dana, message, "details"), users["dana"].id)
        payload["team"] = {"id": beta.id, "domain": beta.domain}
        payload["user"]["team_id"] = beta.id
        payload["channel"] = {"id": theirs.id, "name": theirs.name}
        payload["container"]["channel_id"] = theirs.id
        _press(payload, "approve", request.id)
        await office.slack.interact(payload)
        assert (await office.decided(request)).pending
        assert "not of one of its cards" in office.told(users["dana"])


async def test_the_value_of_another_request_on_this_card_is_refused(office: Office) -> None:
    _, message = await office.held()
    other, _ = await office.held(80)
    await _send_forged(office, message, "approve", other.id)
    assert (await office.decided(other)).pending
    assert "not of one of its cards" in office.told(office.dana)


@pytest.mark.parametrize(
    "value",
    ["", "x", "'; DROP TABLE requests", str(derived_uuid("no", "such")), f"{derived_uuid('a')}|amount", "9" * 2000],
)
async def test_a_value_that_is_no_request_of_ours_is_refused_in_private(office: Office, value: str) -> None:
    request, message = await office.held()
    ack = await _send_forged(office, message, "approve", value)
    assert ack.ok
    assert (await office.decided(request)).pending
    assert "not of one of its cards" in office.told(office.dana)


@pytest.mark.parametrize(
    ("action", "value"),
    [("delete_everything", None), ("more", "nuke|{id}"), ("show", "{id}|secret"), ("revoke", "{id}"), ("", "{id}")],
)
async def test_an_unknown_button_does_nothing(office: Office, action: str, value: str | None) -> None:
    request, message = await office.held()
    before = await office.types(request)
    await _send_forged(office, message, action, (value or "").format(id=request.id))
    assert (await office.decided(request)).pending
    assert await office.types(request) == before


@pytest.mark.parametrize("broken", ["actions", "user", "team", "container", "channel", "message"])
async def test_a_garbled_click_changes_nothing_and_breaks_nothing(office: Office, broken: str) -> None:
    request, message = await office.held()
    for junk in (None, [], "junk", {"id": None}, [None]):
        payload = _payload_of(await office.slack.click(office.dana, message, "details"), office.dana.id)
        _press(payload, "approve", request.id)
        payload[broken] = junk
        delivery = await office.slack.interact(payload)
        assert delivery.status in {200, 400, 404, 503}
    if broken in {"actions", "user", "team"}:  # of the others, what is left says the same
        assert (await office.decided(request)).pending
    await office.quiet()
    await office.slack.click(office.dana, message, "approve")
    assert (await office.decided(request)).status == "approved"


async def test_a_fault_of_ours_tells_the_user_that_nothing_was_decided(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, message = await office.held()

    def broken(*_: object) -> None:
        raise ZeroDivisionError("the customer's name is Kim")

    monkeypatch.setattr("adapters.slack.app.clicks.act", broken)
    await office.slack.click(office.dana, message, "approve")
    assert (await office.decided(request)).pending
    told = office.told(office.dana)
    assert "nothing was decided" in told
    assert "Kim" not in told
    assert "Zero" not in told


async def test_too_much_at_once_is_not_acknowledged_so_that_the_user_sees_it() -> None:
    async with opened(most=1) as office:
        request, message = await office.held()
        office.slowness[0] = 0.2
        first, second = await asyncio.gather(
            *(office.slack.click(each, message, "approve") for each in (office.dana, office.lee))
        )
        assert sorted((first.status, second.status), key=str) == [200, 503]
        office.slowness[0] = 0.0
        assert (await office.decided(request)).status == "approved"


async def test_a_click_on_an_unsigned_or_badly_signed_call_is_401(office: Office) -> None:
    request, message = await office.held()
    for signed in (each for each in Signed if each is not Signed.WELL):
        ack = await office.slack.click(office.dana, message, "approve", signed=signed)
        assert ack.status == 401, signed
    assert (await office.decided(request)).pending


def _payload_of(delivery: Any, user: str) -> dict[str, Any]:
    payload: dict[str, Any] = copy.deepcopy(delivery.payload)
    payload["user"] = payload["user"] | {"id": user}
    return payload


def _press(payload: dict[str, Any], action: str, value: str) -> None:
    pressed: dict[str, Any] = {"action_id": action, "block_id": "actions", "type": "button", "action_ts": "1.000001"}
    if action == "more":
        pressed |= {"type": "overflow", "selected_option": {"value": value}}
    else:
        pressed["value"] = value
    payload["actions"] = [pressed]


async def _send_forged(office: Office, message: Any, action: str, value: str) -> Any:
    payload = _payload_of(await office.slack.click(office.dana, message, "details"), office.dana.id)
    await office.quiet()
    _press(payload, action, value)
    return await office.slack.interact(payload)


async def test_links_of_a_decided_card_are_the_browser_s_and_nobody_is_told_anything(office: Office) -> None:
    request = await office.house.say(await office.house.held(), Approve())
    message = await office.post(request)
    for link in ("open_desk", "open_file"):
        ack = await office.slack.click(office.dana, message, link)
        assert ack.ok
    await office.quiet()
    assert office.told(office.dana) == ""
    assert office.slack.complaints == []
