"""The leaves: for each the event that it seals, in order, whichever way the events were stored."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from bot.domain import merkle
from bot.domain.events import EventRecord
from bot.proving.findings import Finding, Kind
from bot.proving.roots import Leaf, Roots, forged

PAGE = 256
"""Events read at a time: few enough to stay in a core's cache from the reading to the last hash."""
LEAVES = 8 * PAGE
"""Leaves read at a time; they are small."""
Place = tuple[str, int]


class Tree:
    """Takes records in the order in which they were kept, and hands their leaves on in the tree's."""

    def __init__(self, roots: Roots) -> None:
        self.roots = roots
        self.unsealed: dict[Place, bytes] = {}
        """Events that no leaf was found for (yet), oldest first, with their hashes."""
        self._limit = roots.limit
        self._queue: list[Leaf] = []

    async def take(self, records: Sequence[EventRecord]) -> None:
        """Take the next records and grow as far as they reach."""
        if not self.unsealed and await self._fill():
            records = await self._take_aligned(records)
        self.unsealed.update([((record.stream, record.seq), record.hash) for record in records])
        await self._advance(final=False)

    async def finish(self) -> None:
        """Grow to the end: what has no event by now has none."""
        await self._advance(final=True)
        self._judge_short()
        self.roots.finish()

    async def _take_aligned(self, records: Sequence[EventRecord]) -> Sequence[EventRecord]:
        """Grow over records that stand just as the leaves do, which nearly all do; returns those that are left."""
        count = min(len(records), len(self._queue))
        aligned, leaves = records[:count], self._queue[:count]
        if [(index, one.stream, one.seq) for index, one in enumerate(aligned, self.roots.size)] != leaves:
            return records
        del self._queue[:count]
        await self.roots.grow([sha256(b"\x00" + record.hash).digest() for record in aligned], leaves)
        return records[count:]

    async def _advance(self, *, final: bool) -> None:
        while await self._fill():
            run: list[bytes | None] = []
            leaves: list[Leaf | None] = []
            taken = 0
            for leaf in self._queue:
                index, stream, seq = leaf
                if index > self.roots.size + len(run):
                    self._skip_to(index, run, leaves)
                    break
                hashed = self.unsealed.pop((stream, seq), None)
                if hashed is None and not final:
                    break
                taken += 1
                if index == self.roots.size + len(run):
                    run.append(None if hashed is None else merkle.leaf_hash(hashed))
                    leaves.append(leaf)
            del self._queue[:taken]
            if not run and not taken:
                return
            await self.roots.grow(run, leaves)

    def _skip_to(self, index: int, run: list[bytes | None], leaves: list[Leaf | None]) -> None:
        """Pass over leaves that name no event any more, a page at a time.

        Where no signature says that there were any, the tree ends: a forged number must not keep us busy for ever.
        """
        place = self.roots.size + len(run)
        if index > self.roots.signed_size:
            self._limit = place
            self._queue.clear()
            return
        missing = min(index - place, PAGE)
        run.extend([None] * missing)
        leaves.extend([None] * missing)

    async def _fill(self) -> bool:
        size = self.roots.size
        if not self._queue and size < self._limit:
            self._queue = list(await self.roots.seals.leaves(size, min(LEAVES, self._limit - size)))
        return bool(self._queue)

    def _judge_short(self) -> None:
        """The checkpoints that speak of more leaves than there are."""
        roots = self.roots
        signed = [one for one in roots.ahead if roots.checkpoints.signed(one)]
        if signed:
            last = signed[-1].size
            roots.findings.add(
                Finding(
                    Kind.CUT_TAIL,
                    f"the newest {last - roots.size} sealed events are gone: leaves {roots.size} to {last - 1}",
                    leaf=roots.size,
                    checkpoint=last,
                    expected=f"{last} leaves",
                    found=f"{roots.size} leaves",
                )
            )
        for checkpoint in roots.ahead:
            if checkpoint not in signed:
                roots.findings.add(forged(checkpoint, None, f"{roots.size} events are sealed, it speaks of more"))
