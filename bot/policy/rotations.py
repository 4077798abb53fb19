"""Rotations: who takes turns in being on call."""

from __future__ import annotations

from datetime import date

import msgspec


class Turn(msgspec.Struct, frozen=True):
    """Who takes turns in one part of the day of a rotation, changing every ``days`` days since ``starts``.

    ``begins`` and ``ends`` are minutes after midnight in ``timezone``, ``ends`` more than 1440 where it is past it; a
    part that is the whole day begins at the handover and lasts 1440 minutes.
    """

    people: tuple[str, ...]
    days: int
    starts: date
    begins: int
    ends: int
    timezone: str
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """On which it begins, 0 for Monday."""


class Rotation(msgspec.Struct, frozen=True):
    """Who is on call when: its turns in the order in which they are asked, or an iCalendar file or address."""

    id: str
    title: str
    turns: tuple[Turn, ...] = ()
    calendar: str | None = None
    """A path beside the policy file, or an ``https`` address. The name or address of an event's attendee or summary is
    the person's who is on call then."""
    owner: str | None = None
    """Who is told of its gaps; every owner whose ladder names it, without."""
