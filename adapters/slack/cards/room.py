"""The most generous drawing of a request that is within Slack's size."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from adapters.slack.cards import limits
from adapters.slack.cards.markup import cut
from bot.cards.room import ROOMS, Pen

Json = dict[str, Any]


def fitted(draw: Callable[[Pen], list[Json]]) -> list[Json]:
    """The most generous drawing that Slack takes as one message."""
    blocks: list[Json] = []
    for room in ROOMS:
        blocks = draw(Pen(room, cut))
        if len(blocks) <= limits.MESSAGE_BLOCKS and size(blocks) <= limits.MESSAGE_JSON:
            break
    return blocks


def size(blocks: Sequence[Json]) -> int:
    """Characters of the blocks as compact JSON."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
