"""A request: one proposed action, from its opening to its outcome, as a frozen value."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from bot.domain.lessons import FeedbackItem, Lesson, Sample
from bot.domain.money import Money
from bot.domain.people import Actor
from bot.domain.routing import Routing
from bot.domain.verdicts import ActionClass, Level, Reservation, Verdict


class Proposal(msgspec.Struct, frozen=True, gc=False):
    """What an agent proposed, exactly as it was sent (the protocol object of AAP)."""

    tool: str
    arguments: dict[str, Any]
    timeout: str
    server: str | None = None
    agent_reasoning: str | None = None
    context: dict[str, Any] | None = None


class PolicyAnswer(msgspec.Struct, frozen=True, gc=False):
    """What an agent told a customer of a policy, tagged so that the same question can be compared across requests."""

    question: str
    """A tag: ``refund after 30 days``."""
    stance: str
    """What the answer came to: ``no``, ``with a receipt`` ..."""
    policy_version: str | None = None
    """The version of the policy that it was answered by, as the agent names it."""


class Context(msgspec.Struct, frozen=True, gc=False):
    """What Signoff understood of a proposal's ``context``; ``problems`` names the entries that it could not read."""

    customer: str | None = None
    customer_name: str | None = None
    session: str | None = None
    on_behalf_of: str | None = None
    model: str | None = None
    build: str | None = None
    confidence: float | None = None
    level: Level | None = None
    language: str | None = None
    region: str | None = None
    segment: str | None = None
    currency: str | None = None
    citations: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    mismatches: tuple[str, ...] = ()
    """Names of the signals that disagree: ``name``, ``voiceprint``, ``device`` ..."""
    signals: dict[str, Any] = {}
    transcript: tuple[str, ...] = ()
    """The customer's last words, oldest first."""
    answer: PolicyAnswer | None = None
    vulnerable: bool = False
    regulated_complaint: bool = False
    problems: tuple[str, ...] = ()


class Assessment(msgspec.Struct, frozen=True, gc=False):
    """Everything the gate worked out of a proposal, besides who signs."""

    verdict: Verdict
    action_type: str
    title: str
    action_class: ActionClass
    level: Level
    context: Context
    amount: Money | None = None
    reserved: tuple[Reservation, ...] = ()


class DecisionKind(StrEnum):
    """How a request ended; exactly one a request, ever."""

    APPROVED = "approved"
    APPROVED_WITH_EDITS = "approved_with_edits"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Decision(msgspec.Struct, frozen=True, gc=False):
    """The one decision of a request, with its author: a person, the policy, the clock or the agent itself."""

    kind: DecisionKind
    by: Actor
    at: datetime
    reason_code: str | None = None
    note: str | None = None
    arguments: dict[str, Any] | None = None
    """The signed arguments of an approval with edits."""
    signatures: tuple[Actor, ...] = ()
    """Every person who signed, in order, the decider last."""
    origin: str | None = None
    """The request whose edited arguments were signed, when this approval spends that signature."""
    lesson: Lesson | None = None
    """What the reviewer of an edit or a rejection wants learned."""


class GrantStatus(StrEnum):
    """What became of the permission to run."""

    WAITING = "waiting"
    REDEEMED = "redeemed"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    MOVED = "moved"
    """Spent by the agent's next request for exactly the signed arguments."""


class Grant(msgspec.Struct, frozen=True, gc=False):
    """Permission to run the arguments with this digest once, before ``expires_at``."""

    digest: str
    expires_at: datetime
    status: GrantStatus = GrantStatus.WAITING
    ended_at: datetime | None = None
    key: str | None = None
    """The idempotency key that redeemed it."""
    moved_to: str | None = None


class OutcomeStatus(StrEnum):
    """What the agent says happened when it ran the action."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """The agent's report, once."""

    status: OutcomeStatus
    at: datetime
    note: str | None = None


class Question(msgspec.Struct, frozen=True, gc=False):
    """A reviewer's question to the agent, and its answer."""

    id: str
    by: Actor
    at: datetime
    text: str
    answer: str | None = None
    answered_at: datetime | None = None


class Claim(msgspec.Struct, frozen=True, gc=False):
    """Somebody said: I am on it; until ``until``, where claims are limited."""

    by: Actor
    at: datetime
    until: datetime | None = None


class MessageRef(msgspec.Struct, frozen=True, gc=False):
    """Where a card or lines of this request stand on a chat surface."""

    surface: str
    channel: str
    """The platform's own id, also of a private conversation."""
    message: str
    workspace: str = ""
    kind: str = "card"
    """``card``, ``ping`` (a card shown to one person or elsewhere because of an event), ``gathered`` (a list of many
    requests that is shown to one person), ``told`` (a text to one person) or ``lines`` (in a thread)."""
    place: str = ""
    """Where it was meant to go: a channel as the policy writes it, or ``person:<id>``."""
    upto: int = 0
    """Of ``card`` and ``lines`` the last event that it tells of; of ``ping`` and
    ``gathered`` the event that it is sent for."""


class Snooze(msgspec.Struct, frozen=True, gc=False):
    """Somebody looks at it again at ``until``; promises and deadlines go on."""

    by: Actor
    until: datetime


class Undelivered(msgspec.Struct, frozen=True, gc=False):
    """Its card could not stand in a place; ``problem`` is a sentence."""

    surface: str
    place: str
    problem: str


class Request(msgspec.Struct, frozen=True, gc=False):
    """The state of one request: what its events say, and nothing else."""

    id: str
    agent_id: str
    instance_id: str
    key: str
    """The agent's idempotency key."""
    proposal: Proposal
    digest: str
    """SHA-256 of the canonical text of the proposed arguments."""
    assessment: Assessment
    routing: Routing
    opened_at: datetime
    deadline_at: datetime
    """When it expires unless decided: the agent's timeout or the policy's deadline, whichever is first."""
    signatures: tuple[Actor, ...] = ()
    """Those that stand, of every stage, in order."""
    stage: int = 0
    """Which of ``routing.stages`` it is in, 0 for the first."""
    stage_starts: tuple[int, ...] = (0,)
    """For each stage so far, how many signatures stood when it began."""
    told: tuple[str, ...] = ()
    """Person ids of those who were told of it in person: by its escalation, a warning, or because it was handed on."""
    widened: tuple[str, ...] = ()
    """Person ids of those whom a step of its escalation let decide as well."""
    moved_from: str = ""
    """The title of the owner whose it was before a step of its escalation moved it; empty where none did."""
    stopped_at: datetime | None = None
    """Since when the clock of its promise stands still, while it does."""
    decision: Decision | None = None
    grant: Grant | None = None
    outcome: Outcome | None = None
    claim: Claim | None = None
    questions: tuple[Question, ...] = ()
    messages: tuple[MessageRef, ...] = ()
    """Cards and pings that stand, and the newest lines of each thread."""
    undelivered: tuple[Undelivered, ...] = ()
    snoozes: tuple[Snooze, ...] = ()
    reminded: int = 0
    """How many reminders of ``routing.remind_at`` were given."""
    escalated: int = 0
    """How many steps of ``routing.escalation`` were taken."""
    warned: bool = False
    """Whether those who answer for it were warned of the limit of the law."""
    reserved: tuple[Reservation, ...] = ()
    """What it still holds of the caps."""
    feedback: FeedbackItem | None = None
    """What is to be learned of it, once it was corrected."""
    sample: Sample | None = None
    """Who is asked to look at it afterwards, and what they said."""
    erased: bool = False

    @property
    def pending(self) -> bool:
        """Whether it still waits for its decision."""
        return self.decision is None

    @property
    def status(self) -> str:
        """``pending``, or the kind of the decision."""
        return "pending" if self.decision is None else self.decision.kind.value

    @property
    def stage_signatures(self) -> tuple[Actor, ...]:
        """The signatures of the stage that it is in."""
        return self.signatures[self.stage_starts[-1] :]

    @property
    def arguments(self) -> dict[str, Any]:
        """What may run: the signed arguments where they were edited, else the proposed ones."""
        if self.decision is not None and self.decision.arguments is not None:
            return self.decision.arguments
        return self.proposal.arguments
