"""Platforms deliver at least once: what came before has no second effect, in whichever process it comes again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from bot.ports import Clock, Shelf

KEPT = timedelta(hours=1)
"""Longer than a signature or a token is good for, and than any platform retries."""


class Once:
    """What has come already; ``room`` is where on the shelf that lies."""

    def __init__(self, shelf: Shelf, clock: Clock, room: str) -> None:
        self._shelf = shelf
        self._clock = clock
        self._room = room

    async def first(self, identity: Sequence[object]) -> bool:
        """Whether a call of this identity comes for the first time; of any number of the same, one is told so.

        Raises:
            Unavailable: when that can't be found out; then nothing may follow from it.
        """
        now, key = self._clock.now(), hashlib.sha256("\0".join(map(str, identity)).encode()).hexdigest()
        return await self._shelf.add(self._room, key, b"", expires_at=now + KEPT, now=now)
