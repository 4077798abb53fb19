"""What expressions may look at: the variables of one proposal. What a proposal does not say is left out."""

from __future__ import annotations

from typing import Any

import orjson

from bot.domain.jsontext import Json
from bot.domain.money import Money
from bot.domain.requests import Context, Proposal
from bot.policy.document import Action
from bot.policy.expressions import Expression, Values
from bot.policy.phrases import fold
from bot.policy.reading import words_of

MAX_JUDGED = 16 * 1024
"""Bytes of arguments and context, as JSON, that an expression may go through."""
MAX_SHOWN = 200
_WHOLE_BELOW = 1e15
_OPTIONAL = ("customer", "session", "model", "build", "language", "region", "segment", "confidence")
_APART = ("transcript",)
"""What ``context`` holds that expressions see as ``text`` alone."""
_WHOLE = {"arguments", "context", "signals", "text"}


def variables_of(
    action: Action, proposal: Proposal, context: Context, amount: Money | None, text: str | None = None
) -> dict[str, Any]:
    """The variables, by name, without ``agent`` and the history."""
    known: dict[str, Any] = {
        "tool": proposal.tool,
        "level": action.level.value,
        "currency": action.currency,
        "arguments": proposal.arguments,
        "context": {name: value for name, value in (proposal.context or {}).items() if name not in _APART},
        "citations": list(context.citations),
        "mismatches": list(context.mismatches),
        "signals": context.signals,
        "vulnerable": context.vulnerable,
        "regulated_complaint": context.regulated_complaint,
        "text": fold(words_of(context, proposal.agent_reasoning)) if text is None else text,
    }
    for name in _OPTIONAL:
        value = getattr(context, name)
        if value is not None:
            known[name] = value
    if amount is not None:
        known["amount"] = float(amount.amount)  # a double of its own for every amount: see money.MAX_DIGITS
    return known


def too_large(proposal: Proposal) -> bool:
    """Whether arguments and context are larger than expressions may go through."""
    context = proposal.context or {}
    said = {name: value for name, value in context.items() if name not in _APART}
    return len(orjson.dumps((proposal.arguments, said))) > MAX_JUDGED


def compared(action: Action, when: Expression, values: Values) -> dict[str, Any]:
    """What a condition looked at, with the values that it saw, fit for the record: short, and nothing sensitive."""
    sensitive = {f"arguments.{field.name}" for field in action.fields if field.sensitive}
    found: dict[str, Any] = {}
    for name in when.looked_at:
        if name in _WHOLE:
            continue
        hidden = any(name == path or name.startswith(path + ".") for path in sensitive)
        found[name] = "(sensitive)" if hidden else shown(_value(values.known, name))
    return found


def _value(known: Json, name: str) -> Json:
    if name in known:
        return known[name]
    for part in name.split("."):
        if not isinstance(known, dict):
            return None
        known = known.get(part)
    return known


def shown(value: Json) -> Json:
    """A value fit for a reason: JSON, and short."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _WHOLE_BELOW else value
    if isinstance(value, str):
        return value if len(value) <= MAX_SHOWN else value[:MAX_SHOWN] + "…"
    text = orjson.dumps(value).decode()
    return value if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
