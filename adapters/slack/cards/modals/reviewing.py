"""Before and after, to sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards import rich
from adapters.slack.cards.blocks import context, plain, section
from adapters.slack.cards.modals.frame import Sheet, modal
from adapters.slack.cards.modals.notices import notice
from adapters.slack.cards.modals.rejecting import may_not
from adapters.slack.cards.modals.texts import PIECE, brief, facts, heading, pieces
from bot.cards import Card, Row
from bot.cards.wording import LESSONS

Json = dict[str, Any]
_SHORT = 200
_FIELDS = 10
_PIECES = 8


def review_form(card: Card, changes: Sequence[Row], note: str | None, lesson: str | None, key: str) -> Json:
    """Every change whole, what stays in short, and a button that signs it.

    ``changes`` are rows of ``change_rows`` against what was typed, ``key`` is where that is kept; it comes back as
    metadata. The modal is to be pushed on top of the form, so that “Back” leads to what was typed. Nothing is offered
    for signing that is not shown whole: then a notice says where it can be signed.
    """
    refused = may_not(card, "edit", "Before and after")
    if refused is not None:
        return refused
    changed, staying = [row for row in changes if row.changed], [row for row in changes if not row.changed]
    signed = "When you sign, the agent may run exactly this, once."
    sheet = Sheet([context([plain(signed)])])
    fits = sheet.add(*heading(card)) and all(sheet.add(block) for row in changed for block in change(row))
    if not fits or not changed:
        text = "This is too long to be reviewed in Slack." if changed else "Nothing was changed."
        return notice("Before and after", text, "Open the request on the desk and edit it there." if changed else None)
    _said(sheet, note, lesson)
    if staying:  # in short, and only where there is room
        sheet.add(context([plain("Stays as proposed")]), section(fields=facts(staying[:_FIELDS], 150)))
    metadata = {"request": card.request_id, "key": key}
    return modal("edit_review", "Before and after", sheet.whole(), submit="Sign", close="Back", metadata=metadata)


def change(row: Row) -> list[Json]:
    """One argument before and after: in a line where both are short, else one below the other."""
    before, after = _text(row.before), _text(row.value)
    title = rich.run(row.title, "bold")
    if len(before) <= _SHORT and len(after) <= _SHORT and "\n" not in before + after:
        return [
            rich.rich(
                [
                    rich.line([title]),
                    rich.line([rich.run(before, "strike"), rich.run("  →  "), rich.run(after, "bold")]),
                ]
            )
        ]
    return [
        rich.rich([rich.line([title, rich.run(": proposed")])]),
        *_boxes(before),
        rich.rich([rich.line([title, rich.run(": to be signed")])]),
        *_boxes(after),
    ]


def _boxes(text: str) -> list[Json]:
    parts = pieces(text, most=len(text) // (PIECE // 2) + 1)
    return [rich.rich([rich.box(part)]) for part in parts.shown]


def _text(value: str | None) -> str:
    return "not given" if value is None else value or "empty"


def _said(sheet: Sheet, note: str | None, lesson: str | None) -> None:
    if note and note.strip():
        parts = pieces(note, most=_PIECES).shown
        sheet.add(rich.rich([rich.line([rich.run("Note to the agent", "bold")]), *map(rich.quote, parts)]))
    title = next((title for value, title, _ in LESSONS if value and value == lesson), None)
    if title is not None:
        sheet.add(rich.rich([rich.line([rich.run("To be learned: ", "bold"), rich.run(brief(title))])]))
