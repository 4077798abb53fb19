"""Signatures: in stages, above one's own limit, taken back, and by nobody who may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.deciding import Approve, ApproveWithEdits, Ask, Claim, Reassign, Reject, Withdraw, missing
from bot.domain.events import Decided, Rescheduled, Signed, StageBegan, Withdrawn
from bot.domain.requests import DecisionKind, Request
from bot.errors import BadInput, Conflict, NotAllowed
from tests.rigs.house import POLICY, START, House, new_house

STAGED = (
    POLICY
    + """
  wire:
    class: money
    level: commit
    owner: refunds
    tools: [wire]
    amount: arguments.amount
    arguments: {amount: {kind: money}}
    stages:
      - {title: Supervisor, approvers: [lee, dana, omar], approvals: 2}
      - {title: Finance, approvers: [rosa, vera], text: "Booked right?", sla: {respond_within: 1h, remind_at: [50%]}}
"""
)
SECOND = POLICY.replace("    reasons:", "    over_limit: second_signature\n    reasons:")


async def staged() -> tuple[House, Request]:
    house = await new_house(policy=STAGED)
    return house, await house.held(300, tool="wire", within="8h")


async def test_stages_are_signed_one_after_the_other_each_by_its_own_people() -> None:
    house, request = await staged()
    with pytest.raises(NotAllowed, match="Rosa is not among its approvers"):
        await house.say(request, Approve(), "rosa")
    request = await house.say(request, Approve(), "lee")
    assert (request.stage, missing(request, house.policy).signatures) == (0, 1)
    house.clock.move(minutes=10)
    request = await house.say(request, Approve("looks right"), "dana")
    assert request.pending
    assert (request.stage, request.routing.approvers, request.routing.approvals_needed) == (1, ("rosa", "vera"), 1)
    assert request.routing.due_at == START + timedelta(minutes=70)
    assert request.routing.remind_at == (START + timedelta(minutes=40),)
    lacks = missing(request, house.policy)
    assert (lacks.stage, lacks.text, lacks.signatures, lacks.later) == ("Finance", "Booked right?", 1, ())
    with pytest.raises(NotAllowed, match="Omar is not among its approvers"):
        await house.say(request, Approve(), "omar")
    request = await house.say(request, Approve(), "rosa")
    assert request.decision is not None
    assert request.decision.kind is DecisionKind.APPROVED
    assert [actor.id for actor in request.decision.signatures] == ["lee", "dana", "rosa"]
    assert request.grant is not None


async def test_any_one_of_a_stage_refuses_it_for_all() -> None:
    house, request = await staged()
    await house.say(request, Approve(), "lee")
    await house.say(request, Approve(), "dana")
    request = await house.say(request, Reject("not_eligible", "no"), "vera")
    assert request.decision is not None
    assert request.decision.kind is DecisionKind.REJECTED


async def test_nobody_signs_in_two_stages() -> None:
    house, request = await staged()
    both = house.policy.actions["wire"]
    finance = replace(both.stages[1], approvers=("dana", "vera"))
    action = replace(both, stages=(both.stages[0], finance))
    house.policy = replace(house.policy, actions={**house.policy.actions, "wire": action}, tools={"wire": action})
    request = await house.held(300, tool="wire", within="8h")
    await house.say(request, Approve(), "lee")
    await house.say(request, Approve(), "dana")
    with pytest.raises(Conflict, match="you have signed it already"):
        await house.say(request, Approve(), "dana")
    assert (await house.say(request, Approve(), "vera")).decision is not None


async def test_arguments_that_several_sign_are_edited_by_nobody() -> None:
    house, request = await staged()
    with pytest.raises(NotAllowed, match="several people have to sign the same arguments"):
        await house.say(request, ApproveWithEdits({"amount": 100}), "dana")


async def test_a_signature_is_taken_back_while_others_are_missing() -> None:
    house, request = await staged()
    await house.say(request, Approve(), "lee")
    request = await house.say(request, Withdraw("wrong one"), "lee")
    assert (request.signatures, request.stage) == ((), 0)
    with pytest.raises(Conflict, match="you have not signed it"):
        await house.say(request, Withdraw(), "lee")
    await house.say(request, Approve(), "lee")
    request = await house.say(request, Approve(), "omar")
    assert request.stage == 1


async def test_a_signature_taken_out_of_an_earlier_stage_sends_it_back_there() -> None:
    house, request = await staged()
    await house.say(request, Approve(), "lee")
    await house.say(request, Approve(), "dana")
    house.clock.move(minutes=30)
    request = await house.say(request, Withdraw("I misread it"), "lee")
    assert (request.stage, [actor.id for actor in request.signatures]) == (0, ["dana"])
    assert request.routing.approvers == ("lee", "dana", "omar")
    assert request.routing.due_at == START + timedelta(minutes=45)
    assert [type(event) for event in await house.facts(request)][-2:] == [Withdrawn, StageBegan]
    request = await house.say(request, Approve(), "omar")
    assert (request.stage, [actor.id for actor in request.signatures]) == (1, ["dana", "omar"])
    request = await house.say(request, Approve(), "vera")
    assert request.decision is not None
    assert [actor.id for actor in request.decision.signatures] == ["dana", "omar", "vera"]


async def test_a_decided_request_is_taken_back_by_nobody() -> None:
    house = await new_house()
    request = await house.held(100)
    await house.say(request, Approve(), "dana")
    with pytest.raises(Conflict, match="already approved"):
        await house.say(request, Withdraw(), "dana")


async def test_a_signature_of_somebody_who_left_sends_it_back_and_grants_nothing() -> None:
    house, request = await staged()
    await house.say(request, Approve(), "lee")
    await house.say(request, Approve(), "dana")
    people = {id_: person for id_, person in house.policy.people.items() if id_ != "lee"}
    house.policy = replace(house.policy, people=people)
    request = await house.say(request, Approve(), "rosa")
    assert (request.decision, request.grant, request.stage) == (None, None, 0)
    assert [actor.id for actor in request.signatures] == ["dana"]
    assert not any(isinstance(event, Decided) for event in await house.facts(request))


async def test_above_ones_limit_another_signature_is_needed_that_covers_it() -> None:
    house = await new_house(policy=SECOND)
    request = await house.held(800)
    request = await house.say(request, Approve(), "lee")
    assert request.pending
    lacks = missing(request, house.policy)
    assert (lacks.signatures, lacks.covering) == (1, True)
    request = await house.say(request, Approve(), "dana")
    assert request.decision is not None
    assert [actor.id for actor in request.decision.signatures] == ["lee", "dana"]
    alone = await house.held(800, context={"customer": "cust_2"})
    assert (await house.say(alone, Approve(), "dana")).decision is not None


async def test_two_who_are_over_their_limit_are_not_enough() -> None:
    house = await new_house(
        policy=SECOND.replace("omar@acme.test, name: Omar", "omar@acme.test, name: Omar, limit: 600")
    )
    request = await house.held(800)
    await house.say(request, Approve(), "lee")
    request = await house.say(request, Approve(), "omar")
    assert request.pending
    assert missing(request, house.policy).covering
    with pytest.raises(NotAllowed, match="above your limit of 500"):
        await house.say(request, ApproveWithEdits({"amount": 700}), "lee")
    assert (await house.say(request, Approve(), "dana")).decision is not None


async def test_without_a_second_signature_nothing_above_ones_limit_is_signed() -> None:
    house = await new_house()
    request = await house.held(800)
    with pytest.raises(NotAllowed, match="above your limit of 500"):
        await house.say(request, Approve(), "lee")
    assert not any(isinstance(event, Signed) for event in await house.facts(request))


async def test_the_owner_of_an_agent_signs_nothing_that_it_proposes() -> None:
    policy = POLICY.replace("dana@acme.test", "olga@acme.test").replace(
        "    reasons:", "    separate: [agent_owner]\n    reasons:"
    )
    house = await new_house(policy=policy)
    request = await house.held(100)
    with pytest.raises(NotAllowed, match="the owner of an agent signs nothing that it proposes") as refused:
        await house.say(request, Approve(), "dana")
    assert refused.value.remedy == "ask Lee, Omar"
    with pytest.raises(BadInput, match="could not sign it"):
        await house.say(request, Reassign("dana"), "lee")
    assert (await house.say(request, Approve(), "lee")).decision is not None


async def test_whoever_claims_it_has_it_for_a_time() -> None:
    house = await new_house(policy=POLICY.replace("expire_after: 4h", "expire_after: 4h, claim_for: 5m"))
    request = await house.held(100)
    request = await house.say(request, Claim(), "dana")
    assert request.claim is not None
    assert request.claim.until == START + timedelta(minutes=5)
    house.clock.move(minutes=4)
    request = await house.say(request, Reassign("omar"), "dana")
    assert request.claim is not None
    assert (request.claim.by.id, request.claim.until) == ("omar", START + timedelta(minutes=9))
    house.clock.move(minutes=5)
    await house.sweep()
    found = await house.store.request(request.id)
    assert found is not None
    assert found.claim is None


async def test_a_promise_stands_still_while_the_agent_is_asked() -> None:
    house = await new_house(policy=POLICY.replace("expire_after: 4h", "expire_after: 1h, stop_clock_while_asked: true"))
    request = await house.held(100, within="3h")
    house.clock.move(minutes=5)
    request = await house.say(request, Ask("which order?"), "dana")
    assert request.stopped_at == START + timedelta(minutes=5)
    assert request.deadline_at == START + timedelta(hours=3)
    house.clock.move(minutes=90)
    assert await house.sweep() == 0
    (question,) = request.questions
    request = await house.redeeming.answer(request.id, question.id, "the first", **house.agent)
    assert request.stopped_at is None
    assert request.routing.due_at == START + timedelta(minutes=105)
    assert request.deadline_at == START + timedelta(minutes=150)
    rescheduled = (await house.facts(request))[-1]
    assert isinstance(rescheduled, Rescheduled)
    assert rescheduled.stopped_seconds == 90 * 60


async def test_an_agent_that_does_not_answer_has_its_own_time_and_no_more() -> None:
    house = await new_house(policy=POLICY.replace("expire_after: 4h", "expire_after: 1h, stop_clock_while_asked: true"))
    request = await house.held(100, within="2h")
    await house.say(request, Ask("which order?"), "dana")
    house.clock.move(hours=2)
    await house.sweep()
    found = await house.store.request(request.id)
    assert found is not None
    assert found.status == "expired"
