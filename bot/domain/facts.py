"""Facts: what is counted of a request, read without the rest of its state.

Each class has the fields of its namesake among the states, by the same names, as far as something counts them: whoever
counts takes either. A request whose arguments were edited comes whole, since what the edit is worth is in its
arguments. A test compares the fields.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.domain.lessons import FeedbackItem, Sample
from bot.domain.money import Money
from bot.domain.people import Actor
from bot.domain.requests import DecisionKind, GrantStatus, OutcomeStatus, PolicyAnswer, Request
from bot.domain.verdicts import ActionClass, Level, VerdictKind


class VerdictFacts(msgspec.Struct, frozen=True, gc=False):
    """Of ``Verdict``."""

    kind: VerdictKind
    policy_version: str = ""


class ContextFacts(msgspec.Struct, frozen=True, gc=False):
    """Of ``Context``."""

    customer: str | None = None
    build: str | None = None
    confidence: float | None = None
    answer: PolicyAnswer | None = None


class AssessmentFacts(msgspec.Struct, frozen=True, gc=False):
    """Of ``Assessment``."""

    verdict: VerdictFacts
    action_type: str
    action_class: ActionClass
    level: Level
    context: ContextFacts
    amount: Money | None = None


class RoutingFacts(msgspec.Struct, frozen=True, gc=False):
    """Of ``Routing``."""

    owner: str
    due_at: datetime


class DecisionFacts(msgspec.Struct, frozen=True, gc=False):
    """Of ``Decision``."""

    kind: DecisionKind
    by: Actor
    at: datetime
    reason_code: str | None = None
    signatures: tuple[Actor, ...] = ()
    origin: str | None = None


class GrantFacts(msgspec.Struct, frozen=True, gc=False):
    """Of ``Grant``."""

    expires_at: datetime
    status: GrantStatus = GrantStatus.WAITING
    ended_at: datetime | None = None


class OutcomeFacts(msgspec.Struct, frozen=True, gc=False):
    """Of ``Outcome``."""

    status: OutcomeStatus
    at: datetime


class Facts(msgspec.Struct, frozen=True, gc=False):
    """Of ``Request``."""

    id: str
    agent_id: str
    assessment: AssessmentFacts
    routing: RoutingFacts
    opened_at: datetime
    deadline_at: datetime
    signatures: tuple[Actor, ...] = ()
    decision: DecisionFacts | None = None
    grant: GrantFacts | None = None
    outcome: OutcomeFacts | None = None
    reminded: int = 0
    escalated: int = 0
    feedback: FeedbackItem | None = None
    sample: Sample | None = None
    erased: bool = False


Counted = Request | Facts
"""What counting takes."""
_facts = msgspec.json.Decoder(Facts)
_whole = msgspec.json.Decoder(Request)


def facts_of(state: bytes) -> Counted:
    """The facts in a request's state as JSON."""
    found = _facts.decode(state)
    if found.decision is not None and found.decision.kind is DecisionKind.APPROVED_WITH_EDITS:
        return _whole.decode(state)
    return found
