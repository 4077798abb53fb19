"""Editing: what a reviewer typed becomes arguments, checked field by field against what was frozen when it opened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from bot.domain.fields import Field, FieldKind
from bot.domain.jsontext import Json, canonical, read, same
from bot.domain.money import decimal_of
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.policy.patterns import matches

_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
MAX_TEXT = 10_000
"""Characters of one argument that no field bounds more tightly."""


class Change(msgspec.Struct, frozen=True):
    """One argument before and after an edit; None stands for an argument that was not there."""

    field: str
    title: str
    before: Any
    after: Any


class EditRefused(BadInput):
    """Something typed can't be used; ``problems`` maps each field's name to a sentence for the person who typed it."""

    code = "invalid_edit"

    def __init__(self, problems: Mapping[str, str]) -> None:
        first = next(iter(problems))
        super().__init__(problems[first], field=first)
        self.problems = dict(problems)


def editable_fields(request: Request) -> tuple[Field, ...]:
    """The fields that the policy lets a reviewer change."""
    return tuple(field for field in request.routing.fields if field.editable)


def parse_form(request: Request, typed: Mapping[str, str]) -> dict[str, Json]:
    """The whole arguments after typing ``typed`` (field name to text) over the proposed ones.

    Fields that were not sent keep their value; an emptied field that is not required is left out of the arguments.

    Raises:
        EditRefused: naming every field whose text is not of its kind.
    """
    arguments = dict(request.proposal.arguments)
    problems: dict[str, str] = {}
    for field in editable_fields(request):
        if field.name not in typed:
            continue
        text = typed[field.name].strip()
        try:
            if text == "" and field.kind is not FieldKind.LONG_TEXT and not field.required:
                arguments.pop(field.name, None)
            else:
                arguments[field.name] = value_of(field, text, request.proposal.arguments.get(field.name))
        except BadInput as error:
            problems[field.name] = error.message
    if problems:
        raise EditRefused(problems)
    return arguments


def value_of(field: Field, text: str, proposed: Json = None) -> Json:
    """The JSON value that a typed text means for a field.

    Raises:
        BadInput: with a sentence for the person who typed it.
    """
    if field.kind in {FieldKind.MONEY, FieldKind.NUMBER}:
        number = decimal_of(_ungrouped(text), field=field.name)
        return f"{number:f}" if isinstance(proposed, str) else _number(number, field)
    if field.kind is FieldKind.INTEGER:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise BadInput("is not a whole number", field=field.name)
        return int(text)
    if field.kind is FieldKind.BOOLEAN:
        if text.lower() not in {"true", "false", "yes", "no", "on", "off"}:
            raise BadInput("is neither yes nor no", field=field.name)
        return text.lower() in {"true", "yes", "on"}
    if field.kind is FieldKind.JSON:
        return read(text, what=field.title)
    return text


def _ungrouped(text: str) -> str:
    """A number without the commas between its thousands. Any other comma stays, and is refused: is 12,50 1250?"""
    return text.replace(",", "") if _GROUPED.fullmatch(text) else text


def _number(number: Decimal, field: Field) -> int | float:
    if number == number.to_integral_value():
        return int(number)
    value: int | float = read(str(number), what=field.name)
    return value


def check_arguments(request: Request, arguments: Mapping[str, Json]) -> tuple[Change, ...]:
    """What an edit changes, once every changed argument is editable and valid.

    Raises:
        EditRefused: naming every argument that may not change or is not valid, or saying that nothing changed.
    """
    fields = {field.name: field for field in request.routing.fields}
    proposed = request.proposal.arguments
    problems: dict[str, str] = {}
    changes: list[Change] = []
    for name in dict.fromkeys((*proposed, *arguments)):
        before, after = proposed.get(name), arguments.get(name)
        if (name in proposed) == (name in arguments) and same(before, after):
            continue
        field = fields.get(name)
        problem = "may not be edited" if field is None or not field.editable else None
        if field is not None and problem is None:
            problem = field_problem(field, after, present=name in arguments)
        if problem:
            problems[name] = problem
        changes.append(Change(name, field.title if field else name, before, after))
    if problems:
        raise EditRefused(problems)
    if not changes:
        first = next(iter(editable_fields(request)), None)
        raise EditRefused({first.name if first else "arguments": "nothing was changed; approve it as it is instead"})
    canonical(dict(arguments))
    return tuple(changes)


def field_problem(field: Field, value: Json, *, present: bool = True) -> str | None:
    """What is wrong with a value for a field, as a sentence; None when it is right."""
    if not present or value is None:
        return "is needed" if field.required else None
    if field.kind in {FieldKind.MONEY, FieldKind.NUMBER, FieldKind.INTEGER}:
        return _number_problem(field, value)
    if field.kind is FieldKind.BOOLEAN:
        return None if isinstance(value, bool) else "is neither true nor false"
    if field.kind is FieldKind.JSON:
        return None
    if not isinstance(value, str):
        return "is not a text"
    return _text_problem(field, value)


def _number_problem(field: Field, value: Json) -> str | None:
    try:
        number = decimal_of(value, field=field.name)
    except BadInput as error:
        return error.message
    if field.kind is FieldKind.INTEGER and number != number.to_integral_value():
        return "is not a whole number"
    if field.kind is not FieldKind.MONEY and isinstance(value, str):
        return "is not a number"
    if field.minimum is not None and number < field.minimum:
        return f"is below {field.minimum}"
    if field.maximum is not None and number > field.maximum:
        return f"is above {field.maximum}"
    return None


def _text_problem(field: Field, value: str) -> str | None:
    if field.required and not value.strip():
        return "is needed"
    if field.kind is FieldKind.CHOICE and value not in field.options:
        return "is none of " + ", ".join(field.options)
    if field.kind is FieldKind.DATE:
        try:
            date.fromisoformat(value)
        except ValueError:
            return "is not a date such as 2026-03-31"
    if len(value) > (field.max_length or MAX_TEXT):
        return f"is longer than {field.max_length or MAX_TEXT} characters"
    if field.pattern is not None and not matches(field.pattern, value):
        return "has not the expected form"
    return None
