"""Growing a Merkle tree from left to right by its peaks alone: any number of leaves in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.domain import merkle


class Growing:
    """The complete subtrees (peaks) of a tree (RFC 6962) that grows to the right, the largest first.

    ``seen`` is called with every complete node as it comes to be, leaves and pushed subtrees included.
    """

    def __init__(
        self,
        size: int = 0,
        peaks: Iterable[bytes] = (),
        *,
        seen: Callable[[merkle.Name, bytes], None] | None = None,
    ) -> None:
        self.size = size
        self._seen = seen
        self._stack = list(zip(merkle.peaks_of(size), peaks, strict=True))

    def leaf(self, hashed: bytes) -> None:
        """Append one leaf hash."""
        self.push(0, hashed)

    def push(self, level: int, hashed: bytes) -> None:
        """Append a complete subtree of ``2**level`` leaves.

        Raises:
            ValueError: where no such subtree begins at the tree's present size.
        """
        if self.size & ((1 << level) - 1):
            raise ValueError(f"no node of level {level} begins at leaf {self.size}")
        index = self.size >> level
        self.size += 1 << level
        self._note((level, index), hashed)
        while index & 1:
            (_, left) = self._stack.pop()
            level, index, hashed = level + 1, index >> 1, merkle.node_hash(left, hashed)
            self._note((level, index), hashed)
        self._stack.append(((level, index), hashed))

    @property
    def root(self) -> bytes:
        """The root over every leaf so far."""
        return merkle.fold([hashed for _, hashed in self._stack])

    def _note(self, name: merkle.Name, hashed: bytes) -> None:
        if self._seen is not None:
            self._seen(name, hashed)
