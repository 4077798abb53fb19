"""The courier: one POST to a receiver, bounded in time and size, without redirects, to a checked address."""

from __future__ import annotations

import asyncio

import aiohttp
import msgspec

from adapters.webhooks.addresses import AddressRefused, Lookup, PinnedResolver, check_url, look_up

ATTEMPT_SECONDS = 10.0
"""How long a receiver may take (agentapprovalprotocol.io: at most ten seconds)."""
MAX_ANSWER = 4096
"""Bytes of an answer that are read."""
CONNECTIONS = 100
CONNECTIONS_A_HOST = 8
"""Traffic to one destination is bounded, however many instances point there."""
_AGENT = "Signoff-Webhooks"


class Delivered(msgspec.Struct, frozen=True):
    """What a receiver answered."""

    status: int
    body: bytes
    retry_after: str | None = None


class NotDelivered(Exception):
    """No answer came: the message says why, in words fit for a log."""


class Courier:
    """Keeps its connections open between posts; ``close`` ends them."""

    def __init__(self, *, allow_private: bool, lookup: Lookup = look_up) -> None:
        self._allow_private = allow_private
        self._lookup = lookup
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, url: str, headers: dict[str, str], body: bytes, *, seconds: float = ATTEMPT_SECONDS
    ) -> Delivered:
        """Post once.

        Raises:
            BadInput: ``invalid_webhook_url`` when the URL may not be called.
            NotDelivered: when no answer came in time.
        """
        check_url(url, allow_private=self._allow_private)
        try:
            async with asyncio.timeout(min(seconds, ATTEMPT_SECONDS)):
                return await self._post(url, headers, body)
        except TimeoutError as error:
            raise NotDelivered("no answer in time") from error
        except AddressRefused as error:
            raise NotDelivered(str(error)) from error
        except aiohttp.ClientError as error:
            cause = error.__cause__ or error
            said = str(cause) if isinstance(cause, AddressRefused) else type(error).__name__
            raise NotDelivered(said) from error
        except (OSError, ValueError) as error:
            raise NotDelivered(type(error).__name__) from error

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> Delivered:
        async with self._open().post(
            url, data=body, headers={**headers, "User-Agent": _AGENT}, allow_redirects=False
        ) as response:
            answer = await response.content.read(MAX_ANSWER)
            return Delivered(response.status, answer, response.headers.get("Retry-After"))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(
                resolver=PinnedResolver(allow_private=self._allow_private, lookup=self._lookup),
                use_dns_cache=False,
                limit=CONNECTIONS,
                limit_per_host=CONNECTIONS_A_HOST,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
            )
        return self._session

    async def close(self) -> None:
        """End the connections; twice is once."""
        if self._session is not None:
            await self._session.close()
            self._session = None
