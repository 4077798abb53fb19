"""Editable arguments as inputs of a form, the same for every surface that people edit on.

A surface turns each ``Input`` into a widget of its own and hands what was sent back to ``typed_over``; what nobody
touched is never read from the form again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from bot.cards.amounts import amount_text
from bot.cards.masking import Masker
from bot.cards.plaintext import plain
from bot.cards.rows import currency_of, value_text
from bot.domain.fields import Field, FieldKind
from bot.domain.requests import Request
from bot.editing import editable_fields, value_of
from bot.errors import BadInput
from bot.policy.document import Policy

PREFIX = "arg."
MAX_NAME = 255
"""Characters of an input's name: the least that a surface takes."""
_NUMBERS = frozenset({FieldKind.MONEY, FieldKind.NUMBER, FieldKind.INTEGER})
_DIGEST = 16


class Input(msgspec.Struct, frozen=True):
    """One input of the edit form; every text is plain."""

    name: str
    """As it stands in the form: see ``input_name``."""
    field: str
    title: str
    kind: FieldKind
    value: str
    """What stands in it: what was typed before, else what was proposed."""
    proposed: str
    """What was proposed, as ``value`` is written; empty when hidden or not there."""
    hint: str
    options: tuple[tuple[str, str], ...] = ()
    """Value and title of what may be chosen; the empty value takes the argument out."""
    required: bool = False
    unit: str | None = None
    """The currency of an amount."""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: int | None = None
    masked: bool = False
    """Its value is hidden from this viewer, so that it can't be edited here before it was looked at."""
    problem: str | None = None


def input_name(field: str) -> str:
    """An argument's name as an input's name, at most ``MAX_NAME`` characters and different for every argument."""
    name = PREFIX + field
    if len(name) <= MAX_NAME:
        return name
    digest = hashlib.sha256(field.encode()).hexdigest()[:_DIGEST]
    return f"{name[: MAX_NAME - _DIGEST - 1]}~{digest}"


def inputs(
    request: Request,
    policy: Policy,
    hidden: frozenset[str],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> tuple[Input, ...]:
    """The form: what was typed before (field name to text) stands in it again, with what is wrong with it.

    ``hidden`` are the sensitive fields that the viewer has not looked at; an argument that repeats one is masked too.
    """
    currency = currency_of(request, policy)
    sensitive = frozenset(field.name for field in request.routing.fields if field.sensitive)
    masker = Masker(request, sensitive - hidden)

    def masked(field: Field) -> bool:
        proposed = initial(request, field)
        return field.name not in typed and (field.name in hidden or masker.text(proposed) != plain(proposed))

    return tuple(
        _input(field, request, currency, typed, problems, masked=masked(field)) for field in editable_fields(request)
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
    """Of what was sent (input's name to text), the fields whose text is not what stood there, by field name.

    What nobody touched stays exactly as it was: a number that a widget writes with other digits (``120`` for
    ``120.00``) and white space that it drops at the ends count as untouched.
    """
    return {
        field.name: form[name]
        for field in editable_fields(request)
        if (name := input_name(field.name)) in form and not _untouched(field, form[name], initial(request, field))
    }


def _untouched(field: Field, text: str, stood: str) -> bool:
    if text.strip() == stood.strip():
        return True
    if field.kind not in _NUMBERS:
        return False
    try:
        return bool(value_of(field, text.strip()) == value_of(field, stood.strip()))
    except BadInput:
        return False


def _input(
    field: Field,
    request: Request,
    currency: str | None,
    typed: Mapping[str, str],
    problems: Mapping[str, str],
    *,
    masked: bool,
) -> Input:
    proposed = initial(request, field)
    value = typed.get(field.name, proposed)
    return Input(
        name=input_name(field.name),
        field=field.name,
        title=plain(field.title),
        kind=field.kind,
        value="" if masked else value,
        proposed="" if masked else proposed,
        hint=_hint(field, currency),
        options=_options(field, value),
        required=field.required,
        unit=currency if field.kind is FieldKind.MONEY else None,
        minimum=field.minimum,
        maximum=field.maximum,
        max_length=field.max_length if field.kind in {FieldKind.TEXT, FieldKind.LONG_TEXT} else None,
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
