"""The times that a period's signals look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.answering.periods import Period
from bot.errors import BadInput
from bot.friction.signals import BASELINE, COMES_BACK

LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Span:
    """From ``since`` requests are looked at, until ``end``; of the period itself from ``start``."""

    start: datetime
    end: datetime
    before_start: datetime
    """The span before the period is as long, and ends where it starts."""
    before_end: datetime
    at: datetime
    """As of when."""

    @property
    def normal_start(self) -> datetime:
        """The start of the four weeks that are the period's normal."""
        return self.start - BASELINE

    @property
    def since(self) -> datetime:
        """The earliest opening that anything needs."""
        return min(self.normal_start, self.before_start)

    def holds(self, at: datetime) -> bool:
        """Whether a time is in the period."""
        return self.start <= at < self.end

    def held_before(self, at: datetime) -> bool:
        """Whether a time is in the span before it."""
        return self.before_start <= at < self.before_end

    def normal(self, at: datetime) -> bool:
        """Whether a time is in the four weeks before."""
        return self.normal_start <= at < self.start

    def followed(self, executed_at: datetime) -> bool:
        """Whether the time in which a customer comes back is over."""
        return executed_at + COMES_BACK <= self.at


def span_of(period: Period) -> Span:
    """The times of a period.

    Raises:
        BadInput: naming ``period``, when it is longer than a month.
    """
    if period.end - period.start > LONGEST:
        raise BadInput(
            "is longer than a month", field="period", remedy="ask for week (the default), month, or 31 days at most"
        )
    return Span(period.start, period.end, period.before_start, period.before_end, period.at)
