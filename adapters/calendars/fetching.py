"""Fetching: a calendar from the file beside the policy, or from its address, asked for only when it has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import msgspec

from adapters.calendars.reading import MAX_BYTES
from bot.errors import BadInput, Unavailable

SECONDS = 10.0
REDIRECTS = 3
_MOVED = frozenset({301, 302, 303, 307, 308})


class Fetched(msgspec.Struct, frozen=True):
    """The body of a calendar, and by what its server tells whether it has changed."""

    body: bytes
    etag: str = ""
    modified: str = ""


class Fetching:
    """Reads calendars.

    ``check`` refuses an address that may not be called, of every redirect too; ``connector`` makes what connects, which
    may refuse what a name resolves to. ``folder`` is where files lie.
    """

    def __init__(
        self,
        folder: Path,
        *,
        check: Callable[[str], object],
        connector: Callable[[], aiohttp.BaseConnector],
        seconds: float = SECONDS,
    ) -> None:
        self._folder = folder
        self._check = check
        self._connector = connector
        self._seconds = seconds

    async def fetch(self, place: str, last: Fetched | None) -> Fetched:
        """The calendar of that file or address; ``last`` itself when it has not changed since.

        Raises:
            BadInput: when the address may not be called, or what is there is too large.
            Unavailable: when it can't be read.
        """
        if "://" not in place:
            return await asyncio.to_thread(self._read, place)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._get(place, last)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unavailable(f"the calendar can't be fetched: {type(error).__name__}") from error

    def _read(self, name: str) -> Fetched:
        path = self._folder / name
        try:
            with path.open("rb") as file:
                body = file.read(MAX_BYTES + 1)
        except OSError as error:
            remedy = f"it is looked for at {path}"
            raise Unavailable(f"the calendar can't be read: {error.strerror}", remedy=remedy) from error
        return Fetched(_bounded(body))

    async def _get(self, url: str, last: Fetched | None) -> Fetched:
        headers = {"Accept": "text/calendar, */*;q=0.1", "User-Agent": "Signoff"}
        if last is not None and last.etag:
            headers["If-None-Match"] = last.etag
        if last is not None and last.modified:
            headers["If-Modified-Since"] = last.modified
        async with aiohttp.ClientSession(connector=self._connector(), cookie_jar=aiohttp.DummyCookieJar()) as session:
            for _ in range(REDIRECTS + 1):
                self._check(url)
                async with session.get(url, headers=headers, allow_redirects=False) as response:
                    if response.status in _MOVED and "Location" in response.headers:
                        url = urljoin(url, response.headers["Location"])
                        continue
                    if response.status == HTTPStatus.NOT_MODIFIED and last is not None:
                        return last
                    if response.status != HTTPStatus.OK:
                        raise Unavailable(f"the calendar's server says {response.status}")
                    body = await _body(response)
                    return Fetched(body, response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
        raise Unavailable(f"the calendar's address leads on more than {REDIRECTS} times")


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """At most a byte more than is taken, whatever is sent, unpacked."""
    body = bytearray()
    async for part in response.content.iter_chunked(64 * 1024):
        body += part
        if len(body) > MAX_BYTES:
            break
    return _bounded(bytes(body))


def _bounded(body: bytes) -> bytes:
    if len(body) > MAX_BYTES:
        raise BadInput(f"is larger than {MAX_BYTES // 1024} KiB", field="calendar", remedy="export fewer events")
    return body
