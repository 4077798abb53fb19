"""Cron expressions: five fields as POSIX has them, read strictly, with what few expect left out.

https://pubs.opengroup.org/onlinepubs/9699919799/utilities/crontab.html
"""

from __future__ import annotations

import re

import msgspec

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_PART = re.compile(r"(\*|[0-9a-z]{1,3}(?:-[0-9a-z]{1,3})?)(?:/([0-9]{1,2}))?", re.ASCII)
MOST_AN_HOUR = 4
REMEDY = 'write five fields: minute, hour, day of the month, month, day of the week, such as "0 9 * * mon"'


class Cron(msgspec.Struct, frozen=True):
    """When something comes again and again, on the clocks of a place: every value of each field that is meant."""

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    """0 is Monday, 6 is Sunday."""


def parse_cron(text: str) -> Cron:
    """Read an expression.

    Months and days of the week may be names; 0 and 7 are Sunday. Of day of the month and day of the week one has to be
    ``*``: cron comes on either, which few expect.

    Raises:
        ValueError: naming the field at fault.
    """
    fields = text.lower().split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{text[:60]!r} has {len(fields)} fields instead of five")
    minutes, hours, days, months, week = (_values(field, number) for number, field in enumerate(fields))
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError("names days of the month and days of the week")
    if len(minutes) > MOST_AN_HOUR:
        raise ValueError(f"comes more than {MOST_AN_HOUR} times an hour")
    if min(days) > max(_LENGTHS[month - 1] for month in months):
        raise ValueError("names a day that never comes")
    return Cron(text, minutes, hours, days, months, tuple(sorted({(day - 1) % 7 for day in week})))


def _values(field: str, number: int) -> tuple[int, ...]:
    found: set[int] = set()
    for part in field.split(","):
        matched = _PART.fullmatch(part)
        if matched is None:
            raise _wrong(part, number)
        low, high = _span(matched[1], number, stepped=matched[2] is not None)
        step = int(matched[2] or 1)
        if not step or low > high:
            raise _wrong(part, number)
        found |= set(range(low, high + 1, step))
    return tuple(sorted(found))


def _span(text: str, number: int, *, stepped: bool) -> tuple[int, int]:
    low, high = _BOUNDS[number]
    if text == "*":
        return low, high if number != len(_FIELDS) - 1 else high - 1
    first, dash, last = text.partition("-")
    begins = _value(first, number)
    if dash:
        return begins, _value(last, number)
    return begins, high if stepped else begins


def _value(text: str, number: int) -> int:
    low, high = _BOUNDS[number]
    names = {3: dict(zip(_MONTHS, range(1, 13), strict=True)), 4: dict(zip(_DAYS, range(7), strict=True))}
    value = names.get(number, {}).get(text)
    if value is None:
        if not text.isdigit() or not low <= int(text) <= high:
            raise _wrong(text, number)
        value = int(text)
    return value


def _wrong(part: str, number: int) -> ValueError:
    return ValueError(f"{part[:20]!r} is no {_FIELDS[number]}")
