"""How much of a request fits where there is little room: drawn generously first, then ever shorter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from bot.cards.cutting import cut as cut_plain

T = TypeVar("T")


class Room(msgspec.Struct, frozen=True):
    """Characters a text, or how many of a kind."""

    rows: int
    value: int
    reasons: int
    reason: int
    said: int
    """What the agent claims, questions, answers, notes."""
    items: int
    item: int
    shows: int
    show_value: int
    names: int
    name: int = 60
    lines: int = 30


ROOMS = (
    Room(rows=20, value=600, reasons=6, reason=500, said=1000, items=6, item=300, shows=6, show_value=2000, names=12),
    Room(rows=14, value=300, reasons=4, reason=300, said=500, items=4, item=200, shows=5, show_value=1000, names=10),
    Room(rows=10, value=150, reasons=3, reason=200, said=250, items=3, item=120, shows=4, show_value=300, names=8),
    Room(
        rows=6, value=80, reasons=3, reason=120, said=120, items=2, item=80, shows=3, show_value=200, names=5, lines=12
    ),
)
"""From the most generous one on."""


class Pen:
    """Cuts to a room, and remembers whether anything was left out."""

    def __init__(self, room: Room, cut: Callable[[str, int], str] = cut_plain) -> None:
        """``cut`` shortens a text of the surface's own markup."""
        self.room = room
        self.left_out = False
        self._cut = cut

    def text(self, text: str, limit: int) -> str:
        """At most so many characters."""
        self.left_out |= len(text) > limit
        return self._cut(text, limit)

    def first(self, items: Sequence[T], count: int) -> Sequence[T]:
        """At most so many."""
        self.left_out |= len(items) > count
        return items[:count]

    def names(self, names: Sequence[str], last: str = "and") -> str:
        """``Lee, Dana and Omar``; who does not fit is counted."""
        shown = [self._cut(name, self.room.name) for name in names[: self.room.names]]
        if len(names) > len(shown):
            shown.append(f"{len(names) - len(shown)} more")
        return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}" if shown else "nobody"
