"""What the world of every fake platform has: a time, an address, complaints, and whoever waits for a change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from tests.fakes.clock import Clock

PATIENCE = 20.0
"""Seconds that are waited for what comes at once where nothing else keeps the machine busy."""


@dataclass
class Stirring:
    """A world in which things happen that somebody waits for."""

    clock: Clock
    complaints: list[str] = field(default_factory=list)
    """What people were shown as trouble with the bot, or the platform would drop: answers late, failed or without
    sense."""
    url: str = ""
    """Where the server is, once it listens."""
    _waiting: list[asyncio.Future[None]] = field(default_factory=list, init=False, repr=False)

    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    def stir(self) -> None:
        """Wake whoever waits for something to have changed."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def change(self) -> None:
        """Wait until the bot has done something."""
        stirred: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(stirred)
        await stirred

    def complain(self, what: str) -> None:
        """Note that somebody was shown trouble."""
        self.complaints.append(what)
        self.stir()
