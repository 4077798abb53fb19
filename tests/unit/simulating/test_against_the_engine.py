"""The same small days through the real store, sweep and commands, with a clock that stops at each instant.

People's deeds are those that the simulation chose; everything else (reminders, steps, expiries, what a signature is
worth) the engine finds out by itself, and it has to come to the same at the same instants.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.deciding import Approve, Claim
from bot.domain import events as e
from bot.domain.requests import DecisionKind, Request
from bot.ports import RequestQuery
from bot.simulating.arriving import Profile, Rate, kinds_of
from bot.simulating.durations import Lognormal
from bot.simulating.mix import read_mix
from bot.simulating.staff import Staff
from bot.simulating.trying_out import Trial, simulate
from tests.rigs.house import POLICY, House, MovedClock, new_house

START = datetime(2026, 3, 6, 12, tzinfo=UTC)
"""A Friday, seven in the morning in New York, two days before clocks are put forward there."""
STEPS = "escalate: [{after: 15m, to: [dana]}, {after: 45m, to: [vera, rosa]}]"
PLAIN = POLICY.replace("sla: {", f"sla: {{{STEPS}, ")
HOURS = "    hours: {days: mon-sun, open: '09:00', close: '17:00'}\n"
WORKING = PLAIN.replace("    sla: {", HOURS + "    sla: {")
Happened = list[tuple[datetime, int, str]]


def name_of(event: e.Event) -> str:
    number = getattr(event, "number", "")
    return f"{type(event).__name__} {number}".strip()


async def through_the_engine(house: House, told: list[tuple[datetime, int, str, Any]]) -> Happened:
    """Act as the simulation tells, sweeping at each instant first, and read what the record then says of time."""
    opened: dict[int, Request] = {}
    for at, number, what, which in told:
        house.clock.at = at
        await house.sweep()
        if what == "open":
            proposed = which.proposal
            amount = which.assessment.amount
            request = await house.held(
                None if amount is None else str(amount.amount),  # type: ignore[arg-type]  # a decimal's text
                tool=proposed.tool,
                within=proposed.timeout,
                context={"customer": f"c{number}", "session": f"s{number}"},
            )
            assert request.routing.due_at == which.routing.due_at
            assert request.deadline_at == which.deadline_at
            opened[number] = request
        elif what == "take":
            await house.say(opened[number], Claim(), who=which)
        elif what == "sign":
            await house.say(opened[number], Approve(), who=which)
    happened: Happened = []
    for number, request in opened.items():
        for record in await house.store.events(f"request:{request.id}"):
            event = e.event_of(record)
            if isinstance(event, e.Reminded | e.Escalated):
                happened.append((record.at, number, name_of(event)))
            elif isinstance(event, e.Decided):
                expired = event.decision.kind is DecisionKind.EXPIRED
                happened.append((record.at, number, "expired" if expired else "decided"))
    return sorted(happened)


@pytest.mark.parametrize(
    ("text", "per_day", "median", "days"),
    [(PLAIN, 60, 240.0, 1), (PLAIN, 250, 900.0, 1), (WORKING, 30, 1500.0, 3), (WORKING, 90, 2500.0, 2)],
    ids=["calm", "overrun", "over a change of clocks", "overrun in working hours"],
)
@pytest.mark.parametrize("seed", [1, 2])
async def test_it_comes_to_the_same(text: str, per_day: float, median: float, days: int, seed: int) -> None:
    house = await new_house(clock=MovedClock(START), policy=text)
    policy, told = house.policy, list[tuple[datetime, int, str, Any]]()
    end = START + timedelta(days=days)
    mix = read_mix("refund@120=3,refund@900=1,payout_change=2", policy)
    rate = Rate(per_day, kinds_of(policy, mix, 1.0, "20h"), START, end, seed, Profile.FLAT)
    trial = Trial(policy, Staff(policy), Lognormal(median), START, end, seed)
    figures = simulate(trial, rate.arrivals(policy), trace=lambda *one: told.append(one))
    simulated: Happened = [(at, number, name_of(which)) for at, number, what, which in told if what == "time"]
    simulated += [(at, number, "expired") for at, number, what, _ in told if what == "expire"]
    found = await through_the_engine(house, told)
    assert [one for one in found if one[2] != "decided"] == sorted(simulated)
    await _breaches_are_the_same(house, figures.promise.breaches)
    assert sum(1 for one in found if one[2].startswith("Reminded")) == figures.reminders
    assert sum(1 for one in found if one[2] == "Escalated 1") == figures.steps[0].count
    assert sum(1 for one in found if one[2] == "decided") == figures.promise.decided
    if per_day > 100:
        assert figures.promise.expired, "a case in which nothing expires shows nothing of it"


async def _breaches_are_the_same(house: House, breaches: int) -> None:
    pages = await house.store.requests(RequestQuery(limit=1000))
    late = [
        request
        for request in pages.items
        if request.decision is not None
        and (request.decision.kind is DecisionKind.EXPIRED or request.decision.at > request.routing.due_at)
    ]
    assert len(late) == breaches
