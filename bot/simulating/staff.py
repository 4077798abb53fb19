"""Staff: who reviews, when each of them works, and how fast."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from bot.domain.hours import Hours
from bot.policy.document import Policy
from bot.policy.working_time import WorkingTime, working_time

Span = tuple[datetime, datetime]


class Works(StrEnum):
    """Which requests somebody looks at, of those that they may decide."""

    ALWAYS = "always"
    """All of them, when they are due first."""
    WHEN_TOLD = "when_told"
    """Those that an escalation told them of."""
    NEVER = "never"
    """None."""


class Reviewer(msgspec.Struct, frozen=True):
    """What is assumed of one person: working hours of their own (else those of each owner), and their median."""

    works: Works = Works.ALWAYS
    hours: Hours | None = None
    median: float | None = None
    """Seconds of a review; None is as everybody."""


class Staff:
    """Everybody who may review: ``reviewers`` says what is known of some of them, by person id."""

    def __init__(self, policy: Policy, reviewers: Mapping[str, Reviewer] | None = None) -> None:
        self._policy = policy
        self._known = dict(reviewers or {})

    def of(self, person: str) -> Reviewer:
        """What is assumed of this person."""
        return self._known.get(person) or _ANYBODY

    def clock(self, person: str, owner: str) -> WorkingTime | None:
        """When the person takes up requests of this owner; None is at any time."""
        own = self.of(person).hours
        hours = own if own is not None else self._policy.owners[owner].hours
        return None if hours is None else working_time(hours)

    def working_seconds(self, person: str, owners: Iterable[str], start: datetime, end: datetime) -> float:
        """For how long the person takes up requests of one of these owners or another."""
        spans: list[Span] = []
        for owner in owners:
            clock = self.clock(person, owner)
            if clock is None:
                return (end - start).total_seconds()
            spans += open_spans(clock, start, end)
        return sum((closes - opens).total_seconds() for opens, closes in _joined(sorted(spans)))


_ANYBODY = Reviewer()


def open_spans(clock: WorkingTime, start: datetime, end: datetime) -> list[Span]:
    """When it is working time between two instants, to the second."""
    spans: list[Span] = []
    opening = clock.next_opening(start)
    while opening is not None and opening < end:
        begins, length = opening, int((end - opening).total_seconds())
        # Working time that passes as fast as time does, up to where it stops doing so: the end of the interval.
        closed = bisect_left(
            range(1, length + 1),
            1,
            key=lambda passed: clock.working_seconds(begins, begins + _seconds(passed)) < passed,
        )
        closing = opening + _seconds(closed) if closed < length else end
        spans.append((opening, closing))
        opening = clock.next_opening(max(closing, opening + _seconds(1)))
    return spans


def _seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def _joined(spans: list[Span]) -> list[Span]:
    apart: list[Span] = []
    for opens, closes in spans:
        if apart and opens <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(closes, apart[-1][1]))
        else:
            apart.append((opens, closes))
    return apart
