"""Thousands of requests with deadlines of every kind at instants that a test chooses, and what has to come of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.people import agent, person
from bot.domain.requests import Decision, DecisionKind, Grant
from bot.domain.routing import Routing, Step
from bot.escalating import LATE_SECONDS
from bot.ports import Store
from bot.recording import Needs, View
from tests.contract.flows import AGENT, INSTANCE, enrolling, opened_event

SHARES = {"ladder": 4, "expiry": 6, "grant": 6, "both": 1}
"""How many requests of each kind in so many; those with a ladder have eight deadlines each, the others one."""
_STEPS = ("reminded 1", "reminded 2", "escalated 1", "escalated 2", "woken ada", "woken bob", "warned", "unclaimed")
_NAMES: dict[type[e.Event], str] = {
    e.Reminded: "reminded",
    e.Escalated: "escalated",
    e.Woken: "woken",
    e.Warned: "warned",
    e.Unclaimed: "unclaimed",
    e.Lapsed: "lapsed",
}
NEVER = timedelta(days=2)
GAP = timedelta(seconds=30)
"""Between the last step of a request and its end, so that only a jump or an outage leaves no time for the step."""


@dataclass
class Planned:
    """One request: what time alone has to do to it, in order, and when each is due."""

    id: str
    kind: str
    due: list[tuple[datetime, str]] = field(default_factory=list)


def plan(count: int, chance: random.Random, instant: Callable[[], datetime]) -> list[Planned]:
    """Requests with so many deadlines that have to be kept, at instants that the test gives."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    planned: list[Planned] = []
    left = count
    while left > 0:
        kind = chance.choice(kinds)
        one = Planned(f"r-{len(planned)}", kind)
        if kind in {"ladder", "both"}:
            one.due = _in_order([(instant(), name) for name in _STEPS])
        if kind in {"expiry", "both"}:
            one.due.append((instant() if kind == "expiry" else one.due[-1][0] + GAP, "expired"))
        if kind == "grant":
            one.due = [(instant(), "lapsed")]
        left -= 0 if kind == "both" else len(one.due)  # of those some may come to nothing: they count for themselves
        planned.append(one)
    return planned


def _in_order(due: list[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """The same instants, with the second of two of a kind after the first."""
    found = sorted(due)
    for kind in ("reminded", "escalated"):
        places = [place for place, (_, name) in enumerate(found) if name.startswith(kind)]
        for number, place in enumerate(places, 1):
            found[place] = (found[place][0], f"{kind} {number}")
    return found


async def open_all(store: Store, planned: Sequence[Planned]) -> None:
    """Open them all."""
    await store.transact(*enrolling(webhook=False))
    for start in range(0, len(planned), 500):
        await asyncio.gather(*(store.transact(*_opening(one)) for one in planned[start : start + 500]))


def _opening(one: Planned) -> tuple[Needs, Callable[[View], None]]:
    at = {name: instant for instant, name in one.due}

    def flow(view: View) -> None:
        opened = opened_event(view, one.id)
        ends = at.get("expired", view.now + NEVER)
        opened = replace(opened, routing=_routed(opened.routing, at, ends), deadline_at=ends)
        view.record("request", one.id, opened, agent(AGENT))
        for who in ("ada", "bob"):
            if until := at.get(f"woken {who}"):
                view.record("request", one.id, e.Snoozed(until), person(who, "desk"))
        if until := at.get("unclaimed"):
            view.record("request", one.id, e.Claimed(until), person("ada", "desk"))
        if expires := at.get("lapsed"):
            by = person("ada", "desk")
            decision = Decision(DecisionKind.APPROVED, by, view.now, signatures=(by,))
            view.record("request", one.id, e.Decided(decision, Grant(opened.digest, expires)), by)

    return Needs(agents=(AGENT,), instances=(INSTANCE,), tallies=("seen:refund",), keys=((INSTANCE, one.id),)), flow


def _routed(routing: Routing, at: dict[str, datetime], ends: datetime) -> Routing:
    return replace(
        routing,
        due_at=ends,
        deadline_at=ends,
        warn_at=at.get("warned"),
        remind_at=tuple(at[name] for name in ("reminded 1", "reminded 2") if name in at),
        escalation=tuple(Step(at[name], ("bob",)) for name in ("escalated 1", "escalated 2") if name in at),
    )


@dataclass
class Happened:
    """What time alone did to one request: when, what, and how many seconds late it says that it was."""

    done: list[tuple[datetime, str, int]]


async def happened(store: Store) -> dict[str, Happened]:
    """By request."""
    found: dict[str, Happened] = {}
    after = 0
    while page := await store.all_events(after=after, limit=5000):
        after = page[-1][0]
        for _, record in page:
            if record.actor == "clock:sweep":
                id_ = record.stream.removeprefix("request:")
                found.setdefault(id_, Happened([])).done.append((record.at, *_told(e.event_of(record))))
    return found


def _told(event: e.Event) -> tuple[str, int]:
    """What happened and how many seconds late it says that it was."""
    if isinstance(event, e.Decided):
        words = (event.decision.note or "expired 0 s").split()
        return event.decision.kind.value, int(words[1])
    which = event.person if isinstance(event, e.Woken) else getattr(event, "number", "")
    return f"{_NAMES[type(event)]} {which}".strip(), int(getattr(event, "late_seconds"))  # noqa: B009 - every kind of _NAMES has it


def lateness(
    planned: Sequence[Planned], found: dict[str, Happened], waited: Callable[[datetime, datetime], float]
) -> list[float]:
    """Require that each came once, in order, never early and saying how late; returns the seconds that each waited
    while somebody could have done it.
    """
    late: list[float] = []
    for one in planned:
        done = found.get(one.id, Happened([])).done
        _require_all(one, [name for _, name, _ in done], waited)
        due = {name: at for at, name in one.due}
        for at, name, said in done:
            assert at >= due[name], f"{one.id}: {name} came early"
            seconds = int((at - due[name]).total_seconds())
            assert said == (seconds if seconds >= LATE_SECONDS else 0), f"{one.id}: {name} was {seconds} s late"
            late.append(waited(due[name], at))
    return sorted(late)


def _require_all(one: Planned, done: list[str], waited: Callable[[datetime, datetime], float]) -> None:
    wanted = [name for _, name in one.due]
    if done != wanted and one.kind == "both":  # what expired before anybody could look calls nobody any more
        ends = one.due[-1][0]
        wanted = [name for at, name in one.due[:-1] if name in done or waited(at, ends) > GAP.total_seconds() / 3]
        wanted.append("expired")
    assert done == wanted, f"{one.id}: {done} instead of {wanted}"
