"""The rostering of a running server: what people arrange is recorded once, and kept at hand for whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.domain import events as e
from bot.domain.duties import NO_DUTIES, Cover, Delegation, Duties, QuietHours
from bot.domain.people import Actor
from bot.errors import BadInput, Busy
from bot.following import AGAIN_SECONDS, Following
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.recording import View
from bot.rostering import arranging
from bot.rostering.keeping import LEDGER, NEEDS, STREAM, arranged, duties_of
from bot.rostering.on_call import Planned, Roster

Fact = e.Covered | e.Delegated | e.DutyEnded | e.QuietHoursSet
T = TypeVar("T")
K = TypeVar("K", bound=Cover | Delegation)
TRIES = 20
"""How often it is tried while others write to the ledger at the same time."""

FOLDED = timedelta(hours=1)
"""For how long what follows from the same facts is not worked out again, but for what is over."""


def no_calendars() -> Mapping[str, tuple[Planned, ...]]:
    """What calendars say where there are none."""
    return {}


class Rostering:
    """``cover``, ``delegate``, ``quiet`` and ``end``; ``roster`` for whoever has to know who is there.

    ``start`` before the first use, ``close`` after. ``planned`` gives what the calendars say, as last read. Every
    command that is given twice is recorded once. An operator needs no leave.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        policy: Callable[[], Policy],
        *,
        planned: Callable[[], Mapping[str, tuple[Planned, ...]]] = no_calendars,
        again_seconds: float = AGAIN_SECONDS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._planned = planned
        self._folded = (0, clock.now(), NO_DUTIES)
        self._ledger = Following(store, STREAM, "who stands in for whom", again_seconds=again_seconds)

    async def start(self) -> None:
        """Read what stands, and follow what changes."""
        await self._ledger.start()

    async def close(self) -> None:
        """Follow no longer."""
        await self._ledger.close()

    def roster(self) -> Roster:
        """Who is there, as last known: no step waits for a ledger that can't be read for a moment."""
        records, now = self._ledger.last_known, self._clock.now()
        read, since, duties = self._folded
        if len(records) != read or not since <= now < since + FOLDED:
            duties = duties_of(records, now)
            self._folded = (len(records), now, duties)
        return self._roster(duties)

    async def standing(self) -> Roster:
        """The same, as the store has it at this moment."""
        return self._roster(duties_of(await self._ledger.read(), self._clock.now()))

    async def cover(
        self, rotation: str, person: str, since: datetime, until: datetime, note: str | None, by: Actor
    ) -> Cover:
        """Let somebody be on call in a rotation for a while, whoever its plan names. A swap is two of these.

        Raises:
            BadInput: naming ``rotation``, ``person``, ``since``, ``until`` or ``note``.
            NotAllowed: saying who may.
        """
        made = await self._record(
            by,
            lambda roster, now: arranging.cover(roster, rotation, person, since, until, note, by, now),
        )
        return made if isinstance(made, Cover) else self._kept(made, Cover)

    async def delegate(
        self, person: str, to: str, since: datetime, until: datetime, note: str | None, by: Actor
    ) -> Delegation:
        """Let what would come to one person come to another for a while. It gives nobody a right to sign.

        Raises:
            BadInput: naming ``person``, ``to``, ``since``, ``until`` or ``note``.
            NotAllowed: saying who may.
        """
        made = await self._record(
            by,
            lambda roster, now: arranging.delegate(roster, person, to, since, until, note, by, now),
        )
        return made if isinstance(made, Delegation) else self._kept(made, Delegation)

    async def quiet(self, person: str, begins: int, ends: int, timezone: str, by: Actor) -> QuietHours | None:
        """Let pings that can wait come to somebody after these hours; ``begins`` -1 is at once again. What stands then.

        Raises:
            BadInput: naming ``begins``, ``ends`` or ``timezone``.
            NotAllowed: for another person's.
        """
        await self._record(by, lambda roster, _: arranging.quiet(roster, person, begins, ends, timezone, by))
        roster = self.roster()
        return roster.duties.quiet.get(arranging.find_person(roster.policy, person, "person").id)

    async def end(self, number: int, by: Actor, note: str | None = None) -> Cover | Delegation:
        """End a cover or a delegation before its time; returns it. One that was ended before, or is over, stays so.

        Raises:
            BadInput: naming ``number`` when there never was one, or ``note``.
            NotAllowed: saying who may.
        """

        def flow(roster: Roster, now: datetime) -> Cover | Delegation | e.DutyEnded:
            one = arranged(self._ledger.last_known, number)
            if one is None:
                remedy = "the list of who is on call has the numbers of covers and delegations"
                raise BadInput("is the number of no cover and no delegation", field="number", remedy=remedy)
            fact = arranging.ended(roster, one, by, note)
            standing = one in (*roster.duties.covers, *roster.duties.delegations) and one.until > now
            return fact if standing else one

        await self._record(by, flow)
        found = arranged(self._ledger.last_known, number)
        if found is None:
            raise LookupError(f"fact {number} of the ledger of duties is gone")
        return found

    def _kept(self, number: int, kind: type[K]) -> K:
        found = arranged(self._ledger.last_known, number)
        if isinstance(found, kind):
            return found
        raise LookupError(f"fact {number} of the ledger of duties is no {kind}")

    def _roster(self, duties: Duties) -> Roster:
        return Roster(self._policy(), duties, self._planned())

    async def _record(self, by: Actor, make: Callable[[Roster, datetime], T | Fact]) -> T | int:
        """Record the fact that ``make`` gives, and return its number; or what it gives instead, with nothing recorded.

        Raises:
            Busy: when others write at the same time, again and again.
        """
        for _ in range(TRIES):
            records = await self._ledger.read()
            now = self._clock.now()
            made = make(self._roster(duties_of(records, now)), now)
            if not isinstance(made, Fact):
                return made
            number = await self._store.transact(NEEDS, partial(_recorded, made, len(records), by))
            if number is not None:
                await self._ledger.read()
                return number
        raise Busy("others arrange something at the same time", retry_after=1)


def _recorded(fact: Fact, seen: int, by: Actor, view: View) -> int | None:
    """Record a fact that follows from the first so many of the ledger; None when there are more by now."""
    if view.version("ledger", LEDGER) != seen:
        return None
    return view.record("ledger", LEDGER, fact, by).seq
