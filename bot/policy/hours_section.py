"""The entry ``hours`` of an owner: when a team works, in one of two forms, and the days on which it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.domain.hours import Hours
from bot.policy.holidays import unknown_place
from bot.policy.yamltree import At
from bot.policy.zones import read_zone

SPAN_KEYS = frozenset({"days", "open", "close"})
HOURS_KEYS = SPAN_KEYS | {"holidays", "timezone"}
"""The keys besides those of the other form, which are days: ``mon``, ``mon-fri``, ``mon,wed``."""
DAY = "(mon|tue|wed|thu|fri|sat|sun)"
DAYS_KEY = rf"{DAY}(-{DAY})?(,{DAY}(-{DAY})?)*"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES = 24 * 60
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Za-z0-9]{1,3})?")
_YEARLY = re.compile(r"[0-9]{2}-[0-9]{2}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEAP_YEAR = 2000
_SPAN_REMEDY = 'write opening and closing time, such as "08:00-12:00", in quotes'
_Week = list[list[tuple[int, int]]]


def read_hours(at: At, timezone: str) -> Hours:
    """The hours that an owner has; ``timezone`` is the policy's, which counts where the hours name none.

    Raises nothing; what is wrong becomes problems, and what it returns then is not used.
    """
    known = {*HOURS_KEYS, "mon-fri"}
    known |= {name for name in at.names() if re.fullmatch(DAYS_KEY, name.lower())}
    found = at.keys(known)
    if at.is_mapping:
        _check_form(at, found)
    week: _Week = [[] for _ in _DAYS]
    if any(name in found for name in SPAN_KEYS):
        _read_one_span(found, week)
    for name, place in found.items():
        if name not in HOURS_KEYS:
            _read_spans(name, place, week)
    _check_apart(at, week)
    own = _Closed(found["holidays"]) if "holidays" in found else None
    zone = read_zone(found["timezone"]) if "timezone" in found else None
    return Hours(
        week=tuple(tuple(sorted(spans)) for spans in week),
        timezone=zone or timezone,
        holidays=tuple(own.countries) if own else (),
        closed_on=frozenset(own.dates) if own else frozenset(),
        closed_yearly=frozenset(own.yearly) if own else frozenset(),
    )


def _check_form(at: At, found: dict[str, At]) -> None:
    days = [name for name in found if name not in HOURS_KEYS]
    spans = [name for name in found if name in SPAN_KEYS]
    if days and spans:
        found[spans[0]].wrong(f"stands beside {days[0]}", "give either days, open and close, or the hours of each day")
    elif not days and HOURS_KEYS.issuperset(at.names()):
        for name in sorted(SPAN_KEYS - set(spans)):
            at.wrong(f"lacks {name}", 'give days, open and close, or the hours of each day: `mon-fri: "09:00-17:00"`')


def _read_one_span(found: dict[str, At], week: _Week) -> None:
    """The form with ``days``, ``open`` and ``close``."""
    days = read_days(found["days"]) if "days" in found else ()
    if "days" in found and found["days"].is_list and not list(found["days"].items()):
        found["days"].wrong("names no day, so that nobody ever works", "write mon-fri, or leave the hours out")
    opens = _minutes(found["open"]) if "open" in found else None
    closes = _minutes(found["close"]) if "close" in found else None
    if opens is not None and closes is not None:
        span = _span(found["close"], opens, closes)
        for day in days:
            week[day] = [span] if span else []


def _read_spans(name: str, at: At, week: _Week) -> None:
    """The entry of one or several days: an interval, or a list of them."""
    places = list(at.items()) if at.is_list else [at]
    if not places:
        at.wrong("lists no hours", "give at least one interval, or leave the day out")
    spans = [span for place in places if (span := _interval(place)) is not None]
    for day in _days_of(name.lower()):
        if week[day]:
            at.wrong(f"gives the hours of {_DAYS[day]} a second time", "give each day once, with a list of intervals")
        week[day] = list(spans)


def _interval(at: At) -> tuple[int, int] | None:
    text = at.text(longest=20)
    if text is None:
        return None
    opens, dash, closes = (part.strip() for part in text.partition("-"))
    if not dash or not _CLOCK.fullmatch(opens) or not _CLOCK.fullmatch(closes):
        at.wrong(f"{text!r} is no interval of a day", _SPAN_REMEDY)
        return None
    return _span(at, _of_clock(opens), _of_clock(closes))


def _span(at: At, opens: int, closes: int) -> tuple[int, int] | None:
    if opens == _MINUTES:
        at.wrong("opens at 24:00, which is the next day", 'write "00:00" on the next day')
        return None
    if opens == closes:
        at.wrong("closes when it opens", 'write "00:00" to "24:00" for the whole day')
        return None
    return opens, closes if closes > opens else closes + _MINUTES


def _check_apart(at: At, week: _Week) -> None:
    """Intervals of a week that overlap, past midnight too, are a slip of the pen."""
    opened = sorted(
        (day * _MINUTES + opens, day * _MINUTES + closes) for day, spans in enumerate(week) for opens, closes in spans
    )
    again = [(opens + 7 * _MINUTES, closes + 7 * _MINUTES) for opens, closes in opened[:1]]
    for (_, closes), (opens, _) in zip(opened, [*opened[1:], *again], strict=False):
        if opens < closes:
            at.wrong(
                f"overlap on {_DAYS[opens // _MINUTES % 7]} at {opens % _MINUTES // 60:02}:{opens % 60:02}",
                "let each interval open when the one before it has closed",
            )
            return


class _Closed:
    """The entry ``holidays``: countries, dates, and dates that come every year."""

    def __init__(self, at: At) -> None:
        self.countries: dict[str, None] = {}
        self.dates: set[date] = set()
        self.yearly: set[tuple[int, int]] = set()
        for place in at.items() if at.is_list else [at]:
            text = place.text(longest=10)
            if text is not None:
                self._read(place, text)

    def _read(self, at: At, text: str) -> None:
        if _COUNTRY.fullmatch(text):
            remedy = unknown_place(text)
            if remedy:
                at.wrong(f"{text!r} is no place whose holidays are known", remedy)
            self.countries[text] = None
        elif _DATE.fullmatch(text) or _YEARLY.fullmatch(text):
            try:
                day = date.fromisoformat(text if _DATE.fullmatch(text) else f"{_LEAP_YEAR}-{text}")
            except ValueError:
                at.wrong(f"{text!r} is a day that does not exist", "write a date such as 2026-12-24")
                return
            if _DATE.fullmatch(text):
                self.dates.add(day)
            else:
                self.yearly.add((day.month, day.day))
        else:
            at.wrong(
                f"{text!r} is neither a country code nor a date",
                "use a code such as US, DE or US-NY, a date such as 2026-12-24, or 12-24 for every year",
            )


def read_days(at: At) -> tuple[int, ...]:
    """Days of the week, 0 for Monday: ``mon-fri``, ``mon, wed``, or a list of such."""
    remedy = "write mon-fri, or a list such as [mon, wed, sat]"
    places = list(at.items()) if at.is_list else [at]
    days: set[int] = set()
    for place in places:
        text = (place.text(longest=60) or "").lower()
        for part in filter(None, re.split(r"[,\s]+", text)):
            if re.fullmatch(rf"{DAY}(-{DAY})?", part):
                days.update(_days_of(part))
            else:
                place.wrong(f"{part[:20]!r} is no day or span of days", remedy)
    return tuple(sorted(days))


def _days_of(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        yield from ((start + step) % 7 for step in range((end - start) % 7 + 1))


def _minutes(at: At) -> int | None:
    text = at.text(longest=10)
    if text is None:
        return None
    if not _CLOCK.fullmatch(text):
        at.wrong(f"{text!r} is no time of day", 'write "08:00" to "24:00", in quotes')
        return None
    return _of_clock(text)


def _of_clock(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])
