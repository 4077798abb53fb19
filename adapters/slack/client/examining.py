"""What a doctor asks Slack of a workspace: who we are there, and whether what the policy names is. Changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import msgspec
from slack_sdk.errors import SlackApiError, SlackClientError

from adapters.slack.client.calling import call, make_client
from adapters.slack.client.refusals import refusal
from bot.errors import ChannelUnavailable, NotFound, Unavailable

Json = dict[str, Any]


class Identity(msgspec.Struct, frozen=True):
    """Whose token it is. ``scopes`` are those granted; ``told_at`` is Slack's own clock, None when it did not say."""

    team: str
    name: str
    bot: str
    scopes: frozenset[str]
    told_at: datetime | None


class Channel(msgspec.Struct, frozen=True):
    """A channel as the bot sees it."""

    name: str
    archived: bool
    member: bool


class Examiner:
    """One workspace, by its token.

    Every call raises ``Busy`` or ``Unavailable`` (``TokenRefused`` for the token) when Slack gives no answer to it.
    """

    def __init__(self, api_url: str, session: aiohttp.ClientSession, token: str) -> None:
        self._client = make_client(api_url, session, token)

    async def identity(self) -> Identity:
        """Who the token is for.

        Raises:
            Unavailable: when Slack can't be reached or refuses the token.
        """
        try:
            answer = await self._client.api_call("auth.test")
        except SlackApiError as error:
            raise refusal("auth.test", str(error.response.get("error")), {}, None) from error
        except (aiohttp.ClientError, SlackClientError, OSError, ValueError, TypeError, AttributeError) as error:
            raise Unavailable(f"Slack can't be reached ({type(error).__name__})") from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Identity(
            team=str(answer.get("team_id", "")),
            name=str(answer.get("team", "")),
            bot=str(answer.get("user", "")),
            scopes=frozenset(filter(None, headers.get("x-oauth-scopes", "").replace(" ", "").split(","))),
            told_at=_instant(headers.get("date", "")),
        )

    async def channel(self, channel: str) -> Channel | None:
        """A channel by its id; None when there is none that the bot can see."""
        try:
            found = (await self._ask("conversations.info", channel=channel)).get("channel", {})
        except ChannelUnavailable:
            return None
        return Channel(str(found.get("name", "")), bool(found.get("is_archived")), bool(found.get("is_member")))

    async def account_of(self, email: str) -> str | None:
        """The id of the active account with this address."""
        try:
            return str((await self._ask("users.lookupByEmail", email=email))["user"]["id"])
        except NotFound:
            return None

    async def is_active(self, user: str) -> bool:
        """Whether this id is a person's account that is in use."""
        try:
            found = (await self._ask("users.info", user=user)).get("user", {})
        except NotFound:
            return False
        return not found.get("deleted") and not found.get("is_bot")

    async def group(self, usergroup: str) -> frozenset[str]:
        """The accounts in a user group, by its id or ``@handle``.

        Raises:
            NotFound: when it is gone or disabled, or the workspace's plan has none, with what would help.
        """
        if not usergroup.startswith("@"):
            return frozenset((await self._ask("usergroups.users.list", usergroup=usergroup)).get("users", ()))
        for found in (await self._ask("usergroups.list", include_users="true")).get("usergroups", ()):
            if found.get("handle") == usergroup.removeprefix("@"):
                return frozenset(found.get("users", ()))
        raise NotFound(f"There is no user group {usergroup[:40]}", remedy="correct `slack_usergroup:` in the policy")

    async def _ask(self, method: str, **args: str) -> Json:
        return await call(self._client, method, args, reading=True)


async def require_socket(api_url: str, session: aiohttp.ClientSession, app_token: str) -> None:
    """Ask for the address of a Socket Mode connection, which nothing is then sent to.

    Raises:
        Unavailable: when the app-level token does not get one, with Slack's word for why.
    """
    await call(make_client(api_url, session, app_token), "apps.connections.open", {}, reading=True)


def _instant(header: str) -> datetime | None:
    """The ``Date`` of an answer (RFC 9110, 5.6.7)."""
    try:
        found = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
