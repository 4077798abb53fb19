"""What a check finds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum

import msgspec

from bot.errors import Busy, SignoffError


class Health(StrEnum):
    """How a check went."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at; ``remedy`` is empty when nothing has to be done."""

    check: str
    health: Health
    text: str
    remedy: str = ""


async def guarded(name: str, check: Callable[[], Awaitable[Finding]]) -> Finding:
    """What a check finds; one that breaks is a finding too, and the next is looked at."""
    try:
        return await check()
    except Busy as error:
        return Finding(name, Health.WARNING, error.message, f"look again in {error.retry_after:.0f} seconds")
    except SignoffError as error:
        return Finding(name, Health.WRONG, error.message, error.remedy or "")
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever it meets, and goes on
        return Finding(name, Health.WRONG, f"{type(error).__name__}: {error}", "see the message")
