"""Verifying an export offline: the same checks as on a store, read from a file, with trusted keys alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TypeVar

from bot.domain import merkle
from bot.domain.events import EventRecord, EventRow, row_of
from bot.errors import BadInput
from bot.ports import Checkpoint
from bot.proving.findings import Finding, Kind, Report
from bot.proving.keys import Keyring
from bot.proving.lines import (
    VERSION,
    CheckpointLine,
    EventLine,
    Head,
    Manifest,
    checkpoint_of_line,
    event_of_line,
    hexed,
    read_line,
)
from bot.proving.record import Verification, unreadable
from bot.proving.roots import Extent

T = TypeVar("T")
_STRIDE = 256
"""Events that are walked through at a time."""


async def verify_export(path: Path, keys: Keyring, *, progress: Callable[[int], None] | None = None) -> Report:
    """Verify an export.

    Raises:
        BadInput: when the file is no export of this version, naming the line.
    """
    export = ExportFile(path)
    check = Verification(export, keys, export.extent)
    check.findings_of(export.findings)
    check.findings_of(_bounds(export))
    await check.read(progress)
    check.findings_of(export.unreadable.values())
    await check.diagnose()
    return await check.report("none in an export")


def _bounds(export: ExportFile) -> Iterator[Finding]:
    """A part begins where a checkpoint ends, and that checkpoint's root is that of the tree before it."""
    start, end = export.extent.start, export.head.end
    sizes = {checkpoint.size: checkpoint for checkpoint in export.every_checkpoint}
    for size in {start, end} - {0}:
        if size not in sizes:
            text = f"no checkpoint bounds the file's leaves at {size}"
            yield Finding(Kind.CHECKPOINT_MISSING, text, leaf=size, expected=f"one of size {size}", found="none")
    if start and start in sizes and merkle.root_of(start, export.extent.peaks or {}) != sizes[start].root:
        text = "the tree before the file's first leaf is not the one that was signed"
        found = merkle.root_of(start, export.extent.peaks or {}).hex()
        expected = sizes[start].root.hex()
        yield Finding(Kind.FORGED_CHECKPOINT, text, checkpoint=start, expected=expected, found=found)


class ExportFile:
    """An export as a source of records: read once for its frame, then streamed. ``seals`` is itself."""

    def __init__(self, path: Path) -> None:
        """Raises ``BadInput`` when it is no export of this version."""
        self._path = path
        self.every_checkpoint: list[Checkpoint] = []
        self.findings: list[Finding] = []
        self.unreadable: dict[int, Finding] = {}
        """Events that were passed over because a field of theirs can't be read, by where their lines begin."""
        self._leaves: dict[tuple[str, int], int] = {}
        self._order: list[tuple[int, str, int]] = []
        self._offsets: dict[str, list[int]] = {}
        self.head = self._scan()
        peaks = [hexed(text, "peaks") for text in self.head.peaks]
        names = merkle.peaks_of(self.head.start)
        if len(names) != len(peaks):
            raise BadInput(f"has {len(peaks)} hashes instead of {len(names)}", field="peaks")
        self.extent = Extent(self.head.start, self.head.end, dict(zip(names, peaks, strict=True)), keeps_nodes=False)

    @property
    def seals(self) -> ExportFile:
        """See ``Source``."""
        return self

    def _scan(self) -> Head:
        """Read every line once: frame, checkpoints, where each stream's events stand, and the manifest's claims."""
        digest = sha256()
        head: Head | None = None
        manifest: Manifest | None = None
        events = unsealed = 0
        for number, offset, raw in self._lines():
            line = _read(number, raw)
            if number == 1:
                head = _head(line)
            elif isinstance(line, CheckpointLine):
                self.every_checkpoint.append(checkpoint_of_line(line))
            elif isinstance(line, EventLine):
                events += 1
                unsealed += line.leaf is None
                self._note(line, offset)
            elif isinstance(line, Manifest) and manifest is None:
                manifest = line
                claimed = (manifest.events, manifest.unsealed, manifest.checkpoints, manifest.sha256)
                found = (events, unsealed, len(self.every_checkpoint), digest.hexdigest())
                if claimed != found:
                    self._differs("the file was changed after it was made", str(claimed), str(found))
                continue
            else:
                raise BadInput(f"line {number} does not belong there", field="kind")
            if manifest is not None:
                self._differs("lines follow the last one", "the end", f"line {number}")
            digest.update(raw)
        if head is None:
            raise BadInput("is empty", field="file")
        if manifest is None:
            self._differs("the file's last line is gone: it was cut", "a manifest", "the end")
        self._order.sort()
        self.findings.extend(_outside(head, self._order))
        return head

    def _note(self, line: EventLine, offset: int) -> None:
        self._offsets.setdefault(line.stream, []).append(offset)
        if line.leaf is not None:
            self._leaves[(line.stream, line.seq)] = line.leaf
            self._order.append((line.leaf, line.stream, line.seq))

    def _differs(self, text: str, expected: str, found: str) -> None:
        self.findings.append(Finding(Kind.UNREADABLE, text, stream=str(self._path), expected=expected, found=found))

    def _lines(self, offset: int = 0) -> Iterator[tuple[int, int, bytes]]:
        with self._path.open("rb") as file:
            file.seek(offset)
            for number, raw in enumerate(file, start=1):
                yield number, offset, raw
                offset += len(raw)

    # --- Source -------------------------------------------------------------------------------------------------

    async def walk(self, take: Callable[[Iterable[EventRow]], T], *, after: int = 0) -> T:
        """See ``Source``; a position is the offset that follows the event's line."""
        return take(islice(self._rows(after), _STRIDE))

    def _rows(self, after: int) -> Iterator[EventRow]:
        for _, offset, raw in self._lines(after):
            line = read_line(raw)
            if isinstance(line, EventLine):
                try:
                    record = event_of_line(line)
                except BadInput as error:
                    self.unreadable[offset] = unreadable(line.stream, error, line.seq)
                else:
                    yield row_of(record, offset + len(raw))

    async def events(self, stream: str) -> Sequence[EventRecord]:
        """See ``Source``."""
        found = []
        with self._path.open("rb") as file:
            for offset in self._offsets.get(stream, ()):
                file.seek(offset)
                line = read_line(file.readline())
                if isinstance(line, EventLine):
                    found.append(event_of_line(line))
        return sorted(found, key=lambda record: record.seq)

    async def checkpoints(self) -> Sequence[Checkpoint]:
        """See ``SealsSource``."""
        return self.every_checkpoint

    async def leaf(self, stream: str, seq: int) -> int | None:
        """See ``SealsSource``."""
        return self._leaves.get((stream, seq))

    async def leaves(self, start: int, limit: int) -> Sequence[tuple[int, str, int]]:
        """See ``SealsSource``."""
        first = bisect_left(self._order, (start, "", 0))
        return self._order[first : first + limit]

    async def alike(self, start: int, streams: Sequence[str], seqs: Sequence[int]) -> int:
        """See ``SealsSource``."""
        return merkle.alike(await self.leaves(start, len(streams)), start, streams, seqs)

    async def nodes(self, names: Sequence[merkle.Name]) -> Mapping[merkle.Name, bytes]:
        """See ``SealsSource``: an export keeps none."""
        del names
        return {}


def _read(number: int, raw: bytes) -> object:
    try:
        return read_line(raw)
    except BadInput as error:
        raise BadInput(f"line {number}: {error.message}", field=error.field, remedy=error.remedy) from error


def _outside(head: Head, order: Sequence[tuple[int, str, int]]) -> Iterator[Finding]:
    for leaf, stream, seq in order:
        if not head.start <= leaf < head.end:
            text = "it claims a leaf outside of what the file says it holds"
            expected = f"leaves {head.start} to {head.end - 1}"
            yield Finding(Kind.INSERTED, text, stream, seq, leaf, expected=expected, found=str(leaf))


def _head(line: object) -> Head:
    if not isinstance(line, Head):
        raise BadInput("does not begin as an export does", field="file", remedy="`signoff audit export` makes one")
    if line.version != VERSION:
        raise BadInput(f"is version {line.version}; this program reads {VERSION}", field="version")
    if not 0 <= line.start <= line.end:
        raise BadInput("is not a range of leaves", field="end")
    return line
