"""Which complete subtrees make up a Merkle tree of a given size."""

from __future__ import annotations


def peaks_of(size: int) -> list[tuple[int, int]]:
    """Names ``(level, index)`` of the complete subtrees of a tree with ``size`` leaves, the largest first."""
    names = []
    start = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            names.append((level, start >> level))
            start += 1 << level
    return names
