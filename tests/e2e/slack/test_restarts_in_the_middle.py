"""A server that is stopped or killed between a click and what follows: decided or not, never half."""

from __future__ import annotations

import os
import signal

import pytest

from tests.fakes.slack import NotPossible
from tests.rigs.slack_server import Town, eventually, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def settled(acme: Town, id_: str) -> None:
    """Decided once, or still to be decided by another click, and every card says so."""
    (card,) = acme.cards(id_)
    if (await acme.agent.seen(id_))["status"] == "pending":
        await acme.slack.click(acme.users["dana"], card, "approve")
    await acme.says(id_, "Approved", "by Dana on Slack")
    await acme.thread(card, "Dana approved it")
    assert (await acme.types(id_)).count("request.decided") == 1
    assert words(card).count("Approved") >= 1


async def test_what_was_acknowledged_is_carried_out_before_it_stops(acme: Town) -> None:
    id_, card = await acme.held()
    assert (await acme.slack.click(acme.users["dana"], card, "approve")).ok
    await acme.restart()
    assert (await acme.agent.seen(id_))["status"] == "approved"
    await settled(acme, id_)


async def test_killed_right_after_a_click(acme: Town) -> None:
    id_, card = await acme.held(130)
    assert (await acme.slack.click(acme.users["dana"], card, "approve")).ok
    os.kill(acme.server.pid, signal.SIGKILL)
    await acme.restart()
    acme.patience = 45
    await settled(acme, id_)


async def test_open_forms_and_what_was_typed_outlive_it(acme: Town) -> None:
    dana, lee = acme.users["dana"], acme.users["lee"]
    one, card = await acme.held(140)
    rejecting = await acme.opens(lee, card, "reject", "Reject")
    other, card = await acme.held(150)
    editing = await acme.opens(dana, card, "edit", "Edit before approving")
    reviewed = await acme.slack.submit(editing, {"arg.amount": "60.25", "note": "Half."})
    assert reviewed.view is not None
    await acme.restart()
    assert (await acme.slack.submit(rejecting, {"reason_code": "wrong_amount", "note": "No."})).closed
    assert (await acme.slack.submit(reviewed.view)).closed
    await acme.says(one, "Rejected", "by Lee on Slack")
    await acme.says(other, "Approved with edits", "60.25")
    decision = (await acme.agent.seen(other))["decision"]
    assert decision["arguments"]["amount"] == 60.25
    assert decision["note"] == "Half."


async def test_an_old_card_can_be_clicked_after_it_was_decided_elsewhere(acme: Town) -> None:
    id_, card = await acme.held(160)
    await acme.stop()
    with pytest.raises(NotPossible):
        await acme.slack.click(acme.users["dana"], card, "claim")
    down = await acme.slack.click(acme.users["dana"], card, "approve")
    assert not down.ok, "Slack says so itself"
    acme.slack.complaints.clear()
    await acme.start()
    assert (await acme.agent.seen(id_))["status"] == "pending"
    async with acme.server.reviewer("lee") as desk:
        await desk.approve(id_)
    await acme.slack.click(acme.users["dana"], card, "approve", as_of=0)
    assert "by Lee" in await acme.told(acme.users["dana"], "Somebody was first")

    async def one() -> bool:
        return (await acme.types(id_)).count("request.decided") == 1

    await eventually(one, "one decision")


async def test_what_waited_for_a_new_token_is_posted_once_it_is_set(acme: Town) -> None:
    before, card = await acme.held(170)
    await acme.slack.revoke(acme.acme)
    opened = await acme.agent.propose(180)
    async with acme.server.reviewer("lee") as desk:
        await desk.approve(before)

    async def refused() -> bool:
        return any(each.outcome == "token_revoked" for each in acme.slack.calls())

    await eventually(refused, "Slack refuses the token")
    assert acme.cards(opened.id) == []
    assert "Approved" not in words(card)
    acme.slack.world.install(acme.acme)
    acme.settings["slack_bot_token"] = acme.acme.token
    await acme.restart()
    await acme.says(opened.id, "180.00")
    await acme.says(before, "Approved", "by Lee on desk")
    assert acme.acme.token not in acme.log
