"""Ids as Teams makes them; no two alike for the life of the server."""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime

from tests.fakes.clock import Clock


class Minting:
    """Ids of messages ascend with time."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._last = 0
        self._numbers = itertools.count(1)

    def message_id(self) -> str:
        """Milliseconds since 1970, later than any given before."""
        self._last = max(self._last + 1, int(self.clock.now().timestamp() * 1000))
        return str(self._last)

    def channel_id(self) -> str:
        """A channel's or team's id."""
        return f"19:{secrets.token_hex(16)}@thread.tacv2"

    def chat_id(self) -> str:
        """A 1:1 conversation's id."""
        return f"a:1{secrets.token_urlsafe(48)}"

    def user_id(self) -> str:
        """A person's id towards this bot."""
        return f"29:1{secrets.token_urlsafe(40)}"

    def invoke_id(self) -> str:
        """An invoke activity's id."""
        return f"f:{next(self._numbers)}{secrets.randbelow(10**12):012d}"


def stamp(at: datetime) -> str:
    """An instant as Teams writes it: UTC with milliseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
