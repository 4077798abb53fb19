"""What a human signed is run once, for whom it was signed, and for nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.deciding import Approve, ApproveWithEdits, Revoke
from bot.domain.requests import DecisionKind, GrantStatus
from bot.errors import Conflict
from tests.rigs.house import House, new_house

SEEN: dict[str, Any] = {"customer": "cust_1", "session": "s1", "on_behalf_of": "someone"}
CUSTOMER_DAY = "cap:customer_day:"


@pytest.fixture
async def house() -> House:
    return await new_house()


@pytest.mark.parametrize(
    "context",
    [
        {**SEEN, "customer": "cust_2"},
        {**SEEN, "currency": "EUR"},
        {**SEEN, "on_behalf_of": "somebody else"},
        {**SEEN, "signals": {"voiceprint": "mismatch"}},
        {**SEEN, "mismatches": ["name"]},
        {**SEEN, "vulnerable": True},
        {**SEEN, "regulated_complaint": True},
        {**SEEN, "confidence": "very"},
        {"session": "s1"},
        {},
    ],
    ids=str,
)
async def test_a_signature_for_one_case_can_not_be_spent_on_another(house: House, context: dict[str, Any]) -> None:
    request = await house.say(await house.held(120, context=SEEN), ApproveWithEdits({"amount": 80}))
    other = (await house.propose(80, context=context)).request
    assert other.pending
    origin = await house.store.request(request.id)
    assert origin is not None
    assert origin.grant is not None
    assert origin.grant.status is GrantStatus.WAITING
    again = (await house.propose(80, context={**SEEN, "session": "s2", "confidence": 0.9})).request
    assert again.decision is not None
    assert (again.decision.kind, again.decision.origin) == (DecisionKind.APPROVED, request.id)


async def test_the_oldest_signature_that_fits_is_spent_when_another_is_in_front_of_it(house: House) -> None:
    for customer in ("cust_1", "cust_2"):
        held = await house.held(120, context={"customer": customer})
        await house.say(held, ApproveWithEdits({"amount": 80}))
    mine = (await house.propose(80, context={"customer": "cust_2"})).request
    assert mine.decision is not None
    origin = await house.store.request(str(mine.decision.origin))
    assert origin is not None
    assert origin.assessment.context.customer == "cust_2"


async def test_a_spent_signature_keeps_what_it_holds_of_the_caps_past_midnight(house: House) -> None:
    request = await house.held(120, within="12h")
    house.clock.move(hours=3)
    await house.say(request, ApproveWithEdits({"amount": 80}))
    before = await house.total(CUSTOMER_DAY)
    assert (await house.propose(80)).request.decision is not None
    assert await house.total(CUSTOMER_DAY) == before == (1, "80")


async def test_of_two_at_once_that_ask_for_the_signed_arguments_one_runs(house: House) -> None:
    await house.say(await house.held(120), ApproveWithEdits({"amount": 80}))
    found = await asyncio.gather(*(house.propose(80) for _ in range(8)))
    assert sorted(one.request.status for one in found) == ["approved", *["pending"] * 7]


async def test_a_revoked_signature_can_not_be_spent(house: House) -> None:
    request = await house.say(await house.held(120), ApproveWithEdits({"amount": 80}))
    await house.say(request, Revoke("wrong after all"))
    assert (await house.propose(80)).request.pending
    assert await house.total(CUSTOMER_DAY) == (1, "80")


async def test_revoking_the_origin_once_it_moved_is_too_late_and_says_so(house: House) -> None:
    request = await house.say(await house.held(120), ApproveWithEdits({"amount": 80}))
    moved = (await house.propose(80)).request
    with pytest.raises(Conflict, match="moved"):
        await house.say(request, Revoke("wrong after all"))
    await house.say(moved, Revoke("wrong after all"))
    with pytest.raises(Conflict, match="revoked"):
        await house.redeeming.redeem(moved.id, key="k", **house.agent)
    assert await house.total(CUSTOMER_DAY) == (0, "0")


async def test_a_redemption_that_is_repeated_with_other_arguments_is_refused(house: House) -> None:
    request = await house.say(await house.held(120), Approve())
    await house.redeeming.redeem(request.id, key="k", digest=request.digest, **house.agent)
    again = await house.redeeming.redeem(request.id, key="k", digest=request.digest, **house.agent)
    assert again.grant is not None
    with pytest.raises(Conflict) as refused:
        await house.redeeming.redeem(request.id, key="k", digest="0" * 64, **house.agent)
    assert refused.value.code == "digest_mismatch"


async def test_a_redemption_of_edited_arguments_is_no_redemption_of_the_proposed_ones(house: House) -> None:
    request = await house.say(await house.held(120), ApproveWithEdits({"amount": 80}))
    assert request.grant is not None
    await house.redeeming.redeem(request.id, key="k", digest=request.grant.digest, **house.agent)
    with pytest.raises(Conflict, match="other arguments"):
        await house.redeeming.redeem(request.id, key="k", **house.agent)
