"""How the SDK's operations reach Teams: over sessions of ours, with the token from our cache and refusals kept whole.

The SDK's own client opens a session without a cookie policy or a bound of ours for each turn, writes one token into
its headers for good, follows redirects, and loses why Teams refused three of the six calls that are made here.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any

import aiohttp
from microsoft_agents.hosting.core.connector.client.connector_client import ConversationsOperations

from adapters.teams.client.credentials import Credentials
from bot.errors import Unavailable

CLIENTS = 1_000
"""Service addresses whose session is kept; there is one for each organisation."""
LONGEST_ID = 8_192
"""Of a conversation, quoted. The SDK cuts longer ones off at 150 unless it is told, and posts to what is left."""
MOST_BYTES = 4 << 20
"""Of an answer that says how long it is."""
_UNAUTHORIZED, _REDIRECT, _REFUSED = 401, 300, 400


class Refused(Exception):
    """The connector answered something that is no success; not aiohttp's error, whose words are the status alone."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:  # noqa: ANN401 - aiohttp's own
        super().__init__(str(status))
        self.status = status
        self.headers = headers
        self.body = body


class Connectors:
    """The SDK's operations at each service address. All share one pool of connections; ``seconds`` bound each call."""

    def __init__(self, credentials: Credentials, seconds: float) -> None:
        self._credentials = credentials
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._pool: aiohttp.TCPConnector | None = None
        self._known: OrderedDict[str, tuple[aiohttp.ClientSession, Any]] = OrderedDict()

    def at(self, service_url: str) -> Any:  # noqa: ANN401 - the SDK's operations
        """The operations at one address.

        Raises:
            Unavailable: it is no address.
        """
        if service_url not in self._known:
            session = self._session(service_url)
            self._known[service_url] = (
                session,
                ConversationsOperations(session, max_conversation_id_length=LONGEST_ID),
            )
            while len(self._known) > CLIENTS:
                # Without a pool of its own it has nothing to end but itself.
                self._known.popitem(last=False)[1][0].detach()
        return self._known[service_url][1]

    async def close(self) -> None:
        """End every connection."""
        await asyncio.gather(*(session.close() for session, _ in self._known.values()))
        self._known.clear()
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    def _session(self, service_url: str) -> aiohttp.ClientSession:
        if self._pool is None:
            self._pool = aiohttp.TCPConnector()
        try:
            return aiohttp.ClientSession(
                base_url=service_url if service_url.endswith("/") else f"{service_url}/",
                connector=self._pool,
                connector_owner=False,
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept": "application/json"},
                middlewares=(self._bearing,),
            )
        except ValueError as error:
            raise Unavailable("Teams' service address is none") from error

    async def _bearing(
        self, request: aiohttp.ClientRequest, following: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Puts our token on a request; one that is refused is asked for anew, once. Redirects end here."""
        answer = await self._once(request, following)
        if answer.status == _UNAUTHORIZED:
            answer.release()
            answer = await self._once(request, following)
        if (answer.content_length or 0) > MOST_BYTES:
            answer.close()
            raise aiohttp.ClientPayloadError("the answer is too long")
        if answer.status >= _REDIRECT:
            body = await answer.read() if answer.status >= _REFUSED else b""
            answer.release()
            raise Refused(answer.status, answer.headers, body)
        return answer

    async def _once(
        self, request: aiohttp.ClientRequest, following: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        token = await self._credentials.token()
        request.headers["Authorization"] = f"Bearer {token}"
        answer = await following(request)
        if answer.status == _UNAUTHORIZED:
            self._credentials.forget(token)
        return answer
