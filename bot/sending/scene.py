"""A scene: one request as it stands when an errand is carried out, and what can be said of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards import Card, HistoryLine, card, history, try_out
from bot.deciding import Approve, approvers_now
from bot.domain import events as e
from bot.domain.events import EventRecord
from bot.domain.pauses import Pause
from bot.domain.people import Person
from bot.domain.requests import MessageRef, Request
from bot.errors import SignoffError
from bot.pausing import STREAM, in_force
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.recording import TOLD, changes_cards, stream_of
from bot.sending.sorts import sort_of

PERSON = "person:"
"""How a place begins that is one person: ``person:<id>`` of the policy."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A request, its records up to a moment just before, and who looks at it by which policy."""

    request: Request
    records: Sequence[EventRecord]
    policy: Policy
    now: datetime
    surface: str
    agent: str | None
    pauses: tuple[Pause, ...] = ()

    @property
    def open(self) -> bool:
        """Whether anybody can still decide it."""
        return self.request.pending and self.now < self.request.deadline_at

    def matters(self, seq: int) -> bool:
        """Whether anybody need still be told of an event."""
        return sort_of(self.records, seq).matters(self.request, self.now)

    @property
    def upto(self) -> int:
        """The last event that what is drawn now tells of, at least."""
        return len(self.records)

    def card(self, place: str) -> Card:
        """Its card as whoever looks in a place sees it: anybody in a channel, or that person."""
        return card(
            self.request, self.policy, viewer=self.person(place), now=self.now, agent=self.agent, pauses=self.pauses
        )

    def person(self, place: str) -> Person | None:
        """Whose place it is, where it is a person's and the policy knows them."""
        return self.policy.people.get(place.removeprefix(PERSON)) if place.startswith(PERSON) else None

    def standing(self, *kinds: str) -> list[MessageRef]:
        """Its messages of these kinds on this surface."""
        return [ref for ref in self.request.messages if ref.surface == self.surface and ref.kind in kinds]

    def event(self, seq: int) -> e.Event | None:
        """One of its events, unless its content was erased or is unknown yet."""
        record = self.record(seq)
        return None if record is None or record.payload is None else e.event_of(record)

    def record(self, seq: int) -> EventRecord | None:
        """One of its records."""
        return self.records[seq - 1] if 0 < seq <= len(self.records) else None

    def events(self, *, after: int = 0, upto: int | None = None) -> Iterable[tuple[EventRecord, e.Event]]:
        """Its records whose content is known, with it."""
        for record in self.records[after:upto]:
            if record.payload is not None:
                yield record, e.event_of(record)

    @property
    def erased_by(self) -> int:
        """The newest event that erased it; 0 when none did."""
        return max((record.seq for record in self.records if record.type == "request.erased"), default=0)

    def overtaken(self, seq: int) -> bool:
        """Whether a later event has errands of its own that redraw the cards and bring the threads up to date."""
        return any(changes_cards(record.type, record.seq) for record in self.records[seq:])

    def lines(self, *, after: int, upto: int) -> tuple[HistoryLine, ...]:
        """What threads say of the events after ``after`` up to ``upto``."""
        told = [record for record in self.records[after:upto] if record.type in TOLD]
        return self.said(told)

    def said(self, records: Sequence[EventRecord]) -> tuple[HistoryLine, ...]:
        """Records in sentences."""
        earlier = self.records[: records[0].seq - 1] if records else ()
        return history(records, self.request, self.policy, agent=self.agent, earlier=earlier)

    def deciders(self) -> tuple[Person, ...]:
        """Whom it waits for: whoever has it, else all who may sign it now."""
        able = [person for id_ in approvers_now(self.request, self.policy) if self._can(person := self._known(id_))]
        claim = self.request.claim
        holders = tuple(person for person in able if claim is not None and person.id == claim.by.id)
        return holders or tuple(able)

    def _known(self, id_: str) -> Person:
        return self.policy.people[id_]

    def _can(self, person: Person) -> bool:
        try:
            try_out(self.request, Approve(), person, self.policy, self.now)
        except SignoffError:
            return False
        return True


async def look(store: Store, clock: Clock, policy: Policy, surface: str, request_id: str) -> Scene | None:
    """How a request stands now; None when there is no such request.

    The records are read first: what is drawn tells of all of them, and perhaps of more.
    """
    records = await store.events(stream_of("request", request_id))
    request = await store.request(request_id)
    if request is None:
        return None
    agent = await store.agent(request.agent_id)
    name = None if agent is None else agent.name
    now = clock.now()
    return Scene(request, records, policy, now, surface, name, in_force(await store.events(STREAM), now))
