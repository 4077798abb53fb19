"""Drawing: a file as what is to be seen of it, the same on a page and on paper; both only set it in type."""

from __future__ import annotations

from typing import Any

from bot.cards.plaintext import plain, words
from bot.filing.explaining import CHECK, READ, about_copy
from bot.filing.shape import DecisionFile, Entry
from bot.proving.lines import EventLine

LAYOUT = 1
"""Counts up with every change of what a page or paper looks like: an older one can't be compared byte by byte."""
Json = dict[str, Any]


def drawn(file: DecisionFile) -> Json:
    """Everything that is shown, as texts."""
    says = file.says
    return {
        "title": says.title,
        "request": file.request,
        "made": instant(file.made_at),
        "summary": says.summary,
        "copy": about_copy(file),
        "read": list(READ),
        "check": list(CHECK),
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "intro": section.intro or "",
                "entries": [_entry(entry) for entry in section.entries],
            }
            for section in says.sections
        ],
        "proof": _proof(file),
        "events": [_event(line, file, str(line.seq)) for line in file.proof.events]
        + [_event(line, file, f"{line.stream}#{line.seq}") for line in file.others],
    }


def _entry(entry: Entry) -> Json:
    return {
        "label": entry.label,
        "text": entry.text,
        "at": instant(entry.at) if entry.at else "",
        "before": entry.before,
        "note": entry.note or "",
        "claim": entry.claim,
        "events": [(ref, short(ref)) for ref in entry.events],
    }


def _proof(file: DecisionFile) -> list[tuple[str, str]]:
    checkpoint, signature = file.proof.checkpoint, file.signature
    lines = [*file.proof.events, *file.others]
    open_ = sum(line.leaf is None for line in lines)
    rows = [("Events in this file", f"{len(lines)}, of which {len(lines) - open_} are sealed and proven")]
    if open_:
        rows.append(
            ("Not yet sealed", f"{open_}: no signature of the record speaks for these; make the file again later")
        )
    if checkpoint is not None:
        rows += [
            ("Checkpoint", f"over the first {checkpoint.size} events of the record, made {instant(checkpoint.at)}"),
            ("Root (SHA-256)", checkpoint.root),
            ("Signed by key", checkpoint.key_id),
            ("Signature (Ed25519)", checkpoint.signature),
        ]
    else:
        rows.append(("Checkpoint", "none: nothing was sealed yet"))
    if signature is not None:
        rows += [("This file is signed by key", signature.key_id), ("Its signature", signature.signature)]
    return rows


def _event(line: EventLine, file: DecisionFile, name: str) -> Json:
    kept = any((one.stream, one.seq) == (line.stream, line.seq) for one in file.withheld)
    content = "kept back in this copy" if kept else "erased" if line.payload is None else "in this file"
    return {
        "ref": name,
        "number": short(name),
        "stream": line.stream if "#" in name else "",
        "at": instant(line.at),
        "what": f"{words(line.type.partition('.')[2])} ({plain(line.type)})",
        "who": plain(line.actor) + (f", {plain(line.surface)}" if line.surface else ""),
        "content": content,
        "digest": line.digest,
        "hash": line.hash,
        "leaf": "not sealed yet"
        if line.leaf is None
        else f"leaf {line.leaf}, {len(line.path or ())} steps to the root",
        "path": list(line.path or ()),
    }


def short(ref: str) -> str:
    """How a reader finds an event: ``7``, or of another stream ``policy 3``."""
    stream, mark, seq = ref.rpartition("#")
    kind, _, name = stream.partition(":")
    return f"{name if kind == 'ledger' else kind} {seq}" if mark else ref


def instant(at: str) -> str:
    """``2026-03-02T15:00:00.250000Z`` as people read it; microseconds where there are any."""
    day, _, rest = plain(at).partition("T")
    clock = rest.removesuffix("Z").removesuffix(".000000")
    return f"{day} {clock} UTC" if clock else day
