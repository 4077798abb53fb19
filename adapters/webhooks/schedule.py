"""When a message is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WINDOW = timedelta(hours=168)
"""How long after its decision a message is tried (agentapprovalprotocol.io: seven days)."""
FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)


def next_attempt(
    now: datetime, *, attempts: int, created_at: datetime, jitter: float, retry_after: str | None
) -> datetime | None:
    """When to try again after ``attempts`` tries failed; None when the window is over by then.

    The pause doubles from five seconds to an hour; ``jitter`` (0 up to 1) takes away up to half of it, so that many
    messages do not come back together. ``retry_after`` is a Retry-After header, in seconds or as an HTTP date.
    """
    pause = min(LONGEST, FIRST * 2 ** min(attempts - 1, 20))
    pause *= 1 - jitter / 2
    at = max(now + pause, _asked(now, retry_after) or now)
    return at if at < created_at + WINDOW else None


def _asked(now: datetime, retry_after: str | None) -> datetime | None:
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return now + timedelta(seconds=min(int(retry_after[:9]), WINDOW.total_seconds()))
    try:
        at = parsedate_to_datetime(retry_after)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
