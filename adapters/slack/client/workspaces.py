"""Which workspaces there are, and calls to each: one that refuses its token is left alone, the others go on."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.client.calling import SECONDS, call, make_client, make_session
from adapters.slack.client.installing import Installations, Installed
from adapters.slack.client.one_token import OneToken, Workspace
from adapters.slack.client.pacing import Pacing
from adapters.slack.client.refusals import TokenRefused
from adapters.slack.client.suspending import Suspension, Suspensions
from bot.errors import Busy, ChannelUnavailable, Unavailable
from bot.ports import Clock, Shelf

__all__ = ["Suspended", "Workspace", "Workspaces"]

log = logging.getLogger("signoff.slack")
Json = dict[str, Any]

_PACED_BY_CHANNEL = frozenset({"chat.postMessage"})
"""What Slack limits by channel: whoever posts keeps the turns."""
_OK = 200
_NAME_BOTH = "write the channel as WORKSPACE/CHANNEL, such as T0ACME/C0REFUNDS"


class Suspended(Unavailable):
    """The workspace is suspended: its token was refused, or the app was removed from it."""


class Workspaces:
    """The workspaces with the app: the one of ``token``, or all that ``installations`` knows.

    ``api_url`` is where the Web API is. Nothing is opened before the first call; ``close`` ends the connections.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        shelf: Shelf,
        pacing: Pacing,
        api_url: str,
        token: str = "",
        installations: Installations | None = None,
        answer_seconds: float = SECONDS,
    ) -> None:
        self._clock = clock
        self._pacing = pacing
        self._api_url = api_url
        self._token = token
        self._answer_seconds = answer_seconds
        self._one = OneToken(clock) if token else None
        self._installations = installations
        self._suspensions = Suspensions(shelf, clock)
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[str, AsyncWebClient] = {}
        self._places: dict[str, str] = {}

    async def all(self) -> Sequence[Workspace]:
        """Every workspace, the suspended too, by team.

        Raises:
            Busy, Unavailable: when Slack has to be asked who the one workspace is, and can't be.
        """
        if self._one is not None:
            return (await self._only(self._one),)
        suspended = await self._suspensions.all()
        found = {team: Workspace(team, s.enterprise, s.name, s.bot_user_id, s.why) for team, s in suspended.items()}
        for team, one in (await self._installed()).items():
            if team not in found:
                found[team] = Workspace(team, one.enterprise, one.name, one.bot_user_id)
        return tuple(found[team] for team in sorted(found))

    async def workspace(self, team: str) -> Workspace:
        """One of them.

        Raises:
            Unavailable: when it does not have the app.
        """
        found = next((each for each in await self.all() if each.team == team and team), None)
        if found is None:
            raise Unavailable(f"no workspace {team[:40]!r} has the app", remedy="install the app there")
        return found

    async def client(self, team: str) -> AsyncWebClient:
        """The SDK's client for a workspace; it retries nothing by itself.

        Raises:
            Unavailable: when the workspace is unknown or suspended.
        """
        known = self._clients.get(team)
        if known is not None:
            return known
        found = await self.workspace(team)
        if found.suspended is not None:
            raise Suspended(f"the workspace {team} is suspended: {found.suspended}", remedy="install the app again")
        token = self._token or await self._stored_token(team)
        if token is None:
            raise Unavailable(f"the token of workspace {team} is missing", remedy="install the app again")
        self._clients[team] = client = make_client(self._api_url, self._connections(), token)
        return client

    def bare_client(self) -> AsyncWebClient:
        """A client without token, for the exchange of an installation; has to be asked for on the running loop."""
        return make_client(self._api_url, self._connections())

    async def read(self, team: str, method: str, **args: object) -> Json:
        """Call a method that changes nothing; see ``calling.call`` for its errors. A refused token suspends."""
        return await self._call(team, method, args, reading=True)

    async def write(self, team: str, method: str, **args: object) -> Json:
        """Call a method that changes something, once; ``Uncertain`` when it may have been taken."""
        return await self._call(team, method, args, reading=False)

    async def send_bytes(self, url: str, content: bytes) -> None:
        """Send a file to the address that ``files.getUploadURLExternal`` gave for it.

        Raises:
            Unavailable: when it was not taken; nobody sees anything of it.
        """
        try:
            async with self._connections().post(url, data=content, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(f"Slack did not take a file ({type(error).__name__})", remedy="try again") from error
        if status != _OK:
            raise Unavailable(f"Slack did not take a file ({status})", remedy="try again")

    async def suspend(self, team: str, why: str) -> None:
        """Leave a workspace alone until its token works again, or the app is installed anew; twice is once."""
        self._clients.pop(team, None)
        if self._one is not None:
            if self._one.known.team != team or self._one.known.suspended is not None:
                return
            self._one.refuse(why)
        known = (await self._installed()).get(team)
        said = Suspension(
            why=why,
            since=self._clock.now(),
            name=known.name if known else "",
            enterprise=known.enterprise if known else "",
            bot_user_id=known.bot_user_id if known else "",
        )
        if await self._suspensions.add(team, said):
            log.warning("slack workspace %s is suspended: %s", team, why)

    async def of_channel(self, place: str) -> tuple[str, str]:
        """The team and channel id of a place as the policy writes it: ``C0REFUNDS`` or ``T0ACME/C0REFUNDS``.

        Raises:
            ChannelUnavailable: when no workspace has it, or its own is suspended while another could stand in.
            Unavailable: when that can't be found out now, or every workspace is suspended.
        """
        team, slash, channel = place.partition("/")
        working = [each.team for each in await self.all() if each.suspended is None]
        if not working:
            raise Suspended("no Slack workspace can be reached", remedy="install the app, or set its token again")
        if slash:
            if team in working:
                return team, channel
            raise ChannelUnavailable(f"The workspace {team[:40]} is suspended or lacks the app", remedy=_NAME_BOTH)
        if len(working) == 1:
            return working[0], place
        known = self._places.get(place)
        return (known, place) if known in working else (await self._search(place, working), place)

    async def close(self) -> None:
        """End the connections; twice is once."""
        self._clients.clear()
        if self._session is not None:
            await self._session.close()

    # ------------------------------------------------------------------------------------------------------- inside

    async def _call(self, team: str, method: str, args: Json, *, reading: bool) -> Json:
        paced = method not in _PACED_BY_CHANNEL
        if paced:
            self._pacing.check_method(team, method)
        client = await self.client(team)
        try:
            return await self._with_newest_token(team, client, method, args, reading=reading)
        except Busy as busy:
            if paced:
                self._pacing.pause_method(team, method, busy.retry_after)
            raise
        except TokenRefused as refused:
            await self.suspend(team, refused.why)
            raise Suspended(refused.message, remedy=refused.remedy) from refused

    async def _with_newest_token(
        self, team: str, client: AsyncWebClient, method: str, args: Json, *, reading: bool
    ) -> Json:
        """Another process may have seen the app installed anew, which makes a token that is not known here yet."""
        try:
            return await call(client, method, args, reading=reading)
        except TokenRefused:
            newest = None if self._one else await self._stored_token(team)
            if newest is None or newest == client.token:
                raise
            self._clients[team] = make_client(self._api_url, self._connections(), newest)
            return await call(self._clients[team], method, args, reading=reading)

    async def _only(self, one: OneToken) -> Workspace:
        """The one workspace; what is said of it on the shelf follows."""
        before = one.known
        found = await one.workspace(make_client(self._api_url, self._connections(), self._token))
        if found.suspended is None and before != found:
            await self._suspensions.lift(found.team)
        elif found.suspended is not None and before.suspended is None:
            log.warning("slack refuses the token that was set: %s", found.suspended)
        return found

    async def _installed(self) -> Mapping[str, Installed]:
        return {} if self._installations is None else await self._installations.installed()

    async def _stored_token(self, team: str) -> str | None:
        return None if self._installations is None else await self._installations.token(team)

    async def _search(self, channel: str, teams: Sequence[str]) -> str:
        """The workspace of a channel, of those with several; one that the bot is in goes first, and is remembered."""
        seen, unsure = None, None
        for team in teams:
            try:
                answer = await self.read(team, "conversations.info", channel=channel)
            except ChannelUnavailable:
                continue
            except (Busy, Unavailable) as error:
                unsure = error
                continue
            if answer.get("channel", {}).get("is_member"):
                self._places[channel] = team
                return team
            seen = seen or team
        if seen is not None:
            return seen
        if unsure is not None:
            raise unsure
        raise ChannelUnavailable(f"No workspace with the app has a channel {channel[:40]}", remedy=_NAME_BOTH)

    def _connections(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = make_session(self._answer_seconds)
        return self._session
