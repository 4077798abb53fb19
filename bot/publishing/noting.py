"""Noting which checkpoint is to be published: whoever notes it first, it is one fact, with the note itself in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from bot.domain.events import EventRecord, Noted, event_of
from bot.domain.people import CLOCK
from bot.ports import Clock, Store
from bot.recording import CHECKPOINT_DUE, PUBLISHED, Needs, View, stream_of
from bot.sealing import note_of

_STREAM = stream_of("ledger", PUBLISHED)


class Publishing:
    """``step`` notes the newest checkpoint once ``every`` is over, unless nothing but that was recorded since.

    ``targets`` are the names of where it goes: ``file``, ``url``, or a chat channel as ``<surface>:<place>``.
    """

    def __init__(self, store: Store, clock: Clock, every: timedelta, targets: Sequence[str]) -> None:
        self._store = store
        self._clock = clock
        self._every = every
        self._targets = tuple(targets)
        self._next: datetime | None = None

    async def step(self) -> bool:
        """Note a checkpoint if one is due; whether it was this process that did. Safe to call anywhere at any time."""
        now = self._clock.now()
        if self._next is not None and now < self._next <= now + self._every:
            return False
        records = await self._store.events(_STREAM)
        if records and now < records[-1].at + self._every:
            self._next = records[-1].at + self._every
            return False
        checkpoint = await self._store.seals.last()
        if checkpoint is None or checkpoint.size <= _size_of(records) + 1:  # at most the last such fact is new
            return False
        fact = Noted(
            CHECKPOINT_DUE, {"size": checkpoint.size, "note": note_of(checkpoint), "targets": list(self._targets)}
        )
        return await self._store.transact(Needs(ledgers=(PUBLISHED,)), partial(_noted, len(records), fact))


def _noted(seen: int, fact: Noted, view: View) -> bool:
    """Note it, unless another process has noted one meanwhile."""
    if view.version("ledger", PUBLISHED) != seen:
        return False
    view.record("ledger", PUBLISHED, fact, CLOCK)
    return True


def _size_of(records: Sequence[EventRecord]) -> int:
    """How many events the checkpoint that was published last covers."""
    event = event_of(records[-1]) if records else None
    return int(event.facts["size"]) if isinstance(event, Noted) else 0


async def note_in(store: Store, seq: int) -> str | None:
    """The signed note of the fact of this number."""
    records = await store.events(_STREAM)
    event = event_of(records[seq - 1]) if 0 < seq <= len(records) else None
    return str(event.facts["note"]) if isinstance(event, Noted) and event.what == CHECKPOINT_DUE else None


class Newest(msgspec.Struct, frozen=True):
    """The checkpoint that was noted last."""

    size: int
    at: datetime


async def newest_published(store: Store) -> Newest | None:
    """The checkpoint that was noted last, if there is one."""
    records = await store.events(_STREAM)
    return Newest(_size_of(records), records[-1].at) if records else None
