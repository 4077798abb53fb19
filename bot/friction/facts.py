"""Facts: the little that signals need to know of a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.facts import Counted, DecisionFacts
from bot.domain.people import ActorKind
from bot.domain.requests import Decision, GrantStatus, OutcomeStatus
from bot.domain.spelling import spelled
from bot.domain.verdicts import VerdictKind


@dataclass(frozen=True, slots=True)
class Fact:
    """One request as it stands. Times are UTC."""

    id: str
    owner: str
    agent: str
    """The agent's id."""
    opened_at: datetime
    held: bool
    """Whether it waited for people: held by the gate, and no follow-up of an edit."""
    build: str | None = None
    customer: str | None = None
    """As ``spelled``: one customer, however they are written."""
    status: str = "pending"
    decided_by: str | None = None
    """The id of the person who decided it."""
    decided_at: datetime | None = None
    signed_by: tuple[str, ...] = ()
    """The ids of the people who signed it, or have so far, without whoever decided it."""
    escalated: bool = False
    """Whether a step of its escalation was taken."""
    executed_at: datetime | None = None
    """When its grant was redeemed, unless the agent reported that it failed."""
    amount: Decimal | None = None
    currency: str | None = None
    confidence: float | None = None
    question: str | None = None
    """Of a policy answer, as ``tagged``; likewise ``stance``."""
    stance: str | None = None
    answered_by: str | None = None
    """The version of the policy that it was answered by: as the agent says, else Signoff's own policy version."""

    @property
    def overridden(self) -> bool:
        """Whether a person edited or rejected it."""
        return self.decided_by is not None and self.status in {"approved_with_edits", "rejected"}


def fact_of(request: Counted) -> Fact:
    """What signals need to know of a request."""
    assessment, decision = request.assessment, request.decision
    context, amount = assessment.context, assessment.amount
    followed = decision is not None and decision.origin is not None
    answer = context.answer
    decider = _decider(decision)
    signers = request.signatures if decision is None else decision.signatures
    return Fact(
        id=request.id,
        owner=request.routing.owner,
        agent=request.agent_id,
        opened_at=request.opened_at,
        held=assessment.verdict.kind is VerdictKind.HOLD and not followed,
        build=context.build,
        customer=None if context.customer is None else spelled(context.customer) or None,
        status="pending" if decision is None else decision.kind.value,
        decided_by=decider,
        decided_at=None if decision is None else decision.at,
        signed_by=tuple(dict.fromkeys(one.id for one in signers if one.id != decider)),
        escalated=request.escalated > 0,
        executed_at=_executed_at(request),
        amount=None if amount is None else amount.amount,
        currency=None if amount is None else amount.currency,
        confidence=context.confidence,
        question=None if answer is None else tagged(answer.question),
        stance=None if answer is None else tagged(answer.stance),
        answered_by=None if answer is None else answer.policy_version or assessment.verdict.policy_version,
    )


def _decider(decision: Decision | DecisionFacts | None) -> str | None:
    return decision.by.id if decision is not None and decision.by.kind is ActorKind.PERSON else None


def _executed_at(request: Counted) -> datetime | None:
    grant, outcome = request.grant, request.outcome
    if grant is None or grant.status is not GrantStatus.REDEEMED:
        return None
    return None if outcome is not None and outcome.status is OutcomeStatus.FAILED else grant.ended_at


def tagged(text: str) -> str:
    """A tag as it is compared: whatever its case and spaces."""
    return " ".join(text.split()).casefold()
