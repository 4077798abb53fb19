"""Carrying checkpoints to files and addresses: at least once, in their order, again and again until they are taken."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Protocol

from bot.errors import SignoffError
from bot.ports import Clock, Committed, Leased, Store
from bot.publishing.noting import note_in
from bot.recording import CHECKPOINT, PUBLISHED, errand_of, stream_of
from bot.sending.rounds import Rounds

log = logging.getLogger("signoff.publishing")

HOLD = timedelta(seconds=60)
"""How long a lease is held: longer than any try."""
TRY_SECONDS = 30.0
_FIRST, _LONGEST = 5.0, 900.0
_STREAM = stream_of("ledger", PUBLISHED)


class Target(Protocol):
    """Where a note is published. The same note twice is once, as far as the place allows."""

    async def publish(self, id_: str, note: str) -> None:
        """Publish a note; ``id_`` is the same on every try.

        Raises:
            SignoffError: when it was not taken, or perhaps not; it is tried again.
        """
        ...


class Carrying:
    """``run`` carries until it is cancelled; ``send_due`` does what is due now, for tests.

    Nothing is ever given up: a target that fails holds up its own notes and no other's, and ``signoff doctor`` says so.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        targets: Mapping[str, Target],
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._targets = targets
        self._jitter = jitter
        self._rounds = Rounds(CHECKPOINT, store, clock, self._attempt, hears=_hears, hold=HOLD, in_order=True)

    async def run(self) -> None:
        """Carry what there is, wake on commits, and sleep until the next try, for good."""
        await self._rounds.run()

    async def send_due(self) -> int:
        """Try everything that is due once; returns how many tries were made."""
        return await self._rounds.send_due()

    async def _attempt(self, leased: Leased) -> None:
        message, outbox = leased.message, self._store.outbox
        errand = errand_of(message)
        target, note = self._targets.get(errand.place), await note_in(self._store, errand.seq)
        if target is None or note is None:
            await outbox.park(message.id, self._clock.now(), error="it is published there no more")
            return
        try:
            async with asyncio.timeout(TRY_SECONDS):
                await target.publish(message.id, note)
        except (SignoffError, TimeoutError) as error:
            said = error.message if isinstance(error, SignoffError) else "no answer in time"
            log.warning("a checkpoint was not taken by the %s, try %s: %s", errand.place, leased.attempts + 1, said)
            await outbox.retry(message.id, at=self._clock.now() + self._pause(leased.attempts), error=said)
        else:
            await outbox.sent(message.id, self._clock.now())

    def _pause(self, attempts: int) -> timedelta:
        longest = min(_FIRST * 2.0 ** min(attempts, 20), _LONGEST)
        return timedelta(seconds=longest * (0.5 + 0.5 * self._jitter()))


def _hears(change: Committed) -> bool:
    return change.stream == _STREAM
