"""One-time links: how a person of the policy comes to the desk without a password."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

import msgspec

from bot.domain.events import Noted
from bot.domain.people import Actor, Person
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.ports import Clock, Recorder, Sessions, Store
from bot.recording import Needs

LINK_LASTS = timedelta(minutes=15)
LEDGER = "desk"


class Link(msgspec.Struct, frozen=True):
    """A link as given out; the token in ``url`` is kept nowhere."""

    url: str
    person: str
    email: str
    expires_at: datetime


async def give_link(store: Store, clock: Clock, policy: Policy, email: str, *, public_url: str, by: Actor) -> Link:
    """Make a link that signs one person in, once, within 15 minutes; that it was given is put on record.

    Raises:
        BadInput: when the policy knows nobody of this address.
    """
    person = policy.person_by_email(email)
    if person is None:
        raise BadInput(
            f"the policy has nobody with the address {email}",
            field="email",
            remedy="add them under `people:` in the policy file, or mend the address",
        )
    token = secrets.token_urlsafe(32)
    expires_at = clock.now() + LINK_LASTS
    await note(store, "desk.link_given", person, by)
    await store.sessions.add_link(digest_of(token), person.email, expires_at)
    return Link(f"{public_url.rstrip('/')}/desk/in/{token}", person.name, person.email, expires_at)


async def note(store: Recorder, what: str, person: Person, by: Actor) -> None:
    """Put a fact about signing in on record; people are named by id, so that no address stands there."""
    event = Noted(what, {"person": person.id})
    await store.transact(Needs(ledgers=(LEDGER,)), lambda view: view.record("ledger", LEDGER, event, by))


async def link_person(sessions: Sessions, policy: Policy, token: str, now: datetime) -> Person | None:
    """Whose link it is, while it is good; it is not used up by asking."""
    email = await sessions.peek_link(digest_of(token), now)
    return None if email is None else policy.person_by_email(email)


def digest_of(token: str) -> str:
    """What is kept of a token (256 random bits, so a plain SHA-256 will do)."""
    return hashlib.sha256(token.encode()).hexdigest()
