"""An owner's promise for one request: its spans of time as instants, by the clock that the promise runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from bot.domain.hours import Hours
from bot.domain.routing import Routing, Rung, Stage, Step
from bot.policy import document
from bot.policy.document import Owner, Sla
from bot.policy.working_time import working_time

Clock = Callable[[int], datetime | None]
"""The instant after so many seconds; None where they don't pass within a year."""


class Times(msgspec.Struct, frozen=True):
    """When a stage is due, and when somebody is told until then."""

    due_at: datetime
    remind_at: tuple[datetime, ...]
    escalation: tuple[Step, ...]


class Promise:
    """What ``sla`` means for a request that opens ``now`` and is open for ``lasts`` seconds of elapsed time at most.

    Spans are counted in working time where the owner has hours, and in elapsed time without them or with ``calendar``.
    Nothing lies after ``deadline_at``; what working time does not reach by then is left out.
    """

    def __init__(self, owner: Owner, now: datetime, *, lasts: int, stages: tuple[document.Stage, ...] = ()) -> None:
        self._owner = owner
        self._now = now
        self.hours = None if owner.sla.calendar else owner.hours
        """The working hours that count; None for elapsed time."""
        self.stages = tuple(_frozen(stage, owner) for stage in stages)
        first = self.stages[0] if self.stages else _stage(owner.title, owner.approvers, 1, "", owner.sla)
        # The agent waits in calendar time, whatever hours a team has.
        self.latest_at = now + timedelta(seconds=lasts)
        expires = counting(self.hours, now)(owner.sla.expire_after)
        self.deadline_at = min(expires or self.latest_at, self.latest_at)
        self._first = first
        self.statutory_at: datetime | None = None
        self.warn_at: datetime | None = None

    @property
    def zone(self) -> str | None:
        """The time zone of the working hours that count; None for elapsed time."""
        return None if self.hours is None else self.hours.timezone

    @property
    def times(self) -> Times:
        """Those of the first stage."""
        return times_of(self._first, self.hours, self._now, self.deadline_at, statutory_at=self.statutory_at)

    def bind(self, statutory_at: datetime, *, warn_before: int) -> None:
        """Let the promise be no later than a limit of the law; those who answer for it are told so long before it."""
        self.statutory_at = statutory_at
        told = max(self._now, statutory_at - timedelta(seconds=warn_before))
        self.warn_at = told if told < self.deadline_at else None


def times_of(
    stage: Stage, hours: Hours | None, now: datetime, deadline_at: datetime, *, statutory_at: datetime | None = None
) -> Times:
    """The instants of a stage that begins ``now``, by these working hours (None is elapsed time).

    None is due later than a limit of the law. Nothing is on or after the deadline but the promise itself.
    """
    after = counting(hours, now)
    due_at = min(after(stage.respond_within) or deadline_at, deadline_at, statutory_at or deadline_at)
    reminders = [min(at, due_at) for seconds in stage.remind_shares if (at := after(seconds)) is not None]
    reminders += [at for seconds in stage.remind_after if (at := after(seconds)) is not None]
    steps = [
        Step(at, rung.to, dict(rung.post_to), rung.widen, rung.move_to, rung.repeat)
        for rung in stage.escalation
        if (at := after(rung.after)) is not None and at < deadline_at
    ]
    return Times(
        due_at,
        tuple(sorted(at for at in reminders if at < deadline_at)),
        tuple(sorted(steps, key=lambda step: step.at)),
    )


def next_stage(routing: Routing, stage: int, now: datetime) -> Times:
    """The instants of a stage of a request that begins ``now``, by what was frozen when it opened."""
    return times_of(routing.stages[stage], routing.hours, now, routing.deadline_at, statutory_at=routing.statutory_at)


class Resumed(msgspec.Struct, frozen=True):
    """The instants of a promise whose clock runs again."""

    due_at: datetime
    deadline_at: datetime
    remind_at: tuple[datetime, ...]
    escalation: tuple[Step, ...]


def resumed(routing: Routing, stopped_at: datetime, now: datetime) -> Resumed:
    """What becomes of the instants when the clock stood still from ``stopped_at`` to ``now``.

    Each that had not come gets what was left of its time, and none is earlier than it was. A limit of the law and the
    agent's own time go on meanwhile: nothing passes them.
    """
    latest = routing.latest_at or routing.deadline_at
    worked = None if routing.hours is None else working_time(routing.hours)
    after = counting(routing.hours, now)

    def later(at: datetime) -> datetime:
        if at <= stopped_at:
            return at
        if worked is None:
            return at + (now - stopped_at)
        return max(at, after(worked.working_seconds(stopped_at, at)) or latest)

    due_at, deadline_at = later(routing.due_at), min(later(routing.deadline_at), latest)
    bounds = [at for at in (routing.statutory_at, deadline_at) if at is not None]
    return Resumed(
        max(routing.due_at, min(due_at, *bounds)),
        deadline_at,
        tuple(later(at) for at in routing.remind_at),
        tuple(msgspec.structs.replace(step, at=later(step.at)) for step in routing.escalation),
    )


def counting(hours: Hours | None, start: datetime) -> Clock:
    """The clock of these hours from ``start``; of elapsed time without them."""
    if hours is None:
        return lambda seconds: start + timedelta(seconds=seconds)
    clock = working_time(hours)
    return lambda seconds: clock.after(start, seconds)


def _frozen(stage: document.Stage, owner: Owner) -> Stage:
    return _stage(stage.title, stage.approvers, stage.approvals, stage.text, stage.sla or owner.sla)


def _stage(title: str, approvers: tuple[str, ...], needed: int, text: str, sla: Sla) -> Stage:
    return Stage(
        title,
        approvers,
        needed,
        text,
        sla.respond_within,
        tuple(reminder.seconds for reminder in sla.remind_at if reminder.share is None),
        tuple(reminder.seconds for reminder in sla.remind_at if reminder.share is not None),
        tuple(_rungs(sla.escalate)),
    )


def _rungs(steps: Iterable[document.Escalation]) -> Iterator[Rung]:
    """Every step with its repetitions, in order of time."""
    rungs = [
        Rung(step.after + again * step.every, step.to, dict(step.post_to), step.widen, step.move_to, again)
        for step in steps
        for again in range(step.repeats + 1)
    ]
    return iter(sorted(rungs, key=lambda rung: rung.after))
