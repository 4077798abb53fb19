"""Hours: when a team works."""

from __future__ import annotations

from datetime import date

import msgspec


class Hours(msgspec.Struct, frozen=True):
    """When a team works.

    ``week`` has the intervals of each day, Monday first, in minutes after its midnight; one that closes on the day
    after says more than 1440. ``timezone`` is an IANA name. An interval is left out when the day on which it opens is a
    public holiday of one of ``holidays`` (``US``, ``US-NY``), or one of its own closed days.
    """

    week: tuple[tuple[tuple[int, int], ...], ...]
    timezone: str
    holidays: tuple[str, ...] = ()
    closed_on: frozenset[date] = frozenset()
    closed_yearly: frozenset[tuple[int, int]] = frozenset()
    """Month and day."""
