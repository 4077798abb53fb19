"""The manifest beside an exported file: what the file holds, bound by digests and signed by who made it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
import orjson

from bot.domain.jsontext import canonical, read
from bot.errors import BadInput
from bot.ports import Signer
from bot.proving.keys import Keyring
from bot.proving.lines import CheckpointLine, EventLine, as_line, hexed
from bot.proving.selecting import Selection

VERSION = 1
SUFFIX = ".manifest.json"
FORMATS = ("jsonl", "csv", "parquet")
COLUMNS = (
    "leaf", "stream", "seq", "type", "at", "actor", "surface", "payload", "salt", "digest", "prev", "hash", "path",
)  # fmt: skip
"""A row, in every format: the event's fields, its place in the tree, and its path (hashes with spaces between)."""
_LABEL = b"signoff export manifest v1\n"

Row = tuple[int | str | None, ...]
"""The values of ``COLUMNS``."""


class FileManifest(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="signoff.manifest", kw_only=True
):
    """What a file of events holds. Hashes and signature are hex."""

    version: int
    made_at: str
    format: str
    selection: Selection
    rows: int
    unsealed: int
    """Rows that no checkpoint covered yet: they stand there without proof."""
    bytes: int
    sha256: str
    """Of the whole file."""
    rows_root: str
    """The RFC 6962 root over the digests of the rows, in order: the same in every format."""
    checkpoint: CheckpointLine | None
    """The one to whose root every path leads."""
    public_key: str
    """For convenience: trust the key that you were given, not this one."""
    key_id: str
    signature: str = ""


def row_of(line: EventLine) -> Row:
    """An event's line as a row."""
    path = " ".join(line.path) if line.path else None  # the only leaf of a tree has nothing on its path
    return tuple(path if name == "path" else getattr(line, name) for name in COLUMNS)


def line_of(row: Row) -> EventLine:
    """The line that a row says.

    Raises:
        BadInput: naming what does not fit.
    """
    values: dict[str, object] = dict(zip(COLUMNS, row, strict=True))
    path = values["path"]
    values["path"] = path.split() if isinstance(path, str) else None if values["leaf"] is None else []
    return as_line({"kind": "event", **values}, EventLine)


def row_digest(row: Row) -> bytes:
    """SHA-256 of the row's values as a canonical JSON list."""
    return sha256(orjson.dumps(row)).digest()


def signed(manifest: FileManifest, signer: Signer) -> FileManifest:
    """The manifest with its signature."""
    named = msgspec.structs.replace(manifest, key_id=signer.key_id, signature="")
    return msgspec.structs.replace(named, signature=signer.sign(_text(named)).hex())


def vouched(manifest: FileManifest, keys: Keyring) -> bool:
    """Whether a trusted key signed just this manifest."""
    signature = hexed(manifest.signature, "signature", None)
    return keys.verifies(manifest.key_id, signature, _text(msgspec.structs.replace(manifest, signature="")))


def write_manifest(path: Path, manifest: FileManifest) -> Path:
    """Write it beside the file; returns where."""
    beside = manifest_path(path)
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    return beside


def read_manifest(path: Path) -> FileManifest:
    """The manifest in a file.

    Raises:
        BadInput: when it is none of this version.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"the manifest {path} can't be read: {error.strerror}",
            field="file",
            remedy="keep it beside the exported file, under the name that it was written with",
        ) from error
    manifest = as_line(read(raw, what="manifest", most_marks=None), FileManifest)
    if manifest.version != VERSION:
        raise BadInput(f"is version {manifest.version}; this program reads {VERSION}", field="version")
    if manifest.format not in FORMATS:
        raise BadInput(f"is none of {', '.join(FORMATS)}", field="format")
    return manifest


def manifest_path(path: Path) -> Path:
    """Where the manifest of an exported file is."""
    return path.with_name(path.name + SUFFIX)


def _text(manifest: FileManifest) -> bytes:
    return _LABEL + canonical(msgspec.to_builtins(manifest))
