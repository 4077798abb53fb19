"""On call: who takes the turn of a rotation at a moment, by its covers, its shifts, or its calendar. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from bot.domain.duties import NO_DUTIES, Duties
from bot.policy.document import Policy
from bot.policy.rotations import Turn
from bot.policy.working_time import wall_instant


class Planned(msgspec.Struct, frozen=True):
    """One entry of a calendar: this person (id) is on call from ``since`` to ``until``.

    ``person`` is empty where it names nobody of the policy; ``text`` is what it says instead.
    """

    person: str
    since: datetime
    until: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """What is known at the moment of who is there: the policy, what people arranged, and the calendars as last read."""

    policy: Policy
    duties: Duties = NO_DUTIES
    planned: Mapping[str, tuple[Planned, ...]] = field(default_factory=dict)
    """By rotation; one that could not be read yet is absent."""


def who_is_on_call(roster: Roster, rotation_id: str, at: datetime) -> str | None:
    """The id of whoever is on call at an instant: the newest cover, else the first shift that runs, else the calendar.

    None where there is nobody, or nobody of the policy.
    """
    for cover in reversed(roster.duties.covers):
        if cover.rotation == rotation_id and cover.since <= at < cover.until and cover.person in roster.policy.people:
            return cover.person
    rotation = roster.policy.rotations.get(rotation_id)
    if rotation is None:
        return None
    for turn in rotation.turns:
        person = _on_turn(turn, at)
        if person is not None:
            return person
    for entry in roster.planned.get(rotation_id, ()):
        if entry.since <= at < entry.until and entry.person in roster.policy.people:
            return entry.person
    return None


def _on_turn(turn: Turn, at: datetime) -> str | None:
    """Whose turn it is, where its part of the day runs at that instant."""
    zone = ZoneInfo(turn.timezone)
    today = at.astimezone(zone).date()
    for day in (today, today - timedelta(days=1), today - timedelta(days=2)):
        if day.weekday() not in turn.weekdays or day < turn.starts:
            continue
        if wall_instant(day, turn.begins, zone) <= at < wall_instant(day, turn.ends, zone):
            number = (day - turn.starts).days // turn.days
            return turn.people[number % len(turn.people)]
    return None
