"""Connections to the file: one that writes, and some that only read."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from bot.errors import Unavailable

OLDEST = (3, 35, 0)
"""The first SQLite that can return what it wrote."""
_BOTH = ("busy_timeout=30000", "temp_store=MEMORY", "wal_autocheckpoint=0")
LARGE_LOG = 4 * 2**20
"""Bytes of write-ahead log after which it is checkpointed even under load, and to which it is cut afterwards."""
_WRITER = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "cache_size=-65536",
    "secure_delete=FAST",
    f"journal_size_limit={LARGE_LOG}",
)
_READER = ("query_only=ON",)
LARGE_CACHE = 16_384
"""KiB of pages for queries that come back to them."""
SMALL_CACHE = 2_048
"""KiB of pages for going through a table once: few enough to stay in a core's cache, for none is wanted again."""


def writer(path: Path) -> sqlite3.Connection:
    """The connection that writes; call it with the writers' lock held, because opening may recover the log."""
    if sqlite3.sqlite_version_info < OLDEST:
        raise Unavailable(f"SQLite {sqlite3.sqlite_version} is too old", remedy="use 3.35 or newer")
    connection = _connect(f"{path.as_uri()}?mode=rw", _BOTH + _WRITER)
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return connection


def reader(path: Path, cache: int = LARGE_CACHE) -> sqlite3.Connection:
    """A connection that can't write, nor checkpoint when it is closed; ``cache`` in KiB."""
    return _connect(f"{path.as_uri()}?mode=ro", (*_BOTH, *_READER, f"cache_size=-{cache}"))


def _connect(uri: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    # Statements are prepared once and kept; transactions begin and end where we say.
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def data_version(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection has committed."""
    found: tuple[Any, ...] = connection.execute("PRAGMA data_version").fetchone()
    return int(found[0])
