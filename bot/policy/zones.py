"""Time zones by name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.policy.yamltree import At


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
