"""Calls to the bot, each with every try, its answer and how long the answer took."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import aiohttp

Json = dict[str, Any]


@dataclass
class Attempt:
    """One try to deliver: the status and body that came back, or the error, and the seconds it took."""

    well: ClassVar[Sequence[int]] = range(200, 300)
    """The statuses that the platform takes for a good answer."""

    headers: Mapping[str, str] = field(repr=False)
    """Those of the answer in lower case, those of the request behind `> `."""
    status: int | None = None
    body: str = ""
    seconds: float = 0.0
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether the bot answered well, and in time."""
        return self.status in self.well


@dataclass
class Delivery:
    """One call to the bot."""

    kind: str
    """In the platform's words."""
    body: bytes = field(repr=False)
    attempts: list[Attempt] = field(default_factory=list, kw_only=True)

    @property
    def last(self) -> Attempt:
        """The newest try."""
        return self.attempts[-1]

    @property
    def ok(self) -> bool:
        """Whether the bot answered well, at whichever try."""
        return self.last.ok

    @property
    def status(self) -> int | None:
        """The newest try's status; None when no answer came."""
        return self.last.status

    @property
    def seconds(self) -> float:
        """How long the newest try's answer took."""
        return self.last.seconds

    @property
    def answer(self) -> Json:
        """The body of the answer, where it is a JSON object; else empty."""
        try:
            found = json.loads(self.last.body or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


DeliveryT = TypeVar("DeliveryT", bound=Delivery)


class Carrier(Generic[DeliveryT]):
    """Delivers to the bot's addresses and keeps what became of it, oldest first."""

    too_late: ClassVar[str] = "timeout"
    """The platform's word for an answer that did not come in time."""

    def __init__(self) -> None:
        self.deliveries: list[DeliveryT] = []
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Be ready to call."""
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """Stop calling."""
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], within: float, attempt: Attempt) -> None:
        """Send these bytes once, and write into `attempt` what went and what came.

        Args:
            url: Where to; an empty one is the error `no_address`.
            within: Seconds until the answer must have been read.
        """
        assert self._session is not None, "the fake is not started"
        attempt.headers = {f"> {name}": value for name, value in headers.items()}
        if not url:
            attempt.error = "no_address"
            return
        limit = aiohttp.ClientTimeout(total=within)
        began = time.perf_counter()
        try:
            async with self._session.post(
                url, data=body, headers=headers, allow_redirects=False, timeout=limit
            ) as response:
                attempt.body = await response.text()
                attempt.status = response.status
                attempt.headers = {**attempt.headers, **{k.lower(): v for k, v in response.headers.items()}}
        except TimeoutError:
            attempt.error = self.too_late
        except aiohttp.ClientError as error:
            attempt.error = "connection_failed"
            attempt.body = repr(error)
        attempt.seconds = time.perf_counter() - began
