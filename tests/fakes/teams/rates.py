"""Teams' rate limits for bots: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/rate-limit ."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime

Window = tuple[int, float]
"""So many calls in so many seconds."""

A_THREAD: tuple[Window, ...] = ((7, 1), (8, 2), (60, 30), (1800, 3600))
A_ROSTER: tuple[Window, ...] = ((14, 1), (16, 2), (120, 30), (3600, 3600))

WINDOWS: dict[str, tuple[Window, ...]] = {
    "createConversation": A_THREAD,
    "sendToConversation": A_THREAD,
    "getMembers": A_ROSTER,
    "getTeam": A_ROSTER,
}
"""By group of methods; what is not here is not limited."""

GROUPS = {
    "replyToActivity": "sendToConversation",
    "updateActivity": "sendToConversation",
    "deleteActivity": "sendToConversation",
    "getPagedMembers": "getMembers",
    "getMember": "getMembers",
    "getTeamChannels": "getTeam",
}
"""Methods that are counted together. Whether updates count with posts is not documented; counting them is on the safe
side."""


@dataclass
class Rates:
    """Who has called how often. All of it can be changed at any time, also by the test that runs."""

    enabled: bool = True
    windows: dict[str, tuple[Window, ...]] = field(default_factory=lambda: dict(WINDOWS))
    tenant_windows: tuple[Window, ...] = ((50, 1),)
    """For all calls in one tenant together."""
    retry_after: int | None = None
    """Seconds that a refusal tells; None: those until there is room, rounded up."""
    _calls: dict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque), repr=False)

    def take(self, method: str, thread: str, tenant: str, now: datetime) -> int | None:
        """Count one call; or the seconds to wait, where there have been too many."""
        if not self.enabled:
            return None
        group = GROUPS.get(method, method)
        limits = [((group, thread), self.windows.get(group, ())), (("*", tenant), self.tenant_windows)]
        at = now.timestamp()
        waits = [wait for key, windows in limits for wait in self._waits(key, windows, at)]
        if waits:
            return self.retry_after if self.retry_after is not None else max(1, math.ceil(max(waits)))
        for key, windows in limits:
            if windows:
                self._calls[key].append(at)
        return None

    def _waits(self, key: tuple[str, str], windows: tuple[Window, ...], at: float) -> list[float]:
        """The seconds until each window that is full has room."""
        past = self._calls[key]
        longest = max((seconds for _, seconds in windows), default=0)
        while past and past[0] <= at - longest:
            past.popleft()
        return [past[-limit] + seconds - at for limit, seconds in windows if _full(past, limit, at - seconds)]


def _full(past: deque[float], limit: int, since: float) -> bool:
    return len(past) >= limit and past[-limit] > since
