"""The section ``retention``: for how long what requests say of people is kept."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, TypeVar

from bot.domain.verdicts import ActionClass
from bot.policy.retention import HALF_A_YEAR, LEAST_SECONDS, Retention
from bot.policy.yamltree import At, did_you_mean

RETENTION_KEYS = frozenset({"classes", "owners", "actions", "contacts"})
KEEP = "keep"
"""Written where nothing goes by itself."""
_SPAN = re.compile(r"([0-9]{1,5})([hdw])")
_SECONDS = {"h": 3600, "d": 86400, "w": 7 * 86400}
_MOST_SECONDS = 50 * 366 * 86400
_REMEDY = f"write {LEAST_SECONDS // 86400}d or more, such as {HALF_A_YEAR // 86400}d or 156w, or {KEEP}"
T = TypeVar("T", bound=str)


def read_retention(at: At, owners: Collection[str], actions: Collection[str]) -> Retention:
    """How long what is kept; owners and actions have to be among those of the policy."""
    found = at.keys(RETENTION_KEYS)
    classes = _spans(found["classes"], {each.value: each for each in ActionClass}) if "classes" in found else {}
    known, contacts = _span(found["contacts"]) if "contacts" in found else (False, None)
    return Retention(
        contacts=contacts if known else HALF_A_YEAR,
        classes=classes,
        owners=_spans(found["owners"], {id_: id_ for id_ in owners}) if "owners" in found else {},
        actions=_spans(found["actions"], {id_: id_ for id_ in actions}) if "actions" in found else {},
    )


def _spans(at: At, known: dict[str, T]) -> dict[T, int | None]:
    spans: dict[T, int | None] = {}
    for name, key, value in at.entries():
        if name not in known:
            key.wrong(f"{name[:40]!r} is not defined", did_you_mean(name, known))
            continue
        ok, seconds = _span(value)
        if ok:
            spans[known[name]] = seconds
    return spans


def _span(at: At) -> tuple[bool, int | None]:
    text = at.text(longest=20)
    if text is None:
        return False, None
    if text == KEEP:
        return True, None
    match = _SPAN.fullmatch(text)
    seconds = int(match[1]) * _SECONDS[match[2]] if match else 0
    if not match or seconds > _MOST_SECONDS:
        at.wrong(f"{text!r} is no time for which something is kept", _REMEDY)
        return False, None
    if seconds < LEAST_SECONDS:
        hours = LEAST_SECONDS // 3600
        at.wrong(f"{text} is shorter than the {hours} h for which an agent may ask for its request", _REMEDY)
        return False, None
    return True, seconds


def retention_schema() -> dict[str, Any]:
    """The JSON Schema of the section."""
    span = {"type": "string", "pattern": f"^([0-9]{{1,5}}[hdw]|{KEEP})$", "examples": ["183d", "156w", KEEP]}
    of_ids = {"type": "object", "additionalProperties": span}
    classes = {each.value: span for each in ActionClass}
    properties = {
        "classes": {"type": "object", "properties": classes, "additionalProperties": False},
        "owners": {"description": "Before the class.", **of_ids},
        "actions": {"description": "Before owner and class.", **of_ids},
        "contacts": {"description": "Who was in contact, as agents' platforms report it.", **span},
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}
