"""A record with something of everything in it, made by the real flows."""

from __future__ import annotations

from dataclasses import dataclass

from bot.deciding import Approve, ApproveWithEdits, Ask, Claim, Reject, Reveal, Revoke
from bot.domain import events as e
from bot.domain.requests import OutcomeStatus
from bot.enrolling import Enrolling, NewAgent
from bot.recording import Needs
from tests.rigs.house import House


@dataclass(frozen=True)
class Written:
    """The ids of some requests, by what happened to them."""

    ran: str
    """Approved by a person, redeemed, reported."""
    allowed: str
    rejected: str
    edited: str
    spent: str
    """What asked for exactly the edited arguments."""
    expired: str
    pending: str
    asked: str


async def write_history(house: House) -> Written:
    """Open, decide, redeem, expire and the rest; about forty events in a dozen streams."""
    await house.store.transact(
        Needs(ledgers=("policy",)),
        lambda view: view.record("ledger", "policy", e.Noted("policy.in_use", {"version": "1"}), house.operator),
    )
    ran = await house.held(120, reason="Späte Lieferung \N{PACKAGE}", card="4111 1111")
    await house.say(ran, Claim())
    await house.say(ran, Reveal("card"))
    await house.say(ran, Approve("Fine."))
    await house.redeeming.redeem(ran.id, key="run-1", **house.agent)
    await house.redeeming.report(ran.id, status=OutcomeStatus.SUCCEEDED, note="Paid to Ann", **house.agent)
    allowed = (await house.propose(20)).request
    rejected = await house.held(130)
    await house.say(rejected, Reject("wrong_amount", "The invoice of Ann Lee says 80."), who="omar", surface="slack")
    edited = await house.held(140, reason="late")
    await house.say(edited, ApproveWithEdits({"amount": 80, "reason": "late"}))
    spent = (await house.propose(80, reason="late")).request
    house.clock.move(minutes=1)
    asked = await house.held(150)
    question = (await house.say(asked, Ask("Which invoice?"))).questions[0]
    await house.redeeming.answer(asked.id, question.id, "Number 7.", **house.agent)
    revoked = await house.say(asked, Approve())
    await house.say(revoked, Revoke("Customer called off."), who="vera")
    expired = await house.held(160, within="2m")
    house.clock.move(minutes=2)
    await house.sweep()
    enrolling = Enrolling(house.store, house.clock)
    other = await enrolling.create(
        NewAgent("other", "olga@acme.test", ("refund",)), known=("refund",), by=house.operator
    )
    await enrolling.revoke(other.agent, note="left", by=house.operator)
    pending = await house.held(170)
    return Written(ran.id, allowed.id, rejected.id, edited.id, spent.id, expired.id, pending.id, asked.id)
