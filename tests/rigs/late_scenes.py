"""A morning on which promises are broken: what somebody is sent alone, and what as a list, for pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.cards import Card, Gathered
from bot.deciding import Approve, Claim, Reject
from tests.fakes.chat import Shown
from tests.rigs.chatting import Chatting, chatting
from tests.rigs.slack_scenes import POLICY

COUNT = 8
_ROTATION = """rotations:
  refunds_desk: {title: Refunds on call, people: [dana], every: week, starts: 2026-02-23, handover: "09:00"}

owners:
"""


@dataclass(frozen=True)
class Late:
    """What a supervisor was sent: a card with why, and a list of some that are decided by now."""

    ping: tuple[Card, str]
    gathered: Gathered
    now: datetime


async def morning() -> Late:
    """One request that is late, and many that are late together."""
    place = await chatting(policy=_policy())
    known = {
        "customer": "cust_42",
        "customer_name": "Kim Ro",
        "session": "sess-7",
        "mismatches": ["device"],
        "evidence": ["Carrier scan: delivered nine days late"],
    }
    reason = "Parcel arrived nine days late; the customer asked for the whole amount back."
    first = await place.house.held(
        120, tool="issue_refund", within="2h", context=known, order_id="A-1001", reason=reason, method="original"
    )
    await place.house.say(first, Claim(), "lee", "slack")
    await _step(place)
    alone = _dana(place)[0]
    ping = alone.card, str(alone.leads[0])
    held = []
    for n in range(COUNT):
        context = {"customer": f"cust_{60 + n}", "session": f"s-{n}"}
        more = {"order_id": f"A-{2000 + n}", "method": "original"}
        held.append(await place.house.held(40 + 18 * n, tool="issue_refund", context=context, within="2h", **more))
    await _step(place)
    for request in sorted(held, key=lambda one: one.id)[:2]:
        await place.house.say(request, Approve(), "dana", "slack")
    (rejected,) = sorted(held, key=lambda one: one.id)[3:4]
    await place.house.say(rejected, Reject("not_eligible", "It was delivered on time."), "dana", "slack")
    await place.settle()
    gathered = next(one.lists[-1] for one in _dana(place) if one.lists)
    now = place.clock.now()
    await place.house.store.close()
    return Late(ping, gathered, now)


async def _step(place: Chatting) -> None:
    await place.settle()
    place.clock.move(minutes=15)
    await place.house.sweep()
    await place.settle()


def _dana(place: Chatting) -> list[Shown]:
    return [one for one in place.chat.messages if one.place == "person:dana"]


def _policy() -> str:
    return POLICY.replace("{after: 15m, to: [dana]}", "{after: 15m, to: [refunds_desk]}", 1).replace(
        "owners:\n", _ROTATION, 1
    )
