"""Modals that only say something."""

from __future__ import annotations

from typing import Any

from adapters.slack.cards import rich
from adapters.slack.cards.blocks import context, plain, section
from adapters.slack.cards.modals.frame import modal
from adapters.slack.cards.modals.texts import pieces
from bot.cards import Card, Row

Json = dict[str, Any]


def loading(title: str) -> Json:
    """What opens at once, before what it will say was read."""
    return modal("loading", title, [section(plain("One moment: reading the record…"))])


def notice(title: str, text: str, detail: str | None = None) -> Json:
    """A sentence and, in small letters, what would help; there is nothing to submit."""
    blocks = [section(plain(text))]
    if detail:
        blocks.append(context([plain(detail)]))
    return modal("notice", title, blocks)


def shown(card: Card, row: Row) -> Json:
    """A masked field's value, once it was looked at and that look is on record."""
    value = row.value if row.value is not None else "not given"
    parts = pieces(value, most=20)
    blocks = [
        section(plain(row.title)),
        *(rich.rich([rich.box(part)]) for part in parts.shown),
    ]
    if parts.left:
        blocks.append(context([plain(f"{parts.left:,} more characters stand on the desk.")]))
    if row.before is not None:
        blocks += [section(plain("Proposed was")), *(rich.rich([rich.box(part)]) for part in pieces(row.before).shown)]
    blocks.append(context([plain("Only you see this. That you looked is on record, with your name and the time.")]))
    return modal("shown", "Masked field", blocks, metadata={"request": card.request_id})
