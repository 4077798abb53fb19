"""The tokens with which Signoff calls Teams: asked for without blocking, kept, and renewed ahead of their end.

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from urllib.parse import quote

import aiohttp

from adapters.teams.client.connecting import METADATA_SECONDS, Session
from bot.errors import Unavailable
from bot.ports import Clock

log = logging.getLogger("signoff.teams")

AHEAD = timedelta(minutes=10)
"""Before its end a token is renewed, while it is still used."""
TOO_LATE = timedelta(seconds=30)
"""Before its end it is not used any more: it has to reach the connector first."""
RETRY_AFTER = timedelta(seconds=30)
"""Between two tries to renew a token that is still good."""
_OK, _SERVER = 200, 500
_REMEDY = "check the app's id, secret and tenant against its registration in Entra ID"


@dataclass(frozen=True, slots=True)
class Ask:
    """One HTTP call that answers a token."""

    method: str
    url: str
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Grant(Protocol):
    """How a token is asked for."""

    @property
    def app_id(self) -> str:
        """The bot's app id."""
        ...

    def ask(self) -> Ask:
        """The call to make."""
        ...


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A single-tenant app with a client secret. ``scope`` is that of the connector, without ``/.default``."""

    app_id: str
    secret: str = field(repr=False)
    tenant: str
    login_url: str = "https://login.microsoftonline.com/"
    scope: str = "https://api.botframework.com"

    def ask(self) -> Ask:
        """See ``Grant``."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.app_id,
            "client_secret": self.secret,
            "scope": f"{self.scope}/.default",
        }
        return Ask("POST", f"{self.login_url.rstrip('/')}/{quote(self.tenant, safe='')}/oauth2/v2.0/token", form)


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """The identity that Azure gives a machine or an App Service.

    ``header`` is the value of ``IDENTITY_HEADER`` of an App Service, with ``endpoint`` that of ``IDENTITY_ENDPOINT``.
    """

    app_id: str
    endpoint: str = "http://169.254.169.254/metadata/identity/oauth2/token"
    header: str = field(default="", repr=False)
    scope: str = "https://api.botframework.com"

    def ask(self) -> Ask:
        """See ``Grant``."""
        version = "2019-08-01" if self.header else "2018-02-01"
        headers = {"X-IDENTITY-HEADER": self.header} if self.header else {"Metadata": "true"}
        query = {"api-version": version, "resource": self.scope, "client_id": self.app_id}
        return Ask("GET", self.endpoint, query=query, headers=headers)


class Credentials:
    """The bot's token for Teams. One is asked for at a time, whoever waits; ``close`` ends what is under way."""

    def __init__(self, grant: Grant, clock: Clock, *, seconds: float = METADATA_SECONDS) -> None:
        self.app_id = grant.app_id
        self._grant = grant
        self._clock = clock
        self._session = Session(seconds)
        self._token = ""
        self._renew_at = self._ends_at = clock.now()
        self._fetching: asyncio.Task[None] | None = None

    async def token(self) -> str:
        """A token that is good now.

        Raises:
            Unavailable: there is none, and none can be had; its code is ``credentials_refused`` where that is for good.
        """
        now = self._clock.now()
        if self._token and now < self._ends_at:
            if now >= self._renew_at:
                self._renew_at = now + RETRY_AFTER
                _ = self._fetch()
            return self._token
        await asyncio.shield(self._fetch())
        return self._token

    def prepare(self) -> None:
        """Begin to ask for the first token, on the running loop; a failure is in the log."""
        _ = self._fetch()

    def forget(self, token: str) -> None:
        """The connector refused this token: the next call asks for another."""
        if token == self._token:
            self._token = ""

    async def close(self) -> None:
        """End what is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)
        await self._session.close()

    def _fetch(self) -> asyncio.Task[None]:
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._renew(), name="teams token")
            self._fetching.add_done_callback(_noted)
        return self._fetching

    async def _renew(self) -> None:
        asked_at = self._clock.now()
        token, life = await self._answer()
        self._token, self._ends_at = token, asked_at + life - TOO_LATE
        self._renew_at = asked_at + max(life - AHEAD, life / 2)

    async def _answer(self) -> tuple[str, timedelta]:
        ask = self._grant.ask()
        try:
            call = self._session.open().request(
                ask.method, ask.url, data=ask.form or None, params=ask.query or None, headers=ask.headers
            )
            async with call as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(f"No token for Teams can be had ({type(error).__name__})") from error
        return _read(status, body)


def _read(status: int, body: bytes) -> tuple[str, timedelta]:
    try:
        answer = json.loads(body)
        if status == _OK:
            return str(answer["access_token"]), timedelta(seconds=int(answer["expires_in"]))
        why = str(answer.get("error", "")) or "no reason"
        # Only Microsoft's number: the sentence that goes with it may name the tenant and the app.
        numbers = ", ".join(f"AADSTS{number}" for number in answer.get("error_codes", ()) if isinstance(number, int))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unavailable(f"The answer to the call for a token makes no sense ({status})") from error
    told = f"{why[:60]} {numbers}".strip()
    if status >= _SERVER:
        raise Unavailable(f"No token for Teams can be had ({status}: {told})")
    raise Unavailable(f"The app's credentials are refused: {told}", code="credentials_refused", remedy=_REMEDY)


def _noted(task: asyncio.Task[None]) -> None:
    """A renewal ahead of time has nobody who waits for it: its failure is told here."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("a token for Teams could not be renewed: %s", error)
