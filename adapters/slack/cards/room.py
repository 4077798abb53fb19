"""How much of a request fits: drawn generously first, then ever shorter, until the message is within Slack's size."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from adapters.slack.cards import limits
from adapters.slack.cards.markup import cut

T = TypeVar("T")
Json = dict[str, Any]


class Room(msgspec.Struct, frozen=True):
    """Characters a text, or how many of a kind; the last of ``ROOMS`` fits whatever is drawn into it."""

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


class Pen:
    """Cuts to a room, and remembers whether anything was left out."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.left_out = False

    def text(self, text: str, limit: int) -> str:
        """At most so many characters."""
        self.left_out |= len(text) > limit
        return cut(text, limit)

    def first(self, items: Sequence[T], count: int) -> Sequence[T]:
        """At most so many."""
        self.left_out |= len(items) > count
        return items[:count]

    def names(self, names: Sequence[str], last: str = "and") -> str:
        """``Lee, Dana and Omar``; who does not fit is counted."""
        shown = [cut(name, self.room.name) for name in names[: self.room.names]]
        if len(names) > len(shown):
            shown.append(f"{len(names) - len(shown)} more")
        return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}" if shown else "nobody"


def fitted(draw: Callable[[Pen], list[Json]]) -> list[Json]:
    """The most generous drawing that Slack takes as one message."""
    blocks: list[Json] = []
    for room in ROOMS:
        blocks = draw(Pen(room))
        if len(blocks) <= limits.MESSAGE_BLOCKS and size(blocks) <= limits.MESSAGE_JSON:
            break
    return blocks


def size(blocks: Sequence[Json]) -> int:
    """Characters of the blocks as compact JSON."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
