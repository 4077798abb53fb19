"""Calls to the bot, each with every try, its answer and how long the answer took."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.fakes.clock import Clock
from tests.fakes.teams.identity.bearing import Bearer, Token

if TYPE_CHECKING:
    from tests.fakes.teams.dialogs import Dialog
    from tests.fakes.teams.world import World

Json = dict[str, Any]
INVOKE_WITHIN = 3.0
"""Seconds in which an invoke must be answered."""
OTHERS_WITHIN = 15.0
"""Seconds in which anything else must be."""
RESENDS = 1
"""How often the same activity comes again after an answer that was too slow."""


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
        """Whether the bot answered well, and in time."""
        return self.status is not None and 200 <= self.status < 300


@dataclass
class Delivery:
    """One call to the bot, and what the answer to an invoke did before the person's eyes."""

    kind: str
    """The activity's type; of an invoke its name."""
    body: bytes = field(repr=False)
    activity: Json = field(repr=False)
    """Empty where the body is no JSON."""
    attempts: list[Attempt] = field(default_factory=list)
    card: Json | None = None
    """The card that the person now sees in the place of the message's."""
    said: str = ""
    """What was shown in passing, or in the dialog's place."""
    error: Json | None = None
    """The error that the bot answered."""
    dialog: Dialog | None = None
    """The dialog that opened, or was drawn anew."""

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


class Carrier:
    """Delivers to the bot's messaging address."""

    def __init__(self, world: World, bearer: Bearer, token_clock: Clock) -> None:
        self.world = world
        self.bearer = bearer
        self.token_clock = token_clock
        self.deliveries: list[Delivery] = []
        self.invoke_within = INVOKE_WITHIN
        self.others_within = OTHERS_WITHIN
        self.resends = RESENDS
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Be ready to call."""
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """Stop calling."""
        if self._session is not None:
            await self._session.close()

    async def send(self, activity: Json, *, token: Token = Token.GOOD) -> Delivery:
        """Deliver an activity; the very same again where the answer was too slow."""
        body = json.dumps(activity, separators=(",", ":")).encode()
        kind = activity.get("name") if activity.get("type") == "invoke" else activity.get("type")
        delivery = Delivery(str(kind), body, activity)
        self.deliveries.append(delivery)
        for _ in range(1 + self.resends):
            await self._try(delivery, token)
            if delivery.last.error != "timeout":
                break
        return delivery

    async def send_bytes(self, body: bytes, *, token: Token = Token.GOOD, service_url: str = "") -> Delivery:
        """Deliver any body at all, once, with a token for this service address."""
        delivery = Delivery("bytes", body, {})
        self.deliveries.append(delivery)
        await self._try(delivery, token, service_url=service_url)
        return delivery

    async def again(self, delivery: Delivery, *, fresh: bool = True) -> Attempt:
        """Send the very same bytes again, under a fresh token or the first one's."""
        kept = delivery.attempts[0].headers.get("> Authorization")
        await self._try(delivery, Token.GOOD, authorization=None if fresh else kept)
        return delivery.last

    async def _try(
        self, delivery: Delivery, token: Token, *, service_url: str = "", authorization: str | None = None
    ) -> None:
        url = service_url or str(delivery.activity.get("serviceUrl", ""))
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Microsoft-SkypeBotApi"}
        headers |= self.bearer.headers(token, url, self.token_clock.now())
        headers |= {"Authorization": authorization} if authorization is not None else {}
        attempt = Attempt({f"> {name}": value for name, value in headers.items()})
        await self._post(delivery, attempt, headers)
        delivery.attempts.append(attempt)
        if not attempt.ok:
            self.world.complain(f"{delivery.kind}: {attempt.status} {attempt.error}".strip())

    async def _post(self, delivery: Delivery, attempt: Attempt, headers: Mapping[str, str]) -> None:
        assert self._session is not None, "the fake Teams is not started"
        if not self.world.app.messaging_url:
            attempt.error = "no_address"
            return
        within = self.invoke_within if delivery.activity.get("type") == "invoke" else self.others_within
        began = time.perf_counter()
        try:
            async with self._session.post(
                self.world.app.messaging_url,
                data=delivery.body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=within),
            ) as response:
                attempt.body = await response.text()
                attempt.status = response.status
                attempt.headers = {**attempt.headers, **{k.lower(): v for k, v in response.headers.items()}}
        except TimeoutError:
            attempt.error = "timeout"
        except aiohttp.ClientError as error:
            attempt.error = "connection_failed"
            attempt.body = repr(error)
        attempt.seconds = time.perf_counter() - began
