"""What a pause that freezes keeps from being approved and run, and what it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.cards import card
from bot.deciding import Approve, ApproveWithEdits, Ask, Claim, Command, Reject, Revoke
from bot.domain.requests import GrantStatus, Request
from bot.errors import Conflict
from bot.pausing import PAUSED, Pausing
from bot.redeeming import Redeeming
from tests.rigs.house import House, new_house

TOLD = "The action refund was paused by Vera at 2026-03-02 15:00 UTC: wrong refunds"


@pytest.fixture
async def house() -> House:
    return await new_house()


@pytest.fixture
async def pausing(house: House) -> AsyncIterator[Pausing]:
    made = Pausing(house.store, house.clock, lambda: house.policy)
    await made.start()
    yield made
    await made.close()


async def frozen(house: House, pausing: Pausing, scope: str = "action:refund", hours: int | None = None) -> None:
    until = None if hours is None else house.clock.now() + timedelta(hours=hours)
    await pausing.pause(scope, "wrong refunds", house.person("vera"), "desk", until=until, freeze=True)


async def redeem(house: House, request: Request, key: str = "k") -> Request:
    return await Redeeming(house.store, lambda: house.policy).redeem(request.id, key=key, **house.agent)


@pytest.mark.parametrize("command", [Approve(), ApproveWithEdits({"amount": 80})], ids=str)
async def test_what_is_frozen_is_not_approved_until_it_goes_on(
    house: House, pausing: Pausing, command: Command
) -> None:
    held = await house.held(within="2h")
    await frozen(house, pausing, hours=1)
    with pytest.raises(Conflict) as refused:
        await house.say(held, command)
    assert refused.value.code == PAUSED
    assert str(refused.value) == f"it is frozen: {TOLD} (reject it, or wait until 2026-03-02 16:00 UTC)"
    house.clock.move(hours=1)
    assert (await house.say(held, command)).decision is not None


async def test_one_of_two_signatures_is_refused_as_well(house: House, pausing: Pausing) -> None:
    held = (await house.propose(None, tool="change_payout", to="x")).request
    await frozen(house, pausing, "owner:refunds")
    with pytest.raises(Conflict, match="it is frozen"):
        await house.say(held, Approve())


async def test_everything_else_goes_on(house: House, pausing: Pausing) -> None:
    held, approved = await house.held(), await house.say(await house.held(130), Approve())
    await frozen(house, pausing)
    await house.say(held, Claim())
    await house.say(held, Ask("why?"))
    assert (await house.say(held, Reject("not_eligible", "no"))).status == "rejected"
    revoked = await house.say(approved, Revoke("no"))
    assert revoked.grant is not None
    assert revoked.grant.status is GrantStatus.REVOKED


async def test_its_time_goes_on_and_it_is_not_run_then(house: House, pausing: Pausing) -> None:
    held = await house.held()
    await frozen(house, pausing)
    house.clock.move(hours=5)
    await house.sweep()
    found = await house.store.request(held.id)
    assert found is not None
    assert found.status == "expired"


async def test_an_approval_is_spent_after_the_pause_not_during_it(house: House, pausing: Pausing) -> None:
    approved = await house.say(await house.held(), Approve())
    await frozen(house, pausing)
    with pytest.raises(Conflict) as refused:
        await redeem(house, approved)
    assert refused.value.code == PAUSED
    assert str(refused.value).startswith(f"the approval is frozen: {TOLD} (wait until it is resumed; the approval")
    await pausing.resume("action:refund", "mended", house.person("vera"), "desk")
    assert (await redeem(house, approved)).grant is not None


async def test_what_was_spent_before_is_answered_the_same_again(house: House, pausing: Pausing) -> None:
    approved = await house.say(await house.held(), Approve())
    spent = await redeem(house, approved)
    await frozen(house, pausing)
    assert await redeem(house, approved) == spent


async def test_an_approval_that_expires_meanwhile_is_lost(house: House, pausing: Pausing) -> None:
    approved = await house.say(await house.held(), Approve())
    assert approved.grant is not None
    await frozen(house, pausing)
    house.clock.at = approved.grant.expires_at
    await pausing.resume("action:refund", "mended", house.person("vera"), "desk")
    with pytest.raises(Conflict) as refused:
        await redeem(house, approved)
    assert refused.value.code == "approval_expired"


async def test_arguments_signed_by_an_edit_wait_until_it_goes_on(house: House, pausing: Pausing) -> None:
    edited = await house.say(await house.held(), ApproveWithEdits({"amount": 80}))
    await frozen(house, pausing)
    refused = (await house.propose(80)).request
    assert refused.status == "rejected"
    assert refused.assessment.verdict.reasons[0].rule == PAUSED
    await pausing.resume("action:refund", "mended", house.person("vera"), "desk")
    again = (await house.propose(80)).request
    assert again.decision is not None
    assert again.decision.origin == edited.id


async def test_a_pause_that_does_not_freeze_leaves_them_alone(house: House, pausing: Pausing) -> None:
    edited = await house.say(await house.held(), ApproveWithEdits({"amount": 80}))
    approved = await house.say(await house.held(130), Approve())
    await pausing.pause("everything", "stop", house.person("vera"), "desk")
    again = (await house.propose(80)).request
    assert again.decision is not None
    assert again.decision.origin == edited.id
    assert (await redeem(house, approved)).grant is not None


def drawn(house: House, request: Request, pausing: Pausing, who: str = "dana") -> Any:
    viewer, now = house.person(who), house.clock.now()
    return card(request, house.policy, viewer=viewer, now=now, pauses=pausing.now())


async def test_its_card_says_so_and_offers_to_reject_only(house: House, pausing: Pausing) -> None:
    held, approved = await house.held(), await house.say(await house.held(130), Approve())
    await frozen(house, pausing)
    found = drawn(house, held, pausing)
    assert (found.frozen.by, found.frozen.reason, found.frozen.what) == ("Vera", "wrong refunds", "paused and frozen")
    assert found.may("reject")
    assert not found.may("approve")
    assert not found.may("edit")
    assert found.ability("approve").why == f"it is frozen: {TOLD}"
    assert drawn(house, approved, pausing).frozen is not None
    await pausing.resume("action:refund", "mended", house.person("vera"), "desk")
    assert drawn(house, held, pausing).frozen is None
    assert drawn(house, held, pausing).may("approve")


async def test_freezing_what_was_paused_before_changes_it_once(house: House, pausing: Pausing) -> None:
    for freeze in (False, True, True):
        await pausing.pause("everything", "stop", house.person("vera"), "desk", freeze=freeze)
    assert len(await house.store.events("ledger:pauses")) == 2
    (pause,) = pausing.now()
    assert pause.freeze
