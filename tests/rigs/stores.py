"""A store of a kind, for tests that go through several."""

from __future__ import annotations

from pathlib import Path

from bot.ports import Clock, Store
from store import schema
from store.memory import MemoryStore
from store.opening import open_store


async def store_of(kind: str, folder: Path, clock: Clock) -> Store:
    """``memory``, or ``sqlite`` in a file of its own."""
    if kind == "memory":
        return MemoryStore(clock)
    url = f"sqlite:///{folder / 'signoff.db'}"
    schema.upgrade(url)
    return await open_store(url, clock, vault_key=b"k" * 32)
