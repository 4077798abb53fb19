"""Alarms: when people correct too much of what an agent proposes, the policy stops it by itself."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Stops(StrEnum):
    """What an alarm counts by, and stops."""

    ACTION = "action"
    AGENT = "agent"
    OWNER = "owner"


class Alarm(msgspec.Struct, frozen=True):
    """So many edits and rejections by people within so many seconds stop what they were about."""

    name: str
    overrides: int
    within: int
    """Seconds."""
    stops: Stops = Stops.ACTION
    freeze: bool = False
    lasts: int | None = None
    """Seconds after which the pause ends by itself; None: until somebody resumes it."""
