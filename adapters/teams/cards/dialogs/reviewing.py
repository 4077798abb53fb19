"""Before and after, to sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.teams.cards.dialogs.frame import Sheet, dialog
from adapters.teams.cards.dialogs.heading import facts, heading
from adapters.teams.cards.dialogs.notices import may_not, notice_card
from adapters.teams.cards.elements import box, line, lines, run, submit
from adapters.teams.cards.elements import card as card_of
from bot.cards import Card, Row
from bot.cards.wording import LESSONS

Json = dict[str, Any]
_SHORT = 200
_STAYING = 10
_LINES = 200
_TITLE = "Before and after"


def review_dialog(
    card: Card, changes: Sequence[Row], note: str | None, lesson: str | None, key: str, desk_url: str | None = None
) -> Json:
    """Every change whole, what stays in short, and a button that signs it.

    ``changes`` are rows of ``change_rows`` against what was typed, ``key`` is where that is kept; it comes back with
    either button: dialog ``edit_review`` signs, ``edit_back`` asks for the form again. Nothing is offered for signing
    that is not shown whole: then a notice says where it can be signed.
    """
    refused = may_not(card, "edit", _TITLE)
    if refused is not None:
        return refused
    changed, staying = [row for row in changes if row.changed], [row for row in changes if not row.changed]
    sheet = Sheet([line([run("When you sign, the agent may run exactly this, once.", "small", "subtle")], "Medium")])
    said = [part for row in changed for part in _change(row)] + _said(note, lesson)
    fits = sheet.add(*heading(card)) and sheet.add(*said)
    if not fits or not changed:
        text = "This is too long to be reviewed in Teams." if changed else "Nothing was changed."
        where = f" {desk_url}" if desk_url else ""
        detail = f"Open the request on the desk and edit it there.{where}" if changed else None
        return dialog(_TITLE, notice_card("", text, detail), "small")
    if staying:  # in short, and only where there is room
        sheet.add(line([run("Stays as proposed", "small", "subtle")], "Small"), *facts(staying[:_STAYING], 150))
    sent = {"request": card.request_id, "key": key, "inputs": []}
    back = submit("Back", {"dialog": "edit_back", **sent})
    return dialog(_TITLE, card_of(sheet.whole(), [submit("Sign", {"dialog": "edit_review", **sent}, "positive"), back]))


def _change(row: Row) -> list[Json]:
    """One argument before and after: in a line where both are short, else one below the other."""
    before, after = _text(row.before), _text(row.value)
    title = run(row.title, "bold")
    if len(before) <= _SHORT and len(after) <= _SHORT and "\n" not in before + after:
        arrow = line([run(before, "strike"), run("  →  "), run(after, "bold")])
        return [line([title], "Small"), arrow]
    return [
        line([title, run(": proposed")], "Small"),
        box(lines(before, "code", most=_LINES)),
        line([title, run(": to be signed")], "Small"),
        box(lines(after, "code", most=_LINES)),
    ]


def _text(value: str | None) -> str:
    return "not given" if value is None else value or "empty"


def _said(note: str | None, lesson: str | None) -> list[Json]:
    made = []
    if note and note.strip():
        made += [line([run("Note to the agent", "bold")], "Small"), box(lines(note, most=_LINES))]
    title = next((title for value, title, _ in LESSONS if value and value == lesson), None)
    return [*made, line([run("To be learned: ", "bold"), run(title)], "Small")] if title else made
