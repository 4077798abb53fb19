"""A record with something of everything in it, made by the real flows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from bot.deciding import Approve, ApproveWithEdits, Ask, Claim, Reassign, Reject, Reveal, Revoke, Snooze
from bot.domain import events as e
from bot.domain.requests import MessageRef, OutcomeStatus, Request
from bot.enrolling import Enrolling, NewAgent
from bot.errors import ChannelUnavailable
from bot.opening import CALM, Situation
from bot.pausing import Pausing
from bot.recording import Needs
from bot.sending.noting import Notes
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
    attended: str
    """Handed on, put off, posted and lost on Slack."""


async def write_history(house: House) -> Written:
    """Open, decide, redeem, expire and the rest; about sixty events in sixteen streams."""
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
    attended = await _attended(house)
    pending = await house.held(170)
    return Written(ran.id, allowed.id, rejected.id, edited.id, spent.id, expired.id, pending.id, asked.id, attended.id)


async def _attended(house: House) -> Request:
    """Posted to Slack, handed on, put off and brought back, gone from its channel; and a pause that ended."""
    house.situation = Situation(surfaces=("slack",))
    request = await house.held(180)
    notes = Notes(house.store, "slack")
    card = MessageRef("slack", "C0REFUNDS", "1.2", "T0ACME", place="C0REFUNDS", upto=1)
    await notes.posted(request.id, card)
    await house.say(request, Reassign("omar", "Ann Lee is yours."))
    await notes.lines_posted(request.id, replace(card, kind="lines", message="1.3", upto=3))
    await house.say(request, Snooze(house.clock.now() + timedelta(minutes=1)), who="omar", surface="slack")
    house.clock.move(minutes=1)
    await house.sweep()
    await notes.unshown(request.id, "C0REFUNDS", ChannelUnavailable("the channel is archived"))
    await notes.posted(request.id, replace(card, message="2.2", upto=7))
    house.situation = CALM
    pausing = Pausing(house.store, house.clock, lambda: house.policy)
    await pausing.pause("action:refund", "Ann Lee was paid twice.", house.person("vera"), "desk")
    await pausing.resume("action:refund", "Mended.", house.person("rosa"), "slack")
    return request
