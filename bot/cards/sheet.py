"""A form or a page that is filled as long as there is room."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]


class Sheet:
    """Parts as long as there is room for them: whoever adds one is told when there is none, and can say so instead."""

    def __init__(self, tail: Sequence[Json], *, size: int, parts: int) -> None:
        """``tail`` is what ends it in any case; room is kept for that. ``size`` is in bytes of ``weight``."""
        self.parts: list[Json] = []
        self._tail = [*tail]
        self._left = parts - len(tail)
        self._bytes = size - sum(map(self.cost, tail))

    def add(self, *parts: Json) -> bool:
        """Add all of these, or none where they do not fit."""
        size = sum(map(self.cost, parts))
        if len(parts) > self._left or size > self._bytes:
            return False
        self.parts += parts
        self._left -= len(parts)
        self._bytes -= size
        return True

    def cost(self, part: Json) -> int:
        """Bytes that a part takes."""
        return weight(part)

    def whole(self, *more: Json) -> list[Json]:
        """Everything, with the tail at its end; ``more`` are small parts that room was left for."""
        return [*self.parts, *more, *self._tail]


def weight(part: Mapping[str, Any]) -> int:
    """Bytes of a part's JSON with every character outside of ASCII written out: the longest that it can be counted."""
    return len(json.dumps(part))
