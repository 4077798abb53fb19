"""Calls to the bot, each with every try, its answer and how long the answer took."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes import delivering
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
class Delivery(delivering.Delivery):
    """One call to the bot, and what the answer to an invoke did before the person's eyes.

    Its kind is the activity's type; of an invoke its name.
    """

    activity: Json = field(repr=False)
    """Empty where the body is no JSON."""
    card: Json | None = None
    """The card that the person now sees in the place of the message's."""
    said: str = ""
    """What was shown in passing, or in the dialog's place."""
    error: Json | None = None
    """The error that the bot answered."""
    dialog: Dialog | None = None
    """The dialog that opened, or was drawn anew."""


class Carrier(delivering.Carrier[Delivery]):
    """Delivers to the bot's messaging address."""

    def __init__(self, world: World, bearer: Bearer, token_clock: Clock) -> None:
        super().__init__()
        self.world = world
        self.bearer = bearer
        self.token_clock = token_clock
        self.invoke_within = INVOKE_WITHIN
        self.others_within = OTHERS_WITHIN
        self.resends = RESENDS

    async def send(self, activity: Json, *, token: Token = Token.GOOD) -> Delivery:
        """Deliver an activity; the very same again where the answer was too slow."""
        body = json.dumps(activity, separators=(",", ":")).encode()
        kind = activity.get("name") if activity.get("type") == "invoke" else activity.get("type")
        delivery = Delivery(str(kind), body, activity)
        self.deliveries.append(delivery)
        for _ in range(1 + self.resends):
            await self._try(delivery, token)
            if delivery.last.error != self.too_late:
                break
        return delivery

    async def send_bytes(self, body: bytes, *, token: Token = Token.GOOD, service_url: str = "") -> Delivery:
        """Deliver any body at all, once, with a token for this service address."""
        delivery = Delivery("bytes", body, {})
        self.deliveries.append(delivery)
        await self._try(delivery, token, service_url=service_url)
        return delivery

    async def again(self, delivery: Delivery, *, fresh: bool = True) -> delivering.Attempt:
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
        within = self.invoke_within if delivery.activity.get("type") == "invoke" else self.others_within
        attempt = delivering.Attempt({})
        await self.post(self.world.app.messaging_url, delivery.body, headers, within, attempt)
        delivery.attempts.append(attempt)
        if not attempt.ok:
            self.world.complain(f"{delivery.kind}: {attempt.status} {attempt.error}".strip())
