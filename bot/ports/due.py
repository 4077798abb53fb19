"""What is due: deadlines and messages to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from bot.recording import Deadline, Message


class Deadlines(Protocol):
    """Deadlines are rows; any number of processes may sweep them."""

    async def due(self, now: datetime, *, limit: int = 500) -> Sequence[Deadline]:
        """Those at or before ``now``, soonest first."""
        ...

    async def next_due(self) -> datetime | None:
        """The soonest of all."""
        ...


class Leased(msgspec.Struct, frozen=True, gc=False):
    """A message that this process may try to send until ``until``."""

    message: Message
    attempts: int
    """How often it was tried before."""
    first_attempt_at: datetime | None
    until: datetime


class Outbox(Protocol):
    """Messages that are to be sent at least once, in order within a lane, by whoever holds the lease."""

    async def lease(
        self, kind: str, now: datetime, *, hold: timedelta, limit: int = 32, in_order: bool = False
    ) -> Sequence[Leased]:
        """Take the messages that may be tried now, oldest first: at most one a lane, none while its lane is leased.

        With ``in_order`` only the oldest waiting message of a lane is given: while it may not be tried yet, the later
        ones wait for it. What was sent or is parked holds up nothing.
        """
        ...

    async def release(self, ids: Sequence[str], now: datetime) -> None:
        """Give leases back before they run out, as if they had never been taken: the try does not count.

        Messages that aren't waiting or whose lease has run out stay as they are. Only for messages that the caller
        leased and has not tried.
        """
        ...

    async def sent(self, id_: str, now: datetime) -> None:
        """It was taken by the other side."""
        ...

    async def retry(self, id_: str, *, at: datetime, error: str) -> None:
        """It was not; try again at ``at``. Other messages of its lane go on meanwhile, unless leased in order."""
        ...

    async def park(self, id_: str, now: datetime, *, error: str) -> None:
        """It never will be; a person has to look."""
        ...

    async def next_attempt(self, kind: str, *, in_order: bool = False) -> datetime | None:
        """When the next message of this kind may be tried; with ``in_order`` the next that is its lane's oldest."""
        ...

    async def waiting(self, kind: str, lanes: str, *, limit: int) -> Sequence[Message]:
        """What of a kind is neither sent nor parked, leased or not, in lanes that begin so; oldest first."""
        ...

    async def backlog(self) -> dict[str, int]:
        """How many messages wait, were sent and are parked: keys ``waiting``, ``sent``, ``parked``."""
        ...
