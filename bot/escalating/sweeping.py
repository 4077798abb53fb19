"""Sweeping: finding what is due, carrying it out, and waiting for the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

from bot.domain import events as e
from bot.domain.people import CLOCK
from bot.domain.requests import Decision, DecisionKind, GrantStatus
from bot.errors import SignoffError
from bot.escalating.climbing import climb
from bot.escalating.lateness import seconds_late
from bot.ports import Clock, Store
from bot.recording import Deadline, Needs, View

log = logging.getLogger("signoff.escalating")

SWEEP_SECONDS = 1.0
"""The longest pause between two sweeps; no deadline is nearer than that when it is set."""


async def keep_time(store: Store, clock: Clock, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
    """Sweep as soon as the next deadline passes, and at least every ``SWEEP_SECONDS``, until cancelled.

    A sweep that fails is logged, and the next one makes up for it.
    """
    while True:
        seconds = SWEEP_SECONDS
        try:
            done = await sweep(store, clock)
            due = await store.next_due()
            if due is not None:
                left = (due - clock.now()).total_seconds()
                if left > 0 or done:  # what is due and could not be carried out waits for the next regular sweep
                    seconds = min(seconds, max(left, 0))
        except SignoffError as error:
            log.warning("a sweep failed and will be made up for: %s", error)
        except Exception:
            log.exception("a sweep failed and will be made up for")
        await sleep(seconds)


async def sweep(store: Store, clock: Clock, *, limit: int = 500) -> int:
    """Carry out every deadline that has passed; returns how many did something. Safe to run anywhere at any time."""
    done = 0
    while True:
        now = clock.now()
        due = await store.due(now, limit=limit)
        if not due:
            return done
        needs = Needs(requests=tuple({deadline.request_id for deadline in due}))
        changed = await store.transact(needs, partial(_carry_out, due))
        done += changed
        if not changed or len(due) < limit:
            return done


def _carry_out(due: Sequence[Deadline], view: View) -> int:
    return sum(_carry_out_one(view, deadline) for deadline in due)


def _carry_out_one(view: View, deadline: Deadline) -> int:
    request = view.request(deadline.request_id)
    if request is None:
        return 0
    now = view.time("request", request.id)
    if deadline.kind == "expiry" and request.pending and request.deadline_at <= now:
        decision = Decision(DecisionKind.EXPIRED, CLOCK, now, note=_late(request.deadline_at, now))
        view.record("request", request.id, e.Decided(decision), CLOCK)
        return 1
    grant = request.grant
    if (
        deadline.kind == "grant"
        and grant is not None
        and grant.status is GrantStatus.WAITING
        and grant.expires_at <= now
    ):
        view.record("request", request.id, e.Lapsed(), CLOCK)
        return 1
    return climb(view, request.id) if deadline.kind == "ladder" else 0


def _late(due_at: datetime, now: datetime) -> str | None:
    """A late expiry says so: how many whole seconds after its time it was carried out."""
    seconds = seconds_late(due_at, now)
    return f"expired {seconds} s after its deadline" if seconds else None
