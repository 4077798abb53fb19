"""People: what they are called and up to which amount they may sign, by the policy that was in use at the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import yaml

from bot.cards.amounts import amount_text
from bot.cards.plaintext import plain
from bot.domain.events import EventRecord, Noted
from bot.domain.people import Actor, ActorKind

POLICY = "ledger:policy"
IN_USE = "policy.in_use"


@dataclass(frozen=True, slots=True)
class Named:
    """A person as a policy names them."""

    name: str
    limit: Decimal | None


@dataclass(frozen=True, slots=True)
class People:
    """Those of one policy."""

    people: Mapping[str, Named] = field(default_factory=dict)
    currency: str | None = None


@lru_cache(maxsize=16)
def people_in(text: str) -> People:
    """The people of a policy's text; nobody where it can't be read.

    Only what is needed is looked at, so that a text of an older version of the policy file is read as well.
    """
    try:
        loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError):
        return People()
    section = loaded.get("people") if isinstance(loaded, dict) else None
    if not isinstance(section, dict):
        return People()
    currency = loaded.get("currency")
    found = {str(id_): _named(str(id_), entry) for id_, entry in section.items() if isinstance(entry, dict)}
    return People(found, currency if isinstance(currency, str) else None)


def _named(id_: str, entry: Mapping[Any, Any]) -> Named:
    name = entry.get("name")
    limit = entry.get("limit")
    title = name if isinstance(name, str) and name else id_.replace("_", " ").replace(".", " ").title()
    try:
        amount = None if limit is None or isinstance(limit, bool) else Decimal(str(limit))
    except InvalidOperation:
        amount = None
    return Named(plain(title), amount)


class Directory:
    """Who is who at a time, by the policies that a file holds."""

    def __init__(self, noted: Sequence[tuple[EventRecord, Noted | None]], agents: Mapping[str, str]) -> None:
        """``noted`` are the events of the ledger of policies, oldest first; ``agents`` are names by id."""
        self._noted = [
            (record.at, event.facts, str(record.seq))
            for record, event in noted
            if event is not None and event.what == IN_USE
        ]
        self._agents = agents

    def name(self, id_: str) -> str:
        """A person's name with their id, as the newest of the policies says; the id alone where none does."""
        for _, facts, _ in reversed(self._noted):
            person = people_in(str(facts.get("text", ""))).people.get(id_)
            if person is not None:
                return f"{person.name} ({plain(id_)})"
        return plain(id_)

    def names(self, ids: Sequence[str]) -> str:
        """Several of them; ``nobody`` for none."""
        return ", ".join(map(self.name, ids)) or "nobody"

    def actor(self, actor: Actor) -> str:
        """Who did something, for somebody who does not know Signoff."""
        if actor.kind is ActorKind.PERSON:
            return self.name(actor.id)
        if actor.kind is ActorKind.AGENT:
            return f"the agent {self._agents.get(actor.id, plain(actor.id))}"
        return {
            ActorKind.POLICY: f"the policy by its own rules (version {plain(actor.id)})",
            ActorKind.CLOCK: "the clock",
            ActorKind.OPERATOR: f"an operator of the server (login {plain(actor.id)})",
            ActorKind.SERVICE: "Signoff itself",
        }[actor.kind]

    def agent(self, id_: str) -> str | None:
        """An agent's name, where its creation is in the file."""
        return self._agents.get(id_)

    def limit(self, id_: str, at: datetime) -> tuple[str, tuple[str, ...]]:
        """Up to which amount a person could sign at a time, in words, and the event that says so."""
        before = [(facts, seq) for noted_at, facts, seq in self._noted if noted_at <= at]
        for facts, seq in before[-1:]:
            events = (f"{POLICY}#{seq}",)
            if facts.get("limits") == "withheld":
                return "limit: not shown in this file", events
            found = people_in(str(facts.get("text", "")))
            person = found.people.get(id_)
            if person is None:
                return "limit: the policy in use then does not name this person", events
            if person.limit is None:
                return "no limit on the amount, by the policy in use then", events
            return f"limit {amount_text(person.limit, found.currency)}, by the policy in use then", events
        return "limit: the record holds no policy text of that time", ()
