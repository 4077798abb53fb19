"""Cards that only say something."""

from __future__ import annotations

from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.dialogs.frame import Sheet, dialog
from adapters.teams.cards.elements import box, line, lines, run
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.elements import title as heading
from bot.cards import Card, Row
from bot.cards.cutting import brief, cut, sentence

Json = dict[str, Any]
_PIECE = 1_000
_LINES = 60


def notice_card(title: str, text: str, detail: str | None = None) -> Json:
    """A sentence and, in small letters, what would help."""
    body = [heading(title), line([run(cut(text, limits.FALLBACK_TEXT // 2))])] if title else [line([run(text)])]
    if detail:
        body.append(line([run(brief(detail, 600), "small", "subtle")], "Small"))
    return card_of(body)


def shown_card(row: Row) -> Json:
    """A masked field's value, once it was looked at and that look is on record."""
    end = line([run("Only you see this. That you looked is on record, with your name and the time.", "small")], "Small")
    more = line([run("The rest of it stands on the desk.", "italic")])
    sheet = Sheet([end, more])
    sheet.add(heading(row.title))
    whole = _boxed(sheet, row.value if row.value is not None else "not given")
    if row.before is not None:
        sheet.add(line([run("Proposed was", "bold")], "Small"))
        whole = _boxed(sheet, row.before) and whole
    body = sheet.whole()
    return card_of([*body[:-1]] if whole else body)


def may_not(card: Card, name: str, title: str) -> Json | None:
    """The dialog that says why this viewer may not do something and what would help; None where they may."""
    ability = card.ability(name)
    if ability is None or ability.allowed:
        return None
    why = sentence(ability.why or "you may not do this")
    return dialog(title, notice_card("", why, sentence(ability.remedy or "") or None), "small")


def _boxed(sheet: Sheet, text: str) -> bool:
    """The text in boxes, piece by piece; whether it is whole."""
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)] or [""]
    return all(sheet.add(box(lines(piece, "code", most=_LINES))) for piece in pieces)
