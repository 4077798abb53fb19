"""The writer: the only thread that writes, a transaction for everything that waits."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.domain.chance import Chance
from bot.errors import SignoffError, Unavailable
from bot.ports import Clock, Committed
from bot.recording import Changes
from store.batching import Entropy, committed, load, run
from store.calls import Job, Waiting
from store.sql import Script, listed
from store.sqlite.connection import LARGE_LOG, data_version, writer
from store.sqlite.loading import Remembered, fetch
from store.sqlite.lock import WriterLock
from store.sqlite.writing import Overtaken, write

log = logging.getLogger(__name__)

Heard = Callable[[Sequence[Committed] | None], None]


Item = Waiting | Job


class Writer:
    """What the writing thread does; ``heard`` is told, in that thread, of every commit, None for one made elsewhere."""

    def __init__(self, path: Path, clock: Clock, entropy: Entropy, heard: Heard) -> None:
        self._path = path
        self._clock = clock
        self._entropy = Chance(entropy)
        self._heard = heard
        self._lock = WriterLock(path)
        self._remembered = Remembered()
        self._log = path.with_name(path.name + "-wal")
        self._dirty = True
        with self._lock.held():
            self._connection = writer(path)
            self._version = data_version(self._connection)

    # --- in the thread ------------------------------------------------------------------------------------------

    def handle(self, items: Sequence[Item]) -> None:
        """Commit everything that waits together, or one by one when that fails."""
        try:
            changes = self._commit(items)
        except Unavailable as error:  # another process holds the file: trying each would take as long again
            for item in items:
                item.error = error
            return
        except Exception as error:  # noqa: BLE001 - whichever item it was, the others shall not suffer
            if len(items) == 1:
                items[0].error = _told(error)
                return
            log.warning("a batch of %d failed and is run one by one: %s", len(items), error)
            for item in items:
                self.handle([item])
            return
        heard = committed(changes)
        if heard:
            self._heard(heard)
        if self._log_size() > LARGE_LOG:
            self._checkpoint()

    def idle(self) -> None:
        """See whether another process has committed, and copy the write-ahead log back while there is time."""
        self._look()
        if self._dirty:
            self._checkpoint()

    def finish(self) -> None:
        """Close; the last connection of all takes the write-ahead log along."""
        with self._lock.held():
            self._connection.close()
        self._lock.close()

    def _commit(self, items: Sequence[Item]) -> Changes:
        flows = [item for item in items if isinstance(item, Waiting)]
        connection = self._connection
        with self._lock.held():
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._look()
                changes = self._run(flows)
                for item in items:
                    if isinstance(item, Job):
                        self._job(item)
                connection.execute("COMMIT")
            except BaseException:
                self._remembered.forget()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        self._dirty = True
        self._remembered.keep(changes)
        return changes

    def _run(self, flows: Sequence[Waiting]) -> Changes:
        if not flows:
            return Changes()
        loaded = load(flows, lambda needs: fetch(self._connection, self._remembered, needs))
        changes = run(flows, loaded, self._clock.now(), self._entropy)
        if changes.records:
            write(self._connection, changes)
        return changes

    def _job(self, job: Job) -> None:
        self._connection.execute("SAVEPOINT job")
        try:
            job.answer = run_script(self._connection, job.script())
            job.error = None
        except (SignoffError, sqlite3.IntegrityError) as error:
            self._connection.execute("ROLLBACK TO job")
            job.error = _told(error)
        self._connection.execute("RELEASE job")

    def _look(self) -> None:
        version = data_version(self._connection)
        if version != self._version:
            self._version = version
            self._remembered.forget()
            self._heard(None)

    def _log_size(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def _checkpoint(self) -> None:
        try:
            with self._lock.held(patience=0):
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except (
            Unavailable,
            sqlite3.Error,
        ) as error:  # what was committed is safe in the log; there will be another time
            log.info("the write-ahead log was not checkpointed: %s", error)
        else:
            self._dirty = False


def run_script(connection: sqlite3.Connection, script: Script[Any]) -> Any:  # noqa: ANN401 - the script's answer
    """Run a script on a connection whose transaction is open; returns its answer."""
    try:
        wanted = next(script)
        while True:
            rows: Sequence[Sequence[Any]] = ()
            if wanted.each is None:
                rows = connection.execute(wanted.sql.sqlite, listed(wanted.args)).fetchall()
            else:
                connection.executemany(wanted.sql.sqlite, wanted.each)
            wanted = script.send(rows)
    except StopIteration as done:
        return done.value


def _told(error: BaseException) -> BaseException:
    if isinstance(error, SignoffError):
        return error
    if isinstance(error, Overtaken):
        told = Unavailable(str(error), remedy="try again")
    else:
        told = Unavailable(f"the database failed: {error}", remedy="see whether its disk is full or read-only")
    told.__cause__ = error
    return told
