"""Rounds: trying what the outbox holds of one kind, again and again, whoever carries it there.

Within a lane one attempt is in flight at a time. Several processes may go their rounds on one outbox: leases keep them
apart.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot.errors import SignoffError
from bot.ports import Clock, Committed, Leased, Store

log = logging.getLogger("signoff.sending")

LONGEST_SLEEP = 30.0
HELD_SLEEP = 0.25
"""Seconds between looks at the outbox when another process holds what is due."""
GRACE_SECONDS = 2.0
"""What attempts under way are left when the rounds end."""

Attempt = Callable[[Leased], Awaitable[None]]
"""Tries one message and says to the outbox what became of it. What it raises is logged, and the message is tried again
when its lease runs out."""
Hears = Callable[[Committed], bool]
"""Whether a commit may have left something to be sent."""


class Rounds:
    """``run`` goes on until it is cancelled; ``send_due`` does what is due now, for tests.

    ``hold`` is how long a message is leased: longer than any attempt lasts, so that nobody else tries it meanwhile.
    ``in_order`` as for ``Outbox.lease``; ``at_once`` is how many attempts are under way at the same time.
    """

    def __init__(
        self,
        kind: str,
        store: Store,
        clock: Clock,
        attempt: Attempt,
        *,
        hears: Hears,
        hold: timedelta,
        in_order: bool = False,
        at_once: int = 64,
    ) -> None:
        self._kind = kind
        self._store = store
        self._clock = clock
        self._attempt = attempt
        self._hears = hears
        self._hold = hold
        self._in_order = in_order
        self._at_once = at_once
        self._wake = asyncio.Event()
        self._flying: dict[asyncio.Task[None], Leased] = {}

    async def run(self) -> None:
        """Send what there is, wake on commits, and sleep until the next attempt, for good.

        When it is cancelled, every lease is given back: what was not begun as if it had never been taken, what was
        broken off as tried, so that whoever takes it up looks first whether it arrived.
        """
        unsubscribe = self._store.subscribe(self._heard)
        try:
            while True:
                self._wake.clear()
                if not await self._start_due():
                    await self._rest()
        finally:
            unsubscribe()
            await self._break_off()

    async def send_due(self) -> int:
        """Try everything that is due until nothing is; returns how many attempts were made."""
        done = 0
        while leased := await self._lease(32):
            await asyncio.gather(*map(self._try, leased))
            done += len(leased)
        return done

    async def _lease(self, limit: int) -> Sequence[Leased]:
        outbox, now = self._store.outbox, self._clock.now()
        return await outbox.lease(self._kind, now, hold=self._hold, limit=limit, in_order=self._in_order)

    async def _start_due(self) -> bool:
        """Whether anything was taken up."""
        free = self._at_once - len(self._flying)
        if free <= 0:
            return False
        leasing = asyncio.ensure_future(self._lease(free))
        try:
            leased = await asyncio.shield(leasing)
        except SignoffError as error:
            log.warning("the outbox can't be read: %s", error.code)
            return False
        except asyncio.CancelledError:
            await self._give_back(leasing)
            raise
        for one in leased:
            task = asyncio.create_task(self._try(one), name=f"{self._kind} {one.message.id}")
            self._flying[task] = one
            task.add_done_callback(self._landed)
        return bool(leased)

    async def _give_back(self, leasing: asyncio.Future[Sequence[Leased]]) -> None:
        """What was leased while the rounds were ended is as if it had never been taken."""
        try:
            leased = await leasing
            await self._store.outbox.release([one.message.id for one in leased], self._clock.now())
        except SignoffError as error:
            log.warning("leases run out by themselves, since they can't be given back: %s", error.code)

    async def _rest(self) -> None:
        try:
            upcoming = await self._store.outbox.next_attempt(self._kind, in_order=self._in_order)
        except SignoffError:
            upcoming = None
        seconds = LONGEST_SLEEP if upcoming is None else (upcoming - self._clock.now()).total_seconds()
        try:
            async with asyncio.timeout(min(seconds if seconds > 0 else HELD_SLEEP, LONGEST_SLEEP)):
                await self._wake.wait()
        except TimeoutError:
            return

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.pop(task, None)
        self._wake.set()

    def _heard(self, committed: Sequence[Committed] | None) -> None:
        if committed is None or any(map(self._hears, committed)):
            self._wake.set()

    async def _try(self, leased: Leased) -> None:
        id_ = leased.message.id
        try:
            await self._attempt(leased)
        except SignoffError as error:  # the lease runs out and the message is tried again
            log.warning("%s %s: %s", self._kind, id_, error.code)
        except Exception as error:  # noqa: BLE001 - one message must not stop the others
            log.error("%s %s failed: %s", self._kind, id_, type(error).__name__)  # noqa: TRY400 - a traceback may hold what was sent

    async def _break_off(self) -> None:
        """What is under way has a moment to end by itself; the rest was tried, whatever became of it."""
        flying = dict(self._flying)
        if flying:
            await asyncio.wait(flying, timeout=GRACE_SECONDS)
        broken = [leased for task, leased in flying.items() if not task.done()]
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)
        outbox, now = self._store.outbox, self._clock.now()
        try:
            for one in broken:
                await outbox.retry(one.message.id, at=now, error="broken off when the server stopped")
        except SignoffError as error:
            log.warning("leases run out by themselves, since they can't be given back: %s", error.code)
