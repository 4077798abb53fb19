"""Spans of time as people write them: ``15m``, ``4h``, ``2d``, ``8w``."""

from __future__ import annotations

import re

from bot.errors import BadInput

_DURATION = re.compile(r"([0-9]{1,9})(s|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
MAX_SECONDS = 366 * 86400
"""The longest span of a policy file: a year."""
MAX_TIMEOUT_SECONDS = 30 * 86400
"""The longest that an agent's request may stay open; a policy shortens it further with ``expire_after``."""


def parse_duration(text: str) -> int:
    """Whole seconds of ``90s``, ``15m``, ``4h``, ``2d`` or ``8w``, from one second to a year.

    Raises:
        ValueError: saying what is wrong, when it is anything else.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is not a duration")
    seconds = int(match[1]) * _SECONDS[match[2]]
    if not 1 <= seconds <= MAX_SECONDS:
        raise ValueError(f"{text[:40]} is not between one second and a year")
    return seconds


def parse_timeout(text: object) -> int:
    """Whole seconds of a request's ``timeout`` in the form of the Agent Approval Protocol: an integer and s, m or h.

    Raises:
        BadInput: naming ``timeout``, when it is anything else or not from one second to ``MAX_TIMEOUT_SECONDS``.
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) and text[-1:] in {"s", "m", "h"} else None
    seconds = int(match[1]) * _SECONDS[match[2]] if match else 0
    if not 1 <= seconds <= MAX_TIMEOUT_SECONDS:
        raise BadInput(
            f"{str(text)[:40]!r} is not a duration from 1s to {MAX_TIMEOUT_SECONDS // 3600}h",
            field="timeout",
            remedy="send an integer and a unit, such as 30s, 30m or 24h",
        )
    return seconds


def spoken(seconds: int) -> str:
    """The span as a person would write it in a policy file, in its largest whole unit."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
