"""Verifying the whole record: chains, tree, checkpoints and views, in one streaming pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from bot.domain.events import EventRecord, EventRow
from bot.errors import BadInput
from bot.ports import Checkpoint, Head, Stray
from bot.proving import views
from bot.proving.chains import Chains, Taken
from bot.proving.checkpoints import SignedCheckpoints
from bot.proving.diagnosing import Evidence, Place, diagnose
from bot.proving.findings import Finding, Findings, Kind, Report
from bot.proving.key_changes import with_changes
from bot.proving.keys import Keyring
from bot.proving.roots import Extent, Leaves, Roots
from bot.proving.trees import Tree
from bot.recording import Changes

T = TypeVar("T")
UNREADABLE = (TypeError, AttributeError, ValueError, OverflowError, BadInput)
"""What reading a row raises whose columns hold what Signoff never wrote there."""


class SealsSource(Leaves, Protocol):
    """What is read of ``bot.ports.Seals``."""

    async def checkpoints(self) -> Sequence[Checkpoint]:
        """See ``Seals``."""
        ...

    async def leaf(self, stream: str, seq: int) -> int | None:
        """See ``Seals``."""
        ...


class Source(Protocol):
    """Where a record is read from: a store, or an export."""

    @property
    def seals(self) -> SealsSource:
        """The tree over it."""
        ...

    async def events(self, stream: str) -> Sequence[EventRecord]:
        """See ``bot.ports.Library``."""
        ...

    async def walk(self, take: Callable[[Iterable[EventRow]], T], *, after: int = 0) -> T:
        """See ``bot.ports.Library``."""
        ...


class ViewedSource(Source, Protocol):
    """A store: a record with its views."""

    async def all_events(self, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, EventRecord]]:
        """See ``bot.ports.Library``."""
        ...

    async def other_heads(self, known: Mapping[str, Head]) -> Mapping[str, Head | None]:
        """See ``bot.ports.Library``."""
        ...

    async def strays(self) -> Sequence[Stray]:
        """See ``bot.ports.Library``."""
        ...

    async def views(self) -> Changes:
        """See ``bot.ports.Library``."""
        ...


Progress = Callable[[int], None]
"""Called with how many more events were dealt with."""


async def verify(store: ViewedSource, keys: Keyring, *, rows: bool = True, progress: Progress | None = None) -> Report:
    """Verify a store's whole record and its views; safe while others write.

    With ``rows`` what is kept beside the record is compared as well: every node of the tree, and every view, rebuilt
    from the events, row by row. That takes far longer than the rest and holds the whole record in memory. Without, a
    stream's place in the views is compared alone, and nodes are looked at only to say which side is wrong.
    """
    check = Verification(store, keys, Extent(keeps_nodes=rows))
    await check.read(progress)
    if not rows and check.doubts:
        check = Verification(store, keys)
        await check.read(progress)
    await check.diagnose()
    heads = check.chains.heads
    others = await store.other_heads(heads)
    check.findings_of(
        await views.judge_heads(
            store, heads, {stream: head for stream, head in others.items() if stream not in check.unreadable}
        )
    )
    said = "not compared"
    if rows and check.findings:
        said = "not compared: the record has to be mended first"
    elif rows:
        said, different = await views.compare_rows(store)
        check.findings_of(different)
    return await check.report(said)


class Verification:
    """One pass over one source: ``read``, then ``diagnose``, then ``report``."""

    def __init__(self, source: Source, keys: Keyring, extent: Extent | None = None) -> None:
        self.findings = Findings()
        self.extent = extent or Extent()
        self.chains = Chains(partial=self.extent.partial)
        self.unreadable: set[str] = set()
        """Streams of which nothing more can be said."""
        self._source = source
        self._keys = keys
        self._tree: Tree
        self._checkpoints: SignedCheckpoints

    def findings_of(self, findings: Iterable[Finding]) -> None:
        """Take findings that others made."""
        for finding in findings:
            self.findings.add(finding)

    @property
    def doubts(self) -> bool:
        """Whether chains or tree are not as they should be, so that the nodes have to say which side is wrong."""
        roots = self._tree.roots
        return bool(self.findings or self.chains.doubtful or roots.missing or roots.rewritten)

    async def read(self, progress: Progress | None = None) -> None:
        """Read every event once and grow the tree over them."""
        seals, extent = self._source.seals, self.extent
        self._checkpoints = SignedCheckpoints(await seals.checkpoints(), await with_changes(self._source, self._keys))
        self.findings_of(self._checkpoints.findings())
        self._tree = Tree(Roots(seals, self._checkpoints, self.findings, extent))
        taken = Taken()
        while taken := await self._source.walk(self.chains.take, after=taken.position):
            await self._tree.take(taken)
            if progress is not None:
                progress(len(taken))
        await self._tree.finish()
        await self._beyond()

    async def _beyond(self) -> None:
        """Leaves that no checkpoint covers: the newest checkpoint is gone, unless a newer one was made meanwhile."""
        size = self._tree.roots.size
        if await self._source.seals.leaves(size, 1) and all(
            checkpoint.size <= size for checkpoint in await self._source.seals.checkpoints()
        ):
            text = "events are sealed that no checkpoint covers: the newest one is gone"
            expected, found = "a checkpoint", f"none after size {size}"
            self.findings.add(Finding(Kind.CHECKPOINT_MISSING, text, leaf=size, expected=expected, found=found))

    async def diagnose(self) -> None:
        """Say what is wrong with each stream that is in doubt."""
        roots, chains = self._tree.roots, self.chains
        doubtful = dict(chains.doubtful)
        doubtful.update(dict.fromkeys(stream for stream, _ in (*roots.missing, *roots.rewritten)))
        for stream in doubtful:
            try:
                records = await self._source.events(stream)
                found = diagnose(stream, records, await self._evidence(stream, records))
                if records:
                    chains.heads[stream] = (records[-1].seq, records[-1].hash)
            except UNREADABLE as error:
                found = [unreadable(stream, error)]
                self.unreadable.add(stream)
            if not found:
                text = "its events stand in another order than they were recorded in"
                found = [Finding(Kind.REORDERED, text, stream, expected="by number", found="another order")]
            self.findings_of(found)
        self.findings_of(self._payloads())

    def _payloads(self) -> Iterable[Finding]:
        for stream, seqs in self.chains.gone.items():
            for seq in seqs:
                text = "its payload is gone though no erasure was recorded after it"
                yield Finding(Kind.PAYLOAD_MISSING, text, stream, seq, expected="a payload", found="nothing")
        for stream, seq in self.chains.unerased.items():
            text = "payloads before this erasure are still there; carry the erasure out again"
            yield Finding(Kind.NOT_ERASED, text, stream, seq, expected="no payload", found="a payload")

    async def _evidence(self, stream: str, records: Sequence[EventRecord]) -> Evidence:
        roots, seals = self._tree.roots, self._source.seals
        leaves = {seq: index for (name, seq), index in roots.missing.items() if name == stream}
        for record in records:
            index = await seals.leaf(stream, record.seq)
            if index is not None:
                leaves[record.seq] = index
        wanted = [(0, index) for index in leaves.values() if index not in roots.untrue]
        kept = await seals.nodes(wanted) if self.extent.keeps_nodes else {}
        sealed = {seq: Place(index, kept.get((0, index))) for seq, index in leaves.items()}
        return Evidence(sealed, roots.sealed_as, partial=self.extent.partial)

    async def report(self, said: str) -> Report:
        """What was verified and found."""
        tree, checkpoints = self._tree, self._checkpoints.all
        return Report(
            events=self.chains.events,
            streams=len(self.chains.heads),
            erased=self.chains.erased,
            checkpoints=len(checkpoints),
            sealed=tree.roots.size,
            sealed_at=checkpoints[-1].at if checkpoints else None,
            unsealed=len(tree.unsealed),
            unsealed_since=await self._since(),
            views=said,
            findings=tuple(self.findings.listed),
            more=self.findings.more,
        )

    async def _since(self) -> datetime | None:
        for place in self._tree.unsealed:
            if (at := await recorded_at(self._source, place)) is not None:
                return at
        return None


async def recorded_at(source: Source, place: tuple[str, int]) -> datetime | None:
    """When the event with this number of a stream was recorded."""
    stream, seq = place
    return next((record.at for record in await source.events(stream) if record.seq == seq), None)


def unreadable(stream: str, error: Exception, seq: int | None = None) -> Finding:
    """Says that an event (without ``seq``, a stream) can't be read."""
    text = f"a column holds what was never written there: {error}"
    return Finding(Kind.UNREADABLE, text, stream, seq, expected="an event", found="something else")
