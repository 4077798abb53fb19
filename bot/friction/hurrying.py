"""Hurrying: reviewers who approve everything within seconds. For the risk owner alone, as a hint to look."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from statistics import median

from bot.friction.facts import Fact
from bot.friction.signals import ALL, LEAST_HURRIED, SECONDS, Hurried
from bot.friction.span import Span


class Hurries:
    """Estimates for how long each person can have read what they decided, at most.

    That is the time from the opening of the request, or from the decision that they made before for the same owner
    where that came later, to their decision. Whoever reads several cards first and signs them one after the other, or
    signs many at once, looks hurried and need not be.
    """

    def __init__(self, span: Span) -> None:
        self._span = span
        self._decided: defaultdict[tuple[str, str], list[tuple[datetime, str, datetime, bool]]] = defaultdict(list)

    def add(self, fact: Fact) -> None:
        """Count one."""
        if fact.held and fact.decided_by is not None and fact.decided_at and self._span.holds(fact.opened_at):
            one = (fact.decided_at, fact.id, fact.opened_at, fact.status == "approved")
            self._decided[(fact.owner, fact.decided_by)].append(one)

    def signal(self, owners: frozenset[str]) -> tuple[tuple[Hurried, ...], int]:
        """Who did so for one of these owners, and of how many people enough is known to say."""
        found: list[Hurried] = []
        judged = 0
        for (owner, person), decided in self._decided.items():
            if owner not in owners or len(decided) < LEAST_HURRIED:
                continue
            judged += 1
            one = _hurried(owner, person, decided)
            if one.approved >= ALL * one.decisions and one.median_seconds <= SECONDS:
                found.append(one)
        return tuple(sorted(found, key=lambda one: (one.owner, one.median_seconds, one.person))), judged


def _hurried(owner: str, person: str, decided: list[tuple[datetime, str, datetime, bool]]) -> Hurried:
    seconds: list[float] = []
    last: datetime | None = None
    for at, _, opened_at, _ in sorted(decided):
        since = opened_at if last is None else max(opened_at, last)
        seconds.append(max(0.0, (at - since).total_seconds()))
        last = at
    approved = sum(unchanged for *_, unchanged in decided)
    return Hurried(owner, person, len(decided), approved, median(seconds))
