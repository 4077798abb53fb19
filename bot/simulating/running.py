"""Running: virtual time from one event to the next, with the queue and the people who take from it.

It reads no clock and sleeps for nothing; the same input gives the same figures.
Of what happens at one instant, what time does comes first (a deadline counts from its instant on), then reviews end,
then people come to work, then requests arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from heapq import heappop, heappush
from random import Random

from bot.domain import events as e
from bot.policy.document import Policy
from bot.policy.working_time import WorkingTime
from bot.simulating.arriving import Arrival, Passed
from bot.simulating.counting import Counting
from bot.simulating.durations import Durations, span
from bot.simulating.life import Rules
from bot.simulating.queueing import Case, Desk, Line
from bot.simulating.staff import Staff, Works

_TIME, _REVIEW, _OPENING = range(3)
Trace = Callable[[datetime, int, str, object], None]
"""Told of what happens: when, the request's number from 0, ``open``, ``take``, ``sign``, ``time`` or ``expire``, and by
whom or which event."""


_Event = tuple[datetime, int, int, "Case | Desk | WorkingTime", int]
"""When, of which kind, a number that is never the same, what it is about, and the turn of a desk."""


class Simulation:
    """One run. ``owner`` narrows it to the requests that are opened as one owner's."""

    def __init__(
        self,
        policy: Policy,
        *,
        staff: Staff,
        durations: Durations,
        counting: Counting,
        start: datetime,
        seed: int,
        owner: str | None = None,
        trace: Trace | None = None,
    ) -> None:
        self._rules = Rules(policy)
        self._staff = staff
        self._durations = durations
        self._counting = counting
        self._start = start
        self._seed = seed
        self._owner = owner
        self._trace = trace
        self._events: list[_Event] = []
        self._order = 0
        self._cases = 0
        self._desks: dict[str, Desk] = {}
        self._lines: dict[tuple[str, tuple[str, ...]], Line] = {}
        self._waits_to_be_told = {id_ for id_ in policy.people if staff.of(id_).works is Works.WHEN_TOLD}
        self._wakings: dict[WorkingTime, datetime] = {}

    @property
    def desks(self) -> list[Desk]:
        """Everybody who could have taken something up so far, by id."""
        return [self._desks[id_] for id_ in sorted(self._desks)]

    def run(self, arrivals: Iterable[Arrival | Passed], progress: Callable[[datetime], None] | None = None) -> None:
        """Let all of them arrive, in the order of their times, and follow each to its end."""
        for number, arrival in enumerate(arrivals):
            self._pass_until(arrival.at)
            self._arrive(arrival)
            if progress is not None and number % 256 == 0:
                progress(arrival.at)
        self._pass_until(None)

    def _pass_until(self, at: datetime | None) -> None:
        """Everything that happens by then; with None, everything that is left."""
        events = self._events
        while events and (at is None or events[0][0] <= at):
            now, rank, _, subject, turn = heappop(events)
            if isinstance(subject, Case):
                if subject.due == now:  # else it has ended, or something else came to be due
                    self._pass_time(subject, now)
            elif isinstance(subject, Desk):
                if subject.turn != turn:
                    continue  # they are at something else by now
                if rank == _REVIEW:
                    self._end_review(subject, now)
                else:
                    self._take_next(subject, now)
            else:
                self._open_up(subject, now)

    def _arrive(self, arrival: Arrival | Passed) -> None:
        now = arrival.at
        if isinstance(arrival, Passed):
            self._counting.passed(blocked=arrival.blocked)
            return
        request = self._rules.open(self._cases, arrival.proposal, arrival.assessment, now)
        if self._owner is not None and request.routing.owner != self._owner:
            self._counting.passed_elsewhere()
            return
        case = Case(self._cases, request, arrival.quantile)
        self._cases += 1
        self._counting.opened(case, now)
        self._tell(now, case, "open", request)
        self._wait_for_time(case)
        self._queue(case, now)

    # ------------------------------------------------------------------------------------------------ what time does

    def _wait_for_time(self, case: Case) -> None:
        due = self._rules.next_due(case.request)
        if due != case.due:
            case.due = due
            self._at(due, _TIME, case)

    def _pass_time(self, case: Case, now: datetime) -> None:
        if case.request.deadline_at <= now:
            self._tell(now, case, "expire", None)
            self._counting.expired(case, now)
            self._end(case, now)
            return
        before = case.request
        case.request, happened = self._rules.pass_time(before, now)
        told = False
        for event in happened:
            self._tell(now, case, "time", event)
            self._counting.climbed(case, event)
            if isinstance(event, e.Escalated) and self._waits_to_be_told.intersection(event.to):
                case.told |= {*event.to}
                told = True
            if isinstance(event, e.Unclaimed) and case.workers:
                self._counting.claim_over()
        case.due = None
        self._wait_for_time(case)
        if told or self._rules.differs(before, case.request):
            self._queue(case, now)

    # ------------------------------------------------------------------------------------------------ the queue

    def _queue(self, case: Case, now: datetime) -> None:
        """Stand in the line of those who may take it up now, and be taken up where one of them is idle.

        While somebody is at it, it stands in none, unless that person's claim is over.
        """
        if any(case.request.claim is not None or not desk.claimed for desk in case.workers):
            return
        line = self._line(case)
        waited = case.ticket != 0
        if not line.people:
            if waited:
                self._leave(case, now)
            return
        self._order += 1
        line.join(case, self._order)
        if not waited:
            self._counting.queued(now, 1)
        case.seen = True
        idle = [desk for desk in line.people if desk.case is None and self._is_open(desk, line.owner, now)]
        if idle:
            self._take(min(idle, key=lambda desk: (desk.idle_since, desk.id)), case, now)

    def _leave(self, case: Case, now: datetime) -> None:
        if case.ticket:
            case.ticket = 0
            self._counting.queued(now, -1)

    def _line(self, case: Case) -> Line:
        request = case.request
        takers = tuple(id_ for id_ in self._rules.entitled(request) if self._would_take(id_, case))
        key = (request.routing.owner, takers)
        line = self._lines.get(key)
        if line is None:
            desks = tuple(self._desk(id_, request.routing.owner) for id_ in takers)
            line = self._lines[key] = Line(request.routing.owner, desks)
            for desk in desks:
                desk.lines.append(line)
        return line

    def _would_take(self, person: str, case: Case) -> bool:
        works = self._staff.of(person).works
        if works is Works.NEVER or any(desk.id == person for desk in case.workers):
            return False
        return works is Works.ALWAYS or person in case.told

    def _desk(self, person: str, owner: str) -> Desk:
        desk = self._desks.get(person)
        if desk is None:
            desk = self._desks[person] = Desk(person, self._staff.of(person).median, self._start)
        if owner not in desk.clocks:
            desk.clocks[owner] = self._staff.clock(person, owner)
        return desk

    def _is_open(self, desk: Desk, owner: str, now: datetime) -> bool:
        """Whether they take up requests of this owner now; where not, they will look again when they do."""
        clock = desk.clocks[owner]
        if clock is None or clock.is_open(now):
            return True
        if clock not in self._wakings:
            opening = clock.next_opening(now)
            if opening is not None:
                self._wakings[clock] = opening
                self._at(opening, _OPENING, clock)
        return False

    def _open_up(self, clock: WorkingTime, now: datetime) -> None:
        del self._wakings[clock]
        for desk in self.desks:
            if desk.case is None and clock in desk.clocks.values():
                self._take_next(desk, now)

    # ------------------------------------------------------------------------------------------------ reviews

    def _take_next(self, desk: Desk, now: datetime) -> None:
        """Take up what is due first among what the person may and is there for."""
        heads = []
        for line in desk.lines:
            first = line.first()
            if first is not None and self._is_open(desk, line.owner, now):
                heads.append(first)
        if heads:
            self._take(desk, min(heads)[3], now)

    def _take(self, desk: Desk, case: Case, now: datetime) -> None:
        self._leave(case, now)
        if case.taken_at is None:
            case.taken_at = now
        self._tell(now, case, "take", desk.id)
        case.request = self._rules.claim(case.request, desk.id, now)
        desk.claimed = case.request.claim is not None
        case.workers.append(desk)
        desk.case, desk.begun = case, now
        desk.turn += 1
        case.reviews += 1
        self._counting.busy(now, 1)
        seconds = self._durations.seconds(case.request.assessment.action_type, desk.median, self._quantile(case))
        self._at(now + span(seconds), _REVIEW, desk, desk.turn)
        self._wait_for_time(case)

    def _quantile(self, case: Case) -> float:
        """The first review's comes with the arrival; those after it are drawn from the seed, the number and which."""
        if case.reviews == 1:
            return case.quantile
        return Random(f"{self._seed}:{case.number}:{case.reviews}").random()  # noqa: S311 - repeated from its seed

    def _end_review(self, desk: Desk, now: datetime) -> None:
        case = desk.case
        if case is None:
            return
        decides = self._rules.entitled(case.request).get(desk.id)
        self._rise(desk, now, lost=decides is None)
        if decides is None:  # it has gone on without them: to its next stage, or to another owner
            self._queue(case, now)
        else:
            self._tell(now, case, "sign", desk.id)
            self._sign(desk, case, now, decides=decides)
        if desk.case is None:
            self._take_next(desk, now)

    def _sign(self, desk: Desk, case: Case, now: datetime, *, decides: bool) -> None:
        """It has one signature more, and is decided or waits for the next."""
        due_at = case.request.routing.due_at
        late = case.late or now > due_at
        if decides:
            case.late = late
            self._counting.decided(case, now)
            self._end(case, now)
            return
        case.request = self._rules.sign(case.request, desk.id, now)
        case.late = case.late or (late and case.request.routing.due_at != due_at)  # a stage was late; else the end says
        self._wait_for_time(case)
        self._queue(case, now)

    def _rise(self, desk: Desk, now: datetime, *, lost: bool) -> None:
        """A review is over."""
        if desk.case is not None:
            desk.case.workers.remove(desk)
        desk.case, desk.idle_since = None, now
        desk.turn += 1
        self._counting.reviewed(desk, now, lost=lost)

    def _end(self, case: Case, now: datetime) -> None:
        """It is decided or has expired; whoever is still at it lets go."""
        case.due = None
        self._leave(case, now)
        for desk in tuple(case.workers):
            self._rise(desk, now, lost=True)
            self._at(now, _OPENING, desk, desk.turn)  # once all that ends at this instant has ended

    def _at(self, at: datetime, rank: int, subject: Case | Desk | WorkingTime, turn: int = 0) -> None:
        self._order += 1
        heappush(self._events, (at, rank, self._order, subject, turn))

    def _tell(self, now: datetime, case: Case, what: str, which: object) -> None:
        if self._trace is not None:
            self._trace(now, case.number, what, which)
