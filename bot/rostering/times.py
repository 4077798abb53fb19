"""Times as people type them, in a zone that their form names."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.errors import BadInput
from bot.policy.working_time import wall_instant

HINT = "now, a day such as 2026-03-09, a time such as 2026-03-09 17:00, or +8h, +3d, +2w"
_SPANS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(days=7)}
_LATER = re.compile(r"\+ *([1-9][0-9]{0,4}) *([mhdw])")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]+([01]?\d|2[0-3]):([0-5]\d))?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def instant(text: str, now: datetime, zone: ZoneInfo, field: str, *, ends: bool = False) -> datetime:
    """The instant that somebody typed, by the clock of ``zone``; what ``ends`` on a day alone ends with that day.

    A time that the clocks skip is the moment of the change, one that they show twice the first of the two.

    Raises:
        BadInput: naming ``field``.
    """
    typed = text.strip()
    if typed.lower() == "now":
        return now
    if found := _LATER.fullmatch(typed.lower()):
        return now + int(found[1]) * _SPANS[found[2]]
    if found := _DAY.fullmatch(typed):
        try:
            day = date.fromisoformat(found[1])
            minutes = 1440 * ends if found[2] is None else int(found[2]) * 60 + int(found[3])
            return wall_instant(day, minutes, zone).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    message = "is missing" if not typed else f"{typed[:40]!r} is no time"
    raise BadInput(message, field=field, remedy=f"write {HINT}")


def minutes(text: str, field: str) -> int:
    """Minutes after midnight.

    Raises:
        BadInput: naming ``field``.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        message = "is missing" if not text.strip() else f"{text.strip()[:20]!r} is no time of the day"
        raise BadInput(message, field=field, remedy="write it as 22:00")
    return int(found[1]) * 60 + int(found[2])


def clock(minutes: int) -> str:
    """``22:00``."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def said(at: datetime, zone: ZoneInfo) -> str:
    """An instant as people read it: ``Mon 2026-03-09 17:00 EDT``."""
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"
