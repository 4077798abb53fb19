"""The model's own rule of who is given a request when it opens: the least loaded of those who may sign it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.duties import Delegation

ZONE = ZoneInfo("America/New_York")


class Giving:
    """Who was given how many today, for the rule of the least loaded."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._given: Counter[str] = Counter()

    def least_loaded(
        self, able: Iterable[str], held: Mapping[str, int], delegations: Iterable[Delegation], now: datetime
    ) -> str | None:
        """Of those who may sign it alone and are not away: who has fewest, was given fewest today, comes first."""
        self._turn(now)
        away = {one.person for one in delegations if one.since <= now < one.until}
        there = [who for who in able if who not in away]
        return min(there, key=lambda who: (held.get(who, 0), self._given[who], who), default=None)

    def give(self, who: str, now: datetime) -> None:
        self._turn(now)
        self._given[who] += 1

    def _turn(self, now: datetime) -> None:
        today = now.astimezone(ZONE).date()
        if today != self._day:
            self._day = today
            self._given.clear()
