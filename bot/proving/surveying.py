"""Surveying one piece of the record, in a process of its own: whether anything in it is in doubt, and how it joins on.

A piece is the events between two positions. Its chains are checked as far as they lie in it; what joins them to the
pieces before and after it is handed back, as is the tree over its leaves by a few complete nodes. So the piece itself,
however long, never leaves the process.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from bot.domain import merkle
from bot.ports import Seals, Store
from bot.proving.chains import Chains, Taken
from bot.proving.record import UNREADABLE, recorded_at

Opener = Callable[[], Awaitable[Store]]
"""Opens the store anew in any process."""
Run = tuple[int, list[tuple[int, bytes]]]
"""Leaves side by side: the first one's index, and the complete nodes (level and hash) over them, from left to right."""
SLACK = 512
"""How far a leaf may stand from where its event's position would have it before it is looked up by itself."""
BLOCK = 13
"""The level up to which the kept nodes are compared block by block."""


@dataclass(slots=True)
class Piece:
    """What a survey of a piece came to. Where it is not ``sound`` the rest says nothing."""

    sound: bool = True
    events: int = 0
    firsts: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Where each stream begins in it: the number of its first event, and the hash that this one follows."""
    heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Where each stream ends in it: the number and hash of its last event."""
    gone: dict[str, list[int]] = field(default_factory=dict)
    """Events whose payload is gone."""
    erasures: list[tuple[str, int]] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    """Its sealed events as leaves; no run goes past the size of a checkpoint."""
    unsealed: int = 0
    unsealed_since: datetime | None = None


class _Stretch(Chains):
    """Chains within a piece; what an erasure covers is for whoever knows the pieces before it."""

    def __init__(self) -> None:
        super().__init__(partial=True)
        self.firsts: dict[str, tuple[int, bytes]] = {}
        self.erasures: list[tuple[str, int]] = []

    def _begins(self, stream: str, seq: int, prev: bytes) -> bool:
        self.firsts[stream] = (seq, prev)
        return super()._begins(stream, seq, prev)

    def _erased(self, stream: str, seq: int) -> None:
        self.erasures.append((stream, seq))


_sizes: Sequence[int] = ()


def prepare(sizes: Sequence[int]) -> None:
    """Tell this process the sizes of the checkpoints, in order."""
    global _sizes  # noqa: PLW0603 - a process of the pool is told once, instead of with each piece
    _sizes = sizes


def survey(opener: Opener, after: int, upto: int, keeps_nodes: bool) -> Piece:  # noqa: FBT001 - called by a pool
    """Survey the events whose positions are past ``after`` and not past ``upto``."""
    return asyncio.run(_survey(opener, after, upto, keeps_nodes=keeps_nodes))


def compare_block(opener: Opener, block: int, size: int) -> bool:
    """Whether the kept nodes over one block of leaves follow from the kept leaves."""
    return asyncio.run(_compare_block(opener, block, size))


async def _survey(opener: Opener, after: int, upto: int, *, keeps_nodes: bool) -> Piece:
    store = await opener()
    try:
        return await _Surveying(store, after, upto, keeps_nodes=keeps_nodes).piece()
    except UNREADABLE:  # a column holds what was never written there: whoever goes through it one by one says which
        return Piece(sound=False)
    finally:
        await store.close()


class _Surveying:
    def __init__(self, store: Store, after: int, upto: int, *, keeps_nodes: bool) -> None:
        self._store = store
        self._after = after
        self._upto = upto
        self._keeps_nodes = keeps_nodes
        self._chains = _Stretch()
        self._places: list[tuple[str, int]] = []
        self._hashes: list[bytes] = []

    async def piece(self) -> Piece:
        """Read it and say what it came to."""
        chains, taken = self._chains, Taken(position=self._after)
        while taken := await self._store.walk(chains.take, after=taken.position, upto=self._upto):
            if chains.doubtful:
                return Piece(sound=False)
            self._places += zip(taken.streams, taken.seqs, strict=True)
            self._hashes += [sha256(b"\x00" + hashed).digest() for hashed in taken.hashes]
        piece = Piece(
            events=chains.events, firsts=chains.firsts, heads=chains.heads, gone=dict(chains.gone),
            erasures=chains.erasures,
        )  # fmt: skip
        await self._seal(piece)
        return piece

    async def _seal(self, piece: Piece) -> None:
        size = _sizes[-1] if _sizes else 0
        indices = await leaves_of(self._store.seals, self._places, size)
        for place, index in enumerate(indices):
            if index is None:
                piece.unsealed += 1
                piece.unsealed_since = piece.unsealed_since or await recorded_at(self._store, self._places[place])
        leaves = sorted((index, self._hashes[place]) for place, index in enumerate(indices) if index is not None)
        if self._keeps_nodes and leaves:
            kept = await self._store.seals.nodes([(0, index) for index, _ in leaves])
            piece.sound = all(kept.get((0, index)) == hashed for index, hashed in leaves)
        piece.runs = list(runs_of(leaves, _sizes))


async def leaves_of(seals: Seals, places: Sequence[tuple[str, int]], size: int) -> Sequence[int | None]:
    """For each event its leaf below ``size``, or None; nearly always they stand side by side, as the events do."""
    first = await _first(seals, places)
    if first is None:
        return [None] * len(places)
    start = max(0, first - SLACK)
    near = await seals.leaves(start, len(places) + 2 * SLACK)
    known = {(stream, seq): index for index, stream, seq in near}
    found: list[int | None] = []
    ended = len(near) < len(places) + 2 * SLACK
    for stream, seq in places:
        index = known.get((stream, seq))
        if index is None and not ended:
            index = await seals.leaf(stream, seq)
        found.append(index if index is not None and index < size else None)
    return found


async def _first(seals: Seals, places: Sequence[tuple[str, int]]) -> int | None:
    """The leaf of the first event that has one; where the first and the last have none, the rest have none either."""
    if not places:
        return None
    first = await seals.leaf(*places[0])
    if first is None and await seals.leaf(*places[-1]) is None:
        return None
    for place in places if first is None else ():
        first = await seals.leaf(*place)
        if first is not None:
            break
    return first


def runs_of(leaves: Sequence[tuple[int, bytes]], sizes: Sequence[int]) -> Iterator[Run]:
    """Leaves in order as runs that end where one is missing, and at every size of ``sizes``."""
    place = 0
    while place < len(leaves):
        start = leaves[place][0]
        later = bisect_right(sizes, start)
        bound = sizes[later] if later < len(sizes) else None
        end = place + 1
        while end < len(leaves) and leaves[end][0] == leaves[end - 1][0] + 1 and leaves[end][0] != bound:
            end += 1
        yield start, list(_nodes_over(start, [hashed for _, hashed in leaves[place:end]]))
        place = end


def _nodes_over(start: int, leaves: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    for level, index in merkle.cover(start, start + len(leaves)):
        first = (index << level) - start
        row = list(leaves[first : first + (1 << level)])
        while len(row) > 1:
            row = _above(row)
        yield level, row[0]


def _above(row: Sequence[bytes]) -> list[bytes]:
    """The complete nodes over a row that begins at an even index."""
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]


async def _compare_block(opener: Opener, block: int, size: int) -> bool:
    store = await opener()
    try:
        return await compare_rows_of_nodes(store.seals, block << BLOCK, min(size, (block + 1) << BLOCK), BLOCK)
    finally:
        await store.close()


async def compare_rows_of_nodes(seals: Seals, start: int, end: int, levels: int, base: int = 0) -> bool:
    """Whether the kept nodes follow from the row at level ``base`` (indices from ``start`` to ``end``), level by level.

    ``start`` is a multiple of ``2**levels``.
    """
    row = [(base, index) for index in range(start, end)]
    kept = await seals.nodes(row)
    if len(kept) < len(row):
        return False
    hashes = [kept[name] for name in row]
    for step in range(1, levels + 1):
        hashes = _above(hashes)
        names = [(base + step, (start >> step) + place) for place in range(len(hashes))]
        kept = await seals.nodes(names)
        if [kept.get(name) for name in names] != hashes:
            return False
    return True
