"""The inputs of the edit form as HTML has them."""

from __future__ import annotations

import re

from bot.domain.fields import FieldKind
from bot.forms import Input

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


def widget(one: Input) -> str:
    """``text``, ``textarea``, ``select``, ``date``, ``decimal`` or ``numeric``; the last two are ``inputmode`` too."""
    name = _WIDGETS.get(one.kind, "text")
    if name == "text" and ("\n" in one.value or len(one.value) > 120):  # noqa: PLR2004 - longer than a line
        return "textarea"
    if name == "date" and one.value and not _DATE.fullmatch(one.value):
        return "text"  # a date input would show nothing of it
    return name
