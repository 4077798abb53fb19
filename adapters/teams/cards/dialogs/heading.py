"""The head that every dialog about a request begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.teams.cards.elements import group, line, run, title
from adapters.teams.cards.standing import deadline
from bot.cards import Card, Row
from bot.cards.cutting import brief

Json = dict[str, Any]
_ROWS = 8


def heading(card: Card) -> list[Json]:
    """The title and, while it is open, by when it has to be decided."""
    return [title(card.title), *([deadline(card)] if card.status.open else [])]


def head(card: Card) -> list[Json]:
    """What it is about: the title, and what changes in short."""
    rows = [row for row in card.changes if row.value is not None or row.before is not None]
    return [*heading(card), *facts(rows[:_ROWS], 150)]


def facts(rows: Sequence[Row], limit: int) -> list[Json]:
    """Rows, each in a line, cut for a look."""
    return group([line([run(f"{brief(row.title, 60)}:  ", "bold"), run(brief(_said(row), limit))]) for row in rows])


def _said(row: Row) -> str:
    """A row's value in one text: proposed and signed where they differ."""
    value = row.value if row.value is not None else "not given"
    if not row.changed:
        return value or "empty"
    before = row.before if row.before is not None else "not given"
    return f"{before or 'empty'} → {value or 'empty'}"
