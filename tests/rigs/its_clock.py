"""APScheduler reads the machine's clock by itself: here it is given the clock that everybody else is given."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from apscheduler.schedulers import base

from bot.ports import Clock


def wall(clock: Clock) -> type[datetime]:
    """``datetime`` as APScheduler uses it, now being what ``clock`` says."""

    class Wall(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return clock.now().astimezone(tz)

    return Wall


def give_it(clock: Clock) -> None:
    """Have APScheduler read this clock in this process from now on."""
    setattr(base, "datetime", wall(clock))  # noqa: B010 - it is no attribute of theirs that mypy could know
