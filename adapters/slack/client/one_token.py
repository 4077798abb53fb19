"""The one workspace whose token was set by hand: it says itself which it is."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.client.calling import call
from adapters.slack.client.refusals import TokenRefused
from bot.ports import Clock

Json = dict[str, Any]

TRY_AGAIN = timedelta(minutes=1)
"""Between two looks at whether a refused token works again."""


class Workspace(msgspec.Struct, frozen=True):
    """A Slack workspace with the app. ``suspended`` says why it is left alone; ``team`` is empty while unknown."""

    team: str
    enterprise: str
    name: str
    bot_user_id: str
    suspended: str | None = None


class OneToken:
    """Asks ``auth.test`` at first use, and again, at most each minute, after the token was refused."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.known = Workspace("", "", "", "")
        """As it was last seen."""
        self._next_look: datetime | None = clock.now()
        self._looking = asyncio.Lock()

    async def workspace(self, client: AsyncWebClient) -> Workspace:
        """The workspace, as it was last known when the token is refused.

        Raises:
            Busy, Unavailable: when Slack can't be asked who it is.
        """
        async with self._looking:
            if self._next_look is not None and self._next_look <= self._clock.now():
                await self._look(client)
            return self.known

    def refuse(self, why: str) -> None:
        """Its token does not work any more."""
        self.known = msgspec.structs.replace(self.known, suspended=why)
        self._next_look = self._clock.now() + TRY_AGAIN

    async def _look(self, client: AsyncWebClient) -> None:
        try:
            answer = await call(client, "auth.test", {}, reading=True)
        except TokenRefused as refused:
            self.refuse(refused.why)
            return
        self.known = Workspace(
            team=str(answer.get("team_id", "")),
            enterprise=str(answer.get("enterprise_id") or ""),
            name=str(answer.get("team", "")),
            bot_user_id=str(answer.get("user_id", "")),
        )
        self._next_look = None
