"""The roots: the tree grown anew from the events, held against the kept nodes and every signed root.

Where the events and the kept nodes differ, a second tree is grown from the kept leaves: whichever of the two a signed
root agrees with is right, and the other side is named.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain import merkle
from bot.ports import Checkpoint
from bot.proving.checkpoints import SignedCheckpoints
from bot.proving.findings import Finding, Findings, Kind

Leaf = tuple[int, str, int]
"""Index, stream and number."""
Nodes = Mapping[merkle.Name, bytes]
Places = Callable[[int], tuple[str, int] | None]
"""The stream and number of the event that a leaf seals, by its place in a run; None where that is not known."""


class Leaves(Protocol):
    """What is read of ``bot.ports.Seals``."""

    async def leaves(self, start: int, limit: int) -> Sequence[Leaf]:
        """See ``Seals``."""
        ...

    async def alike(self, start: int, streams: Sequence[str], seqs: Sequence[int]) -> int:
        """See ``Seals``."""
        ...

    async def nodes(self, names: Sequence[merkle.Name]) -> Nodes:
        """See ``Seals``."""
        ...


@dataclass(frozen=True, slots=True)
class Extent:
    """Which part of a record a source holds; the whole, kept with its tree, unless said otherwise."""

    start: int = 0
    end: int | None = None
    """One past the last leaf; None is as far as the checkpoints say."""
    peaks: Nodes | None = None
    """The complete subtrees before ``start``."""
    keeps_nodes: bool = True

    @property
    def partial(self) -> bool:
        """Whether leaves come before it."""
        return self.start > 0


@dataclass(frozen=True, slots=True)
class Deviation:
    """A leaf where the event and the kept node differ, or where the event is gone (``computed`` is None)."""

    place: tuple[str, int] | None
    computed: bytes | None
    kept: bytes | None


class Roots:
    """Grows the tree by leaves in order and judges it at every checkpoint."""

    def __init__(self, seals: Leaves, checkpoints: SignedCheckpoints, findings: Findings, extent: Extent) -> None:
        within = [
            one for one in checkpoints.all if one.size > extent.start and (extent.end is None or one.size <= extent.end)
        ]
        self.seals = seals
        self.checkpoints = checkpoints
        self.findings = findings
        self.size = extent.start
        self.ahead = deque(sorted(within, key=lambda one: one.size))
        """The checkpoints that the tree has not reached yet."""
        self.limit = self.ahead[-1].size if self.ahead else extent.start
        self.signed_size = max((one.size for one in within if checkpoints.signed(one)), default=extent.start)
        self.missing: dict[tuple[str, int], int] = {}
        """Leaves whose events are gone."""
        self.rewritten: dict[tuple[str, int], int] = {}
        """Leaves whose events are not what was sealed."""
        self.sealed_as: dict[bytes, int] = {}
        """The leaf hashes that were sealed there, and at which leaf."""
        self.untrue: set[int] = set()
        """Leaves whose kept node is at fault, not the event."""
        self._keeps_nodes = extent.keeps_nodes
        self._peaks: dict[merkle.Name, bytes] = dict(extent.peaks or {})
        self._kept_peaks: dict[merkle.Name, bytes] | None = None
        self._deviating: dict[int, Deviation] = {}
        self._odd: dict[merkle.Name, tuple[bytes | None, bytes, bytes]] = {}
        """Inner nodes to judge once a root has spoken: as kept, by the events, by the kept leaves."""
        self._good = extent.start

    async def grow(self, run: Sequence[bytes | None], places: Places) -> None:
        """Append leaf hashes (None where the event is gone); ``places`` says what each seals, where that is known."""
        start = self.size
        leaves = await self._filled(run, places)
        made: Nodes = merkle.Rows(start, self._peaks, leaves)
        kept_made = made
        if self._keeps_nodes:
            made = dict(made) | self._peaks
            kept_made = await self._compared(start, leaves, made, places)
        self.size += len(leaves)
        while self.ahead and self.ahead[0].size <= self.size:
            checkpoint = self.ahead.popleft()
            size = checkpoint.size
            self._judge(checkpoint, merkle.root_of(size, made), merkle.root_of(size, kept_made))
        peaks = merkle.peaks_of(self.size)
        self._peaks = {name: made[name] for name in peaks}
        if self._kept_peaks is not None:
            self._kept_peaks = {name: kept_made[name] for name in peaks}

    def finish(self) -> None:
        """Judge what no checkpoint spoke for."""
        self._blame_events(dict(self._deviating))
        self._judge_nodes(self.size, by_events=False)

    async def _filled(self, run: Sequence[bytes | None], places: Places) -> list[bytes]:
        """The leaf hashes; where an event is gone, what was kept of it."""
        gone = [self.size + number for number, hashed in enumerate(run) if hashed is None]
        kept: Nodes = {}
        if gone and self._keeps_nodes:
            kept = await self.seals.nodes([(0, index) for index in gone])
        for index in gone:
            place = places(index - self.size)
            self._deviating[index] = Deviation(place, None, kept.get((0, index)))
            if place is not None:
                self.missing[place] = index
        return [
            hashed if hashed is not None else kept.get((0, index), bytes(merkle.HASH_BYTES))
            for index, hashed in enumerate(run, self.size)
        ]

    async def _compared(self, start: int, leaves: Sequence[bytes], made: Nodes, places: Places) -> Nodes:
        """Note where kept nodes differ; returns the tree of the kept leaves, where there is one."""
        added = [name for name in made if name not in self._peaks]
        kept = await self.seals.nodes(added)
        if self._kept_peaks is None and all(kept.get(name) == made[name] for name in added):
            return made
        for index, leaf in enumerate(leaves, start):
            held = kept.get((0, index))
            if held != leaf:
                self._deviating.setdefault(index, Deviation(places(index - start), leaf, held))
        by_leaves = made
        if self._kept_peaks is None and any(index >= start for index in self._deviating):
            self._kept_peaks = dict(self._peaks)
        if self._kept_peaks is not None:
            held_leaves = [kept.get((0, index), leaf) for index, leaf in enumerate(leaves, start)]
            by_leaves = merkle.Rows(start, self._kept_peaks, held_leaves)
        for name in added:
            if name[0] and not kept.get(name) == made[name] == by_leaves[name]:
                self._odd[name] = (kept.get(name), made[name], by_leaves[name])
        return by_leaves

    def _judge(self, checkpoint: Checkpoint, root: bytes, kept_root: bytes) -> None:
        """Hold a checkpoint's root against the events' and the kept leaves'."""
        waiting = {index: what for index, what in self._deviating.items() if index < checkpoint.size}
        if checkpoint.root == root:
            self._blame_nodes(waiting)
            self._judge_nodes(checkpoint.size, by_events=True)
        elif checkpoint.root == kept_root or self.checkpoints.signed(checkpoint):
            if checkpoint.root != kept_root and not waiting:
                self.findings.add(_rewritten(self._good, checkpoint, root))
            self._blame_events(waiting)
            self._judge_nodes(checkpoint.size, by_events=False)
        else:
            self.findings.add(forged(checkpoint, root))
            return
        self._good = checkpoint.size

    def _judge_nodes(self, size: int, *, by_events: bool) -> None:
        """Name the inner nodes below ``size`` that do not follow from the side that a root agreed with."""
        for name in [(level, index) for level, index in self._odd if (index + 1) << level <= size]:
            kept, from_events, from_leaves = self._odd.pop(name)
            right = from_events if by_events else from_leaves
            if kept != right:
                self.findings.add(_node_changed(*name, right, kept))

    def _blame_nodes(self, waiting: Mapping[int, Deviation]) -> None:
        for index, what in waiting.items():
            del self._deviating[index]
            if what.computed is None:
                self._gone(index, what)
            else:
                self.untrue.add(index)
                self.findings.add(_node_changed(0, index, what.computed, what.kept))

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
            text = "a sealed event is gone, and so is the note of which one it was"
            expected = f"an event with the leaf hash {what.kept.hex()}" if what.kept else "an event"
            self.findings.add(Finding(Kind.REMOVED, text, leaf=index, expected=expected, found="nothing"))


def _node_changed(level: int, index: int, expected: bytes, found: bytes | None) -> Finding:
    first, last = index << level, ((index + 1) << level) - 1
    where = f"leaf {first}" if level == 0 else f"leaves {first} to {last}"
    return Finding(
        Kind.NODE_CHANGED,
        f"the node kept for {where} (level {level}, index {index}) does not follow from what it covers",
        leaf=first if level == 0 else None,
        stream=None if level == 0 else f"node:{level}/{index}",
        expected=expected.hex(),
        found=found.hex() if found is not None else "nothing",
    )


def _rewritten(good: int, checkpoint: Checkpoint, root: bytes) -> Finding:
    text = f"the events sealed as leaves {good} to {checkpoint.size - 1} are not those that were signed"
    expected, found = checkpoint.root.hex(), root.hex()
    return Finding(Kind.CHANGED, text, checkpoint=checkpoint.size, expected=expected, found=found)


def forged(
    checkpoint: Checkpoint, root: bytes | None, text: str = "its root does not follow from the events"
) -> Finding:
    """A checkpoint that says of the record what is not so."""
    return Finding(
        Kind.FORGED_CHECKPOINT,
        text,
        checkpoint=checkpoint.size,
        expected=root.hex() if root is not None else "no more than are sealed",
        found=checkpoint.root.hex() if root is not None else str(checkpoint.size),
    )
