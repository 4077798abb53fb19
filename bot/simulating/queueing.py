"""Queueing: what waits, in lines of requests that the same people may take up, those that are due first in front."""

from __future__ import annotations

from datetime import datetime
from heapq import heappop, heappush

from bot.domain.requests import Request
from bot.policy.working_time import WorkingTime


class Case:
    """A held request while it is simulated. ``ticket`` is that of its place in a line, 0 while it stands in none."""

    __slots__ = (
        "due",
        "late",
        "number",
        "opened_owner",
        "quantile",
        "request",
        "reviews",
        "seen",
        "taken_at",
        "ticket",
        "told",
        "workers",
    )

    def __init__(self, number: int, request: Request, quantile: float) -> None:
        self.number = number
        self.request = request
        self.quantile = quantile
        self.opened_owner = request.routing.owner
        self.ticket = 0
        self.reviews = 0
        """How many were begun."""
        self.due: datetime | None = None
        """When time next does something to it; None once it has ended."""
        self.taken_at: datetime | None = None
        self.late = False
        self.seen = False
        """Whether anybody who works could have taken it up at some time."""
        self.told: frozenset[str] = frozenset()
        self.workers: list[Desk] = []


class Line:
    """Requests of one owner that exactly these people may take up."""

    __slots__ = ("_entries", "owner", "people")

    def __init__(self, owner: str, people: tuple[Desk, ...]) -> None:
        self.owner = owner
        self.people = people
        self._entries: list[tuple[datetime, int, int, Case]] = []

    def join(self, case: Case, ticket: int) -> None:
        """Stand in it from now on, in the place that its promise gives it."""
        case.ticket = ticket
        heappush(self._entries, (case.request.routing.due_at, case.number, ticket, case))

    def first(self) -> tuple[datetime, int, int, Case] | None:
        """Who is in front; whoever has left since is passed over."""
        entries = self._entries
        while entries and entries[0][3].ticket != entries[0][2]:
            heappop(entries)
        return entries[0] if entries else None


class Desk:
    """One person at work, with one request at a time."""

    __slots__ = (
        "begun",
        "busy",
        "case",
        "claimed",
        "clocks",
        "id",
        "idle_since",
        "lines",
        "lost",
        "median",
        "reviews",
        "turn",
    )

    def __init__(self, id_: str, median: float | None, since: datetime) -> None:
        self.id = id_
        self.median = median
        self.clocks: dict[str, WorkingTime | None] = {}
        """By owner, when they take up its requests."""
        self.lines: list[Line] = []
        self.case: Case | None = None
        self.begun = since
        self.idle_since = since
        self.claimed = False
        """Whether they hold a claim on it that ends."""
        self.turn = 0
        """Changes whenever what they are at does."""
        self.reviews = self.lost = 0
        self.busy = 0.0


class Diary:
    """How many reviews each person ended in their busiest hour, and which that was (hours since the start)."""

    def __init__(self) -> None:
        self._now: dict[str, tuple[int, int]] = {}
        self._most: dict[str, tuple[int, int]] = {}

    def note(self, person: str, hour: int) -> None:
        """One more review that ended in this hour."""
        last, count = self._now.get(person, (hour, 0))
        count = count + 1 if last == hour else 1
        self._now[person] = (hour, count)
        if count > self._most.get(person, (0, 0))[0]:
            self._most[person] = (count, hour)

    def most(self, person: str) -> tuple[int, int] | None:
        """The count and the hour."""
        return self._most.get(person)
