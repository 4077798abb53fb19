"""The shelf in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from store.bounds import require_shelved

_Entry = tuple[bytes, datetime | None]


class MemoryShelf:
    """Conforms to ``bot.ports.Shelf``."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], _Entry] = {}

    async def put(self, room: str, key: str, value: bytes, *, expires_at: datetime | None = None) -> None:
        """See ``Shelf``."""
        require_shelved(room, key, value)
        self._entries[(room, key)] = (value, expires_at)

    async def add(
        self, room: str, key: str, value: bytes, *, expires_at: datetime | None = None, now: datetime
    ) -> bool:
        """See ``Shelf``."""
        require_shelved(room, key, value)
        there = self._entries.get((room, key))
        if there is not None and _lasts(there, now):
            return False
        self._entries[(room, key)] = (value, expires_at)
        return True

    async def get(self, room: str, key: str, now: datetime) -> bytes | None:
        """See ``Shelf``."""
        require_shelved(room, key)
        there = self._entries.get((room, key))
        return there[0] if there is not None and _lasts(there, now) else None

    async def take(self, room: str, key: str, now: datetime) -> bytes | None:
        """See ``Shelf``."""
        value = await self.get(room, key, now)
        self._entries.pop((room, key), None)
        return value

    async def drop(self, room: str, key: str) -> None:
        """See ``Shelf``."""
        require_shelved(room, key)
        self._entries.pop((room, key), None)

    async def entries(self, room: str, now: datetime) -> Mapping[str, bytes]:
        """See ``Shelf``."""
        require_shelved(room)
        return {key: entry[0] for (in_, key), entry in self._entries.items() if in_ == room and _lasts(entry, now)}

    async def clear_expired(self, now: datetime) -> int:
        """See ``Shelf``."""
        expired = [name for name, entry in self._entries.items() if not _lasts(entry, now)]
        for name in expired:
            del self._entries[name]
        return len(expired)


def _lasts(entry: _Entry, now: datetime) -> bool:
    return entry[1] is None or entry[1] > now
