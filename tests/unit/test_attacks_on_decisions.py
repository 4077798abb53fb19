"""Nobody signs who may not, for themselves, past a limit, past a cap or too late; whatever was written of them."""

# ruff: noqa: RUF001 -- letters that are taken for others are what is tested

from __future__ import annotations

from typing import Any

import pytest

from bot.deciding import Approve, ApproveWithEdits, Reveal
from bot.domain.requests import DecisionKind
from bot.errors import AlreadyDecided, Conflict, NotAllowed
from bot.policy.loading import load
from tests.rigs.house import POLICY, House, new_house


@pytest.fixture
async def house() -> House:
    return await new_house()


@pytest.mark.parametrize(
    "said",
    [
        "dana", "DANA", " dana ", "Dana", "@dana", "dana@acme.test", "Dana@ACME.test ", "Dana D <dana@acme.test>",
        "mailto:dana@acme.test", "dana+refunds@acme.test", "dana@acme.test.", "ｄａｎａ", "dan\u200ba",
        "\u2060dana@acme.test\ufeff",
    ],
)  # fmt: skip
async def test_nobody_decides_for_themselves_however_they_are_written(house: House, said: str) -> None:
    request = await house.held(context={"customer": "c", "on_behalf_of": said})
    with pytest.raises(NotAllowed, match="own behalf"):
        await house.say(request, Approve())
    assert (await house.say(request, Approve(), who="omar")).decision is not None


@pytest.mark.parametrize(
    "said", ["dan", "danab", "dana2@acme.test", "dana@acme.test.evil.test", "lee <omar@acme.test>"]
)
async def test_and_nobody_else_is_taken_for_them(house: House, said: str) -> None:
    request = await house.held(context={"customer": "c", "on_behalf_of": said})
    assert (await house.say(request, Approve())).decision is not None


def changed(house: House, old: str, new: str) -> None:
    """The server is started again with another policy."""
    assert old in POLICY
    house.policy = load(POLICY.replace(old, new), "policy.yaml")


async def test_who_was_taken_out_of_the_approvers_since_decides_nothing(house: House) -> None:
    request = await house.held(card="4111")
    changed(house, "members: [lee, dana, omar]", "members: [lee, omar]")
    for command in (Approve(), ApproveWithEdits({"amount": 50, "card": "4111"}), Reveal("card")):
        with pytest.raises(NotAllowed):
            await house.say(request, command)
    done = await house.say(request, Approve(), who="omar")
    assert [actor.id for actor in done.signatures] == ["omar"]


async def test_who_became_an_approver_since_decides_only_what_opens_from_now_on(house: House) -> None:
    before = await house.held()
    changed(house, "members: [lee, dana, omar]", "members: [lee, dana, omar, rosa]")
    with pytest.raises(NotAllowed):
        await house.say(before, Approve(), who="rosa")
    assert (await house.say(await house.held(), Approve(), who="rosa")).decision is not None


async def test_a_limit_that_was_lowered_since_counts(house: House) -> None:
    request = await house.held(400)
    changed(house, "limit: 500", "limit: 300")
    with pytest.raises(NotAllowed, match="above your limit of 300"):
        await house.say(request, Approve(), who="lee")


@pytest.mark.parametrize(
    ("old", "new"), [("per_action: 2000", "per_action: 300"), ("per_customer_day: 1000", "per_customer_day: 300")]
)
async def test_a_cap_that_was_lowered_since_counts(house: House, old: str, new: str) -> None:
    request = await house.held(400)
    changed(house, old, new)
    with pytest.raises(NotAllowed) as refused:
        await house.say(request, Approve())
    assert refused.value.code == "over_cap"
    assert (await house.say(request, ApproveWithEdits({"amount": 300}))).decision is not None


async def test_an_approval_holds_what_was_reserved_and_nothing_twice(house: House) -> None:
    request = await house.held(600, within="12h")
    await house.say(request, Approve())
    assert await house.total("cap:customer_day:") == (1, "600")
    house.clock.move(hours=2)
    await house.sweep()
    assert await house.total("cap:customer_day:") == (0, "0")


async def test_whoever_has_a_limit_signs_nothing_that_no_policy_can_price(house: House) -> None:
    request = (await house.propose(9999, tool="send_cash")).request
    assert request.pending
    with pytest.raises(NotAllowed, match="limit"):
        await house.say(request, Approve(), who="lee")
    assert (await house.say(request, Approve(), who="omar")).decision is not None


async def test_a_decision_after_the_deadline_is_too_late_before_the_sweep_came_by(house: House) -> None:
    request = await house.held(within="30m")
    house.clock.move(minutes=30)
    with pytest.raises(AlreadyDecided, match="expired"):
        await house.say(request, Approve())
    await house.sweep()
    found = await house.store.request(request.id)
    assert found is not None
    assert found.decision is not None
    assert found.decision.kind is DecisionKind.EXPIRED


async def test_one_person_is_never_two_signatures(house: House) -> None:
    arguments: dict[str, Any] = {"to": "DE00"}
    request = (await house.propose(None, tool="change_payout", **arguments)).request
    await house.say(request, Approve(), who="omar")
    for surface in ("slack", "teams", "desk"):
        with pytest.raises(Conflict, match="signed it already"):
            await house.say(request, Approve(), who="omar", surface=surface)


async def test_the_signature_of_somebody_taken_out_since_counts_no_more(house: House) -> None:
    request = (await house.propose(None, tool="change_payout", to="DE00")).request
    await house.say(request, Approve(), who="omar")
    changed(house, "members: [lee, dana, omar]", "members: [lee, dana]")
    assert (await house.say(request, Approve())).pending
    done = await house.say(request, Approve(), who="lee")
    assert done.decision is not None
    assert [actor.id for actor in done.decision.signatures] == ["dana", "lee"]
