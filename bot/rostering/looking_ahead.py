"""Looking ahead: who will be on call when, and when nobody will. Pure, and exact to the microsecond."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from bot.policy.rotations import Turn
from bot.policy.working_time import wall_instant
from bot.rostering.leave import needed
from bot.rostering.on_call import Roster, who_is_on_call

AHEAD = timedelta(days=14)
_BEFORE = 3
"""Days before a span on which a part of it may have begun: one that begins late may last until the day after next."""


class Span(msgspec.Struct, frozen=True):
    """From ``since`` to ``until`` this person (id) is on call in a rotation; None is a gap.

    ``text`` is what its calendar says there of whoever is nobody of the policy.
    """

    rotation: str
    since: datetime
    until: datetime
    person: str | None = None
    text: str = ""


def spans(roster: Roster, rotation_id: str, since: datetime, until: datetime) -> tuple[Span, ...]:
    """Who is on call in a rotation from one instant to another, without a hole or an overlap; neighbours differ."""
    cuts = sorted({since, until, *(at for at in _cuts(roster, rotation_id, since, until) if since < at < until)})
    found: list[Span] = []
    for begins, ends in pairwise(cuts):
        person = who_is_on_call(roster, rotation_id, begins)
        text = "" if person is not None else _said(roster, rotation_id, begins)
        last = found[-1] if found else None
        if last is not None and (last.person, last.text) == (person, text):
            found[-1] = Span(rotation_id, last.since, ends, person, text)
        else:
            found.append(Span(rotation_id, begins, ends, person, text))
    return tuple(found)


def gaps(roster: Roster, since: datetime, until: datetime) -> tuple[Span, ...]:
    """When nobody is on call in a rotation that a ladder names, soonest first."""
    found = (span for id_ in needed(roster.policy) for span in spans(roster, id_, since, until))
    return tuple(sorted((span for span in found if span.person is None), key=lambda span: (span.since, span.rotation)))


def _cuts(roster: Roster, rotation_id: str, since: datetime, until: datetime) -> Iterator[datetime]:
    """Every instant at which it may change who is on call."""
    for cover in roster.duties.covers:
        if cover.rotation == rotation_id:
            yield from (cover.since, cover.until)
    for entry in roster.planned.get(rotation_id, ()):
        yield from (entry.since, entry.until)
    rotation = roster.policy.rotations.get(rotation_id)
    for turn in () if rotation is None else rotation.turns:
        yield from _turns(turn, since, until)


def _turns(turn: Turn, since: datetime, until: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(turn.timezone)
    day, last = since.astimezone(zone).date() - timedelta(days=_BEFORE), until.astimezone(zone).date()
    while day <= last:
        yield from (wall_instant(day, minutes, zone) for minutes in (0, turn.begins, turn.ends))
        day += timedelta(days=1)


def _said(roster: Roster, rotation_id: str, at: datetime) -> str:
    """What the calendar says at an instant, of whoever is nobody of the policy."""
    entries = (entry for entry in roster.planned.get(rotation_id, ()) if entry.since <= at < entry.until)
    return next((entry.text for entry in entries if entry.text), "")
