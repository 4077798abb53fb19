"""Verifying a selected file offline: its manifest, its rows, their chains, and the way of each to the signed root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from bot.domain import merkle
from bot.domain.events import EventRecord, row_of
from bot.errors import BadInput
from bot.ports import Checkpoint
from bot.proving.chains import Chains
from bot.proving.diagnosing import Evidence, diagnose
from bot.proving.findings import Finding, Findings, Kind, Report
from bot.proving.growing import Growing
from bot.proving.keys import Keyring
from bot.proving.lines import EventLine, checkpoint_of_line, event_of_line, hexed
from bot.proving.manifests import FileManifest, line_of, read_manifest, row_digest, vouched
from bot.proving.tables import rows_of

_READ = 1 << 20


def verify_selected(
    path: Path, beside: Path, keys: Keyring, *, progress: Callable[[int], None] | None = None
) -> Report:
    """Verify an exported file by the manifest ``beside`` it, with trusted keys alone.

    It proves that each sealed row is an event of the sealed record, that the rows of a stream follow one another, and
    that file and manifest are those that were made. It can't prove that whoever made them left no request out; the
    whole export can.

    Raises:
        BadInput: when the manifest can't be read.
    """
    return _Verifying(path, read_manifest(beside), keys).report(progress)


class _Verifying:
    def __init__(self, path: Path, manifest: FileManifest, keys: Keyring) -> None:
        self._path = path
        self._manifest = manifest
        self._keys = keys
        self._findings = Findings()
        self._chains = Chains(partial=manifest.selection.since is not None)
        self._rows = 0
        self._unsealed = 0
        self._unsealed_since: datetime | None = None
        self._root = Growing()
        self._checkpoint: Checkpoint | None = None

    def report(self, progress: Callable[[int], None] | None) -> Report:
        manifest = self._manifest
        self._frame()
        try:
            self._read(progress)
        except BadInput as error:
            self._differs(f"a row can't be read: {error.message}", "an event", "something else", Kind.UNREADABLE)
        self._counts()
        self._diagnose()
        self._payloads()
        return Report(
            events=self._rows,
            streams=len(self._chains.heads),
            erased=self._chains.erased,
            checkpoints=0 if manifest.checkpoint is None else 1,
            sealed=self._rows - self._unsealed,
            sealed_at=None if self._checkpoint is None else self._checkpoint.at,
            unsealed=self._unsealed,
            unsealed_since=self._unsealed_since,
            views="none in an export",
            findings=tuple(self._findings.listed),
            more=self._findings.more,
        )

    def _frame(self) -> None:
        """The signatures, and the file as a whole."""
        manifest, keys = self._manifest, self._keys
        trusted = f"a signature by {' or '.join(keys.ids)}"
        if not vouched(manifest, keys):
            text = "the manifest's signature does not fit: it was changed, or another key signed it"
            self._differs(text, trusted, f"{manifest.signature} by {manifest.key_id}", Kind.FORGED_SIGNATURE)
        if manifest.checkpoint is not None:
            self._checkpoint = checkpoint_of_line(manifest.checkpoint)
            if not keys.signed(self._checkpoint):
                text = "the checkpoint's signature does not fit, or its key is not trusted"
                found = f"{self._checkpoint.signature.hex()} by {self._checkpoint.key_id}"
                size = self._checkpoint.size
                self._findings.add(Finding(Kind.FORGED_SIGNATURE, text, checkpoint=size, expected=trusted, found=found))
        length, digest = _digest(self._path)
        if (length, digest) != (manifest.bytes, manifest.sha256):
            expected, found = f"{manifest.bytes} bytes, {manifest.sha256}", f"{length} bytes, {digest}"
            self._differs("the file is not the one that the manifest was made of", expected, found, Kind.UNREADABLE)

    def _read(self, progress: Callable[[int], None] | None) -> None:
        for row in rows_of(self._path, self._manifest.format):
            line = line_of(row)
            self._root.leaf(merkle.leaf_hash(row_digest(row)))
            record = event_of_line(line)
            self._chains.take((row_of(record),))
            self._include(line, record)
            self._rows += 1
            if progress is not None:
                progress(1)

    def _include(self, line: EventLine, record: EventRecord) -> None:
        if line.leaf is None:
            self._unsealed += 1
            self._unsealed_since = min(self._unsealed_since or record.at, record.at)
            return
        root, checkpoint = None, self._checkpoint
        if checkpoint is not None:
            path = [hexed(text, "path") for text in line.path or ()]
            root = merkle.root_from_inclusion(merkle.leaf_hash(record.hash), line.leaf, checkpoint.size, path)
            if root == checkpoint.root:
                return
        self._findings.add(
            Finding(
                Kind.CHANGED,
                "it is not what was sealed there",
                record.stream,
                record.seq,
                line.leaf,
                expected="a checkpoint" if checkpoint is None else checkpoint.root.hex(),
                found="a path of another length" if root is None else root.hex(),
            )
        )

    def _counts(self) -> None:
        manifest = self._manifest
        claimed = (manifest.rows, manifest.unsealed, manifest.rows_root)
        found = (self._rows, self._unsealed, self._root.root.hex())
        if claimed != found:
            text = "the rows are not those that the manifest was made of"
            self._differs(text, _said(*claimed), _said(*found), Kind.UNREADABLE)

    def _diagnose(self) -> None:
        doubtful = self._chains.doubtful
        if not doubtful:
            return
        held: dict[str, list[EventRecord]] = {stream: [] for stream in doubtful}
        for record in self._records():
            if record.stream in held:
                held[record.stream].append(record)
        partial = Evidence(partial=self._manifest.selection.since is not None)
        for stream, records in held.items():
            found = diagnose(stream, sorted(records, key=lambda record: record.seq), partial)
            if not found:
                text = "its events stand in another order than they were recorded in"
                found = [Finding(Kind.REORDERED, text, stream, expected="by number", found="another order")]
            for finding in found:
                self._findings.add(finding)

    def _records(self) -> Iterator[EventRecord]:
        try:
            for row in rows_of(self._path, self._manifest.format):
                yield event_of_line(line_of(row))
        except BadInput:  # named already, when it was read first
            return

    def _payloads(self) -> None:
        if self._manifest.selection.until is not None:  # the erasure that says so may have come later
            return
        for stream, seqs in self._chains.gone.items():
            for seq in seqs:
                text = "its payload is gone though no erasure came after it"
                found = Finding(Kind.PAYLOAD_MISSING, text, stream, seq, expected="a payload", found="nothing")
                self._findings.add(found)
        for stream, seq in self._chains.unerased.items():
            text = "payloads before this erasure are still there"
            self._findings.add(Finding(Kind.NOT_ERASED, text, stream, seq, expected="no payload", found="a payload"))

    def _differs(self, text: str, expected: str, found: str, kind: Kind) -> None:
        self._findings.add(Finding(kind, text, f"{self._path.name}: {text}", expected=expected, found=found))


def _said(rows: int, unsealed: int, root: str) -> str:
    return f"{rows} rows, {unsealed} of them unsealed, root {root}"


def _digest(path: Path) -> tuple[int, str]:
    length, digest = 0, sha256()
    try:
        with path.open("rb") as file:
            while raw := file.read(_READ):
                length += len(raw)
                digest.update(raw)
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}", field="file") from error
    return length, digest.hexdigest()
