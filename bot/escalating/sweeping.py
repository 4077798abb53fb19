"""Sweeping: finding what is due, and carrying it out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from bot.domain import events as e
from bot.domain.people import CLOCK
from bot.domain.requests import Decision, DecisionKind, Grant, GrantStatus
from bot.errors import Unavailable
from bot.escalating.climbing import climb
from bot.escalating.lateness import seconds_late
from bot.ports import Clock, Store
from bot.recording import Deadline, Needs, View
from bot.rostering import Roster

log = logging.getLogger("signoff.escalating")

LOOK = 500
"""How many deadlines are read at a time."""
TOGETHER = 100
"""How many of them make one flow: a database that locks what it names locks no more than this at once for it."""


class Swept(msgspec.Struct, frozen=True):
    """How many deadlines were found past, and how many of them led to something here. The rest somebody else did."""

    found: int = 0
    done: int = 0

    @property
    def beaten(self) -> bool:
        """Whether most of what was found had been done by another process in the meantime."""
        return self.found > 0 and self.done * 2 < self.found


async def sweep(store: Store, clock: Clock, roster: Callable[[], Roster] | None = None) -> int:
    """Carry out every deadline that has passed; returns how many did something. See ``carry_out_due``."""
    return (await carry_out_due(store, clock, roster)).done


async def carry_out_due(
    store: Store, clock: Clock, roster: Callable[[], Roster] | None = None, *, leave: float = 0
) -> Swept:
    """Carry out every deadline that has passed. Safe to run anywhere at any time; ``roster`` says who is there.

    What can't be carried out is logged and holds up nothing else. What passed less than ``leave`` seconds ago is left
    to a process that is first at it; then the soonest come last, because that process begins with them. Within a
    request the order is that of time, always.

    Raises:
        Unavailable: when the database can't be reached; the next sweep makes up for it.
    """
    found = done = 0
    while True:
        due = await store.due(clock.now() - timedelta(seconds=leave), limit=LOOK)
        parts = [due[start : start + TOGETHER] for start in range(0, len(due), TOGETHER)]
        if leave:
            parts.reverse()
        changed = sum(await asyncio.gather(*(_part(store, part, roster) for part in parts)))
        found, done = found + len(due), done + changed
        if not changed or len(due) < LOOK:
            return Swept(found, done)


async def _part(store: Store, part: Sequence[Deadline], roster: Callable[[], Roster] | None) -> int:
    needs = Needs(requests=tuple({deadline.request_id for deadline in part}))
    try:
        return await store.transact(needs, partial(_carry_out, part, None if roster is None else roster()))
    except Unavailable:
        raise
    except Exception:  # one request that can't be carried on must not hold up the others
        if len(part) == 1:
            log.exception("a deadline of request %s can't be carried out", part[0].request_id)
            return 0
    return sum([await _part(store, [deadline], roster) for deadline in part])


def _carry_out(due: Sequence[Deadline], roster: Roster | None, view: View) -> int:
    return sum(_carry_out_one(view, deadline, roster) for deadline in due)


def _carry_out_one(view: View, deadline: Deadline, roster: Roster | None) -> int:
    request = view.request(deadline.request_id)
    if request is None:
        return 0
    now = view.time("request", request.id)
    if deadline.kind == "expiry" and request.pending and request.deadline_at <= now:
        decision = Decision(DecisionKind.EXPIRED, CLOCK, now, note=_late(request.deadline_at, now))
        view.record("request", request.id, e.Decided(decision), CLOCK)
        return 1
    if deadline.kind == "grant" and request.grant is not None and _lapses(request.grant, now):
        view.record("request", request.id, e.Lapsed(seconds_late(request.grant.expires_at, now)), CLOCK)
        return 1
    if deadline.kind == "feedback":
        return _remind_of_feedback(view, request.id)
    return climb(view, request.id, roster) if deadline.kind == "ladder" else 0


def _remind_of_feedback(view: View, id_: str) -> int:
    """Record every reminder of its feedback item whose time has come, each once, in order; returns how many."""
    done = 0
    while True:
        item, now = view.recorded(id_).feedback, view.time("request", id_)
        if item is None or not item.state.unfinished or item.reminded >= len(item.remind_at):
            return done
        at = item.remind_at[item.reminded]
        if at > now:
            return done
        view.record("request", id_, e.FeedbackReminded(item.reminded + 1, seconds_late(at, now)), CLOCK)
        done += 1


def _lapses(grant: Grant, now: datetime) -> bool:
    return grant.status is GrantStatus.WAITING and grant.expires_at <= now


def _late(due_at: datetime, now: datetime) -> str | None:
    """A late expiry says so: how many whole seconds after its time it was carried out."""
    seconds = seconds_late(due_at, now)
    return f"expired {seconds} s after its deadline" if seconds else None
