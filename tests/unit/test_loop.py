"""The loop without HTTP: an agent proposes, the gate holds, a human signs off, the agent proceeds, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from bot.deciding import Approve, ApproveWithEdits, Ask, Claim, Command, Reject, Reveal, Revoke, Unclaim
from bot.domain.requests import DecisionKind, GrantStatus, OutcomeStatus, Request
from bot.domain.verdicts import VerdictKind
from bot.editing import EditRefused
from bot.enrolling import Enrolling
from bot.errors import AlreadyDecided, BadInput, Conflict, CredentialRefused, NotAllowed, NotFound
from bot.recording import rebuild
from tests.rigs.house import House, new_house

CUSTOMER_DAY = "cap:customer_day"
ROWS = (
    "requests", "agents", "instances", "ledgers", "contacts", "keys", "deadlines", "credentials", "messages",
    "tallies", "waiting",
)  # fmt: skip


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = await new_house()
    yield house
    views = await house.store.views()
    records = [record for _, record in await house.store.all_events(limit=100_000)]
    again = rebuild(records)
    for name in ROWS:
        assert getattr(again, name) == getattr(views, name), f"rebuilding {name} gives other rows"
    await house.store.close()


def kind_of(request: Request) -> DecisionKind | None:
    return None if request.decision is None else request.decision.kind


async def test_a_small_refund_is_allowed_by_rule_and_signed_by_the_policy(house: House) -> None:
    request = (await house.propose(20)).request
    assert request.assessment.verdict.kind is VerdictKind.ALLOW
    assert request.decision is not None
    assert str(request.decision.by) == f"policy:{house.policy.version}"
    assert kind_of(request) is DecisionKind.APPROVED


async def test_a_large_refund_is_held_with_its_reason_and_its_share_of_the_cap(house: House) -> None:
    request = await house.held(120)
    assert [reason.rule for reason in request.assessment.verdict.reasons] == ["allow_when"]
    assert request.routing.approvers == ("lee", "dana", "omar")
    assert await house.total(CUSTOMER_DAY) == (1, "120")


async def test_what_passes_a_cap_is_blocked_and_holds_nothing(house: House) -> None:
    await house.held(900)
    blocked = (await house.propose(200)).request
    assert kind_of(blocked) is DecisionKind.REJECTED
    assert blocked.decision is not None
    assert blocked.decision.note is not None
    assert "1000" in blocked.decision.note.replace(",", "")
    assert await house.total(CUSTOMER_DAY) == (1, "900")


async def test_the_same_key_gives_the_same_request_and_another_body_a_conflict(house: House) -> None:
    first = await house.propose(120, key="k")
    again = await house.propose(120.0, key="k")
    assert (again.replayed, again.request.id) == (True, first.request.id)
    with pytest.raises(Conflict) as refused:
        await house.propose(121, key="k")
    assert refused.value.code == "idempotency_conflict"
    assert await house.total(CUSTOMER_DAY) == (1, "120")


async def test_approved_redeemed_once_and_reported(house: House) -> None:
    request = await house.say(await house.held(), Approve())
    assert request.decision is not None
    assert str(request.decision.by) == "person:dana"
    redeemed = await house.redeeming.redeem(request.id, key="run-1", **house.agent)
    assert redeemed.grant is not None
    assert redeemed.grant.status is GrantStatus.REDEEMED
    assert await house.redeeming.redeem(request.id, key="run-1", **house.agent) == redeemed
    with pytest.raises(Conflict) as refused:
        await house.redeeming.redeem(request.id, key="run-2", **house.agent)
    assert refused.value.code == "already_consumed"
    said = await house.redeeming.report(request.id, status=OutcomeStatus.SUCCEEDED, note=None, **house.agent)
    assert await house.redeeming.report(request.id, status=OutcomeStatus.SUCCEEDED, note=None, **house.agent) == said
    with pytest.raises(Conflict) as refused:
        await house.redeeming.report(request.id, status=OutcomeStatus.FAILED, note=None, **house.agent)
    assert refused.value.code == "outcome_conflict"


async def test_nothing_is_redeemed_or_reported_without_an_approval(house: House) -> None:
    request = await house.held()
    with pytest.raises(Conflict, match="not approved"):
        await house.redeeming.redeem(request.id, key="k", **house.agent)
    with pytest.raises(Conflict) as refused:
        await house.redeeming.report(request.id, status=OutcomeStatus.SUCCEEDED, note=None, **house.agent)
    assert refused.value.code == "not_consumed"


async def test_a_rejection_gives_its_code_and_note_and_the_cap_back(house: House) -> None:
    request = await house.say(await house.held(), Reject("wrong_amount", "The invoice says 80."))
    assert request.decision is not None
    assert (request.decision.reason_code, request.decision.note) == ("wrong_amount", "The invoice says 80.")
    assert await house.total(CUSTOMER_DAY) == (0, "0")


@pytest.mark.parametrize("command", [Reject("because", "no"), Reject("wrong_amount", "  "), Ask("")])
async def test_what_a_person_left_out_is_named_and_nothing_happens(house: House, command: Command) -> None:
    request = await house.held()
    with pytest.raises(BadInput):
        await house.say(request, command)
    assert await house.store.request(request.id) == request


@pytest.mark.parametrize(
    ("who", "amount", "behalf", "says"),
    [
        ("rosa", 120, None, "not among its approvers"),
        ("lee", 501, None, "above your limit of 500"),
        ("dana", 120, "dana@acme.test", "own behalf"),
        ("dana", 120, "DANA", "own behalf"),
    ],
)
async def test_who_may_not_sign_is_told_why_and_whom_to_ask(
    house: House, who: str, amount: float, behalf: str | None, says: str
) -> None:
    context = {"customer": "c", "session": "s", **({"on_behalf_of": behalf} if behalf else {})}
    request = await house.held(amount, context=context)
    with pytest.raises(NotAllowed) as refused:
        await house.say(request, Approve(), who=who)
    assert says in str(refused.value)
    assert "Omar" in str(refused.value)
    assert (await house.store.request(request.id)) == request


async def test_the_second_to_decide_is_told_who_was_first(house: House) -> None:
    request = await house.held()
    await house.say(request, Approve(), who="omar")
    for command in (Approve(), Reject("wrong_amount", "no"), ApproveWithEdits({"amount": 5}), Claim(), Ask("why?")):
        with pytest.raises(AlreadyDecided) as refused:
            await house.say(request, command, who="dana")
        assert refused.value.decided_by == "Omar"
        assert refused.value.decided_at == house.clock.now()


async def test_64_people_at_once_make_one_decision(house: House) -> None:
    request = await house.held()
    commands: list[Command] = [Approve() if n % 2 else Reject("wrong_amount", "no") for n in range(64)]
    answers = await asyncio.gather(
        *(house.say(request, command, who=("dana", "omar")[n % 2]) for n, command in enumerate(commands)),
        return_exceptions=True,
    )
    won = [answer for answer in answers if isinstance(answer, Request)]
    lost = [answer for answer in answers if isinstance(answer, AlreadyDecided)]
    assert (len(won), len(lost)) == (1, 63)
    assert {(answer.decided_by, answer.decided_at) for answer in lost} == {("Dana", house.clock.now())}


async def test_64_redemptions_spend_one_grant(house: House) -> None:
    request = await house.say(await house.held(), Approve())
    answers = await asyncio.gather(
        *(house.redeeming.redeem(request.id, key=f"run-{n}", **house.agent) for n in range(64)), return_exceptions=True
    )
    assert sum(isinstance(answer, Request) for answer in answers) == 1
    assert {answer.code for answer in answers if isinstance(answer, Conflict)} == {"already_consumed"}


async def test_64_requests_never_share_the_last_of_a_cap(house: House) -> None:
    opened = await asyncio.gather(*(house.propose(150, key=f"k{n}") for n in range(64)))
    pending = [one.request for one in opened if one.request.pending]
    assert len(pending) == 6  # 6 * 150 = 900, a seventh would pass 1000
    assert await house.total(CUSTOMER_DAY) == (6, "900")


# --- edits ------------------------------------------------------------------------------------------------------------


async def test_an_edit_waits_for_exactly_the_signed_arguments_and_works_once(house: House) -> None:
    request = await house.say(await house.held(120, reason="late"), ApproveWithEdits({"amount": 80, "reason": "late"}))
    assert kind_of(request) is DecisionKind.APPROVED_WITH_EDITS
    assert await house.total(CUSTOMER_DAY) == (1, "80")
    with pytest.raises(Conflict, match="other arguments"):
        await house.redeeming.redeem(request.id, key="k", **house.agent)
    other = (await house.propose(81, reason="late")).request
    assert other.pending
    again = (await house.propose(80.0, reason="late")).request
    assert kind_of(again) is DecisionKind.APPROVED
    assert again.decision is not None
    assert (str(again.decision.by), again.decision.origin) == ("person:dana", request.id)
    third = (await house.propose(80, reason="late")).request
    assert third.pending
    redeemed = await house.redeeming.redeem(again.id, key="k", **house.agent)
    assert redeemed.grant is not None
    assert redeemed.grant.status is GrantStatus.REDEEMED
    origin = await house.store.request(request.id)
    assert origin is not None
    assert origin.grant is not None
    assert (origin.grant.status, origin.grant.moved_to) == (GrantStatus.MOVED, again.id)
    assert await house.total(CUSTOMER_DAY) == (3, str(80 + 81 + 80))


async def test_an_edit_is_redeemed_against_its_own_digest_too(house: House) -> None:
    request = await house.say(await house.held(120), ApproveWithEdits({"amount": 80}))
    assert request.grant is not None
    done = await house.redeeming.redeem(request.id, key="k", digest=request.grant.digest, **house.agent)
    assert done.grant is not None
    assert done.grant.status is GrantStatus.REDEEMED
    assert (await house.propose(80)).request.pending


async def test_a_signed_edit_does_not_outlive_its_time(house: House) -> None:
    await house.say(await house.held(120), ApproveWithEdits({"amount": 80}))
    house.clock.move(hours=2)
    assert (await house.propose(80)).request.pending


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"amount": 120, "card": "4111"}, "card"),
        ({"amount": 0}, "amount"),
        ({"amount": "a lot"}, "amount"),
        ({}, "amount"),
        ({"amount": 120, "extra": 1}, "extra"),
        ({"amount": 120}, "amount"),
    ],
)
async def test_an_edit_that_can_not_be_is_refused_by_field(
    house: House, arguments: dict[str, object], field: str
) -> None:
    request = await house.held(120)
    with pytest.raises(EditRefused) as refused:
        await house.say(request, ApproveWithEdits(arguments))
    assert field in refused.value.problems
    assert (await house.store.request(request.id)) == request


async def test_an_edit_is_held_against_the_caps_and_the_limit(house: House) -> None:
    await house.held(800)
    request = await house.held(120)
    with pytest.raises(NotAllowed) as refused:
        await house.say(request, ApproveWithEdits({"amount": 201}))
    assert refused.value.code == "over_cap"
    with pytest.raises(NotAllowed, match="limit"):
        await house.say(await house.held(80, context={"customer": "c2"}), ApproveWithEdits({"amount": 600}), who="lee")
    done = await house.say(request, ApproveWithEdits({"amount": 200}))
    assert done.status == "approved_with_edits"
    assert await house.total(f"{CUSTOMER_DAY}") == (3, "1080")


# --- time -------------------------------------------------------------------------------------------------------------


async def test_an_unanswered_request_expires_once_and_gives_the_cap_back(house: House) -> None:
    request = await house.held(within="10m")
    house.clock.move(minutes=9, seconds=59)
    assert await house.sweep() == 1  # a reminder, at half of the promised time
    house.clock.move(seconds=1)
    with pytest.raises(AlreadyDecided, match="expired"):
        await house.say(request, Approve())
    assert await house.sweep() == 1
    assert await house.sweep() == 0
    expired = await house.store.request(request.id)
    assert expired is not None
    assert (expired.status, str(expired.decision.by) if expired.decision else "") == ("expired", "clock:sweep")
    assert await house.total(CUSTOMER_DAY) == (0, "0")


async def test_an_approval_that_is_not_used_lapses_and_gives_the_cap_back(house: House) -> None:
    request = await house.say(await house.held(), Approve())
    assert request.grant is not None
    house.clock.at = request.grant.expires_at
    with pytest.raises(Conflict) as refused:
        await house.redeeming.redeem(request.id, key="k", **house.agent)
    assert refused.value.code == "approval_expired"
    assert await house.sweep() == 1
    assert await house.total(CUSTOMER_DAY) == (0, "0")
    with pytest.raises(Conflict, match="expired"):
        await house.redeeming.redeem(request.id, key="k", **house.agent)


async def test_a_clock_that_goes_back_never_makes_a_decision_older_than_its_request(house: House) -> None:
    request = await house.held()
    house.clock.move(hours=-1)
    decided = await house.say(request, Approve())
    assert decided.decision is not None
    assert decided.decision.at >= decided.opened_at


# --- the rest of the commands -----------------------------------------------------------------------------------------


async def test_two_people_sign_what_needs_two(house: House) -> None:
    request = (await house.propose(None, tool="change_payout", account="DE1")).request
    once = await house.say(request, Approve(), who="lee")
    assert once.pending
    with pytest.raises(Conflict) as refused:
        await house.say(request, Approve(), who="lee")
    assert refused.value.code == "already_signed"
    done = await house.say(request, Approve(), who="dana")
    assert done.decision is not None
    assert [actor.id for actor in done.decision.signatures] == ["lee", "dana"]


async def test_claim_ask_and_answer(house: House) -> None:
    request = await house.held()
    claimed = await house.say(request, Claim())
    assert claimed.claim is not None
    assert await house.say(request, Claim()) == claimed
    assert (await house.say(request, Unclaim(), who="omar")).claim is not None
    asked = await house.say(request, Ask("Which invoice?"))
    question = asked.questions[0]
    answered = await house.redeeming.answer(request.id, question.id, "Number 7.", **house.agent)
    assert answered.questions[0].answer == "Number 7."
    assert await house.redeeming.answer(request.id, question.id, "Number 7.", **house.agent) == answered
    with pytest.raises(Conflict):
        await house.redeeming.answer(request.id, question.id, "Number 8.", **house.agent)
    with pytest.raises(NotFound):
        await house.redeeming.answer(request.id, "nope", "x", **house.agent)
    assert (await house.say(request, Unclaim())).claim is None


async def test_a_look_at_a_masked_field_is_on_record(house: House) -> None:
    request = await house.held(120, card="4111 1111")
    await house.say(request, Reveal("card"))
    events = await house.store.events(f"request:{request.id}")
    assert (events[-1].type, events[-1].actor, events[-1].surface) == ("request.revealed", "person:dana", "desk")
    with pytest.raises(BadInput):
        await house.say(request, Reveal("amount"))


async def test_a_revoked_approval_can_not_be_spent(house: House) -> None:
    request = await house.say(await house.held(), Approve())
    await house.say(request, Revoke("Customer called off."), who="vera")
    with pytest.raises(Conflict) as refused:
        await house.redeeming.redeem(request.id, key="k", **house.agent)
    assert refused.value.code == "approval_revoked"
    with pytest.raises(Conflict, match="too late"):
        await house.say(request, Revoke("again"))
    assert await house.total(CUSTOMER_DAY) == (0, "0")


async def test_an_agent_cancels_its_own_request_only(house: House) -> None:
    request = await house.held()
    with pytest.raises(NotFound):
        await house.redeeming.cancel(request.id, agent=house.issued.agent, instance_id="another")
    cancelled = await house.redeeming.cancel(request.id, **house.agent)
    assert cancelled.status == "cancelled"
    assert await house.redeeming.cancel(request.id, **house.agent) == cancelled
    decided = await house.say(await house.held(), Approve())
    with pytest.raises(AlreadyDecided):
        await house.redeeming.cancel(decided.id, **house.agent)


async def test_a_revoked_agent_gets_nothing_through(house: House) -> None:
    approved = await house.say(await house.held(), Approve())
    waiting = await house.held()
    await Enrolling(house.store, house.clock).revoke(house.issued.agent, note="left", by=house.operator)
    with pytest.raises(CredentialRefused):
        await house.propose(120)
    with pytest.raises(CredentialRefused):
        await house.redeeming.redeem(approved.id, key="k", **house.agent)
    ended = await house.store.request(waiting.id)
    assert ended is not None
    assert ended.status == "cancelled"


async def test_an_unknown_tool_is_held_and_amounts_never_become_floats(house: House) -> None:
    assert (await house.propose(None, tool="launch_rocket")).request.pending
    request = (await house.propose(20.1)).request
    assert request.assessment.amount is not None
    assert request.assessment.amount.amount == Decimal("20.1")
