"""The figures of a summary and what each means.

All of them are of the requests that were *opened* in the period, as these stand at ``Period.at``: a request is in
exactly one period, and its decision goes with it even when it came later. A pending request or a waiting grant whose
time is over counts as expired or lapsed at once, whether or not the clock has said so.

A *follow-up* is the request by which an agent takes up arguments that a person signed by editing an earlier one. It is
no second decision: it counts in ``Volumes.followed`` and in what was run, nowhere else.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from bot.answering.periods import Period


class Volumes(msgspec.Struct, frozen=True):
    """What agents proposed, by the gate's verdict; ``opened`` is the sum of the others."""

    opened: int = 0
    allowed: int = 0
    held: int = 0
    blocked: int = 0
    followed: int = 0
    """Follow-ups: run under a signature that was given on an earlier request."""


class Decisions(msgspec.Struct, frozen=True):
    """How the held requests ended or still stand; they sum to ``Volumes.held``."""

    approved: int = 0
    """As proposed."""
    edited: int = 0
    """Approved with other arguments."""
    rejected: int = 0
    expired: int = 0
    """Nobody decided in time: not run."""
    cancelled: int = 0
    """Withdrawn by the agent."""
    waiting: int = 0


class Times(msgspec.Struct, frozen=True):
    """How long people took from the opening of a request to its decision, in whole seconds rounded down.

    Percentiles are by nearest rank: the smallest value that at least that share of the sample does not exceed.
    """

    count: int = 0
    """Decisions by people: the sample."""
    median: int | None = None
    p90: int | None = None


class Promise(msgspec.Struct, frozen=True):
    """Whether held requests were decided by the time that was promised when they opened (``routing.due_at``).

    What still waits within its time, or was cancelled within it, is on neither side.
    """

    kept: int = 0
    """Decided by then."""
    late: int = 0
    """Decided or cancelled after it, or waiting beyond it."""
    expired: int = 0
    """Never decided."""
    late_waiting: int = 0
    """Of ``late``, those that wait still."""

    @property
    def sample(self) -> int:
        """Those of which it is known."""
        return self.kept + self.late + self.expired

    @property
    def share(self) -> float | None:
        """``kept`` of ``sample``; None of nothing."""
        return self.kept / self.sample if self.sample else None


class Late(msgspec.Struct, frozen=True):
    """One request that was late by so many seconds: until its decision, until it expired, or so far."""

    request_id: str
    title: str
    seconds: int
    state: str
    """A field's name of ``Decisions``."""
    opened_at: datetime


class Part(msgspec.Struct, frozen=True):
    """``count`` of ``of`` for one name: a share with its sample."""

    name: str
    title: str
    count: int
    of: int


class Overrides(msgspec.Struct, frozen=True):
    """Decisions by people that correct the agent: edits and rejections.

    In the parts of action, agent and build, ``of`` is what people decided of it; of reasons, all overrides. An edit
    gives no reason code and stands as ``(edited)``. The most overridden come first; names beyond ``MOST_NAMES`` are
    ``(others)``.
    """

    decided: int = 0
    edited: int = 0
    rejected: int = 0
    by_action: tuple[Part, ...] = ()
    by_agent: tuple[Part, ...] = ()
    by_build: tuple[Part, ...] = ()
    by_reason: tuple[Part, ...] = ()

    @property
    def count(self) -> int:
        """Edits and rejections."""
        return self.edited + self.rejected


class Reviewer(msgspec.Struct, frozen=True):
    """What one person decided. Earlier signatures on a request that somebody else decided are not counted."""

    person: str
    name: str
    decisions: int
    overrides: int
    median: int
    """As in ``Times``."""
    too_fast: int
    """Decided sooner than ``TOO_FAST`` after the opening."""
    busiest: int = 0
    """The most decisions within one hour of the clock."""
    hours: tuple[int, ...] = (0,) * 24
    """Decisions by the hour of the day in which they were made, in the period's zone."""


class Amounts(msgspec.Struct, frozen=True):
    """Money of one currency.

    ``held`` is what the held requests asked for, and is the sum of what became of it: approved + edited_down -
    edited_up + refused + expired + cancelled + waiting + unknown.
    """

    currency: str
    requests: int = 0
    """Held requests with an amount in this currency: the sample."""
    held: Decimal = Decimal(0)
    approved: Decimal = Decimal(0)
    """What people signed; of an edit, the edited amount."""
    edited_down: Decimal = Decimal(0)
    """What edits took off."""
    edited_up: Decimal = Decimal(0)
    """What edits put on."""
    refused: Decimal = Decimal(0)
    """Rejected."""
    expired: Decimal = Decimal(0)
    cancelled: Decimal = Decimal(0)
    waiting: Decimal = Decimal(0)
    unknown: Decimal = Decimal(0)
    """Asked for by requests whose edited amount can't be read any more: erased, or the policy changed."""
    allowed: Decimal = Decimal(0)
    """Let through by the policy."""
    blocked: Decimal = Decimal(0)
    """Stopped by the policy."""


class Runs(msgspec.Struct, frozen=True):
    """What became of permissions to run; ``granted`` is the sum of the others."""

    granted: int = 0
    ran: int = 0
    """The agent reported success."""
    failed: int = 0
    """The agent reported failure."""
    unreported: int = 0
    """Redeemed; the agent has not said what happened."""
    waiting: int = 0
    """May still be redeemed."""
    never_run: int = 0
    """Lapsed unredeemed."""
    revoked: int = 0
    """Taken back before it was redeemed."""
    moved: int = 0
    """Taken up by a follow-up, which is counted in its place."""

    @property
    def approvals(self) -> int:
        """Permissions without those that a follow-up took over."""
        return self.granted - self.moved


class Feedback(msgspec.Struct, frozen=True):
    """The feedback items of the requests, as they stand; ``opened`` is the sum of open, accepted, done and declined."""

    opened: int = 0
    open: int = 0
    """Nobody has said yet what will be done."""
    accepted: int = 0
    """Will be done."""
    done: int = 0
    declined: int = 0
    """Will not be done."""
    overdue: int = 0
    """Open or accepted, and past their due date."""
    regression_case: int = 0
    """Open or accepted, of this kind; likewise below."""
    knowledge_fix: int = 0
    threshold: int = 0

    @property
    def unfinished(self) -> int:
        """Open and accepted."""
        return self.open + self.accepted


class Figures(msgspec.Struct, frozen=True):
    """Everything that is counted over one span of time."""

    volumes: Volumes = Volumes()
    decisions: Decisions = Decisions()
    times: Times = Times()
    promise: Promise = Promise()
    latest: tuple[Late, ...] = ()
    """The latest ones, by how late: ``MOST_LATE`` at most."""
    reminded: int = 0
    """Held requests of which a reminder was due."""
    escalated: int = 0
    """Held requests that took a step of their escalation."""
    overrides: Overrides = Overrides()
    amounts: tuple[Amounts, ...] = ()
    """By currency, in the order of the alphabet."""
    without_amount: int = 0
    """Held requests of the class money whose amount is not known: in no sum."""
    reviewers: tuple[Reviewer, ...] = ()
    """The busiest first."""
    too_fast: int = 0
    """Decisions by people sooner than ``TOO_FAST`` after the opening: hardly read. Of ``times.count``."""
    signed: Runs = Runs()
    """Of what people approved."""
    allowed: Runs = Runs()
    """Of what the policy allowed."""
    feedback: Feedback = Feedback()
    """What is to be learned of them."""
    hours: tuple[int, ...] = (0,) * 24
    """Decisions by people, by the hour of the day in which they were made, in the period's zone; sums to
    ``times.count``."""


class Cut(msgspec.Struct, frozen=True):
    """Not everything was counted: only the newest ``counted`` requests, back to ``since``."""

    counted: int
    since: datetime


class Summary(msgspec.Struct, frozen=True):
    """The figures of a period, and those of the span before it to compare with."""

    owner: str | None
    """None is everybody's."""
    owner_title: str
    period: Period
    figures: Figures
    before: Figures | None
    """None where there is nothing fair to compare with: one of the two was cut."""
    policy_version: str
    cut: Cut | None = None

    @property
    def nothing(self) -> bool:
        """Whether no request was opened in the period."""
        return self.figures.volumes.opened == 0
