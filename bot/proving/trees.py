"""The tree: grown anew from the events, and held against the kept nodes and every signed root.

Where the events and the kept nodes differ, a second tree is grown from the kept leaves: whichever of the two a signed
root agrees with is right, and the other side is named.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain import merkle
from bot.domain.events import EventRecord
from bot.ports import Checkpoint
from bot.proving.checkpoints import SignedCheckpoints
from bot.proving.findings import Finding, Findings, Kind

PAGE = 4096
Place = tuple[str, int]


class Leaves(Protocol):
    """What is read of ``bot.ports.Seals``."""

    async def leaves(self, start: int, limit: int) -> Sequence[tuple[int, str, int]]:
        """See ``Seals``."""
        ...

    async def nodes(self, names: Sequence[merkle.Name]) -> Mapping[merkle.Name, bytes]:
        """See ``Seals``."""
        ...


@dataclass(frozen=True, slots=True)
class Deviation:
    """A leaf where the event and the kept node differ, or where the event is gone (``computed`` is None)."""

    place: Place | None
    computed: bytes | None
    kept: bytes | None


class Tree:
    """Takes records in the order in which they were kept, and finds for each leaf the event that it seals."""

    def __init__(
        self,
        seals: Leaves,
        checkpoints: SignedCheckpoints,
        findings: Findings,
        *,
        start: int = 0,
        end: int | None = None,
        peaks: Mapping[merkle.Name, bytes] | None = None,
        keeps_nodes: bool = True,
    ) -> None:
        """Grow from ``start`` leaves with these ``peaks`` up to ``end``, or as far as any checkpoint says.

        ``keeps_nodes`` says if there are nodes to compare with.
        """
        self.size = start
        self.unsealed: dict[Place, bytes] = {}
        """Events that no leaf was found for (yet), oldest first, with their hashes."""
        self.missing: dict[Place, int] = {}
        """Leaves whose events are gone."""
        self.rewritten: dict[Place, int] = {}
        """Leaves whose events are not what was sealed."""
        self.sealed_as: dict[bytes, int] = {}
        """The leaf hashes that were sealed there, and at which leaf."""
        self.untrue: set[int] = set()
        """Leaves whose kept node is at fault, not the event."""
        self._seals = seals
        self._keeps_nodes = keeps_nodes
        self._findings = findings
        self._checkpoints = checkpoints
        within = [one for one in checkpoints.all if one.size > start and (end is None or one.size <= end)]
        self._ahead = deque(sorted(within, key=lambda one: one.size))
        self._limit = self._ahead[-1].size if self._ahead else start
        self._queue: deque[tuple[int, str, int]] = deque()
        self._peaks: dict[merkle.Name, bytes] = dict(peaks or {})
        self._kept_peaks: dict[merkle.Name, bytes] | None = None
        self._deviating: dict[int, Deviation] = {}
        self._odd: dict[merkle.Name, tuple[bytes | None, bytes, bytes]] = {}
        """Inner nodes to judge once a root has spoken: as kept, by the events, by the kept leaves."""
        self._good = start

    async def take(self, records: Iterable[EventRecord]) -> None:
        """Take the next records and grow as far as they reach."""
        self.unsealed.update([((record.stream, record.seq), record.hash) for record in records])
        await self._advance(final=False)

    async def finish(self) -> None:
        """Grow to the end: what has no event by now has none."""
        await self._advance(final=True)
        if self._ahead and self.size < self._limit:
            self._judge_short()
        self._blame_events(dict(self._deviating))  # no checkpoint spoke for them
        self._judge_nodes(self.size, by_events=False)

    async def _advance(self, *, final: bool) -> None:
        while await self._fill():
            run: list[bytes | None] = []
            places: list[Place | None] = []
            while self._queue:
                index, stream, seq = self._queue[0]
                if index > self.size + len(run):
                    run.append(None)
                    places.append(None)
                    continue
                hashed = self.unsealed.pop((stream, seq), None)
                if hashed is None and not final:
                    break
                self._queue.popleft()
                if index < self.size + len(run):
                    continue
                run.append(None if hashed is None else merkle.leaf_hash(hashed))
                places.append((stream, seq))
            if run:
                await self._grow(run, places)
            if self._queue:
                return

    async def _fill(self) -> bool:
        if not self._queue and self.size < self._limit:
            self._queue.extend(await self._seals.leaves(self.size, min(PAGE, self._limit - self.size)))
        return bool(self._queue)

    async def _grow(self, run: list[bytes | None], places: list[Place | None]) -> None:
        start = self.size
        leaves = await self._filled(run, places)
        made = merkle.append(start, self._peaks, leaves)
        kept = await self._seals.nodes(list(made)) if self._keeps_nodes else made
        kept_made = made
        if self._kept_peaks is not None or kept != made:
            kept_made = self._compare(start, leaves, made, kept, places)
        nodes, kept_nodes = {**self._peaks, **made}, {**(self._kept_peaks or self._peaks), **kept_made}
        self.size += len(leaves)
        while self._ahead and self._ahead[0].size <= self.size:
            checkpoint = self._ahead.popleft()
            size = checkpoint.size
            self._judge(checkpoint, merkle.root_of(size, nodes), merkle.root_of(size, kept_nodes))
        self._peaks = {name: nodes[name] for name in merkle.peaks_of(self.size)}
        if self._kept_peaks is not None:
            self._kept_peaks = {name: kept_nodes[name] for name in merkle.peaks_of(self.size)}

    async def _filled(self, run: list[bytes | None], places: list[Place | None]) -> list[bytes]:
        """The leaf hashes; where an event is gone, what was kept of it."""
        if None not in run:
            return run  # type: ignore[return-value]  # it was just looked through
        gone = [self.size + number for number, hashed in enumerate(run) if hashed is None]
        kept = await self._seals.nodes([(0, index) for index in gone]) if self._keeps_nodes else {}
        for index in gone:
            place = places[index - self.size]
            self._deviating[index] = Deviation(place, None, kept.get((0, index)))
            if place is not None:
                self.missing[place] = index
        return [
            hashed if hashed is not None else kept.get((0, self.size + number), bytes(merkle.HASH_BYTES))
            for number, hashed in enumerate(run)
        ]

    def _compare(
        self,
        start: int,
        leaves: list[bytes],
        made: Mapping[merkle.Name, bytes],
        kept: Mapping[merkle.Name, bytes],
        places: list[Place | None],
    ) -> dict[merkle.Name, bytes]:
        """Note where kept leaves differ, and grow the tree of the kept leaves; returns its new nodes."""
        for number, leaf in enumerate(leaves):
            held = kept.get((0, start + number))
            if held != leaf:
                self._deviating.setdefault(start + number, Deviation(places[number], leaf, held))
        if self._kept_peaks is None and any(index >= start for index in self._deviating):
            self._kept_peaks = dict(self._peaks)
        if self._kept_peaks is None:
            expected = dict(made)
        else:
            held_leaves = [kept.get((0, start + number), leaf) for number, leaf in enumerate(leaves)]
            expected = merkle.append(start, self._kept_peaks, held_leaves)
        for name, by_leaves in expected.items():
            if name[0] and not kept.get(name) == made[name] == by_leaves:
                self._odd[name] = (kept.get(name), made[name], by_leaves)
        return expected

    def _node_changed(self, level: int, index: int, expected: bytes, found: bytes | None) -> None:
        first, last = index << level, ((index + 1) << level) - 1
        where = f"leaf {first}" if level == 0 else f"leaves {first} to {last}"
        self._findings.add(
            Finding(
                Kind.NODE_CHANGED,
                f"the node kept for {where} (level {level}, index {index}) does not follow from what it covers",
                leaf=first if level == 0 else None,
                stream=None if level == 0 else f"node:{level}/{index}",
                expected=expected.hex(),
                found=found.hex() if found is not None else "nothing",
            )
        )

    def _judge(self, checkpoint: Checkpoint, root: bytes, kept_root: bytes) -> None:
        """Hold a checkpoint's root against the events' and the kept leaves'."""
        waiting = {index: what for index, what in self._deviating.items() if index < checkpoint.size}
        if checkpoint.root == root:
            self._blame_nodes(waiting)
            self._judge_nodes(checkpoint.size, by_events=True)
        elif checkpoint.root == kept_root or self._checkpoints.signed(checkpoint):
            if checkpoint.root != kept_root and not waiting:
                self._findings.add(_rewritten(self._good, checkpoint, root))
            self._blame_events(waiting)
            self._judge_nodes(checkpoint.size, by_events=False)
        else:
            self._findings.add(_forged(checkpoint, root))
            return
        self._good = checkpoint.size

    def _judge_nodes(self, size: int, *, by_events: bool) -> None:
        """Name the inner nodes below ``size`` that do not follow from the side that a root agreed with."""
        for name in [(level, index) for level, index in self._odd if (index + 1) << level <= size]:
            kept, from_events, from_leaves = self._odd.pop(name)
            right = from_events if by_events else from_leaves
            if kept != right:
                self._node_changed(*name, right, kept)

    def _blame_nodes(self, waiting: Mapping[int, Deviation]) -> None:
        for index, what in waiting.items():
            del self._deviating[index]
            if what.computed is None:
                self._gone(index, what)
            else:
                self.untrue.add(index)
                self._node_changed(0, index, what.computed, what.kept)

    def _blame_events(self, waiting: Mapping[int, Deviation]) -> None:
        for index, what in waiting.items():
            del self._deviating[index]
            if what.kept is not None:
                self.sealed_as[what.kept] = index
            if what.computed is None:
                self._gone(index, what)
            elif what.place is not None:
                self.rewritten[what.place] = index

    def _gone(self, index: int, what: Deviation) -> None:
        """A leaf without an event: where it names one, its stream's diagnosis says so."""
        if what.place is None:
            self._findings.add(
                Finding(
                    Kind.REMOVED,
                    "a sealed event is gone, and so is the note of which one it was",
                    leaf=index,
                    expected=f"an event with the leaf hash {what.kept.hex()}" if what.kept else "an event",
                    found="nothing",
                )
            )

    def _judge_short(self) -> None:
        """The checkpoints that speak of more leaves than there are."""
        signed = [checkpoint for checkpoint in self._ahead if self._checkpoints.signed(checkpoint)]
        if signed:
            count = signed[-1].size - self.size
            self._findings.add(
                Finding(
                    Kind.CUT_TAIL,
                    f"the newest {count} sealed events are gone: leaves {self.size} to {signed[-1].size - 1}",
                    leaf=self.size,
                    checkpoint=signed[-1].size,
                    expected=f"{signed[-1].size} leaves",
                    found=f"{self.size} leaves",
                )
            )
        for checkpoint in self._ahead:
            if checkpoint not in signed:
                self._findings.add(_forged(checkpoint, None, f"{self.size} events are sealed, it speaks of more"))


def _rewritten(good: int, checkpoint: Checkpoint, root: bytes) -> Finding:
    return Finding(
        Kind.CHANGED,
        f"the events sealed as leaves {good} to {checkpoint.size - 1} are not those that were signed",
        checkpoint=checkpoint.size,
        expected=checkpoint.root.hex(),
        found=root.hex(),
    )


def _forged(
    checkpoint: Checkpoint, root: bytes | None, text: str = "its root does not follow from the events"
) -> Finding:
    return Finding(
        Kind.FORGED_CHECKPOINT,
        text,
        checkpoint=checkpoint.size,
        expected=root.hex() if root is not None else "no more than are sealed",
        found=checkpoint.root.hex() if root is not None else str(checkpoint.size),
    )
