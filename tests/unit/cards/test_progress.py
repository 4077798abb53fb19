"""What a card says of stages, of what is missing, of a clock that stands still, of a claim's end and of a move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cards import Card, Lacking, Stage, card, history
from bot.cards.room import ROOMS, Pen
from bot.cards.standing import standing
from bot.deciding import Approve, Ask, Claim, Reject, Withdraw
from bot.domain.requests import Request
from bot.escalating import sweep
from bot.policy.loading import load
from bot.rostering import Roster
from tests.rigs.house import POLICY, House, MovedClock, new_house
from tests.rigs.stages import STAGED
from tests.rigs.stores import store_of


@pytest.fixture(params=["memory", "sqlite"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    clock = MovedClock()
    house = await new_house(await store_of(request.param, tmp_path, clock), clock, STAGED)
    yield house
    await house.store.close()


async def order(house: House, amount: int = 90) -> Request:
    return (await house.propose(amount, tool="order_goods")).request


async def now(house: House, request: Request) -> Request:
    found = await house.store.request(request.id)
    assert found is not None
    return found


def drawn(house: House, request: Request, who: str | None = None) -> Card:
    viewer = None if who is None else house.person(who)
    return card(request, house.policy, viewer=viewer, now=house.clock.now())


def lines(found: Card) -> list[str]:
    told = standing(found, Pen(ROOMS[0]))
    return ["".join(span.text if span.at is None else f"{span.at:%H:%M}" for span in line.spans) for line in told]


async def said(house: House, request: Request) -> list[str]:
    records = await house.store.events(f"request:{request.id}")
    return [f"{line.who} {line.what}" for line in history(records, await now(house, request), house.policy)]


async def test_both_stages_tell_where_it_is_who_signed_and_what_is_missing(house: House) -> None:
    request = await order(house)
    first = drawn(house, request)
    assert first.stages == (
        Stage("Supervisor", "Check the delivery note.", 2, current=True),
        Stage("Finance", "Check the budget.", 1),
    )
    assert first.lacking == Lacking(2)
    assert lines(first)[1:5] == [
        "🪜 Stage 1 of 2: Supervisor, then Finance",
        "Check the delivery note.",
        "👥 Refunds: Lee, Dana or Omar may decide",
        "✍️ 0 of 2 signed; two needed",
    ]
    one = await house.say(request, Approve(), "lee")
    assert "✍️ 1 of 2 signed: Lee; one more needed" in lines(drawn(house, one))
    assert not drawn(house, one, "lee").may("approve")
    two = await house.say(one, Approve(), "dana")
    second = drawn(house, two)
    assert [(stage.signed, stage.current) for stage in second.stages] == [(("Lee", "Dana"), False), ((), True)]
    assert (second.signatures, second.signatures_needed) == ((), 1)
    assert lines(second)[1:5] == [
        "🪜 Stage 2 of 2: Finance, the last one",
        "Check the budget.",
        "👥 Refunds: Omar or Rosa may decide",
        "✍️ Signed by Supervisor: Lee and Dana",
    ]
    done = drawn(house, await house.say(two, Approve(), "rosa"))
    assert "✍️ Signed by Supervisor: Lee and Dana · Finance: Rosa" in lines(done)
    assert done.lacking is None


async def test_nobody_signs_in_two_stages_and_any_one_ends_it(house: House) -> None:
    request = await order(house)
    for who in ("lee", "omar"):
        request = await house.say(request, Approve(), who)
    assert drawn(house, request).ability("approve") is not None
    assert "👥 Refunds: Rosa may decide" in lines(drawn(house, request))
    assert drawn(house, request, "omar").ability("approve").why == (  # type: ignore[union-attr]  # it stands there
        "you have signed it already; another person has to sign as well"
    )
    done = await house.say(request, Reject("wrong_amount", "No."), "rosa")
    assert drawn(house, done).status.state == "rejected"


async def test_a_signature_is_taken_back_also_out_of_an_earlier_stage(house: House) -> None:
    request = await order(house)
    assert drawn(house, request, "lee").ability("withdraw") is None
    one = await house.say(request, Approve(), "lee")
    assert drawn(house, one, "lee").may("withdraw")
    assert drawn(house, one).may("withdraw")
    other = drawn(house, one, "dana").ability("withdraw")
    assert other is not None
    assert (other.allowed, other.why) == (False, "you have not signed it")
    two = await house.say(one, Approve(), "dana")
    assert drawn(house, two, "lee").may("withdraw")
    back = await house.say(two, Withdraw("The note was of another order."), "lee")
    assert (back.stage, [actor.id for actor in back.signatures]) == (0, ["dana"])
    assert "✍️ 1 of 2 signed: Dana; one more needed" in lines(drawn(house, back))
    assert (await said(house, request))[1:] == [
        "Lee signed it",
        "Dana signed it",
        "Dana let it go on to stage 2 of 2: Finance",
        "Lee took the signature back",
        "Lee sent it back to stage 1 of 2: Supervisor",
    ]


async def test_above_ones_limit_somebody_who_covers_it_has_to_sign_too(house: House) -> None:
    request = await house.held(800)
    assert drawn(house, request).lacking == Lacking(1)
    one = await house.say(request, Approve(), "lee")
    found = drawn(house, one)
    assert found.lacking == Lacking(1, "800.00 USD")
    assert "✍️ 1 of 2 signed: Lee; one more needed, of somebody whose limit covers 800.00 USD" in lines(found)
    assert (await house.say(one, Approve(), "omar")).status == "approved"


async def test_the_agents_owner_is_told_why_they_sign_nothing(house: House) -> None:
    request = await house.held(120)
    ability = drawn(house, request, "olga").ability("approve")
    assert ability is not None
    assert ability.why == "the owner of an agent signs nothing that it proposes"
    assert "Olga" not in drawn(house, request).deciders


async def test_a_clock_that_stands_still_is_told_until_the_answer(house: House) -> None:
    request = await house.held(120, within="2h")
    house.clock.move(minutes=5)
    asked = await house.say(request, Ask("Which order?"), "dana")
    found = drawn(house, asked)
    assert found.stopped_at == house.clock.now()
    still = "⏸️ Its time stands still since 15:05, until the agent answers; it waits until 17:00 at most"
    assert still in lines(found)
    assert "promised" not in lines(found)[0]
    house.clock.move(minutes=60)
    (question,) = asked.questions
    await house.redeeming.answer(request.id, question.id, "A-1", **house.agent)
    again = drawn(house, await now(house, request))
    assert again.stopped_at is None
    assert again.due_at == request.routing.due_at + timedelta(minutes=60)
    assert lines(again)[0].endswith("answer promised by 16:15")


async def test_a_claims_end_is_told_and_the_clock_lets_it_go(house: House) -> None:
    request = await house.say(await house.held(120), Claim(), "dana")
    assert "🙋 Claimed by Dana, 15:00, until 15:10" in lines(drawn(house, request))
    house.clock.move(minutes=11)
    await sweep(house.store, house.clock)
    found = await now(house, request)
    assert found.claim is None
    assert drawn(house, found).claimed_until is None
    assert (await said(house, request))[-1] == "Dana had it no longer: their time was over"


MOVING = POLICY.replace("expire_after: 4h}", "expire_after: 4h, escalate: [%s]}").replace(
    "actions:\n",
    """  finance:
    title: Finance
    accountable: vera
    risk_owner: rosa
    channels: {slack: C0FINANCE}
    approvers: [rosa]
    reasons: [wrong_amount]
actions:
""",
    1,
)


@pytest.mark.parametrize(
    ("step", "told", "deciders"),
    [
        (
            "{after: 16m, to: [vera], widen: true}",
            "👥 Refunds: Lee, Dana, Omar or Vera may decide (Vera since it was escalated)",
            4,
        ),
        ("{after: 16m, to: [vera], move_to: finance}", "↪️ Moved from Refunds to Finance", 1),
    ],
)
async def test_what_an_escalation_made_of_it_is_told(step: str, told: str, deciders: int) -> None:
    house = await new_house(policy=MOVING % step)
    request = await house.held(120)
    house.clock.move(minutes=17)
    await sweep(house.store, house.clock, lambda: Roster(load(MOVING % step, "policy.yaml")))
    found: Any = drawn(house, await now(house, request))
    assert told in lines(found)
    assert len(found.deciders) == deciders
    await house.store.close()
