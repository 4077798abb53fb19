"""Inputs filled in as Teams' client lets people do it: nothing is sent before the card's own rules are met."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from tests.fakes.possible import NotPossible

Json = dict[str, Any]


def filled(inputs: Sequence[Json], values: Mapping[str, Any]) -> Json:
    """What the client sends for these inputs: the values given (by id or label), else those that stand there.

    Raises:
        NotPossible: There is no such input, or it does not take the value; says which and why.
    """
    given = {_named(inputs, name)["id"]: value for name, value in values.items()}
    found = {each["id"]: _sent(each, given[each["id"]]) for each in inputs if each["id"] in given}
    standing = {each["id"]: _standing(each) for each in inputs if each["id"] not in given}
    sent = {**standing, **found}
    if wrong := {each["id"]: why for each in inputs if (why := _refusal(each, sent[each["id"]]))}:
        raise NotPossible(f"the form is not sent: {wrong}")
    return {id_: value for id_, value in sent.items() if value is not None}


def _named(inputs: Sequence[Json], name: str) -> Json:
    found = [each for each in inputs if name in {each["id"], each.get("label")}]
    if len(found) != 1:
        there = [f"{each['id']} ({each.get('label', '')})" for each in inputs]
        raise NotPossible(f"{len(found)} inputs are {name!r}; there are {there}")
    return found[0]


def _standing(field: Json) -> Any:
    if field["type"] == "Input.Toggle":
        return field.get("value", field.get("valueOff", "false"))
    value = field.get("value")
    return value if value is None or field["type"] != "Input.Number" else str(value)


def _sent(field: Json, value: Any) -> Any:
    """A value as the client sends it: text, whatever the input."""
    if field["type"] == "Input.Toggle" and isinstance(value, bool):
        return field.get("valueOn", "true") if value else field.get("valueOff", "false")
    if field["type"] == "Input.ChoiceSet":
        wanted = value if isinstance(value, list | tuple) else [value]
        return ",".join(_choice(field, str(each)) for each in wanted)
    return str(value)


def _choice(field: Json, wanted: str) -> str:
    for choice in field.get("choices") or []:
        if wanted in {choice["value"], choice["title"]}:
            return str(choice["value"])
    offered = [choice["title"] for choice in field.get("choices") or []]
    raise NotPossible(f"{field['id']} offers {offered}, not {wanted!r}")


def _refusal(field: Json, value: str | None) -> str | None:
    """What the client says under the field."""
    said, kind = str(field.get("errorMessage") or ""), field["type"]
    off = kind == "Input.Toggle" and value == field.get("valueOff", "false")
    if value is None or value == "" or off:
        return (said or "required") if field.get("isRequired") else None
    match kind:
        case "Input.Text":
            return _text_refusal(field, value, said)
        case "Input.Number":
            return _bounds(field, _number(value), said)
        case "Input.Date" | "Input.Time":
            return _bounds(field, _instant(kind, value), said)
    return None


def _text_refusal(field: Json, value: str, said: str) -> str | None:
    if len(value) > field.get("maxLength", len(value)):
        return f"longer than {field['maxLength']}"
    fits = "regex" not in field or re.search(field["regex"], value)
    return None if fits else said or f"not like {field['regex']}"


def _instant(kind: str, value: str) -> str | None:
    reads = date.fromisoformat if kind == "Input.Date" else time.fromisoformat
    try:
        reads(value)
    except ValueError:
        return None
    return value


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _bounds(field: Json, value: Any, said: str) -> str | None:
    if value is None:
        return said or "not of that kind"
    if "min" in field and value < field["min"]:
        return said or f"below {field['min']}"
    return (said or f"above {field['max']}") if "max" in field and value > field["max"] else None
