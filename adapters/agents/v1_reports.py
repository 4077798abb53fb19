"""What agents' platforms report of the world beside requests: contacts of customers, releases of builds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from adapters.agents.answers import answer
from adapters.agents.bodies import idempotency_key, name_of, object_of, read_object, strict, text_of
from adapters.agents.callers import require_instance
from adapters.agents.counter import Counter
from adapters.agents.limits import MAX_NAME, MAX_NOTE
from adapters.agents.v1_bodies import instant
from bot.domain import people
from bot.domain.contacts import Contact
from bot.domain.events import Released
from bot.errors import BadInput
from bot.friction import MOST_CONTACTS, NewContact, report_contacts, report_release
from bot.policy.reading import MAX_NAME as MAX_WHO
from bot.ports import Store
from bot.recording import timestamp

_CONTACT = ("customer", "at", "channel", "topic")
_RELEASE = ("build", "released_at", "note")
MAX_TOPIC = 500
"""Characters of a topic."""


class ReportRoutes:
    """``POST /contacts`` and ``POST /releases``."""

    def __init__(self, counter: Counter, store: Store) -> None:
        self._counter = counter
        self._store = store

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve them."""
        router.add_post("/contacts", self.contacts)
        router.add_post("/releases", self.release)

    async def contacts(self, request: web.Request) -> web.Response:
        """201 with the contacts, all of them kept; 200 when an earlier call with the same key reported them."""
        caller = await self._counter.admit(request)
        instance = require_instance(caller)
        key = idempotency_key(request)
        told = contacts_in(await read_object(request, self._counter.limits.max_body_bytes))
        by = people.agent(caller.agent.id)
        kept = await report_contacts(self._store, told, agent=caller.agent, instance_id=instance.id, key=key, by=by)
        return answer({"contacts": [_contact(one) for one in kept.contacts]}, 200 if kept.replayed else 201)

    async def release(self, request: web.Request) -> web.Response:
        """201 with the release of the caller's agent; 200 when it was noted before."""
        caller = await self._counter.admit(request)
        require_instance(caller)
        release = release_in(await read_object(request, self._counter.limits.max_body_bytes), caller.agent.id)
        noted = await report_release(self._store, release, people.agent(caller.agent.id))
        return answer(_release(release), 201 if noted else 200)


def contacts_in(body: Mapping[str, Any]) -> tuple[NewContact, ...]:
    """The one contact that a body is, or those of its ``contacts``.

    Raises:
        BadInput: naming the field that can't be used.
    """
    if "contacts" not in body:
        return (_told(body, ""),)
    strict(body, ("contacts",))
    listed = body["contacts"]
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_CONTACTS:
        raise BadInput(f"is not a list of 1 to {MOST_CONTACTS} contacts", field="contacts", remedy="send them in parts")
    return tuple(
        _told(object_of(one, f"contacts/{number}"), f"contacts/{number}/") for number, one in enumerate(listed)
    )


def _told(body: Mapping[str, Any], within: str) -> NewContact:
    strict(body, _CONTACT, _CONTACT[:2], within=within)
    customer, channel, topic = body["customer"], body.get("channel"), body.get("topic")
    if isinstance(customer, int) and not isinstance(customer, bool):
        customer = str(customer)  # as in the context of a request
    return NewContact(
        name_of(customer, within + "customer", MAX_WHO),
        instant(body["at"], within + "at"),
        None if channel is None else name_of(channel, within + "channel", MAX_NAME),
        None if topic is None else name_of(topic, within + "topic", MAX_TOPIC),
    )


def release_in(body: Mapping[str, Any], agent_id: str) -> Released:
    """The release that a body tells of.

    Raises:
        BadInput: naming the field that can't be used.
    """
    strict(body, _RELEASE, _RELEASE[:2])
    build, note = body["build"], body.get("note")
    if isinstance(build, int) and not isinstance(build, bool):
        build = str(build)  # as in the context of a request
    return Released(
        agent_id,
        name_of(build, "build", MAX_WHO),
        instant(body["released_at"], "released_at"),
        None if note is None else text_of(note, "note", MAX_NOTE),
    )


def _contact(contact: Contact) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": contact.id,
        "at": timestamp(contact.at),
        "reported_at": timestamp(contact.reported_at),
    }
    who = {"erased": True} if contact.erased else {"customer": contact.customer}
    told = {"channel": contact.channel, "topic": contact.topic}
    return found | who | {name: value for name, value in told.items() if value is not None}


def _release(release: Released) -> dict[str, Any]:
    found: dict[str, Any] = {"build": release.build, "released_at": timestamp(release.released_at)}
    return found if release.note is None else found | {"note": release.note}
