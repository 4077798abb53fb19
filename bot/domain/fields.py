"""Fields: what an action type's arguments are, how they are shown, and what may become of them."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec


class FieldKind(StrEnum):
    """The type of an argument, as forms and checks need it."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    MONEY = "money"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DATE = "date"
    JSON = "json"


class Field(msgspec.Struct, frozen=True, gc=False):
    """One argument of an action type: how to show it, whether it may be edited, and what it may be."""

    name: str
    title: str
    kind: FieldKind = FieldKind.TEXT
    editable: bool = False
    sensitive: bool = False
    required: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: int | None = None
    options: tuple[str, ...] = ()
    pattern: str | None = None
