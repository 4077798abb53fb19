"""The shape of a file: its JSON, which every other form of it is made of."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.domain.jsontext import MAX_DEPTH, canonical, read
from bot.errors import BadInput
from bot.proving.lines import EventLine, Proof, as_line

KIND = "signoff.file"
VERSION = 1
_DEEPER = 16
"""Levels that a file adds to those that a request may have."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One statement: ``text`` is what is said, ``events`` the events that say it (``7`` is the request's own #7)."""

    label: str
    text: str
    events: tuple[str, ...] = ()
    at: str | None = None
    """When, where the statement is of a moment: RFC 3339 in UTC."""
    before: str | None = None
    """What it was before an edit."""
    note: str | None = None
    claim: bool = False
    """Whether these are somebody's own words, which nobody has checked."""


class Section(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Several statements under a heading; ``intro`` says how to take them."""

    id: str
    title: str
    entries: tuple[Entry, ...]
    intro: str | None = None


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything readable: a title, the whole in a few sentences, the sections, and the last state as JSON."""

    title: str
    summary: str
    sections: tuple[Section, ...]
    state: Any


class Withheld(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event whose payload is kept back: ``shown`` is its canonical JSON with what is sensitive masked.

    The event's digest binds the whole payload and can't be opened here, so only the file's signature speaks for
    ``shown``. None: nothing of it is shown.
    """

    stream: str
    seq: int
    shown: str | None


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The server's signature over the whole file: see ``signed_text``."""

    key_id: str
    signature: str


class DecisionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag=KIND):
    """The file of one decision."""

    version: int
    request: str
    made_at: str
    masked: tuple[str, ...]
    """Names of the arguments that are masked; empty in a file that shows everything."""
    says: Statement
    proof: Proof
    others: tuple[EventLine, ...]
    """Events of other streams that bear on it (agent, policy, pauses), with their way to the proof's checkpoint."""
    withheld: tuple[Withheld, ...]
    signature: Signature | None = None


def unsigned(file: DecisionFile) -> bytes:
    """The canonical text that is signed: the file without its signature."""
    body = msgspec.to_builtins(file)
    body["signature"] = None
    return canonical(body)


def signed_text(request: str, made_at: str, digest: str, key_id: str) -> bytes:
    """What the signature covers; its first line is none that a checkpoint's text can begin with."""
    lines = ("signoff-file", f"request {request}", f"made {made_at}", f"sha256 {digest}", f"key {key_id}")
    return "".join(f"{line}\n" for line in lines).encode()


def write_file(file: DecisionFile) -> bytes:
    """A file as bytes: always the same for the same file."""
    return canonical(msgspec.to_builtins(file)) + b"\n"


def read_file(raw: bytes) -> DecisionFile:
    """What ``write_file`` wrote.

    Raises:
        BadInput: when it is no file of this version, naming what does not fit.
    """
    value = read(raw, what="file", max_depth=MAX_DEPTH + _DEEPER, most_marks=None)
    if not isinstance(value, dict) or value.get("kind") != KIND:
        raise BadInput(f"is no decision file: its kind is not {KIND}", field="kind")
    if value.get("version") != VERSION:
        raise BadInput(f"is version {value.get('version')}; this program reads {VERSION}", field="version")
    return as_line(value, DecisionFile)
