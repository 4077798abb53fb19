"""Reporting: what agents' platforms say of the world: a customer was in contact, a build went live.

A contact's id is made of who reported it and under which key, so that the same report again finds what the first one
left and records nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import events as e
from bot.domain.agents import Agent
from bot.domain.contacts import Contact
from bot.domain.events import EventRecord
from bot.domain.ids import derived_uuid
from bot.domain.people import Actor
from bot.errors import BadInput, Busy, Conflict, CredentialRefused
from bot.ports import Recorder, Store
from bot.recording import Needs, View, stream_of

MOST_CONTACTS = 500
"""Contacts of one report."""
AHEAD = timedelta(minutes=5)
"""How far the reporter's clock may be ahead of ours."""
LEDGER = "releases"
RELEASES = stream_of("ledger", LEDGER)
TRIES = 20
"""How often it is tried while others note releases at the same time."""


@dataclass(frozen=True, slots=True)
class NewContact:
    """What is reported: ``customer`` was in contact ``at`` that time (UTC)."""

    customer: str
    at: datetime
    channel: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """The contacts as they are kept; ``replayed`` when an earlier report with this key left them."""

    contacts: tuple[Contact, ...]
    replayed: bool


async def report_contacts(
    store: Recorder, contacts: Sequence[NewContact], *, agent: Agent, instance_id: str, key: str, by: Actor
) -> Reported:
    """Keep contacts, all of them or none; the same ``key`` with the same contacts again is the same answer.

    What was erased since can't be compared any more, and counts as the same.

    Raises:
        BadInput: naming ``contacts`` when there are none or too many, ``contacts/N/at`` when one is yet to come.
        Conflict: ``idempotency_conflict`` when the key was used for others.
        CredentialRefused: when the agent or the instance ended meanwhile.
    """
    if not 0 < len(contacts) <= MOST_CONTACTS:
        raise BadInput(f"has to hold 1 to {MOST_CONTACTS} contacts", field="contacts", remedy="send them in parts")
    ids = tuple(contact_id(instance_id, key, number) for number in range(len(contacts)))
    beyond = contact_id(instance_id, key, len(contacts))  # is there when the key was used for more

    def flow(view: View) -> Reported:
        _require_live(view, agent, instance_id)
        before = tuple(view.contact(id_) for id_ in ids)
        if any(one is not None for one in (*before, view.contact(beyond))):
            return Reported(_replayed(before, contacts, beyond=view.contact(beyond)), replayed=True)
        for number, (id_, told) in enumerate(zip(ids, contacts, strict=True)):
            _require_past(told, number, view.now)
            made = Contact(id_, told.customer, told.at, instance_id, view.now, told.channel, told.topic)
            view.record("contact", id_, e.ContactReported(made), by)
        return Reported(tuple(one for id_ in ids if (one := view.contact(id_)) is not None), replayed=False)

    needs = Needs(agents=(agent.id,), instances=(instance_id,), contacts=(*ids, beyond))
    return await store.transact(needs, flow)


def contact_id(instance_id: str, key: str, number: int) -> str:
    """The id of a report's contact, counted from 0."""
    return derived_uuid("contact", instance_id, key, str(number))


def _replayed(
    before: Sequence[Contact | None], contacts: Sequence[NewContact], *, beyond: Contact | None
) -> tuple[Contact, ...]:
    same = tuple(kept for kept, told in zip(before, contacts, strict=True) if kept is not None and _same(kept, told))
    if beyond is not None or len(same) != len(contacts):
        raise Conflict(
            "this key was used for other contacts",
            code="idempotency_conflict",
            field="Idempotency-Key",
            remedy="send a new key, or what was sent before",
        )
    return same


def _same(kept: Contact, told: NewContact) -> bool:
    return kept.erased or (kept.customer, kept.at, kept.channel, kept.topic) == (
        told.customer,
        told.at,
        told.channel,
        told.topic,
    )


def _require_past(told: NewContact, number: int, now: datetime) -> None:
    if told.at > now + AHEAD:
        raise BadInput("lies in the future", field=f"contacts/{number}/at", remedy="report what has happened, in UTC")


def _require_live(view: View, agent: Agent, instance_id: str) -> None:
    held, instance = view.agent(agent.id), view.instance(instance_id)
    if held is None or held.revoked_at is not None or instance is None or instance.deleted_at is not None:
        raise CredentialRefused(f"the agent {agent.name} or its instance has ended")


# --- releases -------------------------------------------------------------------------------------------------------


async def report_release(store: Store, release: e.Released, by: Actor) -> bool:
    """Note that a build went live; of the same agent, build and time it is noted once. Returns whether it was now.

    Raises:
        Conflict: ``release_conflict`` when it was noted with another note.
        BadInput: ``released_at`` when it is yet to come.
        Busy: when others note releases all the time.
    """
    for _ in range(TRIES):
        records = await store.events(RELEASES)
        known = _noted(records, release)
        if known is not None:
            if known.note != release.note:
                raise Conflict(
                    "this release was noted before, with another note",
                    code="release_conflict",
                    field="note",
                    remedy="send the note as before, or leave it as it is",
                )
            return False
        if await store.transact(Needs(ledgers=(LEDGER,)), _noting(release, len(records), by)):
            return True
    raise Busy("others note releases all the time", retry_after=1)


def _noting(release: e.Released, seen: int, by: Actor) -> Callable[[View], bool]:
    """Notes it where nobody has noted another since the ledger was read."""

    def flow(view: View) -> bool:
        if view.version("ledger", LEDGER) != seen:
            return False
        if release.released_at > view.now + AHEAD:
            raise BadInput("lies in the future", field="released_at", remedy="report it once it is live, in UTC")
        view.record("ledger", LEDGER, release, by)
        return True

    return flow


def _noted(records: Iterable[EventRecord], release: e.Released) -> e.Released | None:
    what = (release.agent_id, release.build, release.released_at)
    known = (one for one in releases_of(records) if (one.agent_id, one.build, one.released_at) == what)
    return next(known, None)


def releases_of(records: Iterable[EventRecord]) -> tuple[e.Released, ...]:
    """The releases that the ledger's records tell of, in the order they went live."""
    events = (e.event_of(record) for record in records if record.payload is not None)
    return tuple(sorted((one for one in events if isinstance(one, e.Released)), key=lambda one: one.released_at))
