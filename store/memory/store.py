"""The record and its views in dictionaries: what writes them; ``library`` reads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from bot.domain.requests import Request
from bot.errors import Unavailable
from bot.ports import Clock, Listener
from bot.recording import Changes, Loaded, Needs, View, waits_under
from store.batching import Entropy, Listeners, committed, load, run
from store.calls import Waiting
from store.erasing import ERASURES, erased_by
from store.memory.library import MemoryLibrary
from store.memory.outbox import MemoryOutbox
from store.memory.seals import MemorySeals
from store.memory.sessions import MemorySessions, MemoryVault
from store.memory.shelf import MemoryShelf

T = TypeVar("T")


class MemoryStore(MemoryLibrary):
    """Conforms to ``bot.ports.Store``; one event loop, one process."""

    def __init__(self, clock: Clock, *, entropy: Entropy = os.urandom) -> None:
        super().__init__(Changes(), MemoryOutbox())
        self._clock = clock
        self._entropy = entropy
        self._listeners = Listeners()
        self._closed = False
        self.seals = MemorySeals(self._rows.records)
        self.vault = MemoryVault()
        self.sessions = MemorySessions()
        self.shelf = MemoryShelf()

    # --- Recorder -----------------------------------------------------------------------------------------------

    async def transact(self, needs: Needs, flow: Callable[[View], T]) -> T:
        """See ``Recorder``."""
        if self._closed:
            raise Unavailable("the store is closed")
        await asyncio.sleep(0)
        waiting = Waiting(needs=needs, flow=flow, future=asyncio.get_running_loop().create_future())
        batch = [waiting]
        changes = run(batch, load(batch, self._fetch), self._clock.now(), self._entropy)
        self._write(changes)
        waiting.settle()
        self._listeners.tell(committed(changes))
        answer: T = await waiting.future
        return answer

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """See ``Recorder``."""
        return self._listeners.add(listener)

    def _fetch(self, needs: Needs) -> Loaded:
        found = Loaded()
        for kind in ("requests", "agents", "instances", "ledgers", "contacts", "tallies", "keys", "waiting"):
            have = getattr(self._rows, kind)
            getattr(found, kind).update({name: have[name] for name in getattr(needs, kind) if name in have})
        return found

    def _write(self, changes: Changes) -> None:
        rows = self._rows
        self._refuse_overtaken(changes)
        for id_, kept in changes.requests.items():
            before = rows.requests.get(id_)
            self._follow_waiting(id_, None if before is None else before.state, kept.state)
        rows.records.extend(changes.records)
        for stream, _ in erased_by(changes.records):
            self._erase(stream)
        for kind in ("requests", "agents", "instances", "ledgers", "contacts", "tallies"):
            getattr(rows, kind).update(getattr(changes, kind))
        for kind in ("deadlines", "credentials", "keys"):
            have = getattr(rows, kind)
            for name, row in getattr(changes, kind).items():
                if row is None:
                    have.pop(name, None)
                else:
                    have[name] = row
        self.outbox.add(changes.messages.values())

    def _refuse_overtaken(self, changes: Changes) -> None:
        for stream, version in changes.seen.items():
            kind, _, id_ = stream.partition(":")
            kept = self._rows.kind(kind).get(id_)
            if (0 if kept is None else kept.version) != version:
                raise Unavailable(f"{stream} was not named in the needs")
        if {name for name, use in changes.keys.items() if use is not None} & self._rows.keys.keys():
            raise Unavailable("an idempotency key was not named in the needs")

    def _follow_waiting(self, id_: str, before: Request | None, after: Request) -> None:
        was, is_ = None if before is None else waits_under(before), waits_under(after)
        if was == is_:
            return
        waiting = self._rows.waiting
        if was is not None:
            left = tuple(other for other in waiting.get(was, ()) if other != id_)
            if left:
                waiting[was] = left
            else:
                waiting.pop(was, None)
        if is_ is not None:
            waiting[is_] = (*waiting.get(is_, ()), id_)

    # --- the rest --------------------------------------------------------------------------------------------

    async def catch_up(self, limit: int = 500) -> int:  # noqa: ARG002 - there is no index here
        """See ``Store``."""
        return 0

    async def erase(self, stream: str) -> int:
        """See ``Store``."""
        return self._erase(stream)

    def _erase(self, stream: str) -> int:
        records = self._rows.records
        places = [number for number, record in enumerate(records) if record.stream == stream]
        newest = max((number for number in places if records[number].type in ERASURES), default=-1)
        erased = [number for number in places if number < newest and records[number].payload is not None]
        for number in erased:
            records[number] = replace(records[number], payload=None, salt=None)
        return len(erased)

    async def ready(self) -> bool:
        """See ``Store``."""
        return not self._closed

    async def close(self) -> None:
        """See ``Store``."""
        self._closed = True
