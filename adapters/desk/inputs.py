"""Editable arguments as inputs: each by its kind, with its bounds in words and what stands in it now."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from bot.cards import plain
from bot.cards.amounts import amount_text
from bot.cards.rows import currency_of, value_text
from bot.domain.requests import Field, FieldKind, Request
from bot.editing import editable_fields
from bot.policy.document import Policy

PREFIX = "arg."
_WIDGETS = {
    FieldKind.LONG_TEXT: "textarea",
    FieldKind.JSON: "textarea",
    FieldKind.BOOLEAN: "select",
    FieldKind.CHOICE: "select",
    FieldKind.DATE: "date",
    FieldKind.MONEY: "decimal",
    FieldKind.NUMBER: "decimal",
    FieldKind.INTEGER: "numeric",
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Input(msgspec.Struct, frozen=True):
    """One input of the edit form."""

    name: str
    title: str
    widget: str
    """``text``, ``textarea``, ``select``, ``date``, ``decimal`` or ``numeric``."""
    value: str
    hint: str
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    unit: str | None = None
    max_length: int | None = None
    mono: bool = False
    masked: bool = False
    """Its value is hidden from this viewer, so that it can't be edited here before it was looked at."""
    problem: str | None = None


def inputs(
    request: Request,
    policy: Policy,
    hidden: frozenset[str],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> tuple[Input, ...]:
    """The form: what was typed before stands in it again, with what is wrong with it."""
    currency = currency_of(request, policy)
    return tuple(
        _input(field, request, currency, typed, problems, masked=field.name in hidden and field.name not in typed)
        for field in editable_fields(request)
    )


def initial(request: Request, field: Field) -> str:
    """The text that stands in an input before anybody types: what can't be seen is written out, as on the card."""
    arguments = request.proposal.arguments
    if field.name not in arguments:
        return ""
    value = arguments[field.name]
    if field.kind is FieldKind.BOOLEAN and isinstance(value, bool):
        return "true" if value else "false"
    if value is None and field.kind is not FieldKind.JSON:
        return ""
    text = json.dumps(value, ensure_ascii=False, indent=2) if field.kind is FieldKind.JSON else value_text(value)
    return plain(text)


def typed_over(request: Request, form: Mapping[str, str]) -> dict[str, str]:
    """Of what was sent, the fields whose text is not what stood there: what nobody touched stays exactly as it was."""
    return {
        field.name: form[PREFIX + field.name]
        for field in editable_fields(request)
        if PREFIX + field.name in form and form[PREFIX + field.name] != initial(request, field)
    }


def _input(
    field: Field,
    request: Request,
    currency: str | None,
    typed: Mapping[str, str],
    problems: Mapping[str, str],
    *,
    masked: bool,
) -> Input:
    value = typed.get(field.name, initial(request, field))
    widget = _WIDGETS.get(field.kind, "text")
    if widget == "text" and ("\n" in value or len(value) > 120):  # noqa: PLR2004 - longer than a line
        widget = "textarea"
    if widget == "date" and value and not _DATE.fullmatch(value):
        widget = "text"  # a date input would show nothing of it
    return Input(
        name=PREFIX + field.name,
        title=plain(field.title),
        widget=widget,
        value="" if masked else value,
        hint=_hint(field, currency),
        options=_options(field, value),
        required=field.required,
        unit=currency if field.kind is FieldKind.MONEY else None,
        max_length=field.max_length if field.kind in {FieldKind.TEXT, FieldKind.LONG_TEXT} else None,
        mono=field.kind is FieldKind.JSON,
        masked=masked,
        problem=problems.get(field.name),
    )


def _options(field: Field, value: str) -> tuple[tuple[str, str], ...]:
    if field.kind is FieldKind.BOOLEAN:
        found = [("true", "Yes"), ("false", "No")]
    elif field.kind is FieldKind.CHOICE:
        found = [(option, plain(option)) for option in field.options]
    else:
        return ()
    if value and value not in {option for option, _ in found}:
        found.append((value, f"{plain(value)} (not one of the choices)"))
    return tuple(found if field.required and value else [("", "Not given"), *found])


def _hint(field: Field, currency: str | None) -> str:
    def shown(bound: Decimal) -> str:
        return amount_text(bound, currency) if field.kind is FieldKind.MONEY else str(bound)

    parts = []
    if field.minimum is not None and field.maximum is not None:
        parts.append(f"{shown(field.minimum)} to {shown(field.maximum)}")
    elif field.minimum is not None:
        parts.append(f"at least {shown(field.minimum)}")
    elif field.maximum is not None:
        parts.append(f"at most {shown(field.maximum)}")
    if field.kind is FieldKind.INTEGER:
        parts.append("a whole number")
    if field.kind is FieldKind.JSON:
        parts.append("JSON")
    if field.max_length is not None:
        parts.append(f"at most {field.max_length} characters")
    if not field.required and field.kind in {FieldKind.BOOLEAN, FieldKind.CHOICE}:
        parts.append("“Not given” takes it out")
    elif not field.required and field.kind is not FieldKind.LONG_TEXT:
        parts.append("leave empty to take it out")
    return ", ".join(parts)
