"""What verifying says: named findings, each with its place and what was expected there, and the counts beside them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """The names of what can be wrong."""

    CHANGED = "changed"
    """An event is not what was recorded."""
    REMOVED = "removed"
    """An event is gone from among others."""
    REORDERED = "reordered"
    """An event stands at another place than it was recorded at."""
    INSERTED = "inserted"
    """An event stands in the record that was not recorded."""
    CUT_TAIL = "cut_tail"
    """The newest events, of a stream or of the whole, are gone."""
    PAYLOAD_MISSING = "payload_missing"
    """A payload is gone though no erasure was recorded."""
    NOT_ERASED = "not_erased"
    """An erasure was recorded, and yet the payload is still there."""
    FORGED_CHECKPOINT = "forged_checkpoint"
    """A checkpoint says of the record what is not so."""
    FORGED_SIGNATURE = "forged_signature"
    """A checkpoint was not signed by a trusted key, or was changed after it was."""
    CHECKPOINT_MISSING = "checkpoint_missing"
    """A checkpoint is gone."""
    NODE_CHANGED = "node_changed"
    """A hash that is kept for making proofs is not the one that follows from the events."""
    VIEW_DIFFERS = "view_differs"
    """A row is not what the events say."""
    STATEMENT_DIFFERS = "statement_differs"
    """A file says in words what does not follow from its events."""
    PAGE_DIFFERS = "page_differs"
    """What is to be seen of a file is not what its data says."""
    UNREADABLE = "unreadable"
    """An event or a line of a file can't be read."""


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong: what, where, what was expected there and what was found."""

    kind: Kind
    text: str
    stream: str | None = None
    seq: int | None = None
    leaf: int | None = None
    """The event's place in the tree, when it is sealed; 0 is the first."""
    checkpoint: int | None = None
    """The checkpoint's size."""
    expected: str | None = None
    found: str | None = None

    @property
    def place(self) -> str:
        """Where, in words."""
        parts = [f"{self.stream} #{self.seq}" if self.seq is not None else self.stream or ""]
        if self.leaf is not None:
            parts.append(f"leaf {self.leaf}")
        if self.checkpoint is not None:
            parts.append(f"checkpoint {self.checkpoint}")
        return ", ".join(filter(None, parts))


class Report(msgspec.Struct, frozen=True):
    """What was verified and what was found; of more than ``MOST`` findings, ``more`` says how many are not listed."""

    events: int
    streams: int
    erased: int
    """Events whose payload was erased, with an erasure event that says so."""
    checkpoints: int
    sealed: int
    """Events that a checkpoint covers."""
    sealed_at: datetime | None
    """When the newest checkpoint was made."""
    unsealed: int
    """Events that no checkpoint covers yet: only their chains and the views speak for them."""
    unsealed_since: datetime | None
    """When the oldest of these was recorded."""
    views: str
    """``compared``, ``not compared``, or why they could not be."""
    findings: tuple[Finding, ...]
    more: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


MOST = 1000


class Findings:
    """Collects what is found, each once, and counts what is past ``MOST``."""

    def __init__(self) -> None:
        self.listed: list[Finding] = []
        self.more = 0
        self._seen: set[tuple[object, ...]] = set()

    def __bool__(self) -> bool:
        return bool(self.listed)

    def add(self, finding: Finding) -> None:
        """Take one, unless the same kind was found at the same place."""
        place = (finding.kind, finding.stream or finding.leaf, finding.seq, finding.checkpoint)
        if place in self._seen:
            return
        if len(self.listed) >= MOST:
            self.more += 1
            return
        self._seen.add(place)
        self.listed.append(finding)
