"""The writer: everything that waits goes into one transaction, in four round trips."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from bot.domain.chance import Chance
from bot.domain.pauses import PAUSES
from bot.errors import Unavailable
from bot.ports import Clock
from bot.recording import Changes, Needs
from store.batching import Entropy, Reading, committed, run
from store.calls import Waiting
from store.postgres.connecting import LOST, Connection, Line, lost, roll_back, unavailable
from store.postgres.listening import Hearing
from store.postgres.loading import Remembered, fetch
from store.postgres.locking import SHARED, begin, locks
from store.postgres.writing import Overtaken, write

log = logging.getLogger(__name__)

MOST_LOCKS = 512
"""Advisory locks of one transaction; the server keeps 64 for each connection that it allows, for all to share."""
_TRIES = 5
_AGAIN = (Overtaken, asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class _Lost(Exception):
    """The connection went before the commit was sent: nothing was recorded."""


@dataclass(slots=True)
class _Attempt:
    """One transaction: what it reads, what it may change of what is shared, and the locks it has."""

    reading: Reading
    written: frozenset[tuple[str, str]] = frozenset()
    held: dict[int, bool] | None = None


class Writer:
    """One line on which batches are committed."""

    def __init__(self, line: Line, clock: Clock, entropy: Entropy, hearing: Hearing, remembered: Remembered) -> None:
        self._line = line
        self._clock = clock
        self._entropy = Chance(entropy)
        self._hearing = hearing
        self._remembered = remembered

    async def handle(self, batch: Sequence[Waiting]) -> None:
        """Commit a batch, in parts where it would take too many locks, one by one where it fails."""
        for part in _parts(batch):
            try:
                await self._commit(part)
            except (Unavailable, _Lost) as error:  # the server is away: the others would fare no better
                for waiting in part:
                    waiting.error = error if isinstance(error, Unavailable) else unavailable(error.__cause__ or error)
            except Exception as error:  # noqa: BLE001 - whichever flow it was, the others shall not suffer
                await self._one_by_one(part, error)

    async def _one_by_one(self, part: Sequence[Waiting], error: Exception) -> None:
        if len(part) == 1:
            part[0].error = unavailable(error)
            return
        log.warning("a batch of %d failed and is run one by one: %s", len(part), type(error).__name__)
        for waiting in part:
            await self.handle([waiting])

    async def _commit(self, batch: Sequence[Waiting]) -> None:
        attempt = _Attempt(Reading())
        first = attempt.reading.first(batch)
        hinted = self._remembered.bring_along(first)
        if hinted is not None:
            attempt.reading.add(hinted)
        for left in reversed(range(_TRIES)):
            connection = await self._line.get()
            try:
                changes = await self._try(connection, batch, attempt)
            except _AGAIN:
                await roll_back(connection)
                if not left:
                    raise
            except BaseException as error:
                self._line.drop()
                if not lost(error):
                    raise
                if not left:
                    raise _Lost from error
            else:
                if changes is not None:
                    return await self._finish(connection, changes, attempt)
                await roll_back(connection)
        raise Overtaken("the batch never held everything that it needs")

    async def _try(self, connection: Connection, batch: Sequence[Waiting], attempt: _Attempt) -> Changes | None:
        """Everything but the commit; None when more has to be locked first."""
        names = attempt.reading.names()
        attempt.held = locks(names, attempt.written)
        await connection.execute(begin(attempt.held))
        loaded = await fetch(connection, self._remembered, names)
        if attempt.reading.more(loaded) is not None:
            return None
        self._remembered.keep(loaded)
        attempt.reading.complete(loaded)
        changes = run(batch, loaded, self._clock.now(), self._entropy)
        touched = frozenset((kind, id_) for kind in SHARED for id_ in getattr(changes, kind))
        if not touched <= attempt.written:
            attempt.written |= touched
            return None
        if changes.records:
            self._hearing.known(await write(connection, changes, self._hearing.name))
        return changes

    async def _finish(self, connection: Connection, changes: Changes, attempt: _Attempt) -> None:
        try:
            await connection.execute("COMMIT" if changes.records else "ROLLBACK")
        except Exception as error:
            self._line.drop()
            if not lost(error):
                raise
            if changes.records and not await self._was_committed(changes, attempt):
                raise _Lost from error
        if changes.records:
            self._remembered.keep(changes)
            self._hearing.tell(committed(changes))

    async def _was_committed(self, changes: Changes, attempt: _Attempt) -> bool:
        """Find out what became of a commit whose answer was lost, however long that takes.

        The same locks are taken first, so that the lost transaction has ended one way or the other.
        """
        record = changes.records[0]
        log.warning("the answer to a commit was lost; looking whether it was done")
        while True:
            connection = await self._line.wait()
            try:
                await connection.execute(begin(dict.fromkeys(attempt.held or {}, True)))
                found = await connection.fetchval(
                    "SELECT hash FROM events WHERE stream = $1 AND seq = $2", record.stream, record.seq
                )
                await connection.execute("ROLLBACK")
            except (*LOST, asyncpg.PostgresError):
                self._line.drop()
            else:
                return bool(found == record.hash)


def _parts(batch: Sequence[Waiting]) -> list[list[Waiting]]:
    """The batch in parts whose flows name about as many things as there may be locks."""
    parts: list[list[Waiting]] = [[]]
    weight = 0
    for waiting in batch:
        own = _weight(waiting.needs)
        if parts[-1] and weight + own > MOST_LOCKS:
            parts.append([])
            weight = 0
        parts[-1].append(waiting)
        weight += own
    return parts


def _weight(needs: Needs) -> int:
    ledgers = sum(name != PAUSES for name in needs.ledgers)  # what nearly all name is one lock for all of them
    return len(needs.tallies) + 4 * len(needs.requests) + ledgers + 1
