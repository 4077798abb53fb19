"""Calls to the app, each with every try, its answer and how long the answer took."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

from tests.fakes.clock import Clock
from tests.fakes.slack.calling.signing import Signed, signing_headers

if TYPE_CHECKING:
    from tests.fakes.slack.calling.socket_mode import SocketMode
    from tests.fakes.slack.world import World

Json = dict[str, Any]
ACK_WITHIN = 3.0
"""Seconds in which the app must acknowledge."""
RETRIES = 3
HTTP_OK = 200


@dataclass
class Attempt:
    """One try to deliver: the status and body that came back, or the error, and the seconds it took."""

    headers: Mapping[str, str] = field(repr=False)
    """Those of the answer in lower case, those of the request behind `> `."""
    status: int | None = None
    body: str = ""
    seconds: float = 0.0
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged in time."""
        return self.status == HTTP_OK


@dataclass
class Delivery:
    """One call to the app. Over Socket Mode an acknowledged envelope counts as status 200."""

    kind: str
    url: str
    payload: Json = field(repr=False)
    body: bytes = field(repr=False)
    content_type: str
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def last(self) -> Attempt:
        """The newest try."""
        return self.attempts[-1]

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged, at whichever try."""
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


class Carrier:
    """Delivers to the app: by Socket Mode while a connection is open, else by HTTP."""

    def __init__(self, world: World, sockets: SocketMode, signing_clock: Clock) -> None:
        self.world = world
        self.sockets = sockets
        self.signing_clock = signing_clock
        """The time in signatures: the machine's own by default, as Bolt compares with that."""
        self.deliveries: list[Delivery] = []
        self.ack_within = ACK_WITHIN
        self.retry_pauses: Sequence[float] = (0.0, 0.0, 0.0)
        """Seconds before each retry of an event. Slack waits none, one minute and five; so long no test should."""
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Be ready to call."""
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """Stop calling."""
        if self._session is not None:
            await self._session.close()

    async def send(self, kind: str, url: str, payload: Json, *, signed: Signed = Signed.WELL) -> Delivery:
        """Deliver once, or, for an event, up to four times.

        Args:
            kind: `events_api`, `interactive` or `slash_commands`, Socket Mode's words.
            url: Where to, over HTTP.
            payload: What to tell.
            signed: How the HTTP call is signed.
        """
        if kind == "events_api":
            body, content_type = json.dumps(payload, separators=(",", ":")).encode(), "application/json"
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload, separators=(",", ":"))}
            body, content_type = urlencode(form).encode(), "application/x-www-form-urlencoded"
        delivery = Delivery(kind, url, payload, body, content_type)
        self.deliveries.append(delivery)
        await self._try(delivery, signed)
        for retry in range(1, RETRIES + 1):
            if kind != "events_api" or delivery.ok or "x-slack-no-retry" in delivery.last.headers:
                break
            await asyncio.sleep(self.retry_pauses[retry - 1])
            reason = delivery.last.error or "http_error"
            await self._try(delivery, signed, {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason})
        return delivery

    async def again(self, delivery: Delivery, *, fresh: bool = False, **headers: str) -> Attempt:
        """Send the very same bytes again: under their first signature, or signed anew as a retry is.

        `headers` go along, with `_` for `-`: `X_Slack_Retry_Num="1"`.
        """
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        if not fresh:
            kept = ("X-Slack-Request-Timestamp", "X-Slack-Signature")
            first = delivery.attempts[0].headers
            extra |= {name: first[f"> {name}"] for name in kept if f"> {name}" in first}
        await self._try(delivery, Signed.WELL, extra)
        return delivery.last

    async def _try(self, delivery: Delivery, signed: Signed, extra: Mapping[str, str] | None = None) -> None:
        if self.sockets.connected:
            attempt = await self.sockets.deliver(delivery, self.ack_within, extra or {})
        else:
            attempt = await self._post(delivery, signed, extra or {})
        delivery.attempts.append(attempt)
        if not attempt.ok:
            self.world.complain(f"{delivery.kind} {delivery.payload.get('type', '')}: {attempt.status} {attempt.error}")

    async def _post(self, delivery: Delivery, signed: Signed, extra: Mapping[str, str]) -> Attempt:
        if not delivery.url:
            return Attempt({}, error="no_address")
        assert self._session is not None, "the fake Slack is not started"
        now = self.signing_clock.now().timestamp()
        headers = {
            "Content-Type": delivery.content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **signing_headers(self.world.app.signing_secret, delivery.body, now, signed),
            **extra,
        }
        attempt = Attempt({f"> {name}": value for name, value in headers.items()})
        began = time.perf_counter()
        try:
            async with (
                asyncio.timeout(self.ack_within),
                self._session.post(
                    delivery.url, data=delivery.body, headers=headers, allow_redirects=False
                ) as response,
            ):
                attempt.body = await response.text()
                attempt.status = response.status
                attempt.headers = {**attempt.headers, **{k.lower(): v for k, v in response.headers.items()}}
        except TimeoutError:
            attempt.error = "http_timeout"
        except aiohttp.ClientError as error:
            attempt.error = "connection_failed"
            attempt.body = repr(error)
        attempt.seconds = time.perf_counter() - began
        return attempt
