"""Why nothing was done, in words; and what broke, without anybody's."""

from __future__ import annotations

import traceback

import structlog

from bot.errors import AlreadyDecided, Busy, SignoffError, Unavailable
from bot.receiving.seeing import Stranger

FAULT = "Something went wrong in Signoff; nothing was decided."
AGAIN = "Try again; if it stays so, tell whoever runs Signoff."


def sentences(error: Exception, platform: str) -> tuple[str, str | None]:
    """A refusal in a sentence or two, and what would help; of what nobody meant, only that nothing was decided."""
    if isinstance(error, Stranger):
        who = f"Ask {', '.join(error.ask)} to add your address to the policy." if error.ask else None
        return f"Signoff does not know who you are: your {platform} address is nobody's in the policy.", who
    if isinstance(error, AlreadyDecided):
        when = error.decided_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"{error.opening(error.decided_by)}, {when}. Yours changed nothing.", None
    if isinstance(error, (Busy, Unavailable)):
        return "Signoff can't reach something that it needs; nothing was decided.", "Try again in a minute."
    if isinstance(error, SignoffError):
        text = error.message[:1].upper() + error.message[1:]
        return text, error.remedy and error.remedy[:1].upper() + error.remedy[1:]
    return FAULT, AGAIN


def log_fault(error: Exception, what: str, surface: str) -> None:
    """Where something broke that nobody meant to: never its own words, which may hold what people wrote."""
    if isinstance(error, SignoffError):
        return
    where = "".join(traceback.format_tb(error.__traceback__))
    structlog.get_logger(surface).error("handler_failed", handler=what, kind=type(error).__name__, where=where)
