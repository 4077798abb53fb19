"""Who Slack's users are in the policy, and where the policy's people are in Slack."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from adapters.slack.cards.drawn import Mentions
from adapters.slack.client.accounts import NOBODY, Account, Nobody, account_of
from adapters.slack.client.mentioning import mentions_of
from adapters.slack.client.remembering import Remembered
from adapters.slack.client.workspaces import Suspended, Workspaces
from bot.domain.people import Person
from bot.errors import Busy, ChannelUnavailable, NotFound, Unavailable
from bot.policy.document import Policy
from bot.ports import Clock

log = logging.getLogger("signoff.slack")

MOST_CALLED = 40
"""People whom a message calls by name: each takes two questions to Slack, which answers some fifty a minute."""
OF_LATE = timedelta(minutes=1)
"""How old Slack's word on an account may be for somebody to act by it: who was deactivated has no right for longer."""


class SlackPeople:
    """Conforms to ``bot.ports.Directory``. What Slack said is remembered for ten minutes, that it knew nobody for one.

    Every call may raise ``Busy`` or ``Unavailable`` when Slack can't be asked. ``findings`` are sentences of what the
    last ``group_members`` found wrong.
    """

    def __init__(self, workspaces: Workspaces, *, clock: Clock, policy: Callable[[], Policy]) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._policy = policy
        self._accounts: Remembered[tuple[str, str], Account | Nobody] = Remembered(clock)
        self._by_email: Remembered[tuple[str, str], str] = Remembered(clock)
        self._groups: Remembered[str, dict[str, frozenset[str]]] = Remembered(clock)
        self.findings: tuple[str, ...] = ()

    async def email_of(self, workspace: str, user: str) -> str | None:
        """See ``Directory``: None also for somebody of another organisation, or whose address is not confirmed."""
        account = await self._account(workspace, user)
        return None if account is None else account.email

    async def person_of(self, workspace: str, user: str, *, acting: bool = False) -> Person | None:
        """The policy's person: whose ``slack:`` it is (``U0DANA`` or ``T0ACME/U0DANA``), else by confirmed address.

        ``acting``: as Slack has had it within the last minute, for whoever is about to decide or look.
        """
        account = await self._account(workspace, user, OF_LATE if acting else None)
        if account is None:
            return None
        names = {user, f"{workspace}/{user}"}
        named = [each for each in self._policy().people.values() if each.slack in names]
        if named or account.email is None:
            return named[0] if len(named) == 1 else None  # one account that stands for two people is neither's
        person = self._policy().person_by_email(account.email)
        # Who is given an account by name is not found by address as well: the policy says which account counts.
        return person if person is None or person.slack is None else None

    async def user_of(self, person: Person) -> list[tuple[str, str]]:
        """The person's accounts as ``(team, user id)``; none when no workspace knows them.

        Raises:
            Busy, Unavailable: when a workspace can't be asked and no other knows them.
        """
        found: list[tuple[str, str]] = []
        unsure: Busy | Unavailable | None = None
        for workspace in await self._workspaces.all():
            if workspace.suspended is not None:
                continue
            try:
                user = await self._user_in(workspace.team, person)
            except (Busy, Unavailable) as error:
                unsure = error
                continue
            if user is not None:
                found.append((workspace.team, user))
        if not found and unsure is not None:
            raise unsure
        return found

    async def presence(self, workspace: str, user: str) -> str | None:
        """What their status says, such as ``On holiday, until 24 Nov 09:00 UTC``: their own words as plain text.

        A hint for people; nothing may depend on it.
        """
        account = await self._account(workspace, user)
        if account is None or not account.status:
            return None
        if account.status_until is None:
            return account.status
        over = account.status_until <= self._clock.now()
        return None if over else f"{account.status}, until {_moment(account.status_until)}"

    async def members_of(self, usergroup: str) -> tuple[str, ...]:
        """The confirmed addresses of those in a user group (``S0SUPPORT`` or ``@support``), of every workspace.

        Raises:
            NotFound: when no workspace has such a group, or its plan has none.
        """
        emails: dict[str, None] = {}
        for team, user in await self._members(usergroup):
            if (email := await self.email_of(team, user)) is not None:
                emails[email] = None
        return tuple(emails)

    async def group_members(self) -> dict[str, tuple[str, ...]]:
        """For each group of the policy with a user group: the ids of those of the policy's people who are in it.

        Nobody, and a finding, where no workspace has that group. Slack is asked anew.
        """
        for workspace in await self._workspaces.all():
            self._groups.forget(workspace.team)
        members: dict[str, tuple[str, ...]] = {}
        findings: list[str] = []
        for group in self._policy().groups.values():
            if group.slack_usergroup is None:
                continue
            try:
                found = [await self.person_of(*each) for each in await self._members(group.slack_usergroup)]
            except NotFound as error:
                findings.append(f"group {group.id}: {error}")
                found = []
            members[group.id] = tuple(dict.fromkeys(person.id for person in found if person is not None))
        self.findings = tuple(findings)
        return members

    async def mentions(self, team: str, people: Sequence[Person]) -> Mentions:
        """Mentions of those who have an account in a workspace, by the policy's groups where one fits exactly.

        Slack's trouble other than that it is busy leaves somebody out: a card without a name on it is better than none.
        Of very many the first are called.
        """
        users: list[str] = []
        groups: dict[str, frozenset[str]] = {}
        try:
            users = [user for person in people[:MOST_CALLED] if (user := await self._user_in(team, person)) is not None]
            if len(users) > 1:
                groups = await self._groups_to_mention(team)
        except Unavailable as error:
            log.warning("slack workspace %s: somebody could not be mentioned: %s", team, error.code)
        return mentions_of(users, groups)

    # ------------------------------------------------------------------------------------------------------- inside

    async def _account(self, team: str, user: str, at_most: timedelta | None = None) -> Account | None:
        known = self._accounts.get((team, user), at_most=at_most)
        if known is None:
            try:
                answer = await self._workspaces.read(team, "users.info", user=user)
            except NotFound:
                known = NOBODY
            else:
                workspace = await self._workspaces.workspace(team)
                known = account_of(answer.get("user") or {}, team=team, enterprise=workspace.enterprise)
            self._accounts.keep((team, user), known, hit=isinstance(known, Account))
        return known if isinstance(known, Account) else None

    async def _user_in(self, team: str, person: Person) -> str | None:
        if person.slack is not None:
            where, slash, user = person.slack.rpartition("/")
            if slash and where != team:
                return None
            return None if await self._account(team, user) is None else user
        key = (team, person.email.lower())
        known = self._by_email.get(key)
        if known is None:
            try:
                answer = await self._workspaces.read(team, "users.lookupByEmail", email=person.email)
                known = str((answer.get("user") or {}).get("id", ""))
            except NotFound:
                known = ""
            self._by_email.keep(key, known, hit=bool(known))
        return known if known and await self._account(team, known) is not None else None

    async def _members(self, usergroup: str) -> list[tuple[str, str]]:
        """Who is in a user group, as ``(team, user id)``."""
        missing: NotFound | None = None
        members = None
        working = [workspace for workspace in await self._workspaces.all() if workspace.suspended is None]
        if not working:
            raise Suspended("no Slack workspace can be asked for its user groups", remedy="install the app again")
        for workspace in working:
            try:
                groups = await self._groups_in(workspace.team)
            except NotFound as error:
                missing = error
                continue
            found = groups.get(usergroup)
            if found is not None:
                members = [*(members or []), *((workspace.team, user) for user in sorted(found))]
        if members is None:
            remedy = "correct `slack_usergroup:` in the policy, or list the group's `members:`"
            raise missing or NotFound(f"No workspace has a user group {usergroup[:40]}", remedy=remedy)
        return members

    async def _groups_in(self, team: str) -> dict[str, frozenset[str]]:
        """Every enabled user group of a workspace with its members, by id and by ``@handle``."""
        known = self._groups.get(team)
        if known is None:
            answer = await self._workspaces.read(team, "usergroups.list", include_users=True)
            known = {}
            for group in answer.get("usergroups", []):
                users = frozenset(map(str, group.get("users") or ()))
                known |= {str(group.get("id")): users, f"@{group.get('handle')}": users}
            self._groups.keep(team, known, hit=True)
        return known

    async def _groups_to_mention(self, team: str) -> dict[str, frozenset[str]]:
        """The policy's groups that this workspace has, by their ids there."""
        wanted = {group.slack_usergroup for group in self._policy().groups.values() if group.slack_usergroup}
        if not wanted:
            return {}
        try:
            groups = await self._groups_in(team)
        except (NotFound, ChannelUnavailable):
            return {}
        used = [groups[name] for name in wanted if name in groups]
        return {id_: users for id_, users in groups.items() if not id_.startswith("@") and users in used}


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%b %H:%M} UTC"
