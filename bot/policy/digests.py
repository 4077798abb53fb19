"""Digests: a summary, or the signals of friction, that come by themselves."""

from __future__ import annotations

import msgspec

from bot.policy.cron import Cron

SUMMARY, FRICTION = KINDS = ("summary", "friction")
"""What comes."""


class Digest(msgspec.Struct, frozen=True):
    """One of an owner's: when it comes, on the clocks of the owner's own zone, to whom, and of which time it tells."""

    name: str
    cron: Cron
    period: str
    """As ``bot.answering.read_period`` takes it, seen at the time at which it is due."""
    places: dict[str, tuple[str, ...]]
    """By surface where it comes: channels as the policy writes them, and ``person:<id>``."""
    kind: str = SUMMARY
    """``SUMMARY`` or ``FRICTION``."""
