"""Gathering: who was told of something just now is told of the next as one list, and never twice of anything.

What is shared by all processes lies on the shelf. ``pinged`` is the window of one person on one surface: whoever takes
it may send, the others wait for its end. ``gathering`` is what was begun there and has not ended: it is written before
anything is sent, so that whoever takes up a broken try sends the same again. ``gathered`` is which requests a list is
about, so that it can be redrawn; which list a request stands in is on its record.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from bot.domain import events as e
from bot.domain.duties import Duties
from bot.errors import Busy
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.recording import PING, errand_of, stream_of
from bot.sending.concerning import concerned, gathered_for, settled
from bot.sending.quieting import quiet_until
from bot.sending.scene import PERSON, Scene
from bot.sending.sorts import Sort, sort_of

WINDOWS, PLANS = "pinged", "gathering"
MOST = 250
"""Requests of one list; what else waits goes with the next."""
_LOOKED_AT = 2000
"""Waiting pings among which those for the same person are looked for."""
_PLAN_KEPT = timedelta(hours=1)
"""How long something begun keeps others away when nobody goes on with it."""
_UNDER_WAY = 5.0
"""Seconds after which it is looked again whether what somebody else began has ended."""
_SKEW = timedelta(minutes=1)
"""Between the clocks of two processes."""
_LOOK_AGAIN = timedelta(minutes=15)
"""Quiet hours may be changed while something waits for their end."""

Member = tuple[str, int]
"""A request, and the event that it is told because of."""


class Window(msgspec.Struct, frozen=True):
    """Somebody was told of something by this errand, and is left alone until then."""

    by: str
    since: datetime
    until: datetime


class Plan(msgspec.Struct, frozen=True):
    """What an errand shows to somebody: one request's card, or a list of several."""

    by: str
    members: tuple[Member, ...]

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return len(self.members) > 1


class Gathering:
    """Of one surface."""

    def __init__(
        self, store: Store, clock: Clock, policy: Callable[[], Policy], duties: Callable[[], Duties], surface: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._duties = duties
        self._surface = surface

    async def begun(self, errand: str, scene: Scene, seq: int, place: str) -> Plan | None:
        """What this errand began to show to somebody and may have, kept for as long as it tries."""
        key = self._key(errand, scene, seq, place)
        plan = await self._plan(key)
        if plan is None or plan.by != errand:
            return None
        await self._store.shelf.put(PLANS, key, msgspec.json.encode(plan), expires_at=self._clock.now() + _PLAN_KEPT)
        return plan

    async def begin(self, errand: str, scene: Scene, seq: int, place: str) -> Plan:
        """What this errand is to show to somebody now: its request's card, or a list with all that waits for them.

        Raises:
            Busy: while it has to wait: for quiet hours, or since they were told of something just now.
        """
        now = self._clock.now()
        self._let_sleep(scene, seq, place, now)
        members: tuple[Member, ...] = ((scene.request.id, seq),)
        if seconds := gathered_for(scene.request, scene.records, seq):
            await self._take_window(errand, place, now, seconds)
            members = await self._waiting(place, members[0], sort_of(scene.records, seq))
        plan = Plan(errand, members)
        key, body = self._key(errand, scene, seq, place), msgspec.json.encode(plan)
        if not await self._store.shelf.add(PLANS, key, body, expires_at=now + _PLAN_KEPT, now=now):
            raise Busy("somebody else is telling them of something", retry_after=_UNDER_WAY)
        return plan

    async def end(self, errand: str, scene: Scene, seq: int, place: str, *, reached: bool) -> None:
        """It was shown and is on record, or need not be any more. Who was not reached is left to the next at once."""
        if not reached and gathered_for(scene.request, scene.records, seq):
            await self._store.shelf.drop(WINDOWS, self._place_key(place))
        await self._store.shelf.drop(PLANS, self._key(errand, scene, seq, place))

    def _let_sleep(self, scene: Scene, seq: int, place: str, now: datetime) -> None:
        event = scene.event(seq)
        if event is None:
            return
        until = quiet_until(self._duties(), scene.policy, scene.request, event, place.removeprefix(PERSON), now)
        if until is not None:
            left = min(until - now, _LOOK_AGAIN)
            raise Busy("they want to be left alone now", retry_after=left.total_seconds())

    async def _take_window(self, errand: str, place: str, now: datetime, seconds: int) -> None:
        shelf, key = self._store.shelf, self._place_key(place)
        until = now + timedelta(seconds=seconds)
        if await shelf.get(WINDOWS, key, now) is None and (await self._plan(key)) is not None:
            raise Busy("somebody else is telling them of something", retry_after=_UNDER_WAY)
        mine = msgspec.json.encode(Window(errand, now, until))
        if await shelf.add(WINDOWS, key, mine, expires_at=until, now=now):
            return
        standing = await shelf.get(WINDOWS, key, now)
        window = None if standing is None else msgspec.json.decode(standing, type=Window)
        if window is not None and window.by == errand:
            return
        if window is not None and window.since > now + _SKEW:  # it would last as long as the clock went back
            await shelf.drop(WINDOWS, key)
        if window is None or window.since > now + _SKEW:
            raise Busy("they are told of something now", retry_after=_UNDER_WAY)
        raise Busy("they were told of something just now", retry_after=(window.until - now).total_seconds())

    async def _waiting(self, place: str, first: Member, sort: Sort) -> tuple[Member, ...]:
        """This request, and the others that wait to be told to the same person, each once."""
        found = {first[0]: first[1]}
        for message in await self._store.outbox.waiting(self._surface, f"{PING}:", limit=_LOOKED_AT):
            seq = errand_of(message).seq
            if found.get(message.subject, 0) < seq and await self._waits(message.subject, seq, place, sort):
                found[message.subject] = seq
            if len(found) == MOST:
                break
        return tuple(found.items())

    async def _waits(self, request_id: str, seq: int, place: str, sort: Sort) -> bool:
        """Whether somebody else's errand is for this person, and may go with others of its kind now."""
        records = await self._store.events(stream_of("request", request_id))
        if place not in concerned(records, seq, self._surface) or sort_of(records, seq) is not sort:
            return False
        request, now, policy = await self._store.request(request_id), self._clock.now(), self._policy()
        if request is None or not sort.matters(request, now):
            return False
        if not gathered_for(request, records, seq):
            return False
        event = e.event_of(records[seq - 1])
        quiet = quiet_until(self._duties(), policy, request, event, place.removeprefix(PERSON), now)
        return quiet is None and not settled(request, records, seq, self._surface, place)

    async def _plan(self, key: str) -> Plan | None:
        found = await self._store.shelf.get(PLANS, key, self._clock.now())
        return None if found is None else msgspec.json.decode(found, type=Plan)

    def _key(self, errand: str, scene: Scene, seq: int, place: str) -> str:
        """What is gathered is begun one after the other; what is not keeps nobody away."""
        alone = "" if gathered_for(scene.request, scene.records, seq) else f":{errand}"
        return self._place_key(place) + alone

    def _place_key(self, place: str) -> str:
        return f"{self._surface}:{place}"
