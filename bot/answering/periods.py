"""Periods as people name them: ``today``, ``week``, ``24h``, ``2026-11-01..2026-11-15``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from bot.errors import BadInput

DEFAULT = "week"
LONGEST_DAYS = 366
_EARLIEST = date(2000, 1, 1)
_SPAN = re.compile(r"([0-9]{1,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}
_NAMED = {"week": "7d", "month": "30d"}
_REMEDY = "write today, yesterday, week, month, a span such as 24h, 7d or 4w, or days such as 2026-11-01..2026-11-15"


class Period(msgspec.Struct, frozen=True):
    """From ``start`` until just before ``end``, and the span before it that it is compared with. UTC throughout.

    Periods are half open, so that neighbours share no request. The span before ends at ``start`` or earlier, and is as
    long as what has passed of the period: today until now is compared with yesterday until the same time.
    """

    name: str
    """As it was asked for."""
    title: str
    """As a person says it: "the last 7 days"."""
    start: datetime
    end: datetime
    before_start: datetime
    before_end: datetime
    at: datetime
    """When it was asked; what is still open is told as of then."""
    zone: str
    """The time zone of its days."""

    def holds(self, at: datetime) -> bool:
        """Whether a time is in it."""
        return self.start <= at < self.end

    def held_before(self, at: datetime) -> bool:
        """Whether a time is in the span before it."""
        return self.before_start <= at < self.before_end


def read_period(text: str | None, now: datetime, zone: ZoneInfo) -> Period:
    """The period that somebody typed, seen at ``now``; nothing is a week.

    ``week`` and ``month`` are the 7 and 30 days of 24 hours until now, ``24h``, ``7d`` and ``4w`` likewise. Days begin
    at midnight in ``zone``; both days of ``2026-11-01..2026-11-15`` are in it. A period that is not over ends now.

    Raises:
        BadInput: naming ``period``, when it is none of these, longer than a year or yet to come.
    """
    name = (text or "").strip().lower() or DEFAULT
    span = _SPAN.fullmatch(_NAMED.get(name, name))
    if span is not None:
        return _lasting(name, int(span[1]), span[2], now, zone)
    today = now.astimezone(zone).date()
    if name in {"today", "yesterday"}:
        first = today - timedelta(days=name == "yesterday")
        return _days(name, name, first, first, now, zone)
    from_, dots, to = name.partition("..")
    first, last = _day(from_), _day(to if dots else from_)
    if last < first:
        raise BadInput("ends before it begins", field="period", remedy="write the earlier day first")
    if (last - first).days >= LONGEST_DAYS:
        raise _too_long()
    if first > today:
        raise BadInput("lies in the future", field="period", remedy="name days that have come")
    title = _spoken(first) if first == last else f"{_spoken(first)} to {_spoken(last)}"
    return _days(name, title, first, last, now, zone)


def _lasting(name: str, count: int, unit: str, now: datetime, zone: ZoneInfo) -> Period:
    length = timedelta(hours=count * _HOURS[unit])
    if not length:
        raise BadInput("is no time at all", field="period", remedy=_REMEDY)
    if length > timedelta(days=LONGEST_DAYS):
        raise _too_long()
    word = {"h": "hour", "d": "day", "w": "week"}[unit]
    title = f"the last {word}" if count == 1 else f"the last {count} {word}s"
    start = now - length
    return Period(name, title, start, now, start - length, start, now, zone.key)


def _days(name: str, title: str, first: date, last: date, now: datetime, zone: ZoneInfo) -> Period:
    """Whole days, both included, as far as they have come."""
    start, whole = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    end = min(whole, max(start, now))
    before = _midnight(first - (last - first) - timedelta(days=1), zone)
    before_end = start if end == whole else min(start, before + (end - start))
    return Period(name, title, start, end, before, before_end, now, zone.key)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _day(text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip(), re.ASCII):
            day = date.fromisoformat(text.strip())
            if _EARLIEST <= day < date(9999, 1, 1):
                return day
    except ValueError:
        pass  # the 30th of February is refused like any other word
    raise BadInput(f"{text[:40]!r} is no period or day", field="period", remedy=_REMEDY)


def _spoken(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


def _too_long() -> BadInput:
    return BadInput(
        f"is longer than {LONGEST_DAYS} days", field="period", remedy="ask for a year at most, or for its parts"
    )
