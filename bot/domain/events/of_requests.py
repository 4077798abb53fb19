"""What happens to a request."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.domain.events.fact import Fact
from bot.domain.lessons import Because, FeedbackState, Grade, Lesson, Proposed
from bot.domain.people import Actor
from bot.domain.requests import Assessment, Decision, Grant, MessageRef, OutcomeStatus, Proposal, Request
from bot.domain.routing import Routing, Step
from bot.domain.verdicts import Observation, Reservation


class Opened(Fact, frozen=True, tag="request.opened"):
    """An agent proposed an action and the gate gave its verdict."""

    agent_id: str
    instance_id: str
    key: str
    submission: str
    """Digest of the whole proposal, to tell a replayed key from a conflicting one."""
    proposal: Proposal
    digest: str
    assessment: Assessment
    routing: Routing
    deadline_at: datetime
    reserved: tuple[Reservation, ...] = ()
    observed: tuple[Observation, ...] = ()


class Signed(Fact, frozen=True, tag="request.signed"):
    """One of several needed signatures was given."""

    note: str | None = None


class Decided(Fact, frozen=True, tag="request.decided"):
    """The one decision. An approval carries its grant; ``reserved`` is what the request holds of the caps from now."""

    decision: Decision
    grant: Grant | None = None
    reserved: tuple[Reservation, ...] = ()


class Withdrawn(Fact, frozen=True, tag="request.withdrawn"):
    """A signature was taken back while others were still missing."""

    note: str | None = None


class StageBegan(Fact, frozen=True, tag="request.stage_began"):
    """It went on to its next stage, or back to an earlier one: who signs now, by when, and which signatures stand."""

    stage: int
    approvers: tuple[str, ...]
    approvals_needed: int
    due_at: datetime
    remind_at: tuple[datetime, ...] = ()
    escalation: tuple[Step, ...] = ()
    signatures: tuple[Actor, ...] = ()
    signed_before: int = 0
    """How many of them are of stages before it."""


class Rescheduled(Fact, frozen=True, tag="request.rescheduled"):
    """The clock of its promise runs again after it stood still for ``stopped_seconds``; what was left of it, it gets.

    ``remind_at`` and ``escalation`` are whole again: what has happened of them is where it was.
    """

    due_at: datetime
    deadline_at: datetime
    remind_at: tuple[datetime, ...] = ()
    escalation: tuple[Step, ...] = ()
    stopped_seconds: int = 0


class Moved(Fact, frozen=True, tag="request.moved"):
    """A step of its escalation made it another owner's; ``routing`` is all of it from now on."""

    from_owner: str
    routing: Routing


class Claimed(Fact, frozen=True, tag="request.claimed"):
    """Somebody took it, until ``until`` where claims are limited."""

    until: datetime | None = None


class Unclaimed(Fact, frozen=True, tag="request.unclaimed"):
    """Whoever had it let it go, or, by the clock, their time with it was over."""

    late_seconds: int = 0


class Asked(Fact, frozen=True, tag="request.asked"):
    """A reviewer asked the agent something."""

    question: str
    text: str


class Answered(Fact, frozen=True, tag="request.answered"):
    """The agent answered."""

    question: str
    text: str


class Revealed(Fact, frozen=True, tag="request.revealed"):
    """A person looked at a masked field."""

    field: str
    in_file: bool = False
    """Whether they took a file of the decision in which it stands in clear; no card shows it because of that."""


class Reassigned(Fact, frozen=True, tag="request.reassigned"):
    """It was handed to another person, who has it from now on."""

    to: str
    """A person's id."""
    note: str | None = None
    until: datetime | None = None
    """As in ``Claimed``."""


class Snoozed(Fact, frozen=True, tag="request.snoozed"):
    """Somebody will look at it again later; promises and deadlines go on."""

    until: datetime


class Woken(Fact, frozen=True, tag="request.woken"):
    """The time until which somebody had put it off has come."""

    person: str
    late_seconds: int = 0


class Reminded(Fact, frozen=True, tag="request.reminded"):
    """A reminder before its promised time was due; ``late_seconds`` where it came late."""

    number: int
    late_seconds: int = 0


class Escalated(Fact, frozen=True, tag="request.escalated"):
    """A step of its escalation was due: these people (ids) are told, and it is posted there (channel by surface).

    ``to`` is who it came to: whoever was on call, and who stood in for whom. Nobody, and the next step is due at once.
    """

    number: int
    to: tuple[str, ...]
    post_to: dict[str, str] = msgspec.field(default_factory=dict)
    late_seconds: int = 0
    widened: tuple[str, ...] = ()
    """Who may decide from now on besides its approvers (ids)."""
    instead_of: dict[str, str] = msgspec.field(default_factory=dict)
    """By id of somebody in ``to``, for whom they stand in while that person is away."""
    on_call: tuple[str, ...] = ()
    """Who of ``to`` was on call."""
    nobody: tuple[str, ...] = ()
    """What the step names that came to nobody: a rotation in which nobody is on call, a manager who is not known."""


class Warned(Fact, frozen=True, tag="request.warned"):
    """The limit of the law that runs beside its promise is near: those who answer for it (ids) are told."""

    to: tuple[str, ...]
    late_seconds: int = 0


class Posted(Fact, frozen=True, tag="request.posted"):
    """A card of it now stands on a chat surface."""

    message: MessageRef


class LinesPosted(Fact, frozen=True, tag="request.lines_posted"):
    """Lines about it now stand in the thread below a card."""

    message: MessageRef


class Unshown(Fact, frozen=True, tag="request.unshown"):
    """Its card can't stand in a place (any more): the channel is gone, or the card was deleted."""

    surface: str
    place: str
    problem: str


class Redeemed(Fact, frozen=True, tag="request.redeemed"):
    """The agent spent the grant: it runs the action now."""

    key: str


class GrantMoved(Fact, frozen=True, tag="request.grant_moved"):
    """The grant for edited arguments passed to the agent's next request, which asks for exactly these."""

    to: str


class Lapsed(Fact, frozen=True, tag="request.lapsed"):
    """The grant's time passed unredeemed; its share of the caps was given back."""

    late_seconds: int = 0


class Revoked(Fact, frozen=True, tag="request.revoked"):
    """The grant was taken back before it was redeemed."""

    note: str


class OutcomeReported(Fact, frozen=True, tag="request.outcome_reported"):
    """The agent said what happened."""

    status: OutcomeStatus
    note: str | None = None


class FeedbackOpened(Fact, frozen=True, tag="request.feedback_opened"):
    """What is to be learned of it, by whom and until when."""

    kind: Lesson
    suggested: Lesson
    rule: str
    due_at: datetime
    remind_at: tuple[datetime, ...] = ()
    assignee: str | None = None
    note: str | None = None
    post_to: dict[str, str] = msgspec.field(default_factory=dict)
    """By surface, the channel in which it is shown besides."""


class FeedbackChanged(Fact, frozen=True, tag="request.feedback_changed"):
    """Somebody changed its feedback item; None is left as it was. A new ``due_at`` brings its own ``remind_at``."""

    state: FeedbackState | None = None
    kind: Lesson | None = None
    assignee: str | None = None
    due_at: datetime | None = None
    remind_at: tuple[datetime, ...] = ()
    note: str | None = None
    post_to: dict[str, str] = msgspec.field(default_factory=dict)
    proposal: Proposed | None = None
    """What a tightened threshold would be, and what it would have done; filled in by Signoff itself."""


class FeedbackReminded(Fact, frozen=True, tag="request.feedback_reminded"):
    """Whoever has its feedback item is reminded, for the ``number``th time."""

    number: int
    late_seconds: int = 0


class Sampled(Fact, frozen=True, tag="request.sampled"):
    """A person is asked to look at it afterwards; ``day`` is the date in the policy's time zone that it counts for."""

    to: str
    because: Because
    day: str


class Graded(Fact, frozen=True, tag="request.graded"):
    """Whoever was asked looked at it; ``lesson`` is what they want learned where it needs work."""

    grade: Grade
    note: str | None = None
    lesson: Lesson | None = None


class Erased(Fact, frozen=True, tag="request.erased"):
    """The personal data of this request was erased; ``residue`` is what remains known."""

    residue: Request
    reason: str
    submission: str
    """As in ``Opened``, under a key of the server's: a key that was used stays used."""
    observed: tuple[Observation, ...] = ()
    """As in ``Opened``: what was counted stays counted."""
    rule: str | None = None
    """The rule of the policy's retention that did it; None where somebody did."""
