"""One writer at a time over all processes, by an exclusive lock on a file beside the database.

SQLite before 3.51.3 can lose a commit when two connections write or checkpoint at the same instant (the WAL-reset
bug). Whoever writes, checkpoints or migrates holds this lock; the kernel frees it when a process dies.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import Unavailable

PATIENCE = 30.0
"""Seconds that a writer waits for another process."""
_PAUSE = 0.0002


class WriterLock:
    """The lock of one database file; made by each writer for itself."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + "-lock")
        self._file: int | None = None

    @contextmanager
    def held(self, patience: float | None = None) -> Iterator[None]:
        """Hold it for a block of code.

        Raises:
            Unavailable: when another process keeps it longer than ``patience`` seconds (``PATIENCE``).
        """
        file = self._opened()
        self._take(file, PATIENCE if patience is None else patience)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        if self._file is None:
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise Unavailable(f"the lock {self._path} can't be opened: {error.strerror}") from error
        return self._file

    def _take(self, file: int, patience: float) -> None:
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Unavailable(
                        "another process keeps the database locked",
                        remedy=f"see who holds {self._path} (fuser, lsof)",
                    ) from None
                time.sleep(_PAUSE)
            else:
                return
