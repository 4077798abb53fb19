"""The frame of a modal: title, blocks, buttons, and what comes back with it, inside Slack's limits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.cards import limits
from adapters.slack.cards.blocks import plain
from bot.cards.sheet import Sheet as SheetOfParts

Json = dict[str, Any]
BYTES = limits.VIEW_BYTES - 10_000
"""Of a view's JSON with every character outside of ASCII written out, which is the longest that it can be counted."""
_FRAME = 8_000
"""Bytes of a view beside its blocks."""


class Sheet(SheetOfParts):
    """The blocks of a view, within Slack's limits."""

    def __init__(self, tail: Sequence[Json] = (), *, blocks: int = limits.VIEW_BLOCKS) -> None:
        """``tail`` is what ends it in any case; room is kept for that."""
        super().__init__(tail, size=BYTES - _FRAME, parts=blocks)


def modal(
    callback: str,
    title: str,
    blocks: Sequence[Json],
    *,
    submit: str | None = None,
    close: str = "Cancel",
    metadata: Mapping[str, str] | None = None,
) -> Json:
    """A modal as ``views.open`` takes it; ``callback`` says what it is, ``metadata`` comes back with its submission."""
    view: Json = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, limits.MODAL_TITLE),
        "blocks": list(blocks),
        "close": plain(close if submit else "Close", limits.MODAL_TITLE),
        "private_metadata": json.dumps(dict(metadata or {}), separators=(",", ":")),
    }
    if submit is not None:
        view["submit"] = plain(submit, limits.MODAL_TITLE)
    return view
