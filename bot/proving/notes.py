"""Checkpoints that were kept elsewhere: whoever holds one can tell that the record was cut or rewritten since.

Against somebody who can write to the database *and* remove its newest checkpoints, nothing inside of it helps; a
checkpoint that was printed, mailed or kept by another party does.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Sequence
from datetime import datetime

from bot.errors import BadInput
from bot.ports import Checkpoint
from bot.proving.findings import Finding, Kind
from bot.proving.keys import Keyring
from bot.sealing import checkpoint_digest, text_of

_MARK = "\N{EM DASH} "
_LINES = 6
_NOTE = re.compile(r"(?:[^\n]+\n){6}\n\N{EM DASH} [^\n]+(?:\n|\Z)")
"""Six lines, an empty one, and the signature's."""
_SHORT = 4


def read_note(text: str) -> Checkpoint:
    """The checkpoint that a signed note says, as ``bot.sealing.note_of`` writes it.

    Raises:
        BadInput: when it is no such note.
    """
    try:
        found = _read(text)
    except (ValueError, binascii.Error) as error:
        raise BadInput(
            f"is no checkpoint: {error}", field="checkpoint", remedy="give what `signoff audit checkpoint` printed"
        ) from error
    return found


def read_notes(text: str) -> list[Checkpoint]:
    """Every checkpoint in a text of one signed note or of many, one after the other, as they are published.

    Raises:
        BadInput: when there is none, or something else stands among them, naming the line.
    """
    found: list[Checkpoint] = []
    end = 0
    for match in _NOTE.finditer(text):
        _require_blank(text, end, match.start())
        found.append(read_note(match[0]))
        end = match.end()
    if not found:
        return [read_note(text)]
    _require_blank(text, end, len(text))
    return found


def _require_blank(text: str, start: int, end: int) -> None:
    between = text[start:end]
    if between.strip():
        line = text.count("\n", 0, start + len(between) - len(between.lstrip())) + 1
        raise BadInput(f"line {line} belongs to no signed note: the file was changed or cut", field="checkpoint")


def _read(text: str) -> Checkpoint:
    body, _, signature = text.strip().partition("\n\n")
    lines = body.splitlines()
    if len(lines) != _LINES or not signature.startswith(_MARK):
        raise ValueError("it has not the form of one")
    _, size, root, at, previous, key = lines
    found = Checkpoint(
        size=int(size),
        root=b64decode(root, validate=True),
        at=datetime.fromisoformat(at.removeprefix("at ")),
        previous=bytes.fromhex(previous.removeprefix("previous ")),
        key_id=key.removeprefix("key "),
        signature=b64decode(signature.split(" ")[-1], validate=True)[_SHORT:],
    )
    if text_of(found).decode() != body + "\n":
        raise ValueError("its lines are not written as a checkpoint's are")
    return found


def compare_kept(kept: Checkpoint, checkpoints: Sequence[Checkpoint], keys: Keyring) -> list[Finding]:
    """Whether a checkpoint that was kept elsewhere is still one of the record's."""
    if not keys.signed(kept):
        text = "the checkpoint that was kept elsewhere was not signed by a trusted key"
        expected = f"a signature by {' or '.join(keys.ids)}"
        return [Finding(Kind.FORGED_SIGNATURE, text, checkpoint=kept.size, expected=expected, found=kept.key_id)]
    same = next((one for one in checkpoints if one.size == kept.size), None)
    if same is not None and checkpoint_digest(same) == checkpoint_digest(kept):
        return []
    largest = max((one.size for one in checkpoints), default=0)
    if largest < kept.size:
        text = "the record was cut: it once reached further than its newest checkpoint"
        found = f"{largest} events"
        return [Finding(Kind.CUT_TAIL, text, checkpoint=kept.size, expected=f"{kept.size} events", found=found)]
    text = "the record is not the one that this checkpoint was made of"
    found = "another of that size" if same is not None else "none of that size"
    expected = f"root {kept.root.hex()}"
    return [Finding(Kind.CHECKPOINT_MISSING, text, checkpoint=kept.size, expected=expected, found=found)]
