"""Arguments against the fields that the policy gives them: at the gate, and again when a person edits them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from bot.domain.fields import Field, FieldKind
from bot.domain.jsontext import Json
from bot.domain.money import decimal_of
from bot.errors import BadInput
from bot.policy.expressions import matches

_NUMBERS = {FieldKind.MONEY, FieldKind.NUMBER, FieldKind.INTEGER}


class ArgumentProblem(msgspec.Struct, frozen=True):
    """One argument that is not as its field says; ``message`` continues the field's title."""

    field: str
    message: str


def check_arguments(fields: tuple[Field, ...], arguments: Mapping[str, Any], *, others: bool) -> list[ArgumentProblem]:
    """Every problem with the arguments; ``others`` says whether arguments that no field names pass.

    An argument of null counts as absent.
    """
    problems = []
    for field in fields:
        value = arguments.get(field.name)
        if value is None:
            if field.required:
                problems.append(ArgumentProblem(field.name, "is missing"))
            continue
        try:
            message = _wrong(field, value)
        except (ValueError, BadInput) as error:
            message = error.message if isinstance(error, BadInput) else str(error)
        if message:
            problems.append(ArgumentProblem(field.name, message))
    if not others and len(arguments) > len(fields) - sum(field.name not in arguments for field in fields):
        known = {field.name for field in fields}
        problems += [
            ArgumentProblem(str(name)[:100], "is not a known argument") for name in arguments if name not in known
        ]
    return problems


def _wrong(field: Field, value: Json) -> str | None:
    kind = field.kind
    if kind in _NUMBERS:
        return _wrong_number(field, value)
    if kind is FieldKind.BOOLEAN:
        return None if isinstance(value, bool) else "is not true or false"
    return None if kind is FieldKind.JSON else _wrong_text(field, value)


def _wrong_number(field: Field, value: Json) -> str | None:
    if field.kind is not FieldKind.MONEY and isinstance(value, str):
        return "is not a number"
    number = decimal_of(value, field=field.name)
    if field.kind is FieldKind.INTEGER and number != int(number):
        return "is not a whole number"
    minimum = Decimal(0) if field.kind is FieldKind.MONEY and field.minimum is None else field.minimum
    if minimum is not None and number < minimum:
        return f"is below {minimum}"
    if field.maximum is not None and number > field.maximum:
        return f"is above {field.maximum}"
    return None


def _wrong_text(field: Field, value: Json) -> str | None:
    if not isinstance(value, str):
        return "is not a text"
    if field.kind is FieldKind.CHOICE:
        return None if value in field.options else f"is not one of {', '.join(field.options)}"
    if field.kind is FieldKind.DATE:
        return _wrong_date(value)
    if field.max_length is not None and len(value) > field.max_length:
        return f"is longer than {field.max_length} characters"
    if field.required and not value.strip():
        return "is empty"
    matched = field.pattern is None or matches(field.pattern, value)
    return None if matched else f"does not look like {field.pattern}"


def _wrong_date(value: str) -> str | None:
    try:
        date.fromisoformat(value)
    except ValueError:
        return "is not a date such as 2026-01-31"
    return None
