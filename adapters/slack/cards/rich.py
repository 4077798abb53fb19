"""Rich text: runs that Slack takes literally, so that anybody's words are shown exactly and do nothing.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adapters.slack.cards.markup import MOMENT, utc

Json = dict[str, Any]


def run(text: str, *styles: str) -> Json:
    """Literal text; styles are ``bold``, ``italic``, ``strike`` and ``code``. An empty one shows as a space."""
    made: Json = {"type": "text", "text": text or " "}
    return made | {"style": dict.fromkeys(styles, True)} if styles else made


def moment(at: datetime, style: str = MOMENT) -> Json:
    """An instant in the reader's own zone."""
    return {"type": "date", "timestamp": int(at.timestamp()), "format": style, "fallback": utc(at)}


def line(runs: Sequence[Json]) -> Json:
    """A paragraph."""
    return {"type": "rich_text_section", "elements": [*runs]}


def quote(text: str) -> Json:
    """Somebody's words, with a bar at their left."""
    return {"type": "rich_text_quote", "elements": [run(text)]}


def box(text: str) -> Json:
    """Text of several lines, in a box with even letters."""
    return {"type": "rich_text_preformatted", "elements": [run(text)]}


def bullets(items: Sequence[Sequence[Json]]) -> Json:
    """A list, each item of several runs."""
    return {"type": "rich_text_list", "style": "bullet", "elements": [line(runs) for runs in items]}


def rich(parts: Sequence[Json], *, block_id: str | None = None) -> Json:
    """The block."""
    named = {} if block_id is None else {"block_id": block_id}
    return {"type": "rich_text", **named, "elements": [*parts]}
