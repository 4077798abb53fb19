"""Time zones and countries by name."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from bot.policy.yamltree import At

_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def read_zone(at: At) -> str | None:
    """The name of a time zone that this machine knows."""
    name = at.text(longest=64)
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        at.wrong(f"{name[:40]!r} is no time zone", "use a name such as America/New_York or UTC")
        return None
    return name


def read_holidays(at: At) -> str | None:
    """A country code, perhaps with a subdivision: ``US``, ``US-CA``."""
    code = at.text(longest=10)
    if code is not None and not _COUNTRY.fullmatch(code):
        at.wrong(f"{code!r} is no country code", "use a code such as US, DE or US-CA")
        return None
    return code
