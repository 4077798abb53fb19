"""The leaves: for each the event that it seals, in order, whichever way the events were stored."""

from __future__ import annotations

from hashlib import sha256

from bot.domain import merkle
from bot.proving.chains import Taken
from bot.proving.findings import Finding, Kind
from bot.proving.roots import Leaf, Roots, forged

LEAVES = 2048
"""Leaves read at a time."""
Place = tuple[str, int]


class Tree:
    """Takes events in the order in which they were kept, and hands their leaves on in the tree's."""

    def __init__(self, roots: Roots) -> None:
        self.roots = roots
        self.unsealed: dict[Place, bytes] = {}
        """Events that no leaf was found for (yet), oldest first, with their hashes."""
        self._limit = roots.limit
        self._taken = Taken()
        self._queue: list[Leaf] = []

    async def take(self, taken: Taken) -> None:
        """Take the next events and, where they are worth it, grow as far as they reach."""
        self._taken.extend(taken)
        if len(self._taken) >= LEAVES:
            await self._grow()

    async def finish(self) -> None:
        """Grow to the end: what has no event by now has none."""
        await self._grow()
        await self._advance(final=True)
        self._judge_short()
        self.roots.finish()

    async def _grow(self) -> None:
        taken, self._taken = self._taken, Taken()
        while taken and not self.unsealed and (aligned := await self._take_aligned(taken)):
            taken = taken.after(aligned)
        if taken or self.unsealed:
            self.unsealed.update(zip(zip(taken.streams, taken.seqs, strict=True), taken.hashes, strict=True))
            await self._advance(final=False)

    async def _take_aligned(self, taken: Taken) -> int:
        """Grow over the first events as far as they stand just as the leaves do, which nearly all do; how many."""
        size = self.roots.size
        streams, seqs = taken.streams[: self._limit - size], taken.seqs[: self._limit - size]
        if self._queue:
            aligned = merkle.alike(self._queue, size, streams, seqs)
            del self._queue[:aligned]
        else:
            aligned = await self.roots.seals.alike(size, streams, seqs)
        if aligned:
            await self.roots.grow([sha256(b"\x00" + hashed).digest() for hashed in taken.hashes[:aligned]], taken.place)
        return aligned

    async def _advance(self, *, final: bool) -> None:
        while await self._fill():
            run: list[bytes | None] = []
            places: list[Place | None] = []
            taken = 0
            for leaf in self._queue:
                index, stream, seq = leaf
                if index > self.roots.size + len(run):
                    self._skip_to(index, run, places)
                    break
                hashed = self.unsealed.pop((stream, seq), None)
                if hashed is None and not final:
                    break
                taken += 1
                if index == self.roots.size + len(run):
                    run.append(None if hashed is None else merkle.leaf_hash(hashed))
                    places.append((stream, seq))
            del self._queue[:taken]
            if not run and not taken:
                return
            await self.roots.grow(run, places.__getitem__)

    def _skip_to(self, index: int, run: list[bytes | None], places: list[Place | None]) -> None:
        """Pass over leaves that name no event any more, a page at a time.

        Where no signature says that there were any, the tree ends: a forged number must not keep us busy for ever.
        """
        place = self.roots.size + len(run)
        if index > self.roots.signed_size:
            self._limit = place
            self._queue.clear()
            return
        missing = min(index - place, LEAVES)
        run.extend([None] * missing)
        places.extend([None] * missing)

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
