"""Exporting what was selected: a file of events in one of several formats, and a signed manifest beside it.

Each event stands there with its way to one signed root, so that a part is verified offline as a part of the sealed
whole. Neither the part nor the record is ever held in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.domain.merkle import leaf_hash
from bot.ports import Store
from bot.proving.exports import Span
from bot.proving.growing import Growing
from bot.proving.key_changes import KeyedSigner
from bot.proving.lines import line_of_checkpoint
from bot.proving.manifests import VERSION, FileManifest, row_digest, row_of, signed, write_manifest
from bot.proving.selecting import Selection, selected
from bot.proving.tables import Digesting, writer_of
from bot.recording import timestamp


async def export_selected(
    store: Store,
    signer: KeyedSigner,
    now: datetime,
    path: Path,
    format_: str,
    wanted: Selection,
    span: Span,
    *,
    progress: Callable[[int], None] | None = None,
) -> FileManifest:
    """Write the events that are wanted to ``path``, and the manifest beside it.

    Raises:
        BadInput: when the format is unknown or can't be written here, or the tree's nodes are gone.
    """
    checkpoint = await store.seals.last()
    root, rows, unsealed = Growing(), 0, 0
    with path.open("wb") as raw:
        file = Digesting(raw)
        with writer_of(format_, file) as writer:
            async for lines in selected(store, wanted, span, checkpoint):
                writer.write(lines)
                for line in lines:
                    root.leaf(leaf_hash(row_digest(row_of(line))))
                rows += len(lines)
                unsealed += sum(line.leaf is None for line in lines)
                if progress is not None:
                    progress(len(lines))
    manifest = FileManifest(
        version=VERSION,
        made_at=timestamp(now),
        format=format_,
        selection=wanted,
        rows=rows,
        unsealed=unsealed,
        bytes=file.length,
        sha256=file.hexdigest,
        rows_root=root.root.hex(),
        checkpoint=None if checkpoint is None else line_of_checkpoint(checkpoint),
        public_key=signer.public_key.line,
        key_id=signer.key_id,
    )
    manifest = signed(manifest, signer)
    write_manifest(path, manifest)
    return manifest
