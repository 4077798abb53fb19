"""What comes back from a button, a dialog or a form inside a card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.cards.wording import NOT_GIVEN
from bot.errors import BadInput

MAX_VALUE = 20_000
_MAX_INPUTS = 400
_OURS = frozenset({"dialog", "request", "key", "verb", "field"})


def values(data: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each input that the form had, by name; what was left empty or cleared is the empty text.

    ``data`` is an action's data with the inputs in it, as Teams sends it: it leaves out inputs that are empty, so the
    form names them all in ``inputs``.

    Raises:
        BadInput: when it is no data of a form of ours.
    """
    names = data.get("inputs", [])
    if not isinstance(names, list) or len(names) > _MAX_INPUTS or not all(isinstance(name, str) for name in names):
        raise BadInput("is not a list of names", field="inputs")
    return {name: _value(data.get(name), name) for name in names}


def sent(data: Mapping[str, Any]) -> dict[str, str]:
    """Of what was put along: ``verb`` or ``dialog``, ``request``, and ``key`` or ``field`` where there is one.

    Raises:
        BadInput: when one of them is no text.
    """
    found = {name: data[name] for name in _OURS if name in data}
    for name, value in found.items():
        if not isinstance(value, str) or len(value) > MAX_VALUE:
            raise BadInput("is no text", field=name)
    return found


def _value(value: Any, name: str) -> str:  # noqa: ANN401 - whatever Teams, or somebody else, sent
    if value is None or value == NOT_GIVEN:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):  # some clients send a number input's value as a number
        return str(value)
    if not isinstance(value, str) or len(value) > MAX_VALUE:
        raise BadInput("is no text", field=name)
    return value.replace("\r\n", "\n")
