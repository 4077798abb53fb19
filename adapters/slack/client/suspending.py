"""Which workspaces are suspended, and why: kept on the shelf for every process and the next start."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.ports import Clock, Shelf

ROOM = "slack.workspaces"


class Suspension(msgspec.Struct, frozen=True):
    """Why a workspace is left alone; ``name`` and ``bot_user_id`` as they were last known."""

    why: str
    since: datetime
    name: str = ""
    enterprise: str = ""
    bot_user_id: str = ""


class Suspensions:
    """The room of the shelf where they lie."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock

    async def add(self, team: str, suspension: Suspension) -> bool:
        """Suspend it; whether it was not suspended before."""
        value = msgspec.json.encode(suspension)
        return await self._shelf.add(ROOM, team, value, now=self._clock.now())

    async def lift(self, team: str) -> None:
        """It works again; twice is once."""
        await self._shelf.drop(ROOM, team)

    async def all(self) -> dict[str, Suspension]:
        """Every suspension by team."""
        entries = await self._shelf.entries(ROOM, self._clock.now())
        return {team: msgspec.json.decode(value, type=Suspension) for team, value in entries.items()}
