"""Climbing: which rungs of a request's ladder have come, and which event each of them makes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.domain import events as e
from bot.domain.people import CLOCK
from bot.domain.requests import Request
from bot.escalating.lateness import seconds_late
from bot.recording import View


def climb(view: View, id_: str) -> int:
    """Record every reminder, step and end of a snooze whose time has come, each once, in the order of their times.

    Returns how many. A request whose deadline has passed as well expires instead: nobody is called to what can't be
    decided any more.
    """
    done = 0
    while True:
        request, now = view.recorded(id_), view.time("request", id_)
        if not request.pending or request.deadline_at <= now:
            return done
        rung = min(_rungs(request), key=lambda rung: rung[0], default=None)
        if rung is None or rung[0] > now:
            return done
        view.record("request", id_, rung[1](seconds_late(rung[0], now)), CLOCK)
        done += 1


def _rungs(request: Request) -> list[tuple[datetime, Callable[[int], e.Event]]]:
    """What is next of each kind: when, and the event that it makes, given how many seconds late (0: never mind)."""
    routing, rungs = request.routing, list[tuple[datetime, Callable[[int], e.Event]]]()
    reminders, steps = routing.remind_at[request.reminded :], routing.escalation[request.escalated :]
    if routing.warn_at is not None and not request.warned:
        told = tuple(dict.fromkeys((routing.accountable, routing.risk_owner)))
        rungs.append((routing.warn_at, lambda late: e.Warned(told, late)))
    if request.stopped_at is not None:
        reminders, steps = (), ()  # the promise stands still; what the law says does not
    if reminders:
        number = request.reminded + 1
        rungs.append((reminders[0], lambda late: e.Reminded(number, late)))
    if steps:
        step, taken = steps[0], request.escalated + 1
        rungs.append((step.at, lambda late: e.Escalated(taken, step.to, step.post_to, late)))
    for snooze in request.snoozes:
        rungs.append((snooze.until, partial(_woken, snooze.by.id)))
    return rungs


def _woken(person: str, _: int) -> e.Event:
    return e.Woken(person)
