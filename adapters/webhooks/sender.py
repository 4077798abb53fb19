"""The sender of webhooks: tries what the outbox holds, again and again, until it is taken or its time is over.

A message keeps its id and body on every try; signature and timestamp are fresh. Within a lane (an instance) one attempt
is in flight at a time. Several processes may run senders on one outbox: leases keep them apart.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.webhooks.addresses import Lookup, look_up
from adapters.webhooks.courier import ATTEMPT_SECONDS, Courier, Delivered, NotDelivered
from adapters.webhooks.schedule import WINDOW, next_attempt
from adapters.webhooks.signing import signed_headers
from adapters.webhooks.verifying import challenge
from bot.enrolling import secret_name
from bot.errors import BadInput
from bot.ports import Clock, Committed, Leased, Store
from bot.provisioning import ProposedDelivery
from bot.sending.rounds import Rounds

log = logging.getLogger("signoff.webhooks")

KIND = "webhook"
AT_ONCE = 64
"""Attempts in flight."""
HOLD = timedelta(seconds=ATTEMPT_SECONDS + 20)
"""How long a lease is held: longer than any attempt, so that nobody else tries the same message meanwhile."""
GONE = 410
ASKS_TO_WAIT = {429, 503}


class WebhookSender:
    """``run`` sends until it is cancelled; ``verify`` proves a receiver; ``send_due`` does one round, for tests."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        allow_private: bool,
        lookup: Lookup = look_up,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._jitter = jitter
        self._courier = Courier(allow_private=allow_private, lookup=lookup)
        self._rounds = Rounds(KIND, store, clock, self._attempt, hears=_decided, hold=HOLD, at_once=AT_ONCE)

    async def verify(self, proposed: ProposedDelivery, *, instance_id: str) -> str | None:
        """See ``bot.provisioning.Verify``."""
        return await challenge(self._courier, self._clock, proposed, instance_id)

    async def run(self) -> None:
        """Send what there is, wake on commits, and sleep until the next attempt, for good."""
        try:
            await self._rounds.run()
        finally:
            await self.close()

    async def send_due(self) -> int:
        """Try everything that is due once; returns how many messages were tried."""
        return await self._rounds.send_due()

    async def close(self) -> None:
        """End the connections."""
        await self._courier.close()

    async def _attempt(self, leased: Leased) -> None:
        message, outbox = leased.message, self._store.outbox
        now = self._clock.now()
        left = (message.created_at + WINDOW - now).total_seconds()
        if left <= 0:
            await outbox.park(message.id, now, error="its time is over")
            return
        target = await self._target(message.lane)
        if target is None:
            await outbox.park(message.id, now, error="the webhook was removed")
            return
        url, secret = target
        try:
            headers = signed_headers(secret, message.id, now, message.body)
            answer = await self._courier.post(url, headers, message.body, seconds=left)
        except (NotDelivered, BadInput) as error:
            await self._again(leased, error=str(error), retry_after=None)
            return
        await self._settle(leased, answer)

    async def _settle(self, leased: Leased, answer: Delivered) -> None:
        message, now = leased.message, self._clock.now()
        if 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's own word for taken
            await self._store.outbox.sent(message.id, now)
        elif answer.status == GONE:
            await self._store.outbox.park(message.id, now, error="the receiver says that it is gone (410)")
        else:
            after = answer.retry_after if answer.status in ASKS_TO_WAIT else None
            await self._again(leased, error=f"answered {answer.status}", retry_after=after)

    async def _again(self, leased: Leased, *, error: str, retry_after: str | None) -> None:
        message, now = leased.message, self._clock.now()
        at: datetime | None = next_attempt(
            now,
            attempts=leased.attempts + 1,
            created_at=message.created_at,
            jitter=self._jitter(),
            retry_after=retry_after,
        )
        if at is None:
            log.warning("webhook %s is given up after %s tries", message.id, leased.attempts + 1)
            await self._store.outbox.park(message.id, now, error=f"its time is over; last: {error}")
        else:
            await self._store.outbox.retry(message.id, at=at, error=error)

    async def _target(self, instance_id: str) -> tuple[str, str] | None:
        """The present URL and secret of an instance, whatever they were when the message was made."""
        instance = await self._store.instance(instance_id)
        if instance is None or instance.deleted_at is not None or instance.delivery is None:
            return None
        secret = await self._store.vault.get(secret_name(instance_id, instance.delivery.registration_id))
        return None if secret is None else (instance.delivery.url, secret)


def _decided(change: Committed) -> bool:
    return "request.decided" in change.types or not change.types
