"""The frame of a dialog: title, size, card, and what comes back with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.elements import submit
from bot.cards.cutting import cut
from bot.cards.sheet import Sheet as SheetOfParts
from bot.cards.sheet import weight

Json = dict[str, Any]
TYPE = "application/vnd.microsoft.card.adaptive"
_FRAME = 4_000
"""Bytes of a dialog beside its elements."""
_PARTS = 400


class Sheet(SheetOfParts):
    """The elements of a dialog, within Teams' size."""

    def __init__(self, tail: Sequence[Json] = ()) -> None:
        """``tail`` is what ends it in any case; room is kept for that."""
        super().__init__(tail, size=limits.DIALOG_BYTES - _FRAME, parts=_PARTS)

    def cost(self, part: Json) -> int:
        """An input's name stands among the button's data too."""
        return weight(part) + (len(json.dumps(part["id"])) + 2 if part["type"].startswith("Input.") else 0)


def dialog(title: str, card: Json, height: str = "medium") -> Json:
    """A task module that shows this card; ``height`` is ``small``, ``medium`` or ``large``."""
    shown = {"contentType": TYPE, "content": card}
    return {"title": cut(title, limits.DIALOG_TITLE), "height": height, "width": "medium", "card": shown}


def form(
    name: str,
    title: str,
    body: Sequence[Json],
    *,
    button: str,
    sent: Mapping[str, str] | None = None,
    style: str = "positive",
    height: str = "medium",
) -> Json:
    """A dialog with inputs; ``sent`` comes back with them."""
    data = {"dialog": name, **(sent or {}), "inputs": names(body)}
    return dialog(title, card_of(body, [submit(button, data, style)]), height)


def names(body: Sequence[Json]) -> list[str]:
    """The ids of its inputs."""
    return [each["id"] for each in body if each["type"].startswith("Input.")]
