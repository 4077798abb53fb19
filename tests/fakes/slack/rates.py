"""Slack's rate limits: https://docs.slack.dev/apis/web-api/rate-limits ."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)

TIERS: dict[str, int] = {
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "conversations.info": 50,
    "conversations.list": 20,
    "conversations.members": 100,
    "conversations.open": 50,
    "conversations.history": 50,
    "conversations.replies": 50,
    "conversations.join": 50,
    "users.info": 100,
    "users.lookupByEmail": 50,
    "users.profile.get": 100,
    "usergroups.list": 20,
    "usergroups.users.list": 20,
    "views.open": 100,
    "views.update": 100,
    "views.push": 100,
    "views.publish": 100,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "reactions.add": 50,
    "oauth.v2.access": 100,
    "api.test": 100,
    # Tier 1 says one a minute and allows bursts; an app may hold ten connections.
    "apps.connections.open": 10,
}
"""Calls a minute that each method allows an app in one workspace; the others are not limited."""


@dataclass
class Rates:
    """Who has called how often. All of it can be changed at any time, also by the test that runs."""

    enabled: bool = True
    tiers: dict[str, int] = field(default_factory=lambda: dict(TIERS))
    message_every: timedelta = timedelta(seconds=1)
    """How often `chat.postMessage` may write into one channel."""
    message_burst: int = 1
    """How many messages a channel takes at once before that."""
    retry_after: int | None = None
    """What a 429 says instead of the true number of seconds; for tests that speed time up."""
    refused: int = 0
    """How many calls were refused so far."""
    _calls: dict[tuple[str, str], deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _posts: dict[tuple[str, str], deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, team: str, method: str, channel: str, now: datetime) -> int | None:
        """Count a call. None lets it pass, a number is the seconds after which to try again (at least 1)."""
        if not self.enabled:
            return None
        waits = [timedelta(0)]
        calls = self._calls[team, method]
        limit = self.tiers.get(method)
        if limit is not None:
            waits.append(_wait(calls, limit, MINUTE, now))
        posts = self._posts[team, channel]
        if method == "chat.postMessage":
            waits.append(_wait(posts, self.message_burst, self.message_every * self.message_burst, now))
        wait = max(waits)
        if wait > timedelta(0):
            self.refused += 1
            return self.retry_after if self.retry_after is not None else max(1, math.ceil(wait.total_seconds()))
        calls.append(now)
        if method == "chat.postMessage":
            posts.append(now)
        return None


def _wait(taken: deque[datetime], limit: int, window: timedelta, now: datetime) -> timedelta:
    """How long until another fits; drops what no longer counts."""
    while taken and now - taken[0] >= window:
        taken.popleft()
    return timedelta(0) if len(taken) < limit else taken[len(taken) - limit] + window - now
