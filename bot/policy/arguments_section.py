"""An action's ``arguments``: what each one is, so that forms can show it and the gate can check it."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from bot.domain.fields import Field, FieldKind
from bot.policy.expressions import matches
from bot.policy.yamltree import At, did_you_mean

FIELD_KEYS = frozenset(
    {
        "title",
        "kind",
        "minimum",
        "maximum",
        "options",
        "sensitive",
        "editable",
        "required",
        "pattern",
        "max_length",
    }
)
MAX_NAME = 100
MAX_PATTERN = 200
_TEXTS = {FieldKind.TEXT, FieldKind.LONG_TEXT}
_NUMBERS = {FieldKind.MONEY, FieldKind.NUMBER, FieldKind.INTEGER}
_FITS: dict[str, set[FieldKind]] = {
    "minimum": _NUMBERS,
    "maximum": _NUMBERS,
    "options": {FieldKind.CHOICE},
    "pattern": _TEXTS,
    "max_length": _TEXTS,
}


def title_of(name: str) -> str:
    """A field's name as a person would write it."""
    return name.replace("_", " ").replace("-", " ").strip().capitalize() or name


def read_fields(at: At) -> tuple[Field, ...]:
    """The typed arguments, in the file's order."""
    fields = []
    for name, key, value in at.entries():
        if not 1 <= len(name) <= MAX_NAME:
            key.wrong(f"has no name of 1 to {MAX_NAME} characters", "use the tool's own argument name")
            continue
        fields.append(_field(name, value))
    return tuple(fields)


def _field(name: str, at: At) -> Field:
    if not at.is_mapping:
        kind = None if at.is_null else at.choice(FieldKind)
        return Field(name, title_of(name), kind or FieldKind.TEXT)
    found = at.keys(FIELD_KEYS)
    kind = (found["kind"].choice(FieldKind) if "kind" in found else None) or FieldKind.TEXT
    for setting, kinds in _FITS.items():
        if setting in found and kind not in kinds:
            named = ", ".join(sorted(kind.value for kind in kinds))
            found[setting].wrong(f"means nothing for a field of kind {kind.value}", f"use it with kind {named}")
    options = found["options"].texts() if "options" in found else ()
    if kind is FieldKind.CHOICE and not options:
        at.wrong("is a choice without options", "list what may be chosen under `options:`")
    minimum = found["minimum"].decimal() if "minimum" in found else None
    maximum = found["maximum"].decimal() if "maximum" in found else None
    if minimum is not None and maximum is not None and minimum > maximum:
        found["maximum"].wrong("is below minimum", "exchange the two")
    return Field(
        name=name,
        title=(found["title"].text(longest=100) if "title" in found else None) or title_of(name),
        kind=kind,
        editable=_flag(found, "editable"),
        sensitive=_flag(found, "sensitive"),
        required=_flag(found, "required"),
        minimum=minimum,
        maximum=maximum,
        max_length=found["max_length"].integer(least=1, most=100_000) if "max_length" in found else None,
        options=options,
        pattern=_pattern(found["pattern"]) if "pattern" in found else None,
    )


def _flag(found: dict[str, At], name: str) -> bool:
    return bool(found[name].boolean()) if name in found else False


def _pattern(at: At) -> str | None:
    text = at.text(longest=MAX_PATTERN)
    if text is None:
        return None
    try:
        matches(text, "")
    except ValueError as error:
        at.wrong(f"is no regular expression: {error}", "write it in RE2 syntax, such as [A-Z]{3}[0-9]+")
        return None
    return text


def mark_editable(at: At, fields: tuple[Field, ...], money: str | None, *, declared: bool) -> tuple[Field, ...]:
    """The fields with the listed ones editable; where no argument was declared, a listed name makes its own field."""
    known = {field.name: field for field in fields}
    for place in at.items():
        name = place.text(longest=100)
        if name is None:
            continue
        if name in known:
            known[name] = replace(known[name], editable=True)
        elif declared:
            place.wrong(f"{name[:40]!r} is none of the arguments", did_you_mean(name, list(known)))
        else:
            kind = FieldKind.MONEY if name == money else FieldKind.TEXT
            known[name] = Field(name, title_of(name), kind, editable=True)
    return tuple(known.values())


def bound_amount(fields: tuple[Field, ...], name: str | None, most: Decimal | None) -> tuple[Field, ...]:
    """The fields with the amount's own kept above zero and within the cap of one action."""
    if name is None or name not in {field.name for field in fields}:
        return fields
    return tuple(_bounded(field, most) if field.name == name else field for field in fields)


def _bounded(field: Field, most: Decimal | None) -> Field:
    if most is None or (field.maximum is not None and field.maximum <= most):
        return field
    return replace(field, maximum=most)
