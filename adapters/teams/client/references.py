"""Where Signoff can write in Teams: connectors, teams, channels and chats, as the newest activities told them.

It lies on the shelf, for every process. All of it comes again with the next activities, so a lost entry costs a while
in which something can't be written to, and no fact.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from adapters.teams.client.happening import Happened, happened
from adapters.teams.client.inbound import tenant_of
from bot.errors import ChannelUnavailable
from bot.ports import Clock, Shelf

Json = dict[str, Any]
_Kept = TypeVar("_Kept")

TENANTS, TEAMS, CHANNELS, LINKS, CHATS, ADDRESSES = (
    "teams.tenants",
    "teams.teams",
    "teams.channels",
    "teams.links",
    "teams.chats",
    "teams.addresses",
)
WRITTEN_LATELY = timedelta(minutes=1)
"""For so long nothing is written again that this process wrote just so."""
MOST_WRITTEN = 10_000
_INSTALL = "add the app to the team, or name another channel in the policy"
_LINK = "write `@Signoff link {}` in the channel, or put the channel's id in the policy"


class Connector(msgspec.Struct, frozen=True):
    """Where the connector is for an organisation."""

    service_url: str


class Team(msgspec.Struct, frozen=True):
    """A team as last told. ``gone`` is a sentence where the bot can't write there."""

    tenant: str
    name: str = ""
    gone: str = ""


class Channel(msgspec.Struct, frozen=True):
    """A channel as last told."""

    id: str
    tenant: str
    team: str = ""
    name: str = ""
    gone: str = ""


class Chat(msgspec.Struct, frozen=True):
    """Where somebody was met: ``conversation`` is the 1:1 chat, ``seen_in`` the last conversation of any kind."""

    user: str
    """``29:...``"""
    name: str = ""
    conversation: str = ""
    seen_in: str = ""


class _Whose(msgspec.Struct, frozen=True):
    person: str


class References:
    """What is known of places. ``home`` is the tenant of channels from which nothing came yet; empty for none."""

    def __init__(self, shelf: Shelf, clock: Clock, *, service_url: str, home: str = "") -> None:
        self._shelf = shelf
        self._clock = clock
        self._default = service_url
        self._home = home
        self._written: dict[tuple[str, str], tuple[bytes, datetime]] = {}

    async def note(self, activity: Json) -> Happened:
        """Learn from any activity whose token was good; returns what happened around the bot, if anything did.

        Called twice with the same activity it leaves the same behind.
        """
        told = happened(activity)
        tenant = tenant_of(activity)
        if not tenant:
            return told
        service_url = activity.get("serviceUrl")
        if isinstance(service_url, str) and service_url:
            await self._keep(TENANTS, tenant, Connector(service_url))
        if told.team:
            await self._note_team(tenant, told)
        if told.channel:
            await self._note_channel(tenant, told)
        if told.user:
            await self._note_person(tenant, told)
        return told

    async def service_url(self, tenant: str) -> str:
        """The address of an organisation's connector, as last told; else that which serves all."""
        found = await self._get(TENANTS, tenant, Connector)
        return self._default if found is None else found.service_url

    async def refused(self, tenant: str) -> bool:
        """An organisation's connector is not at its address any more; returns whether another one can be tried."""
        known = await self.service_url(tenant) != self._default
        self._written.pop((TENANTS, tenant), None)
        await self._shelf.drop(TENANTS, tenant)
        return known

    async def link(self, name: str, channel: str) -> None:
        """Let a name of the policy stand for a channel."""
        await self._shelf.put(LINKS, name.casefold(), msgspec.json.encode(channel))

    async def unlink(self, name: str) -> None:
        """Let it stand for none."""
        await self._shelf.drop(LINKS, name.casefold())

    async def channel(self, place: str) -> Channel:
        """The channel of a place of the policy: a channel's id (``19:...``), or a name that was linked.

        Raises:
            ChannelUnavailable: there is none, or the bot is not there any more.
        """
        id_ = place.partition(";")[0]
        if not id_.startswith("19:"):
            linked = await self._shelf.get(LINKS, place.casefold(), self._clock.now())
            if linked is None:
                raise ChannelUnavailable(f"No channel is linked to {place[:80]}", remedy=_LINK.format(place[:80]))
            id_ = msgspec.json.decode(linked, type=str)
        found = await self._get(CHANNELS, id_, Channel)
        if found is None and not self._home:
            raise ChannelUnavailable("Nothing ever came from this channel", remedy=_LINK.format("OWNER"))
        found = found or Channel(id_, self._home)
        team = await self._get(TEAMS, found.team, Team) if found.team else None
        if (gone := found.gone or (team.gone if team is not None else "")) != "":
            raise ChannelUnavailable(gone, remedy=_INSTALL)
        return found

    async def channels(self, tenant: str) -> tuple[Channel, ...]:
        """The channels of an organisation that are known and can be written in, the same ones in the same order."""
        known = await self._shelf.entries(CHANNELS, self._clock.now())
        found = sorted((msgspec.json.decode(value, type=Channel) for value in known.values()), key=lambda each: each.id)
        return tuple(each for each in found if each.tenant == tenant and not each.gone)

    async def tenants(self) -> tuple[str, ...]:
        """The organisations of which something is known, with the home one."""
        known = await self._shelf.entries(TENANTS, self._clock.now())
        return tuple(sorted({*known, *((self._home,) if self._home else ())}))

    async def chat(self, tenant: str, person: str) -> Chat | None:
        """Where somebody (their id in the directory) was met."""
        return await self._get(CHATS, f"{tenant}/{person.lower()}", Chat)

    async def met(self, tenant: str, person: str, chat: Chat) -> None:
        """Keep where somebody can be written to."""
        await self._keep(CHATS, f"{tenant}/{person.lower()}", chat)

    async def know(self, tenant: str, address: str, person: str) -> None:
        """Keep whose an address is: Teams finds members by their principal name, which may be another."""
        await self._keep(ADDRESSES, f"{tenant}/{address.lower()}"[:500], _Whose(person))

    async def directory_id(self, tenant: str, address: str) -> str | None:
        """Whose an address was when they were last met."""
        found = await self._get(ADDRESSES, f"{tenant}/{address.lower()}"[:500], _Whose)
        return None if found is None else found.person

    # ------------------------------------------------------------------------------------------------------- inside

    async def _note_team(self, tenant: str, told: Happened) -> None:
        known = await self._get(TEAMS, told.team, Team) or Team(tenant)
        if known.tenant != tenant:
            return
        # Anything that comes from a team shows that the bot is there; what says that it is not, says so itself.
        gone = known.gone if told.aside else told.team_gone
        await self._keep(TEAMS, told.team, Team(tenant, told.team_name or known.name, gone))

    async def _note_channel(self, tenant: str, told: Happened) -> None:
        known = await self._get(CHANNELS, told.channel, Channel) or Channel(told.channel, tenant)
        if known.tenant != tenant:
            return
        named = Channel(
            told.channel, tenant, told.team or known.team, told.channel_name or known.name, told.channel_gone
        )
        await self._keep(CHANNELS, told.channel, named)

    async def _note_person(self, tenant: str, told: Happened) -> None:
        known = await self.chat(tenant, told.person) or Chat(told.user)
        chat = Chat(
            user=told.user,
            name=told.person_name or known.name,
            conversation="" if told.chat_gone else told.chat or known.conversation,
            seen_in="" if told.chat_gone else told.conversation or known.seen_in,
        )
        await self.met(tenant, told.person, chat)

    async def _get(self, room: str, key: str, kind: type[_Kept]) -> _Kept | None:
        found = await self._shelf.get(room, key, self._clock.now())
        return None if found is None else msgspec.json.decode(found, type=kind)

    async def _keep(self, room: str, key: str, value: msgspec.Struct) -> None:
        """Write it down, unless this process did just now and it stands: most activities tell what the last told."""
        encoded, now = msgspec.json.encode(value), self._clock.now()
        last = self._written.get((room, key))
        lately = last is not None and last[0] == encoded and now - last[1] < WRITTEN_LATELY
        if lately and await self._shelf.get(room, key, now) == encoded:  # another process may have learned otherwise
            return
        await self._shelf.put(room, key, encoded)
        if len(self._written) >= MOST_WRITTEN:
            self._written.clear()
        self._written[room, key] = (encoded, now)
