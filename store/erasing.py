"""Erasing: what was recorded of somebody before an erasure loses its payload and salt, in the erasure's transaction."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.events import EventRecord
from store.sql import Script, sql, step

ERASURES = ("request.erased", "contact.erased")
"""Events after which nothing personal of their stream is kept that was recorded before them."""
ERASE = sql("UPDATE events SET payload = NULL, salt = NULL WHERE stream = $1 AND seq < $2 AND payload IS NOT NULL")
_ERASURE = sql(f"SELECT max(seq) FROM events WHERE stream = $1 AND type IN {ERASURES!r}")  # noqa: S608 - names of ours
_COUNTED = sql(
    "UPDATE events SET payload = NULL, salt = NULL WHERE stream = $1 AND seq < $2 AND payload IS NOT NULL RETURNING seq"
)


def erased_by(records: Iterable[EventRecord]) -> list[tuple[str, int]]:
    """Stream and number of each erasure among these."""
    return [(record.stream, record.seq) for record in records if record.type in ERASURES]


def erase_stream(stream: str) -> Script[int]:
    """Delete what a stream's newest erasure left; returns how many payloads."""
    ((newest,),) = yield step(_ERASURE, stream)
    if newest is None:
        return 0
    return len((yield step(_COUNTED, stream, newest)))
