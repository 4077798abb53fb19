"""Exporting: the record, or the part of it between two checkpoints, as a file that is verified offline.

The events stand in the order of their leaves, so that the tree can be grown while reading; those that are not sealed
yet come last and are said to be unsealed. A part begins and ends where checkpoints do, so that signed roots bound it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

from bot.domain import merkle
from bot.domain.events import EventRecord
from bot.errors import BadInput
from bot.ports import Checkpoint, Store
from bot.proving.keys import PublicKey
from bot.proving.lines import VERSION, Head, Line, Manifest, line_of_checkpoint, line_of_event, write
from bot.recording import timestamp

PAGE = 4096


@dataclass(frozen=True, slots=True)
class Span:
    """Which events are wanted, by when they were recorded: from ``since`` on and before ``until``; None is no bound."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether a time lies in it."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    @property
    def whole(self) -> bool:
        """Whether it has no bound."""
        return self.since is None and self.until is None


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. ``start`` and ``end`` are leaves."""

    events: int
    unsealed: int
    checkpoints: int
    start: int
    end: int
    sha256: str
    """Of everything but the last line, which says so itself."""


class _Writer:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = sha256()

    def write(self, line: Line) -> None:
        raw = write(line)
        self._hash.update(raw)
        self._file.write(raw)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


async def export(
    store: Store,
    key: PublicKey,
    now: datetime,
    file: BinaryIO,
    *,
    span: Span | None = None,
    progress: Callable[[int], None] | None = None,
) -> Exported:
    """Write an export of every event of ``span``, and of those between the checkpoints that enclose them.

    Raises:
        BadInput: when the tree's nodes, or events that are sealed, are gone: what is left can't be proven.
    """
    span = span or Span()
    checkpoints = await store.seals.checkpoints()
    start, end = await _bounds(store, checkpoints, span)
    peaks = await store.seals.nodes(merkle.peaks_of(start))
    if len(peaks) < len(merkle.peaks_of(start)):
        raise BadInput("nodes of the tree are gone", remedy="`signoff audit verify` says what is wrong")
    out = _Writer(file)
    before = tuple(peaks[name].hex() for name in merkle.peaks_of(start))
    out.write(Head(VERSION, timestamp(now), start, end, before, key.line))
    for checkpoint in checkpoints:
        out.write(line_of_checkpoint(checkpoint))
    events = unsealed = 0
    async for leaf, record in in_order(store, end):
        if leaf is None and not span.holds(record.at):
            continue
        if leaf is not None and leaf < start:
            continue
        out.write(line_of_event(record, leaf))
        events += 1
        unsealed += leaf is None
        if progress is not None:
            progress(1)
    if events - unsealed != end - start:
        raise BadInput("sealed events are gone", remedy="`signoff audit verify` says which")
    digest = out.digest
    out.write(Manifest(events, unsealed, len(checkpoints), digest))
    return Exported(events, unsealed, len(checkpoints), start, end, digest)


async def _bounds(store: Store, checkpoints: Sequence[Checkpoint], span: Span) -> tuple[int, int]:
    """The sizes of the checkpoints that enclose every sealed event of the span."""
    size = checkpoints[-1].size if checkpoints else 0
    if span.whole:
        return 0, size
    first = last = None
    async for leaf, record in in_order(store, size):
        if leaf is not None and span.holds(record.at):
            first, last = leaf if first is None else first, leaf
    if first is None or last is None:
        return size, size
    sizes = [0, *(checkpoint.size for checkpoint in checkpoints)]
    return max(one for one in sizes if one <= first), min(one for one in sizes if one > last)


async def in_order(store: Store, end: int) -> AsyncIterator[tuple[int | None, EventRecord]]:
    """Every event with its leaf below ``end``, in the leaves' order; then those without one, in the record's."""
    waiting: dict[tuple[str, int], EventRecord] = {}
    queue: deque[tuple[int, str, int]] = deque()
    position = taken = 0
    while page := await store.all_events(after=position, limit=PAGE):
        position = page[-1][0]
        waiting.update(((record.stream, record.seq), record) for _, record in page)
        while True:
            if not queue and taken < end:
                queue.extend(await store.seals.leaves(taken, min(PAGE, end - taken)))
                taken = queue[-1][0] + 1 if queue else end
            if not queue or queue[0][1:] not in waiting:
                break
            leaf, stream, seq = queue.popleft()
            yield leaf, waiting.pop((stream, seq))
    for record in waiting.values():
        yield None, record
