"""Withholding: what of an event may be shown to one who may not see everything, as an event of the same kind.

Only free texts and values change. Times, ids, kinds and counts stay, so that the same statements can be made of what is
shown. Digests of arguments go where an argument is masked: without a salt, they would let its value be guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec
import orjson
from msgspec.structs import replace

from bot.cards.masking import Masker, masked
from bot.cards.rows import value_text
from bot.domain import events as e
from bot.domain.fields import Field
from bot.domain.jsontext import canonical_as_read
from bot.domain.money import Money
from bot.domain.people import Actor
from bot.domain.requests import Request
from bot.domain.routing import Routing

_KEPT = frozenset({"id", "agent_id", "instance_id", "question", "origin", "moved_to", "rule", "policy_version"})
_GUESSABLE = frozenset({"digest", "submission"})
_UNTOUCHED = (bool, Enum, datetime, Routing, Actor, Field)
"""What the policy says, who and when: nothing in it came from an agent."""


class Mask:
    """Hides one request's sensitive values in its events, wherever they are repeated."""

    def __init__(self, request: Request, routings: Iterable[Routing]) -> None:
        fields = {field.name: field for routing in (*routings, request.routing) for field in routing.fields}
        whole = replace(request, routing=replace(request.routing, fields=tuple(fields.values())))
        arguments = {**request.proposal.arguments, **(request.arguments or {})}
        self._masker = Masker(whole, frozenset())
        self._hidden = self._masker.hidden
        self.fields = tuple(sorted(name for name in self._hidden if name in arguments))
        """The arguments that are hidden: those that are sensitive and were given."""

    def payload(self, event: e.Event) -> bytes:
        """The canonical payload of the event as it may be shown."""
        shown = self._struct(event)
        body = msgspec.to_builtins(shown)
        body.pop("type")
        return canonical_as_read(body)

    def _struct(self, value: Any) -> Any:  # noqa: ANN401 - any struct
        changed = {}
        for name in value.__struct_fields__:
            old = getattr(value, name)
            new = "" if name in _GUESSABLE else old if name in _KEPT else self._value(old, name)
            if new is not old:
                changed[name] = new
        return replace(value, **changed) if changed else value

    def _value(self, value: Any, name: str) -> Any:  # noqa: ANN401, PLR0911 - one return a kind of value
        if value is None or isinstance(value, _UNTOUCHED):
            return value
        if isinstance(value, Money):
            return None if self._tells(str(value.amount)) else value
        if isinstance(value, Decimal):
            return Decimal(0) if self._tells(str(value)) else value
        if isinstance(value, msgspec.Struct):
            return self._struct(value)
        if isinstance(value, tuple):
            return tuple(self._value(item, name) for item in value)
        if isinstance(value, dict):
            return self._mapping(value)
        return self._plain(value, name)

    def _mapping(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {self._text(key): self._plain(value, key) for key, value in values.items()}

    def _plain(self, value: Any, name: str) -> Any:  # noqa: ANN401 - any JSON
        if name.rpartition(".")[2] in self._hidden and value is not None:
            return masked(value_text(value))
        if isinstance(value, dict):
            return self._mapping(value)
        if isinstance(value, list | tuple):
            return [self._plain(item, "") for item in value]
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and self._tells(str(value)):
            return masked(str(value))
        return value

    def _text(self, text: str) -> str:
        hidden = self._masker.text(text)
        return text if hidden == text else hidden

    def _tells(self, text: str) -> bool:
        return self._masker.text(text) != text


def without_diff(event: e.FeedbackChanged) -> bytes:
    """The payload without the change of the policy that it proposes, and what is told of that."""
    proposal = None if event.proposal is None else replace(event.proposal, diff="", told="")
    body = msgspec.to_builtins(replace(event, proposal=proposal))
    body.pop("type")
    return canonical_as_read(body)


def people_alone(event: e.Event, wanted: Iterable[str], *, limits: bool) -> bytes:
    """Of a policy that was taken into use: its version, and of its text the people that a file names, perhaps limits.

    The rest says where automation stops and who else works there: it is for those who answer for the owner alone.
    """
    from bot.filing.people import people_in  # noqa: PLC0415 - reading YAML is only needed here

    if not isinstance(event, e.Noted):
        raise TypeError("only a noted policy has people")
    found = people_in(str(event.facts.get("text", "")))
    kept: dict[str, Any] = {}
    for id_ in sorted(set(wanted) & set(found.people)):
        person = found.people[id_]
        kept[id_] = {"name": person.name} | (
            {"limit": str(person.limit)} if limits and person.limit is not None else {}
        )
    text = orjson.dumps({"currency": found.currency, "people": kept}).decode()
    facts = {"version": event.facts.get("version"), "text": text} | ({} if limits else {"limits": "withheld"})
    return canonical_as_read({"what": event.what, "facts": facts})
