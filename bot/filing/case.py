"""The case: a file's events as they can be read, with the state of the request before and after each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from bot.cards.plaintext import plain
from bot.cards.status import where
from bot.domain import events as e
from bot.domain.events import EventRecord, event_of
from bot.domain.lifecycle import apply_request
from bot.domain.people import Actor, ActorKind
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.filing.people import POLICY, Directory
from bot.filing.shape import Entry, Withheld
from bot.proving.lines import EventLine, event_of_line

E = TypeVar("E")
_UNREADABLE = (ValueError, TypeError, msgspec.MsgspecError)


@dataclass(frozen=True, slots=True)
class Told:
    """One event: ``event`` is None where its payload was erased or is wholly withheld."""

    record: EventRecord
    event: e.Event | None
    withheld: bool
    ref: str
    """How entries refer to it: ``7``, or ``ledger:pauses#3`` for another stream's."""

    @property
    def actor(self) -> Actor:
        """Who did it, where."""
        kind, _, id_ = self.record.actor.partition(":")
        return Actor(ActorKind(kind), id_, self.record.surface)


def told_of(lines: Sequence[EventLine], withheld: Sequence[Withheld], own: str | None) -> tuple[Told, ...]:
    """Events as they can be read; those of the stream ``own`` are referred to by their number alone.

    Raises:
        BadInput: naming the event that can't be read.
    """
    shown = {(one.stream, one.seq): one.shown for one in withheld}
    return tuple(_told(event_of_line(line), shown, own) for line in lines)


def _told(record: EventRecord, shown: dict[tuple[str, int], str | None], own: str | None) -> Told:
    place = (record.stream, record.seq)
    ref = str(record.seq) if record.stream == own else f"{record.stream}#{record.seq}"
    instead = shown.get(place)
    readable = record if place not in shown else replace(record, payload=instead.encode() if instead else None)
    try:
        ActorKind(record.actor.partition(":")[0])
        event = None if readable.payload is None else event_of(readable)
    except _UNREADABLE as error:
        raise BadInput(f"can't be read: {error}", field=f"event {ref}") from error
    return Told(record, event, place in shown, ref)


class Case:
    """Everything that the statements are made of."""

    def __init__(self, id_: str, told: Sequence[Told], others: Sequence[Told]) -> None:
        self.id = id_
        self.told = told
        self.others = others
        agents = {
            event.agent.id: plain(event.agent.name) for one in others if isinstance(event := one.event, e.AgentCreated)
        }
        noted = [
            (one.record, one.event if isinstance(one.event, e.Noted) else None)
            for one in others
            if one.record.stream == POLICY
        ]
        self.people = Directory(noted, agents)
        self._after = self._fold()

    def _fold(self) -> list[Request | None]:
        state: Request | None = None
        states: list[Request | None] = []
        for one in self.told:
            if one.event is not None and (state is not None or isinstance(one.event, e.Opened | e.Erased)):
                try:
                    state = apply_request(state, one.event, self.id, one.record.at, one.actor)
                except ValueError as error:
                    raise BadInput(str(error), field=f"event {one.ref}") from error
            states.append(state)
        return states

    @property
    def request(self) -> Request | None:
        """The request as its last event left it; None where nothing of it can be read."""
        return self._after[-1] if self._after else None

    def each(self, kind: type[E]) -> Iterator[tuple[Told, E]]:
        """The request's events of a kind, oldest first."""
        for one in self.told:
            if isinstance(one.event, kind):
                yield one, one.event

    def before(self, told: Told) -> Request | None:
        """The request as it was when this event happened."""
        index = self.told.index(told)
        return self._after[index - 1] if index else None

    def refs(self, *types: str) -> tuple[str, ...]:
        """The events of these types."""
        return tuple(one.ref for one in self.told if one.record.type in types)

    def who(self, actor: Actor) -> str:
        """Who did something and where: ``Dana (dana), on the desk``."""
        place = where(actor.surface)
        name = self.people.actor(actor)
        return f"{name}, {on(actor.surface)}" if place else name

    def said(self, told: Told, label: str, text: str, *, note: str | None = None, claim: bool = False) -> Entry:
        """A statement of one moment, by the event that says it."""
        return Entry(label, text, (told.ref,), at=moment(told.record.at), note=note, claim=claim)


def on(surface: str) -> str:
    """Where somebody did something: ``on the desk``, ``in Slack``."""
    places = {"desk": "on the desk", "slack": "in Slack", "teams": "in Teams", "api": "through the API"}
    return places.get(surface, "on the command line" if surface == "cli" else f"in {plain(surface)}")


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, whole microseconds."""
    return f"{at.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def when(at: datetime) -> str:
    """As people read it, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def span(seconds: float) -> str:
    """A length of time in its two largest units."""
    whole = int(seconds)
    days, hours, minutes = whole // 86_400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"
