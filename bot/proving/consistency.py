"""Consistency between two exports: whether the newer contains the older, by an RFC 6962 consistency proof.

Both are verified by themselves first. Then the newer one's own leaves make the proof that its tree begins with the tree
that the older one's checkpoint was signed over; where it does not, the events that differ are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import msgspec

from bot.domain import merkle
from bot.domain.events import EventRecord
from bot.errors import BadInput
from bot.ports import Checkpoint
from bot.proving.files import ExportFile, verify_export
from bot.proving.findings import Finding, Findings, Kind
from bot.proving.growing import Growing
from bot.proving.key_changes import with_changes
from bot.proving.keys import Keyring
from bot.proving.lines import EventLine, event_of_line, read_line
from bot.proving.notes import compare_kept


class Consistency(msgspec.Struct, frozen=True):
    """What comparing two exports came to; sizes are leaves."""

    old_size: int
    new_size: int
    compared: int
    """Events of the older one that the newer one was searched for."""
    erased_since: int
    """Events whose payload was erased between the two: no difference, as its digest still stands."""
    proof: tuple[str, ...]
    """The RFC 6962 consistency proof between the two sizes, hex; empty where the sizes are the same."""
    findings: tuple[Finding, ...]
    more: int = 0

    @property
    def ok(self) -> bool:
        """Whether the newer one contains the older one."""
        return not self.findings


async def compare_exports(old: Path, new: Path, keys: Keyring) -> Consistency:
    """Compare two whole exports (or parts by time) of one record, with trusted keys alone.

    Raises:
        BadInput: when one of them is no export, or the newer one begins after the older one's end.
    """
    findings = Findings()
    for name, path in (("the older", old), ("the newer", new)):
        for finding in (await verify_export(path, keys)).findings:
            findings.add(msgspec.structs.replace(finding, text=f"{name} export by itself: {finding.text}"))
    newer = ExportFile(new)
    return _Comparing(ExportFile(old), newer, await with_changes(newer, keys), findings).result(old, new)


class _Comparing:
    def __init__(self, old: ExportFile, new: ExportFile, keys: Keyring, findings: Findings) -> None:
        self._old = old
        self._new = new
        self._keys = keys
        self._findings = findings
        self._compared = self._erased = 0
        if new.head.start > old.head.end:
            raise BadInput(
                f"begins at leaf {new.head.start}, after the older one's end at {old.head.end}",
                field="new",
                remedy="export the newer one from an earlier time, or whole",
            )

    def result(self, old: Path, new: Path) -> Consistency:
        proof = self._tree(new)
        self._checkpoints()
        self._events(old, new)
        sizes = (self._old.head.end, self._new.head.end)
        hexed = tuple(hashed.hex() for hashed in proof)
        return Consistency(
            *sizes, self._compared, self._erased, hexed, tuple(self._findings.listed), self._findings.more
        )

    # --- the trees ----------------------------------------------------------------------------------------------

    def _tree(self, path: Path) -> list[bytes]:
        """The proof that the newer tree begins with the older one."""
        old, new = self._old.head.end, self._new.head.end
        if new < old:
            text = f"the newer export ends before the older one: leaves {new} to {old - 1} are gone"
            self._findings.add(
                Finding(Kind.CUT_TAIL, text, leaf=new, expected=f"{old} leaves or more", found=f"{new} leaves")
            )
            return []
        if old == 0:
            return []
        ranges = merkle.consistency_ranges(old, new)
        nodes = self._grown(path, {*merkle.names_in(ranges), *merkle.peaks_of(old), *merkle.peaks_of(new)})
        if nodes is None:
            return []
        proof = merkle.hashes_of(ranges, nodes)
        signed = _of_size(self._old.every_checkpoint, old)
        root = merkle.root_of(old, nodes)
        if signed is None or not merkle.consistent(old, signed.root, new, merkle.root_of(new, nodes), proof):
            text = "the newer tree does not begin with the tree that the older one's checkpoint was signed over"
            expected = "a checkpoint of that size" if signed is None else signed.root.hex()
            found = Finding(Kind.FORGED_CHECKPOINT, text, checkpoint=old, expected=expected, found=root.hex())
            self._findings.add(found)
        return proof

    def _grown(self, path: Path, wanted: set[merkle.Name]) -> dict[merkle.Name, bytes] | None:
        """The wanted nodes of the newer tree, grown over its own leaves; None where leaves are gone."""
        head = self._new.head
        peaks = self._new.extent.peaks or {}
        kept: dict[merkle.Name, bytes] = dict(peaks)

        def see(name: merkle.Name, hashed: bytes) -> None:
            if name in wanted:
                kept[name] = hashed

        tree = Growing(head.start, [peaks[name] for name in merkle.peaks_of(head.start)], seen=see)
        for leaf, record in _sealed(path):
            if leaf != tree.size:
                return None  # named already, when the export was verified by itself
            tree.leaf(merkle.leaf_hash(record.hash))
        return kept if wanted <= kept.keys() else None

    def _checkpoints(self) -> None:
        size = self._new.head.end
        for checkpoint in self._old.every_checkpoint:
            if checkpoint.size <= size:
                for finding in compare_kept(checkpoint, self._new.every_checkpoint, self._keys):
                    self._findings.add(finding)

    # --- the events ---------------------------------------------------------------------------------------------

    def _events(self, old: Path, new: Path) -> None:
        """Each event of the older one has to stand in the newer one: the sealed ones at their leaf."""
        start, end = self._new.head.start, self._new.head.end
        newer = _sealed(new)
        theirs = next(newer, None)
        for leaf, record in _sealed(old):
            if not start <= leaf < end:
                continue
            while theirs is not None and theirs[0] < leaf:
                theirs = next(newer, None)
            self._compare(record, leaf, theirs[1] if theirs is not None and theirs[0] == leaf else None)
        self._loose(old, new)

    def _loose(self, old: Path, new: Path) -> None:
        """What was unsealed in the older one: wherever it stands in the newer one."""
        loose = {(record.stream, record.seq): record for leaf, record in _placed(old) if leaf is None}
        found: dict[tuple[str, int], EventRecord] = {}
        if loose:
            found = {
                (record.stream, record.seq): record
                for _, record in _placed(new)
                if (record.stream, record.seq) in loose
            }
        for place, record in loose.items():
            self._compare(record, None, found.get(place))

    def _compare(self, record: EventRecord, leaf: int | None, found: EventRecord | None) -> None:
        self._compared += 1
        if found is not None and found.hash == record.hash:
            self._erased += record.payload is not None and found.payload is None
            return
        sealed = "it" if leaf is not None else "it was unsealed and"
        if found is None:
            kind, text, other = Kind.REMOVED, f"{sealed} stands in the older export and not in the newer one", "nothing"
        elif (found.stream, found.seq) == (record.stream, record.seq):
            kind, text, other = Kind.CHANGED, f"{sealed} is another event in the newer export", found.hash.hex()
        else:
            kind, text = Kind.REORDERED, "another event stands at its leaf in the newer export"
            other = f"{found.stream} #{found.seq}"
        expected = record.hash.hex()
        self._findings.add(Finding(kind, text, record.stream, record.seq, leaf, expected=expected, found=other))


def _of_size(checkpoints: list[Checkpoint], size: int) -> Checkpoint | None:
    return next((one for one in checkpoints if one.size == size), None)


def _placed(path: Path) -> Iterator[tuple[int | None, EventRecord]]:
    """The events of an export as they stand there."""
    with path.open("rb") as file:
        for raw in file:
            line = read_line(raw)
            if isinstance(line, EventLine):
                yield line.leaf, event_of_line(line)


def _sealed(path: Path) -> Iterator[tuple[int, EventRecord]]:
    """Those with a leaf, in order; of several at one leaf the first (verifying names the others)."""
    placed = ((leaf, record) for leaf, record in _placed(path) if leaf is not None)
    for _, same in groupby(placed, key=lambda one: one[0]):
        yield next(same)
