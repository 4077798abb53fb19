"""Who a user of Teams is: by their id in the directory, as a member of a conversation that the bot shares with them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from adapters.teams.client.port import TeamsPort
from adapters.teams.client.references import Chat, References
from bot.domain.people import Person
from bot.errors import Busy, ChannelUnavailable, NotFound, Unavailable
from bot.policy.document import Policy
from bot.ports import Clock

log = logging.getLogger("signoff.teams")
Json = dict[str, Any]

HITS = timedelta(minutes=10)
MISSES = timedelta(minutes=1)
"""Shorter: somebody who was just added should not have to wait."""
OF_LATE = timedelta(minutes=1)
"""How old Teams' word on somebody may be for them to act by it: who was deactivated has no right for longer."""
MOST = 10_000
MOST_PLACES = 50
"""In so many conversations somebody is looked for."""
_DIRECTORY_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_STRANGERS = frozenset({"guest", "anonymous"})


class Member(msgspec.Struct, frozen=True):
    """A member of the organisation itself. ``email`` is None where the directory has none."""

    id: str
    """In the directory."""
    user: str
    """As this bot knows them: ``29:...``."""
    name: str
    email: str | None
    principal: str
    """Their user principal name, in lower case."""


class TeamsPeople:
    """Conforms to ``bot.ports.Directory``; ``workspace`` is a tenant, ``user`` an id in its directory.

    What Teams said is remembered for ten minutes, that it knew nobody for one. Guests, people of other organisations
    and those who were deactivated (and so left every conversation) are nobody. Every call may raise ``Busy`` or
    ``Unavailable`` when Teams can't be asked.
    """

    def __init__(self, port: TeamsPort, references: References, *, clock: Clock, policy: Callable[[], Policy]) -> None:
        self._port = port
        self._references = references
        self._clock = clock
        self._policy = policy
        self._known: dict[tuple[str, str, str], tuple[Member | None, datetime]] = {}

    async def email_of(self, workspace: str, user: str) -> str | None:
        """See ``Directory``."""
        member = await self.member(workspace, user)
        return None if member is None else member.email

    async def person_of(
        self, tenant: str, user: str, *, account: str = "", conversation: str = "", acting: bool = False
    ) -> Person | None:
        """The policy's person: whose ``teams:`` it is (id in the directory, ``TENANT/ID``, or user principal name).

        Else by their address in the directory. ``conversation`` is where they are now; ``account``, where it is told
        (``29:...``), has to be the same person's. ``acting``: as Teams has had it within the last minute, for whoever
        is about to decide or look.
        """
        if acting:
            self._forget(tenant, user)
        member = await self.member(tenant, user, conversation=conversation)
        if member is None or (account.startswith("29:") and account != member.user):
            return None
        names = {member.id.lower(), f"{tenant}/{member.id}".lower(), member.principal} - {""}
        named = [each for each in self._policy().people.values() if each.teams and each.teams.lower() in names]
        if named or member.email is None:
            return named[0] if len(named) == 1 else None  # one account that stands for two people is neither's
        person = self._policy().person_by_email(member.email)
        # Who is given an account by name is not found by address as well: the policy says which account counts.
        return person if person is None or person.teams is None else None

    async def member(self, tenant: str, user: str, *, conversation: str = "", elsewhere: bool = True) -> Member | None:
        """Who somebody is: by id in the directory, ``29:...``, user principal name, or an address met before.

        ``conversation`` is where to look first, and without ``elsewhere`` the only place.
        """
        name = user if user.startswith("29:") else user.lower()
        for key in ((tenant, name, ""), (tenant, name, conversation)):
            known = self._known.get(key)
            if (
                known is not None
                and known[1] > self._clock.now()
                and (known[0] is not None or elsewhere == (not key[2]))
            ):
                return known[0]
        met = await self._references.directory_id(tenant, name) if "@" in name else None
        found = await self._ask(tenant, met or name, conversation, elsewhere=elsewhere)
        if len(self._known) >= MOST:
            self._known.clear()
        until = self._clock.now() + (MISSES if found is None else HITS)
        self._known[tenant, name, "" if found is not None or elsewhere else conversation] = (found, until)
        return found

    async def account_of(self, person: Person) -> tuple[str, Member] | None:
        """A person's tenant and account; None when no organisation with the bot knows them.

        Raises:
            Busy, Unavailable: when one can't be asked and no other knows them.
        """
        unsure: Busy | Unavailable | None = None
        where, _, name = (person.teams or "").rpartition("/")
        for tenant in await self._references.tenants():
            if where and where.lower() != tenant.lower():
                continue
            try:
                member = await self.member(tenant, name or person.email)
            except (Busy, Unavailable) as error:
                unsure = error
                continue
            if member is not None:
                return tenant, member
        if unsure is not None:
            raise unsure
        return None

    async def present(self, tenant: str, conversation: str, people: Sequence[Person]) -> tuple[Member, ...]:
        """Those who are in a conversation, in their order.

        Teams' trouble leaves somebody out: a card without a name on it is better than none.
        """
        found: list[Member] = []
        for person in people:
            where, _, name = (person.teams or "").rpartition("/")
            if where and where.lower() != tenant.lower():
                continue
            try:
                member = await self.member(tenant, name or person.email, conversation=conversation, elsewhere=False)
            except (Busy, Unavailable) as error:
                log.warning("tenant %s: somebody could not be called on a card: %s", tenant, error.code)
                continue
            if member is not None:
                found.append(member)
        return tuple(found)

    def _forget(self, tenant: str, user: str) -> None:
        """What was said of somebody longer ago than somebody may act by."""
        key = (tenant, user if user.startswith("29:") else user.lower(), "")
        known = self._known.get(key)
        if known is not None and known[0] is not None and known[1] - self._clock.now() <= HITS - OF_LATE:
            del self._known[key]

    async def _ask(self, tenant: str, user: str, conversation: str, *, elsewhere: bool) -> Member | None:
        url = await self._references.service_url(tenant)
        places = await self._places(tenant, user, conversation) if elsewhere else [conversation]
        for place in places:
            try:
                answer = await self._port.get_member(url, place, user)
            except (NotFound, ChannelUnavailable):
                continue
            member = _member(answer, tenant)
            if member is not None:
                await self._met(tenant, member, place)
            return member
        return None

    async def _places(self, tenant: str, user: str, conversation: str) -> list[str]:
        """Where to look for somebody: where they act, where they were met, and else everywhere."""
        chat = await self._references.chat(tenant, user) if _DIRECTORY_ID.fullmatch(user) else None
        met = () if chat is None else (chat.conversation, chat.seen_in)
        everywhere = [each.id for each in await self._references.channels(tenant)]
        written = [owner.channels.get("teams", "") for owner in self._policy().owners.values()]
        named = [place for place in written if place.startswith("19:")]
        places = dict.fromkeys(place for place in (conversation, *met, *named, *everywhere) if place)
        return list(places)[:MOST_PLACES]

    async def _met(self, tenant: str, member: Member, place: str) -> None:
        for address in {member.principal, (member.email or "").lower()} - {""}:
            await self._references.know(tenant, address, member.id)
        known = await self._references.chat(tenant, member.id)
        if known is None or known.user != member.user:
            await self._references.met(tenant, member.id, Chat(member.user, member.name, seen_in=place))


def _member(answer: Json, tenant: str) -> Member | None:
    """Read a member object; guests, and people of other organisations, are none."""
    id_ = answer.get("aadObjectId") or answer.get("objectId")
    user, principal = answer.get("id"), str(answer.get("userPrincipalName") or "").lower()
    if not isinstance(id_, str) or not isinstance(user, str) or not id_ or not user:
        return None
    home, role = str(answer.get("tenantId") or tenant), str(answer.get("userRole") or "user").lower()
    if home.lower() != tenant.lower() or role in _STRANGERS or "#ext#" in principal:
        return None
    email = answer.get("email") or principal
    address = email if isinstance(email, str) and "@" in email else None
    return Member(id_.lower(), user, str(answer.get("name") or ""), address, principal)


def directory_id(person: Person) -> str | None:
    """The id in the directory that the policy gives a person, if it does."""
    name = (person.teams or "").rpartition("/")[2]
    return name.lower() if _DIRECTORY_ID.fullmatch(name) else None
