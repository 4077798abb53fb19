"""Attending: what may be chosen when somebody hands a request on or puts it off, the same on every surface."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.cards import try_out
from bot.deciding import Reassign, approvers_now
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import BadInput, SignoffError
from bot.policy.document import Policy

BEFORE_PROMISE = timedelta(minutes=10)
"""How long before a promise somebody who put it off until then is told."""
SNOOZES = (
    ("15m", "In 15 minutes", timedelta(minutes=15)),
    ("1h", "In 1 hour", timedelta(hours=1)),
    ("4h", "In 4 hours", timedelta(hours=4)),
)
PROMISE = "promise"
_MARGIN = timedelta(seconds=30)


def heirs(request: Request, person: Person, policy: Policy, now: datetime) -> list[Person]:
    """To which others this person may hand it: who may decide it now, could sign it, and has not got or signed it."""
    others = [policy.people[id_] for id_ in approvers_now(request, policy) if id_ != person.id]
    return [other for other in others if _could_have(request, other, person, policy, now)]


def _could_have(request: Request, other: Person, person: Person, policy: Policy, now: datetime) -> bool:
    held = request.claim is not None and request.claim.by.id == other.id
    if held or any(actor.id == other.id for actor in request.signatures):
        return False
    try:
        try_out(request, Reassign(other.id), person, policy, now)
    except SignoffError:
        return False
    return True


def snooze_choices(request: Request, now: datetime) -> list[tuple[str, str]]:
    """The times until which it may be put off, as values and titles: those that come before its deadline."""
    last = request.deadline_at - _MARGIN
    found = [(value, title) for value, title, lasts in SNOOZES if now + lasts < last]
    if now + _MARGIN < request.routing.due_at - BEFORE_PROMISE < last:
        found.append((PROMISE, "10 minutes before the promised time"))
    return found


def snooze_until(request: Request, value: str, now: datetime) -> datetime:
    """The time that a choice means.

    Raises:
        BadInput: when it is none of the choices.
    """
    if value == PROMISE:
        return request.routing.due_at - BEFORE_PROMISE
    lasts = next((lasts for name, _, lasts in SNOOZES if name == value), None)
    if lasts is None:
        raise BadInput("is none of the choices", field="until", remedy="choose one of them")
    return now + lasts
