"""Where a place of the policy is in Teams, and its organisation's connector, wherever that is now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from adapters.teams.client.people import Member, TeamsPeople, directory_id
from adapters.teams.client.port import TeamsPort
from adapters.teams.client.references import Chat, References
from adapters.teams.client.refusals import ServiceAddressRefused
from bot.domain.people import Person
from bot.domain.requests import MessageRef
from bot.errors import BadInput, ChannelUnavailable
from bot.policy.document import Policy

T = TypeVar("T")

PERSON = "person:"
"""Begins the name of a place that is one person's own chat."""


class Spot(msgspec.Struct, frozen=True):
    """Where a message goes: ``thread`` is what Teams' rates are counted by; ``conversation`` is empty for a new one."""

    tenant: str
    thread: str
    place: str
    conversation: str = ""


def spot_of(ref: MessageRef) -> Spot:
    """Where a message stands, and what comes below it."""
    return Spot(ref.workspace, ref.channel, ref.place, ref.channel)


class Places:
    """Finds channels by their names in the policy, and people's 1:1 chats, which are begun where there is none."""

    def __init__(
        self, port: TeamsPort, references: References, people: TeamsPeople, policy: Callable[[], Policy]
    ) -> None:
        self._port = port
        self._references = references
        self._people = people
        self._policy = policy

    async def spot(self, place: str, person: Person | None = None) -> Spot:
        """Where a place of the policy is.

        Raises:
            ChannelUnavailable: when there is none.
        """
        if not place.startswith(PERSON):
            channel = await self._references.channel(place)
            return Spot(channel.tenant, channel.id, place)
        person = person or self._policy().people.get(place.removeprefix(PERSON))
        if person is None:
            raise ChannelUnavailable(f"The policy has no person {place[:80]} any more")
        tenant, conversation = await self._conversation(person)
        return Spot(tenant, conversation, place, conversation)

    async def _conversation(self, person: Person) -> tuple[str, str]:
        """The tenant and the 1:1 chat of a person."""
        account = await self._people.account_of(person)
        tenant, member = account if account is not None else await self._never_met(person)
        known = await self._references.chat(tenant, member.id)
        if known is not None and known.conversation:
            return tenant, known.conversation
        try:
            chat = await self.at(tenant, lambda url: self._port.create_chat(url, tenant, member.user))
        except BadInput as error:
            raise _nobody(person) from error
        seen_in = chat if known is None else known.seen_in
        await self._references.met(tenant, member.id, Chat(member.user, member.name, chat, seen_in))
        return tenant, chat

    async def _never_met(self, person: Person) -> tuple[str, Member]:
        """Somebody of the policy by their id in the directory: Teams takes that for a chat as well."""
        id_ = directory_id(person)
        tenants = await self._references.tenants()
        if id_ is None or len(tenants) != 1:
            raise _nobody(person)
        return tenants[0], Member(id_, id_, person.name, None, "")

    async def at(self, tenant: str, work: Callable[[str], Awaitable[T]]) -> T:
        """Work with an organisation's connector, wherever it is now."""
        try:
            return await work(await self._references.service_url(tenant))
        except ServiceAddressRefused:
            if not await self._references.refused(tenant):
                raise
            return await work(await self._references.service_url(tenant))


def _nobody(person: Person) -> ChannelUnavailable:
    remedy = "put their id in the directory as `teams:` of the person in the policy, or install the app for them"
    return ChannelUnavailable(f"{person.name} has no account in Teams that Signoff can write to", remedy=remedy)
