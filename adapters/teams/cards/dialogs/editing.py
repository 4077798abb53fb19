"""Editing: a typed input for each editable argument, then before and after to sign."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.dialogs import fields
from adapters.teams.cards.dialogs.frame import Sheet, form
from adapters.teams.cards.dialogs.heading import facts, heading
from adapters.teams.cards.dialogs.notices import may_not
from adapters.teams.cards.dialogs.rejecting import lesson_field
from adapters.teams.cards.elements import line, run
from bot.cards import Card
from bot.cards.cutting import brief
from bot.domain.fields import FieldKind
from bot.forms import Input

Json = dict[str, Any]
NUMBER = r"^\s*[+-]?([0-9][0-9,]*(\.[0-9]*)?|\.[0-9]+)\s*$"
"""Whatever ``bot.editing`` may read as a number; it says itself what is wrong with the rest."""
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINE = 120
"""Characters of a text that is edited in one line."""
_STAYING = 10
_TITLE = "Edit before approving"


def edit_dialog(
    card: Card,
    inputs: Sequence[Input],
    problems: Mapping[str, str] | None = None,
    note: str | None = None,
    lesson: str | None = None,
    desk_url: str | None = None,
) -> Json:
    """The form; ``inputs`` have in them what was typed before. A notice where this viewer may not edit.

    ``problems`` are by name of input; an input's own problem counts as well. What Teams can't hold is not lost: it
    stays as proposed, and the form names it and the desk, where it can be edited. Inputs: ``arg.…``, ``note``,
    ``lesson``.
    """
    refused = may_not(card, "edit", _TITLE)
    if refused is not None:
        return refused
    wrong = {one.name: one.problem for one in inputs if one.problem} | dict(problems or {})
    shown = {one.name for one in inputs if not one.masked} | {"note", "lesson"}
    tail = [*_note(note, wrong.get("note")), *lesson_field(lesson)]
    left_out = _left_out([one.title for one in inputs], desk_url)
    sheet = Sheet([*tail, left_out])
    sheet.add(*heading(card))
    sheet.add(*fields.stray(wrong, [*shown]))
    sheet.add(*_staying(card, inputs))
    missing = [one.title for one in inputs if not one.masked and not _added(sheet, one, wrong.get(one.name))]
    masked = [one.title for one in inputs if one.masked]
    if masked:
        told = f"Masked: {brief(', '.join(masked), 300)}. To edit it, press “Show” on the card, then “Edit” again."
        sheet.add(line([run(told, "small", "subtle")], "Small"))
    body = sheet.whole()
    body[-1:] = [_left_out(missing, desk_url)] if missing else []
    return form("edit", _TITLE, body, button="Review", sent={"request": card.request_id}, height="large")


def _note(note: str | None, problem: str | None) -> list[Json]:
    element = fields.text(value=fields.kept(note or ""), lines=True, most=limits.INPUT_TEXT)
    hint = "Why it is changed."
    return fields.field("note", "Note to the agent", element, hint=hint, required=False, problem=problem)


def _staying(card: Card, inputs: Sequence[Input]) -> list[Json]:
    """What the form does not change, for comparison."""
    edited = {one.field for one in inputs}
    rows = [row for row in card.changes if row.name not in edited][:_STAYING]
    return [line([run("Stays as proposed", "small", "subtle")], "Small"), *facts(rows, 100)] if rows else []


def _added(sheet: Sheet, one: Input, problem: str | None) -> bool:
    element = _widget(one)
    label = f"{one.title} ({one.unit})" if one.unit else one.title
    made = fields.field(one.name, label, element, hint=_hint(one, element), required=one.required, problem=problem)
    return len(one.value) <= limits.INPUT_TEXT and sheet.add(*made)


def _left_out(titles: Sequence[str], desk_url: str | None) -> Json:
    where = f"on the desk: {desk_url}" if desk_url else "on the desk"
    told = f"Too long to be edited in Teams, and kept as proposed: {brief(', '.join(titles), 300)}."
    return line([run(f"{told} It can be edited {where}", "small", "subtle")], "Small")


def _widget(one: Input) -> Json:
    """The input that holds this value whole, digit by digit."""
    if one.options and fields.selectable(one.options):
        return fields.select(one.options, one.value)
    if one.kind is FieldKind.DATE and (not one.value or _is_day(one.value)):
        return {"type": "Input.Date"} | ({"value": one.value} if one.value else {})
    if one.kind is FieldKind.INTEGER and (whole := _whole(one)) is not None:
        return whole
    if one.kind in {FieldKind.MONEY, FieldKind.NUMBER, FieldKind.INTEGER}:
        return _number(one)
    long = one.kind in {FieldKind.LONG_TEXT, FieldKind.JSON} or len(one.value) > _LINE
    return fields.text(value=one.value, lines=long or "\n" in one.value, most=one.max_length)


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _number(one: Input) -> Json:
    """A decimal as text: an Input.Number's value is a binary float, which has no ``120.00`` and rounds."""
    element = fields.text(value=one.value)
    if one.value and not re.search(NUMBER, one.value):
        return element  # what stands there already can be sent again, and is refused with a sentence
    return element | {"regex": NUMBER, "errorMessage": "Type a number such as 120.00."}


def _whole(one: Input) -> Json | None:
    """A number input; None where a client would not keep its value, or it lies outside of its bounds already."""
    low = None if one.minimum is None else Decimal(math.ceil(one.minimum))
    high = None if one.maximum is None else Decimal(math.floor(one.maximum))
    value = one.value.strip()
    stated = [*(f"{each:f}" for each in (low, high) if each is not None), *([value] if value else [])]
    if not all(_WHOLE.fullmatch(each) for each in stated) or (low is not None and high is not None and low > high):
        return None
    number = Decimal(value) if value else None
    if number is not None and not (number >= (number if low is None else low) and number <= (high or number)):
        return None
    element: Json = {"type": "Input.Number", "errorMessage": f"Type a whole number{_between(low, high)}."}
    bounds = {"min": low, "max": high, "value": number}
    return element | {name: int(each) for name, each in bounds.items() if each is not None}


def _between(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return f" from {low} to {high}"
    return f", at least {low}" if low is not None else f", at most {high}" if high is not None else ""


def _hint(one: Input, element: Json) -> str:
    parts = [one.hint] if one.hint else []
    if one.options and element["type"] != "Input.ChoiceSet":
        parts.append("one of " + brief(", ".join(title for _, title in one.options), 300))
    parts.append(f"proposed: {brief(_shown(one), 150)}")
    return ". ".join(part[:1].upper() + part[1:] for part in parts)


def _shown(one: Input) -> str:
    if not one.proposed:
        return "not given"
    return next((title for value, title in one.options if value == one.proposed), one.proposed)
