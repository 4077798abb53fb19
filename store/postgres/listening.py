"""Listening: hearing of commits, of this process at once and of others by the server's notifications.

A notification names the sender, its last position and the streams. It is part of the commit, so none is lost while the
connection stands; when it broke, or when notifications do not come through (some poolers drop them), a look at the last
position every few seconds finds out, and listeners hear that anything may have changed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import asyncpg

from bot.errors import Unavailable
from bot.ports import Committed
from store.batching import Listeners
from store.postgres.connecting import LOST, Connection, Line
from store.postgres.writing import CHANNEL

log = logging.getLogger(__name__)
POLL = 2.0
"""Seconds between looks."""
_LAST = "SELECT coalesce(max(position), 0) FROM events"


class Hearing:
    """What this process knows of commits. ``name`` is its own among all that are on the database."""

    def __init__(self, name: str, listeners: Listeners) -> None:
        self.name = name
        self._listeners = listeners
        self._known = 0
        self._seen = 0

    def known(self, position: int) -> None:
        """Up to this position listeners hear of commits anyway."""
        self._known = max(self._known, position)

    def tell(self, what: Sequence[Committed] | None) -> None:
        """Tell the listeners."""
        self._listeners.tell(what)

    def notified(self, payload: str) -> None:
        """A notification came."""
        header, _, names = payload.partition("\n")
        sender, _, position = header.partition(" ")
        self.known(int(position))
        if sender != self.name:
            streams = names.split()
            self.tell(None if streams == ["*"] else [Committed(stream) for stream in streams])

    def looked(self, position: int) -> None:
        """This is the last position now; whether it was heard of is judged at the next look."""
        if self._seen > self._known:
            self.known(self._seen)
            self.tell(None)
        self._seen = position

    def afresh(self, position: int) -> None:
        """Listening begins (again): whatever came before, listeners look for themselves."""
        self.known(position)
        self._seen = position
        self.tell(None)


async def listen(line: Line, hearing: Hearing) -> None:
    """Listen until cancelled."""
    while True:
        connection = await line.wait()
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _, gone=gone: gone.set())
        try:
            await connection.add_listener(CHANNEL, lambda *heard: hearing.notified(str(heard[3])))
            hearing.afresh(await connection.fetchval(_LAST))
            await _watch(connection, hearing, gone)
        except (*LOST, asyncpg.PostgresError, Unavailable) as error:
            log.warning("listening to the database broke off: %s", str(error) or type(error).__name__)
        line.drop()


async def _watch(connection: Connection, hearing: Hearing, gone: asyncio.Event) -> None:
    while not gone.is_set():
        try:
            await asyncio.wait_for(gone.wait(), POLL)
        except TimeoutError:
            hearing.looked(await connection.fetchval(_LAST, timeout=POLL * 2))
