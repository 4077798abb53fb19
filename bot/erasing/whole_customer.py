"""Erasing everything that a customer left: their requests with what is linked to them, and their contacts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain import events as e
from bot.domain.contacts import Contact, anonymous
from bot.domain.holds import HOLDS, standing_on_contacts
from bot.domain.people import Actor, Person
from bot.domain.requests import GrantStatus, Request
from bot.erasing.one_request import erase_request, sayable
from bot.errors import BadInput, Conflict, NotAllowed
from bot.holding import STREAM, customers_pseudonym, held, keeping, refuse_held_customer, standing_now
from bot.policy.document import Policy
from bot.ports import ContactQuery, RequestQuery, Store
from bot.receiving.drafting import forget_drafts
from bot.recording import Needs, View

ERASURES = "erasures"
"""The ledger in which it is noted that everything of a customer (by their pseudonym) was erased."""
_PAGE = 200
_NAMED = 5
_AT_ONCE = 20
"""Requests that are erased at a time: the store commits together what comes together."""

Progress = Callable[[int, int], None]
"""Called with how many of how many requests and contacts are done."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """What is known of a customer."""

    requests: tuple[Request, ...]
    """Oldest first; what has been erased is no longer among them."""
    contacts: tuple[Contact, ...]

    @property
    def open(self) -> tuple[Request, ...]:
        """Those that still wait for a decision, or whose approval may still be used."""
        return tuple(request for request in self.requests if _is_open(request))

    def __len__(self) -> int:
        return len(self.requests) + len(self.contacts)


@dataclass(frozen=True, slots=True)
class CustomerErasure:
    """What was erased; all 0 where nothing was left."""

    requests: int
    contacts: int
    payloads: int
    drafts: int
    cards: int
    """Messages on chat surfaces that are redrawn or taken away because of it."""


async def belongings_of(store: Store, customer: str) -> Belongings:
    """Every request that names a customer, however they are spelled, what is linked to one, and their contacts.

    Raises:
        BadInput: when there is no name.
    """
    if not customer.strip():
        raise BadInput("is empty", field="customer", remedy="give the id by which requests name the customer")
    requests: dict[str, Request] = {}
    contacts: list[Contact] = []
    for spelling in await store.spellings(customer):
        requests |= {request.id: request for request in await _requests(store, spelling)}
        contacts += await _contacts(store, spelling)
    linked = _linked(requests.values()) - requests.keys()
    while linked:
        found = [request for id_ in linked if (request := await store.request(id_)) is not None and not request.erased]
        requests |= {request.id: request for request in found}
        linked = _linked(found) - requests.keys()
    return Belongings(tuple(sorted(requests.values(), key=lambda one: (one.opened_at, one.id))), tuple(contacts))


async def _requests(store: Store, customer: str) -> list[Request]:
    found: list[Request] = []
    after: str | None = None
    while True:
        page = await store.requests(RequestQuery(customer=customer, limit=_PAGE, after=after))
        found += page.items
        after = page.next
        if after is None:
            return found


async def _contacts(store: Store, customer: str) -> list[Contact]:
    found: list[Contact] = []
    after: str | None = None
    while True:
        page = await store.contacts(ContactQuery(customer=customer, limit=_PAGE, after=after))
        found += page.items
        after = page.next
        if after is None:
            return found


def _linked(requests: Iterable[Request]) -> set[str]:
    """Requests that hold the same arguments, because one was approved by an edit of the other."""
    found = set()
    for request in requests:
        origin = None if request.decision is None else request.decision.origin
        moved_to = None if request.grant is None else request.grant.moved_to
        found |= {other for other in (origin, moved_to) if other is not None}
    return found


def _is_open(request: Request) -> bool:
    return request.pending or (request.grant is not None and request.grant.status is GrantStatus.WAITING)


def owners_of(belongings: Belongings) -> tuple[str, ...]:
    """The owners (ids) whose requests these are."""
    return tuple(dict.fromkeys(request.routing.owner for request in belongings.requests))


async def refuse_unless_erasable(
    store: Store, customer: str, belongings: Belongings, *, veil: bytes, cancel: bool
) -> None:
    """Refuse before anything is erased what could be erased in part only.

    Raises:
        Conflict: ``on_hold`` where a legal hold keeps any of it, ``still_open`` where something waits without
            ``cancel``.
    """
    holds = standing_now(await store.events(STREAM))
    for hold in standing_on_contacts(holds, customers_pseudonym(customer, veil)):
        raise held(hold, "what is known of this customer")
    for request in belongings.requests:
        hold_of_it = keeping(holds, request, veil)
        if hold_of_it is not None:
            raise held(hold_of_it, f"request {request.id}")
    waiting = belongings.open
    if waiting and not cancel:
        named = ", ".join(request.id for request in waiting[:_NAMED]) + (" ..." if len(waiting) > _NAMED else "")
        raise Conflict(
            f"{len(waiting)} of their requests still wait for a decision, or may still be run: {named}",
            code="still_open",
            remedy="decide them first, or cancel what waits together with the erasure; at the console that is --cancel",
        )


async def erase_customer(  # noqa: PLR0913 - each is a fact of its own, given by name
    store: Store,
    customer: str,
    *,
    reason: str,
    by: Actor,
    now: datetime,
    veil: bytes,
    keep_amounts: bool = True,
    cancel: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> CustomerErasure:
    """Erase what is known of a customer: requests as ``erase_request`` does, contacts, and forms half filled.

    Each request is a transaction of its own. Broken off in the middle, another call goes on with what is left; where
    nothing is left, it records nothing.

    Raises:
        BadInput: naming ``customer`` or ``reason``.
        Conflict: as ``refuse_unless_erasable`` does, before anything was erased; and where a hold was placed meanwhile.
    """
    reason = sayable(reason)
    found = await belongings_of(store, customer)
    await refuse_unless_erasable(store, customer, found, veil=veil, cancel=cancel)
    payloads = 0
    for start in range(0, len(found.requests), _AT_ONCE):
        progress(start, len(found))
        erasures = await asyncio.gather(
            *(
                erase_request(store, one.id, reason=reason, by=by, veil=veil, keep_amounts=keep_amounts, cancel=cancel)
                for one in found.requests[start : start + _AT_ONCE]
            ),
            return_exceptions=True,
        )
        for erasure in erasures:
            if isinstance(erasure, BaseException):
                raise erasure
            payloads += erasure.payloads
    for number, contact in enumerate(found.contacts, len(found.requests)):
        progress(number, len(found))
        await erase_contact(store, contact, reason=reason, by=by, veil=veil)
        payloads += 1
    progress(len(found), len(found))
    drafts = await forget_drafts(store.shelf, now, {request.id for request in found.requests})
    done = CustomerErasure(
        requests=len(found.requests),
        contacts=len(found.contacts),
        payloads=payloads,
        drafts=drafts,
        cards=sum(len(request.messages) for request in found.requests),
    )
    if len(found):
        await _note(store, customer, reason, by, veil, done)
    return done


async def erase_contact(store: Store, contact: Contact, *, reason: str, by: Actor, veil: bytes) -> None:
    """Erase who it was that was in contact, and over what; twice is once.

    Raises:
        Conflict: ``on_hold`` while a legal hold keeps what is known of the customer.
    """

    def flow(view: View) -> None:
        known = view.contact(contact.id)
        if known is not None and not known.erased:
            refuse_held_customer(view, known.customer, veil)
            view.record("contact", contact.id, e.ContactErased(anonymous(known), reason), by)

    await store.transact(Needs(contacts=(contact.id,), ledgers=(HOLDS,)), flow)


async def _note(store: Store, customer: str, reason: str, by: Actor, veil: bytes, done: CustomerErasure) -> None:
    """That it was done, for whoever asks later: by a pseudonym that only the server's key leads to."""
    facts = {
        "customer": customers_pseudonym(customer, veil),
        "requests": done.requests,
        "contacts": done.contacts,
        "reason": reason,
    }

    def flow(view: View) -> None:
        view.record("ledger", ERASURES, e.Noted("customer.erased", facts), by)

    await store.transact(Needs(ledgers=(ERASURES,)), flow)


def refuse_unless_theirs(person: Person, belongings: Belongings, policy: Policy) -> None:
    """Refuse a person who is not the risk owner of all whose requests would be erased; of contacts alone, of any.

    Raises:
        NotAllowed: saying who is.
    """
    owners = [policy.owners[id_] for id_ in owners_of(belongings) if id_ in policy.owners]
    others = [owner for owner in owners if owner.risk_owner != person.id]
    any_of_them = any(owner.risk_owner == person.id for owner in policy.owners.values())
    if any_of_them and not others:
        return
    names = dict.fromkeys(policy.people[owner.risk_owner].name for owner in others or policy.owners.values())
    what = ", ".join(dict.fromkeys(owner.title for owner in others)) or "any owner"
    raise NotAllowed(f"{person.name} is not the risk owner of {what}", remedy=f"ask {', '.join(names)}")
