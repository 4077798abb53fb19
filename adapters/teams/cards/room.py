"""The most generous drawing of a request that is within Teams' size."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from adapters.teams.cards import limits
from bot.cards.room import ROOMS, Pen, Room

Json = dict[str, Any]
_TIGHT = (
    Room(rows=5, value=50, reasons=2, reason=80, said=80, items=1, item=50, shows=2, show_value=120, names=4, lines=8),
    Room(rows=3, value=24, reasons=1, reason=40, said=40, items=1, item=24, shows=1, show_value=60, names=2, lines=4),
)
"""For texts of which every character takes many bytes."""


def fitted(draw: Callable[[Pen], Json], most: int = limits.CARD_BYTES) -> Json:
    """The most generous drawing that fits into a message."""
    drawn: Json = {}
    for room in (*ROOMS, *_TIGHT):
        drawn = draw(Pen(room))
        if size(drawn) <= most:
            break
    return drawn


def size(value: object) -> int:
    """Bytes of its compact JSON with every character outside of ASCII written out."""
    return len(json.dumps(value, separators=(",", ":")))
