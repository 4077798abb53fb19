"""The Merkle tree of RFC 6962 (section 2.1; RFC 9162 says the same), by its complete subtrees.

A node is named ``(level, index)``: ``(0, i)`` is leaf ``i``, ``(l, i)`` covers the leaves from ``i * 2**l`` up to
``(i + 1) * 2**l``. Only nodes all of whose leaves exist are ever kept; such a node never changes again. What the RFC
calls the hash of any range of leaves is a fold over a few complete nodes, so proofs are made from kept nodes alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import count, takewhile
from operator import eq

Name = tuple[int, int]

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256 over a zero byte and the entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 over a one byte and both children."""
    return sha256(b"\x01" + left + right).digest()


def cover(start: int, end: int) -> list[Name]:
    """The largest complete nodes that cover the leaves from ``start`` up to ``end``, from left to right."""
    names = []
    while start < end:
        level = (start & -start).bit_length() - 1 if start else end.bit_length() - 1
        while start + (1 << level) > end:
            level -= 1
        names.append((level, start >> level))
        start += 1 << level
    return names


def peaks_of(size: int) -> list[Name]:
    """The complete nodes that make up a tree of ``size`` leaves, the largest first."""
    return cover(0, size)


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of the range that these complete nodes cover from left to right; of none, the empty tree's root."""
    if not hashes:
        return EMPTY_ROOT
    folded = hashes[-1]
    for left in reversed(hashes[:-1]):
        folded = node_hash(left, folded)
    return folded


class Rows(Mapping[Name, bytes]):
    """The complete nodes that were added to a tree, level by level: enough to find roots, and quick to make.

    ``peaks`` are the nodes that stood there before; they can be looked up as well, but are not among the added ones.
    """

    def __init__(self, size: int, peaks: Mapping[Name, bytes], leaves: Sequence[bytes]) -> None:
        self._peaks = peaks
        self._rows: list[tuple[int, list[bytes]]] = []
        row, first, level = list(leaves), size, 0
        while row:
            self._rows.append((first, row))
            if first & 1:
                row = [peaks[(level, first - 1)], *row]
            # Spelled out rather than called: verifying a long record spends its time here.
            row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]
            first >>= 1
            level += 1

    def __getitem__(self, name: Name) -> bytes:
        level, index = name
        if level < len(self._rows):
            first, row = self._rows[level]
            if 0 <= index - first < len(row):
                return row[index - first]
        return self._peaks[name]

    def __iter__(self) -> Iterator[Name]:
        return ((level, first + place) for level, (first, row) in enumerate(self._rows) for place in range(len(row)))

    def __len__(self) -> int:
        return sum(len(row) for _, row in self._rows)


def alike(leaves: Iterable[tuple[int, str, int]], start: int, streams: Sequence[str], seqs: Sequence[int]) -> int:
    """How many leaves (index, stream, number) from the first on are of these events, one by one from ``start``."""
    return sum(takewhile(bool, map(eq, leaves, zip(count(start), streams, seqs, strict=False))))


def append(size: int, peaks: Mapping[Name, bytes], leaves: Sequence[bytes]) -> dict[Name, bytes]:
    """Every complete node (the leaves included) that ``leaves`` (leaf hashes) add to a tree of ``size`` leaves.

    ``peaks`` holds at least the nodes named by ``peaks_of(size)``.
    """
    return dict(Rows(size, peaks, leaves))


def root_of(size: int, nodes: Mapping[Name, bytes]) -> bytes:
    """The root of a tree of ``size`` leaves, given at least its peaks."""
    return fold([nodes[name] for name in peaks_of(size)])


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The leaf ranges whose hashes prove leaf ``index`` in a tree of ``size`` leaves: RFC 6962's PATH, leaf first."""
    ranges: list[tuple[int, int]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    ranges.reverse()
    return ranges


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """The leaf ranges whose hashes prove that a tree of ``old`` leaves is the start of one of ``new`` (PROOF).

    ``old`` is at least 1 and at most ``new``.
    """
    ranges: list[tuple[int, int]] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    ranges.reverse()
    return ranges


def names_in(ranges: Iterable[tuple[int, int]]) -> list[Name]:
    """The complete nodes that the hashes of these ranges are folded from."""
    return [name for start, end in ranges for name in cover(start, end)]


def hashes_of(ranges: Iterable[tuple[int, int]], nodes: Mapping[Name, bytes]) -> list[bytes]:
    """The hashes of these ranges: a proof, given the nodes that ``names_in`` names."""
    return [fold([nodes[name] for name in cover(start, end)]) for start, end in ranges]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); None when the proof has not the right length."""
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        place >>= 1
        last >>= 1
    return found if last == 0 else None


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the old tree is the start of the new one (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return old == 0 and not proof and old_root == EMPTY_ROOT
    hashes = list(proof)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    place, last = old - 1, new - 1
    while place & 1:
        place >>= 1
        last >>= 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and (first, second) == (old_root, new_root)


def _split(width: int) -> int:
    """The largest power of two below ``width``."""
    return 1 << (width - 1).bit_length() - 1
