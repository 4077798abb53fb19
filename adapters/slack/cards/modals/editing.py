"""Editing: a typed input for each editable argument, then before and after to sign."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.slack.cards import limits
from adapters.slack.cards.blocks import context, plain, section
from adapters.slack.cards.modals import widgets
from adapters.slack.cards.modals.frame import Sheet, modal
from adapters.slack.cards.modals.rejecting import lesson_field, may_not
from adapters.slack.cards.modals.texts import brief, facts, heading
from bot.cards import Card
from bot.domain.fields import FieldKind
from bot.forms import Input

Json = dict[str, Any]
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_EXACT = 15
"""Digits of a number that every client keeps."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINE = 120
"""Characters of a text that is edited in one line."""
_STAYING = 10
_NUMBERS = frozenset({FieldKind.MONEY, FieldKind.NUMBER, FieldKind.INTEGER})


def edit_form(
    card: Card, inputs: Sequence[Input], note: str | None = None, lesson: str | None = None, desk_url: str | None = None
) -> Json:
    """The form; ``inputs`` have in them what was typed before. A notice where this viewer may not edit.

    What Slack can't hold is not lost: it stays as proposed, and the form names it and the desk, where it can be edited.
    """
    refused = may_not(card, "edit", "Edit before approving")
    if refused is not None:
        return refused
    left_out = _left_out([one.title for one in inputs], desk_url)
    sheet = Sheet([note_field(note), lesson_field(lesson), left_out])
    sheet.add(*heading(card))
    _staying(sheet, card, inputs)
    missing = [one.title for one in inputs if not one.masked and not _added(sheet, one)]
    masked = [one.title for one in inputs if one.masked]
    if masked:
        names = brief(", ".join(masked), 500)
        sheet.add(context([plain(f"Masked: {names}. To edit it, press “Show” on the card, then “Edit” again.")]))
    blocks = sheet.whole()
    blocks[-1:] = [_left_out(missing, desk_url)] if missing else []
    title = "Edit before approving"
    return modal("edit", title, blocks, submit="Review", metadata={"request": card.request_id})


def note_field(note: str | None) -> Json:
    """The note on an approval with edits."""
    element = widgets.text(initial=(note or "")[: limits.INPUT_TEXT], lines=True, most=limits.INPUT_TEXT)
    return widgets.field("note", "Note to the agent", element, hint="Why it is changed.", required=False)


def _staying(sheet: Sheet, card: Card, inputs: Sequence[Input]) -> None:
    """What the form does not change, for comparison."""
    edited = {one.field for one in inputs}
    rows = [row for row in card.changes if row.name not in edited][:_STAYING]
    if rows:
        sheet.add(context([plain("Stays as proposed")]), section(fields=facts(rows, 150)))


def _added(sheet: Sheet, one: Input) -> bool:
    element = _widget(one)
    if element is None:
        return False
    label = f"{one.title} ({one.unit})" if one.unit else one.title
    return sheet.add(widgets.field(one.name, label, element, hint=_hint(one, element), required=one.required))


def _left_out(titles: Sequence[str], desk_url: str | None) -> Json:
    where = f"on the desk: {desk_url}" if desk_url else "on the desk"
    names = brief(", ".join(titles), 1000)
    return context([plain(f"Too long to be edited in Slack, and kept as proposed: {names}. It can be edited {where}")])


def _widget(one: Input) -> Json | None:
    """The widget that holds this value whole; None where Slack has none."""
    if len(one.value) > limits.INPUT_TEXT:
        return None
    if one.options and widgets.selectable(one.options):
        return widgets.select(one.options, one.value)
    if one.kind is FieldKind.DATE and (not one.value or _is_day(one.value)):
        return {"type": "datepicker"} | ({"initial_date": one.value} if one.value else {})
    if one.kind in _NUMBERS and (number := _number(one)) is not None:
        return number
    long = one.kind in {FieldKind.LONG_TEXT, FieldKind.JSON} or len(one.value) > _LINE
    return widgets.text(initial=one.value, lines=long or "\n" in one.value, most=one.max_length)


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _number(one: Input) -> Json | None:
    """A number input; None where its value is not one that every client keeps, or already outside of its bounds."""
    whole = one.kind is FieldKind.INTEGER
    low, high = one.minimum, one.maximum
    if whole:
        low = None if low is None else Decimal(math.ceil(low))
        high = None if high is None else Decimal(math.floor(high))
    bounds = {"min_value": low, "max_value": high}
    if any(each is not None and not _PLAIN_NUMBER.fullmatch(f"{each:f}") for each in bounds.values()):
        return None
    if low is not None and high is not None and low > high:
        return None
    element: Json = {"type": "number_input", "is_decimal_allowed": not whole}
    element |= {name: f"{each:f}" for name, each in bounds.items() if each is not None}
    text = one.value.strip()
    if not text:
        return element
    if not _PLAIN_NUMBER.fullmatch(text) or sum(map(str.isdigit, text)) > _EXACT:
        return None
    number = Decimal(text)
    outside = (low is not None and number < low) or (high is not None and number > high)
    if outside or (whole and number % 1):
        return None
    return element | {"initial_value": text}


def _hint(one: Input, element: Json) -> str:
    parts = [one.problem] if one.problem else []
    if one.hint:
        parts.append(one.hint)
    if one.options and element["type"] != "static_select":
        parts.append("one of " + brief(", ".join(title for _, title in one.options), 1000))
    parts.append(f"proposed: {brief(_shown(one), 150)}")
    return ". ".join(part[:1].upper() + part[1:] for part in parts)


def _shown(one: Input) -> str:
    if not one.proposed:
        return "not given"
    return next((title for value, title in one.options if value == one.proposed), one.proposed)
