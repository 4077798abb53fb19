"""What an event of a request says of who has it and who may sign it, without anybody's words."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.domain import events as e

_SAY = (
    e.Claimed, e.Unclaimed, e.Reassigned, e.Snoozed, e.Woken, e.Reminded, e.Escalated, e.Warned, e.StageBegan,
    e.Rescheduled, e.Moved,
)  # fmt: skip
_WORDS = frozenset({"type", "note"})
_LADDER = frozenset({"remind_at", "escalation", "routing"})
"""Plans: what comes of them has events of its own."""


def facts_of(record: e.EventRecord) -> dict[str, Any]:
    """By name, as JSON; nothing for events that say none of it, or whose content was erased."""
    if record.payload is None:
        return {}
    event = e.event_of(record)
    if not isinstance(event, _SAY):
        return {}
    found: dict[str, Any] = msgspec.to_builtins(event)
    kept = {name: value for name, value in found.items() if name not in _WORDS | _LADDER and value not in ((), {})}
    if isinstance(event, e.Moved):
        kept["to_owner"] = event.routing.owner
    if isinstance(event, e.StageBegan):
        kept["signatures"] = [str(actor) for actor in event.signatures]
    return kept


def facts_line(record: e.EventRecord) -> str:
    """The same in a line: ``to omar, until 2031-03-03 15:36:01``."""
    return ", ".join(f"{name.replace('_', ' ')} {_text(value)}" for name, value in facts_of(record).items())


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return " ".join(f"{name}={each}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return " ".join(map(str, value)) or "none"
    text = str(value)
    return f"{text[:10]} {text[11:19]}" if text[10:11] == "T" and text.endswith("Z") else text
