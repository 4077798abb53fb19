"""Long texts in pieces that a block takes, and the head that every modal about a request begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from adapters.slack.cards.blocks import context, header, mrkdwn, section
from adapters.slack.cards.markup import escape
from adapters.slack.cards.standing import by_when
from bot.cards import Card, Row
from bot.cards.cutting import brief, sentence

__all__ = ["PIECE", "Pieces", "brief", "facts", "head", "heading", "pieces", "said", "sentence"]

Json = dict[str, Any]
PIECE = 2_900
"""Characters of one piece: what Slack surely takes in a block of any kind."""
_BRIEF = 240
_ROWS = 8


class Pieces(NamedTuple):
    """A long text: its parts that are shown, and how many characters are not."""

    shown: tuple[str, ...]
    left: int


def pieces(text: str, most: int = 4) -> Pieces:
    """A text in at most ``most`` parts of ``PIECE`` characters, broken at line ends or spaces where there are some."""
    found: list[str] = []
    rest = text
    while rest and len(found) < most:
        part = rest if len(rest) <= PIECE else _broken(rest[:PIECE])
        found.append(part)
        rest = rest[len(part) :]
    return Pieces(tuple(found), len(rest))


def _broken(part: str) -> str:
    for mark in ("\n", " "):
        at = part.rfind(mark)
        if at > PIECE // 2:
            return part[: at + 1]
    return part


def head(card: Card) -> list[Json]:
    """What it is about: the title, and what changes in short."""
    rows = [row for row in card.changes if row.value is not None or row.before is not None]
    blocks = [*heading(card)]
    if rows:
        blocks.append(section(fields=facts(rows[:_ROWS])))
    return blocks


def heading(card: Card) -> list[Json]:
    """The title and, while it is open, by when it has to be decided."""
    if not card.status.open:
        return [header(card.title)]
    return [header(card.title), context([mrkdwn(f"⏳ {by_when(card)}")])]


def facts(rows: Sequence[Row], limit: int = _BRIEF) -> list[Json]:
    """Rows as fields of a section, cut for a look; ten at most fit into one section."""
    return [mrkdwn(f"*{escape(row.title, 100)}*\n{escape(said(row), limit)}") for row in rows]


def said(row: Row) -> str:
    """A row's value in one text: proposed and signed where they differ."""
    value = row.value if row.value is not None else "not given"
    if not row.changed:
        return value or "empty"
    before = row.before if row.before is not None else "not given"
    return f"{before or 'empty'} → {value or 'empty'}"
