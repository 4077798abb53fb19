"""Calls to the app, each with every try, its answer and how long the answer took."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.fakes import delivering
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


class Attempt(delivering.Attempt):
    """One try to deliver; Slack takes nothing but 200 for an acknowledgement."""

    well = (HTTP_OK,)


@dataclass
class Delivery(delivering.Delivery):
    """One call to the app. Over Socket Mode an acknowledged envelope counts as status 200."""

    url: str
    payload: Json = field(repr=False)
    content_type: str


class Carrier(delivering.Carrier[Delivery]):
    """Delivers to the app: by Socket Mode while a connection is open, else by HTTP."""

    too_late = "http_timeout"

    def __init__(self, world: World, sockets: SocketMode, signing_clock: Clock) -> None:
        super().__init__()
        self.world = world
        self.sockets = sockets
        self.signing_clock = signing_clock
        """The time in signatures: the machine's own by default, as Bolt compares with that."""
        self.ack_within = ACK_WITHIN
        self.retry_pauses: Sequence[float] = (0.0, 0.0, 0.0)
        """Seconds before each retry of an event. Slack waits none, one minute and five; so long no test should."""

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
        delivery = Delivery(kind, body, url, payload, content_type)
        self.deliveries.append(delivery)
        await self._try(delivery, signed)
        for retry in range(1, RETRIES + 1):
            if kind != "events_api" or delivery.ok or "x-slack-no-retry" in delivery.last.headers:
                break
            await asyncio.sleep(self.retry_pauses[retry - 1])
            reason = delivery.last.error or "http_error"
            await self._try(delivery, signed, {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason})
        return delivery

    async def again(self, delivery: Delivery, *, fresh: bool = False, **headers: str) -> delivering.Attempt:
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
            attempt = Attempt({})
            headers = {**self._headers(delivery, signed), **(extra or {})}
            await self.post(delivery.url, delivery.body, headers, self.ack_within, attempt)
        delivery.attempts.append(attempt)
        if not attempt.ok:
            self.world.complain(f"{delivery.kind} {delivery.payload.get('type', '')}: {attempt.status} {attempt.error}")

    def _headers(self, delivery: Delivery, signed: Signed) -> Mapping[str, str]:
        now = self.signing_clock.now().timestamp()
        return {
            "Content-Type": delivery.content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **signing_headers(self.world.app.signing_secret, delivery.body, now, signed),
        }
