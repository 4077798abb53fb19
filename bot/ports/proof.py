"""Proof: the Merkle tree over the record, and who signs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec


class Checkpoint(msgspec.Struct, frozen=True, gc=False):
    """A signed statement of the whole record: the RFC 6962 root over its first ``size`` leaves."""

    size: int
    root: bytes
    at: datetime
    previous: bytes
    """SHA-256 of the checkpoint before it (32 zero bytes for the first)."""
    key_id: str
    signature: bytes


class Unsealed(msgspec.Struct, frozen=True, gc=False):
    """What the next checkpoint starts from: the newest one, the peaks of its tree, and the events since, in order.

    A node is named ``(level, index)``: level 0 are leaves, ``(l, i)`` covers leaves ``i * 2**l`` to ``(i+1) * 2**l``.
    Only complete subtrees are kept.
    """

    last: Checkpoint | None
    peaks: Mapping[tuple[int, int], bytes]
    hashes: tuple[bytes, ...]
    """Chain hashes (``EventRecord.hash``) of the events that follow, oldest first."""


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """A new checkpoint, and every complete node that it adds (leaves included)."""

    checkpoint: Checkpoint
    nodes: Mapping[tuple[int, int], bytes]


class Seals(Protocol):
    """Where the Merkle tree over the record is kept."""

    async def last(self) -> Checkpoint | None:
        """The newest checkpoint."""
        ...

    async def checkpoints(self) -> Sequence[Checkpoint]:
        """All of them, oldest first."""
        ...

    async def seal(self, make: Callable[[Unsealed], Sealed | None], *, limit: int = 5000) -> Checkpoint | None:
        """Append the oldest unsealed events to the tree in one transaction.

        Only events older than every transaction still running are given to ``make``, so that no late commit lands
        before a sealed one. One process seals at a time; None when another does or there is nothing to seal.
        """
        ...

    async def leaf(self, stream: str, seq: int) -> int | None:
        """The leaf index of an event; None while it is unsealed."""
        ...

    async def leaves_of(self, stream: str) -> Mapping[int, int]:
        """The leaf index of each sealed event of a stream, by its number."""
        ...

    async def leaves(self, start: int, limit: int) -> Sequence[tuple[int, str, int]]:
        """``(index, stream, seq)`` from ``start`` on, in order."""
        ...

    async def alike(self, start: int, streams: Sequence[str], seqs: Sequence[int]) -> int:
        """How many of these events, from the first on, are sealed side by side as the leaves from ``start`` on."""
        ...

    async def nodes(self, names: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """The hashes of complete nodes by name; a missing one is left out."""
        ...


class Signer(Protocol):
    """Signs checkpoints."""

    @property
    def key_id(self) -> str:
        """Which key signs: the first 16 hex digits of the SHA-256 of its public part."""
        ...

    def sign(self, data: bytes) -> bytes:
        """An Ed25519 signature (64 bytes)."""
        ...
