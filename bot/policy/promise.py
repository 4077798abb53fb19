"""An owner's promise for one request: its spans of time as instants, by the clock that the promise runs on."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.routing import Step
from bot.policy.document import Owner
from bot.policy.working_time import working_time


class Promise:
    """What ``sla`` means for a request that opens ``now`` and is open for ``lasts`` seconds of elapsed time at most.

    Spans are counted in working time where the owner has hours, and in elapsed time without them or with ``calendar``.
    Nothing lies after ``deadline_at``; what working time does not reach by then is left out.
    """

    def __init__(self, owner: Owner, now: datetime, *, lasts: int) -> None:
        self._owner = owner
        self._now = now
        hours = None if owner.sla.calendar else owner.hours
        self._clock = None if hours is None else working_time(hours)
        self.zone = None if hours is None else hours.timezone
        """The time zone of the working hours that count; None for elapsed time."""
        # The agent waits in calendar time, whatever hours a team has.
        limit = now + timedelta(seconds=lasts)
        self.deadline_at = min(self._after(owner.sla.expire_after) or limit, limit)
        self.due_at = min(self._after(owner.sla.respond_within) or limit, self.deadline_at)
        self.statutory_at: datetime | None = None
        self._warning: tuple[Step, ...] = ()

    def bind(self, statutory_at: datetime, *, warn_before: int) -> None:
        """Let the promise be no later than a limit of the law; those who answer for it are told so long before it."""
        owner = self._owner
        self.statutory_at = statutory_at
        self.due_at = min(self.due_at, statutory_at)
        told = max(self._now, statutory_at - timedelta(seconds=warn_before))
        self._warning = (Step(told, tuple(dict.fromkeys((owner.accountable, owner.risk_owner)))),)

    def remind_at(self) -> tuple[datetime, ...]:
        """When to remind, in order; a share of the promised time is never later than the promise."""
        instants = []
        for reminder in self._owner.sla.remind_at:
            at = self._after(reminder.seconds)
            if at is not None and reminder.share is not None:
                at = min(at, self.due_at)
            if at is not None and at < self.deadline_at:
                instants.append(at)
        return tuple(sorted(instants))

    def escalation(self) -> tuple[Step, ...]:
        """The steps, in order of time."""
        steps = [
            Step(at, step.to, dict(step.post_to))
            for step in self._owner.sla.escalate
            if (at := self._after(step.after)) is not None
        ]
        return tuple(
            sorted((step for step in (*steps, *self._warning) if step.at < self.deadline_at), key=lambda step: step.at)
        )

    def _after(self, seconds: int) -> datetime | None:
        return self._now + timedelta(seconds=seconds) if self._clock is None else self._clock.after(self._now, seconds)
