"""Counting what a simulation comes to, as it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import events as e
from bot.domain.routing import Step
from bot.policy.document import Policy
from bot.simulating.figures import Figures, HourFigures, OwnerFigures, PersonFigures, Promise, Taken, wait_of
from bot.simulating.hours import Hours
from bot.simulating.queueing import Case, Desk, Diary
from bot.simulating.staff import Staff


class _Owner:
    """What one owner's requests came to so far."""

    def __init__(self) -> None:
        self.ended: Counter[str] = Counter()
        self.reminders = 0
        self.steps: Counter[int] = Counter()
        self.waits: list[float] = []
        self.ladder: tuple[Step, ...] = ()
        """The longest that any of them was opened with."""


class Counting:
    """Counts what arrives from ``start`` until ``end``, to its end; of the load only that until ``end``."""

    def __init__(self, policy: Policy, start: datetime, end: datetime, zone: ZoneInfo) -> None:
        self._policy = policy
        self._start, self._end, self._zone = start, end, zone
        self._hours = Hours(start, end, zone)
        self._owners: dict[str, _Owner] = {}
        self._diary = Diary()
        self._counts: Counter[str] = Counter()
        self._until_taken: list[float] = []
        self._opened_hours: dict[int, int] = {}

    def passed(self, *, blocked: bool) -> None:
        """Nobody has to look at it."""
        self._counts["arrived"] += 1
        self._counts["blocked" if blocked else "allowed"] += 1

    def passed_elsewhere(self) -> None:
        """It is held, by an owner who is not simulated."""
        self._counts["arrived"] += 1
        self._counts["elsewhere"] += 1

    def opened(self, case: Case, now: datetime) -> None:
        """It is held."""
        self._hours.move(now)
        self._counts["arrived"] += 1
        self._hours.of_day[self._hours.hour].held += 1
        self._opened_hours[case.number] = self._hours.hour
        owner = self._owners.get(case.opened_owner)
        if owner is None:
            owner = self._owners[case.opened_owner] = _Owner()
        if len(case.request.routing.escalation) > len(owner.ladder):
            owner.ladder = case.request.routing.escalation

    def queued(self, now: datetime, by: int) -> None:
        """The queue is longer or shorter from now on."""
        self._hours.move(now)
        self._hours.queued(by)

    def busy(self, now: datetime, by: int) -> None:
        """More people are busy from now on, or fewer."""
        self._hours.move(now)
        self._hours.busy += by

    def reviewed(self, desk: Desk, now: datetime, *, lost: bool) -> None:
        """Somebody has ended a review, or given it up."""
        self.busy(now, -1)
        desk.busy += max(0.0, (min(now, self._end) - desk.begun).total_seconds())
        if lost:
            desk.lost += 1
            return
        desk.reviews += 1
        self._diary.note(desk.id, self._hours.number)
        self._hours.of_day[self._hours.hour].reviews += 1

    def climbed(self, case: Case, event: e.Event) -> None:
        """Time did this to it."""
        owner = self._owners[case.opened_owner]
        if isinstance(event, e.Reminded):
            owner.reminders += 1
        elif isinstance(event, e.Escalated):
            owner.steps[event.number] += 1

    def claim_over(self) -> None:
        """A claim ended while its review went on."""
        self._counts["claims_over"] += 1

    def decided(self, case: Case, now: datetime) -> None:
        """It has its decision, by a person."""
        wait = (now - case.request.opened_at).total_seconds()
        self._owners[case.opened_owner].waits.append(wait)
        self._ended(case, "late" if case.late else "within")

    def expired(self, case: Case, now: datetime) -> None:
        """Nobody decided it in time."""
        del now
        self._ended(case, "expired")

    def _ended(self, case: Case, state: str) -> None:
        self._owners[case.opened_owner].ended[state] += 1
        hour = self._opened_hours.pop(case.number)
        self._hours.of_day[hour].breaches += state != "within"
        self._counts["unsignable"] += not case.seen
        if case.taken_at is not None:
            self._until_taken.append((case.taken_at - case.request.opened_at).total_seconds())

    def figures(self, desks: Iterable[Desk], staff: Staff, seed: int, assumptions: Sequence[str]) -> Figures:
        """What was counted, once everything has come to its end."""
        hours, owners = self._hours, [self._owners[id_] for id_ in self._policy.owners if id_ in self._owners]
        held = sum(owner.ended.total() for owner in owners)
        return Figures(
            policy=self._policy.version,
            start=self._start,
            end=self._end,
            timezone=self._zone.key,
            seed=seed,
            assumptions=tuple(assumptions),
            arrived=self._counts["arrived"],
            held=held,
            allowed=self._counts["allowed"],
            blocked=self._counts["blocked"],
            elsewhere=self._counts["elsewhere"],
            promise=_promise(sum((owner.ended for owner in owners), Counter())),
            unsignable=self._counts["unsignable"],
            reminders=sum(owner.reminders for owner in owners),
            steps=tuple(self._steps()),
            claims_over=self._counts["claims_over"],
            until_taken=wait_of(self._until_taken),
            until_decided=wait_of([wait for owner in owners for wait in owner.waits]),
            most_waiting=hours.most_waiting,
            most_waiting_at=hours.most_waiting_at,
            owners=tuple(self._owner_figures()),
            people=tuple(self._person(desk, staff) for desk in desks),
            hours=tuple(_hour(number, hours) for number in range(len(hours.of_day))),
            queue=tuple(hours.peaks),
        )

    def _owner_figures(self) -> Iterable[OwnerFigures]:
        for id_, owner in self._policy.owners.items():
            found = self._owners.get(id_)
            if found is not None:
                yield OwnerFigures(id_, owner.title, _promise(found.ended), found.reminders, wait_of(found.waits))

    def _steps(self) -> Iterable[Taken]:
        """Every step that somebody was promised, whether or not anything came so far, and those that came besides."""
        for id_ in self._policy.owners:
            found = self._owners.get(id_)
            if found is None:
                continue
            for number in range(1, max((len(found.ladder), *found.steps)) + 1):
                to = found.ladder[number - 1].to if number <= len(found.ladder) else ()
                yield Taken(id_, number, found.steps[number], to)

    def _person(self, desk: Desk, staff: Staff) -> PersonFigures:
        most = self._diary.most(desk.id)
        return PersonFigures(
            person=desk.id,
            name=self._policy.people[desk.id].name,
            reviews=desk.reviews,
            lost=desk.lost,
            busy_seconds=desk.busy,
            open_seconds=staff.working_seconds(desk.id, desk.clocks, self._start, self._end),
            most_an_hour=0 if most is None else most[0],
            most_at=None if most is None else self._hours.begins(most[1]),
        )


def _promise(ended: Counter[str]) -> Promise:
    return Promise(ended["within"], ended["late"], ended["expired"])


def _hour(number: int, hours: Hours) -> HourFigures:
    one = hours.of_day[number]
    seconds = one.seconds or 1.0
    return HourFigures(
        hour=number,
        held=one.held,
        reviews=one.reviews,
        breaches=one.breaches,
        mean_waiting=one.waiting_seconds / seconds,
        most_waiting=one.most_waiting,
        mean_busy=one.busy_seconds / seconds,
    )
