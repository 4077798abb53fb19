"""The Merkle tree over the record, in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.domain import merkle
from bot.domain.events import EventRecord
from bot.ports import Checkpoint, Sealed, Unsealed
from store.peaks import peaks_of


class MemorySeals:
    """Conforms to ``bot.ports.Seals``; leaves are the records in the order in which they were kept."""

    def __init__(self, records: Sequence[EventRecord]) -> None:
        self._records = records
        self._checkpoints: list[Checkpoint] = []
        self._nodes: dict[tuple[int, int], bytes] = {}

    async def last(self) -> Checkpoint | None:
        """See ``Seals``."""
        return self._checkpoints[-1] if self._checkpoints else None

    async def checkpoints(self) -> Sequence[Checkpoint]:
        """See ``Seals``."""
        return tuple(self._checkpoints)

    async def seal(self, make: Callable[[Unsealed], Sealed | None], *, limit: int = 5000) -> Checkpoint | None:
        """See ``Seals``."""
        last = await self.last()
        start = last.size if last else 0
        hashes = tuple(record.hash for record in self._records[start : start + limit])
        if not hashes:
            return None
        sealed = make(Unsealed(last, {name: self._nodes[name] for name in peaks_of(start)}, hashes))
        if sealed is None:
            return None
        self._nodes.update(sealed.nodes)
        self._checkpoints.append(sealed.checkpoint)
        return sealed.checkpoint

    async def leaf(self, stream: str, seq: int) -> int | None:
        """See ``Seals``."""
        for index, name, number in await self.leaves(0, len(self._records)):
            if (name, number) == (stream, seq):
                return index
        return None

    async def leaves_of(self, stream: str) -> Mapping[int, int]:
        """See ``Seals``."""
        return {seq: index for index, name, seq in await self.leaves(0, len(self._records)) if name == stream}

    async def leaves(self, start: int, limit: int) -> Sequence[tuple[int, str, int]]:
        """See ``Seals``."""
        last = await self.last()
        sealed = self._records[: last.size if last else 0][start : start + limit]
        return tuple((start + number, record.stream, record.seq) for number, record in enumerate(sealed))

    async def alike(self, start: int, streams: Sequence[str], seqs: Sequence[int]) -> int:
        """See ``Seals``."""
        return merkle.alike(await self.leaves(start, len(streams)), start, streams, seqs)

    async def nodes(self, names: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """See ``Seals``."""
        return {name: self._nodes[name] for name in names if name in self._nodes}
