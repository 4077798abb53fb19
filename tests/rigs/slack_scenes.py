"""Requests as a support team sees them in Slack, each in one state: for golden files and for pictures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from bot.cards import Card, card
from bot.deciding import Approve, ApproveWithEdits, Ask, Claim, Reject, Revoke
from bot.domain.jsontext import digest
from bot.domain.lessons import Lesson
from bot.domain.requests import OutcomeStatus, Proposal, Request
from bot.opening import open_request
from tests.rigs.house import House, new_house

EXAMPLE = (Path(__file__).parents[2] / "examples" / "policy.yaml").read_text(encoding="utf-8")
_STAGED = """
  goodwill:
    title: Give a goodwill payment
    class: money
    level: commit
    owner: refunds
    tools: [pay_goodwill]
    amount: arguments.amount
    arguments:
      account_id: {title: Account, required: true}
      amount: {title: Amount, kind: money, required: true}
      reason: {title: Reason, kind: long_text}
    stages:
      - {title: Supervisor, approvers: [supervisors], approvals: 2, text: "Is the delay ours? Read the carrier's scan."}
      - {title: Finance, approvers: [rosa, vera], approvals: 1, text: "Which budget is it taken from?"}
"""
POLICY = EXAMPLE.replace("tools: [change_phone]\n", "tools: [change_phone]\n    approvals: 2\n")
"""The example policy, in which two people sign a new phone number."""
AGENT = "Support agent"
NAMES = {"U0LEE": "Lee Park", "U0DANA": "Dana Ortiz", "S0SUPER": "supervisors", "S0IDENT": "identity-desk"}
"""What Slack's ids are called in pictures."""


async def propose(house: House, tool: str, arguments: dict[str, Any], **more: Any) -> Request:
    """Open a request; ``within`` and ``reasoning`` are keywords, all others the entries of its context."""
    within, reasoning = more.pop("within", "2h"), more.pop("reasoning", None)
    opened = await open_request(
        house.store,
        house.clock,
        house.policy,
        proposal=Proposal(tool, arguments, within, agent_reasoning=reasoning, context=more),
        key=f"{tool}-{house.clock.now()}",
        random=bytes(10),
        **house.agent,
    )
    return opened.request


async def refund(house: House, amount: float = 120) -> Request:
    """A refund that the gate held because the device is a new one."""
    return await propose(
        house,
        "issue_refund",
        {
            "order_id": "A-1001",
            "amount": amount,
            "reason": "Parcel arrived nine days late; the customer asked for the whole amount back.",
            "method": "original",
        },
        reasoning="The carrier's scan shows a delivery nine days late. Refund policy 4.2 gives the whole amount back "
        "after seven days. The customer has no earlier refunds.",
        customer="cust_42", customer_name="Kim Ro", session="sess-7", model="model-large-2", build="2026.02.3",
        confidence=0.83, segment="retail", region="US", mismatches=["device"],
        citations=["Refund policy 4.2: late delivery"],
        evidence=["Carrier scan: delivered nine days late", "Order A-1001: 120.00 USD, paid by card"],
        transcript=["It came nine days late and the cake was for Saturday.", "I would like my money back, please."],
    )  # fmt: skip


async def phone_change(house: House) -> Request:
    """A new phone number, which two people have to sign."""
    return await propose(
        house,
        "change_phone",
        {"account_id": "acc_77", "phone": "+4930123456", "verified_by": "passport"},
        reasoning="The customer lost the phone abroad and showed a passport in the video call.",
        customer="cust_77", customer_name="Ana Brandt", session="sess-9", model="model-large-2", build="2026.02.3",
        confidence=0.9, region="EU", vulnerable=True,
        citations=["Identity policy 2.1: change of number"],
        evidence=["Passport photo matches the one on file", "Last sign-in four days ago from Berlin"],
        transcript=["I lost my phone on holiday and can't get into my account."],
    )  # fmt: skip


async def goodwill(house: House) -> Request:
    """A payment that two supervisors and then one of finance sign."""
    return await propose(
        house,
        "pay_goodwill",
        {"account_id": "acc_42", "amount": 450, "reason": "Three parcels in a row came late."},
        reasoning="Three deliveries in a row were late, and the customer has been with us for nine years.",
        customer="cust_42", customer_name="Kim Ro", session="sess-8", model="model-large-2", build="2026.02.3",
        confidence=0.88, region="US", evidence=["Carrier scans of three parcels: nine, six and eleven days late"],
    )  # fmt: skip


async def _stage_one(house: House) -> Request:
    request = await goodwill(house)
    house.clock.move(minutes=3)
    return await house.say(request, Approve("All three were ours"), "lee", "slack")


async def _stage_two(house: House) -> Request:
    request = await _stage_one(house)
    house.clock.move(minutes=4)
    return await house.say(request, Approve(), "dana", "teams")


async def _held(house: House) -> Request:
    return await refund(house)


async def _claimed(house: House) -> Request:
    request = await refund(house)
    await house.say(request, Ask("Was the whole order late, or one parcel of it?"), "lee", "slack")
    house.clock.move(minutes=2)
    return await house.say(request, Claim(), "lee", "slack")


async def _two_signatures(house: House) -> Request:
    request = await phone_change(house)
    house.clock.move(minutes=4)
    return await house.say(request, Approve("Passport seen"), "amir", "slack")


async def _approved(house: House) -> Request:
    request = await refund(house)
    house.clock.move(minutes=3)
    return await house.say(request, Approve(), "dana", "slack")


async def _edited(house: House) -> Request:
    request = await refund(house)
    house.clock.move(minutes=5)
    edited = request.proposal.arguments | {"amount": 80, "method": "store_credit"}
    return await house.say(
        request, ApproveWithEdits(edited, "The cake was eaten; two thirds is fair.", Lesson.THRESHOLD), "dana", "slack"
    )


async def _rejected(house: House) -> Request:
    request = await refund(house)
    house.clock.move(minutes=5)
    note = "The order was refunded yesterday by phone; tell the customer so."
    return await house.say(request, Reject("not_eligible", note), "lee", "slack")


async def _expired(house: House) -> Request:
    request = await refund(house)
    house.clock.move(hours=2)
    await house.sweep()
    return await _now(house, request)


async def _revoked(house: House) -> Request:
    request = await _approved(house)
    house.clock.move(minutes=1)
    return await house.say(request, Revoke("Wrong customer"), "dana", "slack")


async def _ran(house: House) -> Request:
    return await _reported(house, await _edited(house), OutcomeStatus.SUCCEEDED, "Refund re_991 paid")


async def _failed(house: House) -> Request:
    return await _reported(house, await _approved(house), OutcomeStatus.FAILED, "The card was closed")


async def _reported(house: House, request: Request, status: OutcomeStatus, note: str) -> Request:
    house.clock.move(minutes=1)
    await house.redeeming.redeem(request.id, key="run", digest=digest(request.arguments), **house.agent)
    await house.redeeming.report(request.id, status=status, note=note, **house.agent)
    return await _now(house, request)


async def _now(house: House, request: Request) -> Request:
    found = await house.store.request(request.id)
    assert found is not None
    return found


SCENES: Mapping[str, Callable[[House], Awaitable[Request]]] = {
    "held": _held,
    "claimed": _claimed,
    "two_signatures": _two_signatures,
    "stage_one": _stage_one,
    "stage_two": _stage_two,
    "approved": _approved,
    "edited": _edited,
    "rejected": _rejected,
    "expired": _expired,
    "revoked": _revoked,
    "ran": _ran,
    "failed": _failed,
}


_IN_STAGES = {"stage_one", "stage_two"}


async def scene(name: str) -> tuple[House, Request, Card]:
    """A house of that policy with one request in that state, and its card for a channel."""
    house = await new_house(policy=POLICY + (_STAGED if name in _IN_STAGES else ""))
    request = await SCENES[name](house)
    return house, request, card(request, house.policy, viewer=None, now=house.clock.now(), agent=AGENT)
