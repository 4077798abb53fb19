"""A store in memory: the whole port for tests and quick looks. Nothing outlives the process."""

from store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
