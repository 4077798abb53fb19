"""Patience: when something is tried again, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.recording import DIGEST, REDRAW, TELL

LONGEST_PAUSE = 60.0
"""Seconds between two tries, whatever happened."""
NO_ANSWER_SECONDS = 2.0
_LONGEST = timedelta(days=1)
_LONG = timedelta(hours=1)
_SHORTEST_WAIT = 0.001


class Patience:
    """Of one sender. ``jitter`` gives numbers from 0 to 1, so that many senders do not all come back at once."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter

    def after_busy(self, now: datetime, retry_after: float) -> datetime:
        """When the platform's own queue says that it is its turn: it keeps the place until then, so no later."""
        return now + timedelta(seconds=max(retry_after, _SHORTEST_WAIT))

    def after_no_answer(self, now: datetime, failures: int) -> datetime:
        """Soon: it may have arrived, and is looked for."""
        return now + timedelta(seconds=min(NO_ANSWER_SECONDS * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE))

    def after_refusal(self, now: datetime, failures: int) -> datetime:
        """Later each time, up to a minute."""
        longest = min(2.0 ** min(failures, 10), LONGEST_PAUSE)
        return now + timedelta(seconds=longest * (0.5 + 0.5 * self._jitter()))

    def spent(self, do: str, created_at: datetime, now: datetime) -> bool:
        """Whether an errand for which nobody waits any more was tried long enough.

        An hour; but a day to redraw a card, which looks as if it could still be decided until then, and to tell whose
        channel was lost, or of a period.
        """
        return now - created_at > (_LONGEST if do in {REDRAW, TELL, DIGEST} else _LONG)
