"""Facts: the little that signals need to know of a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.facts import Counted
from bot.domain.people import ActorKind
from bot.domain.requests import GrantStatus, OutcomeStatus
from bot.domain.spelling import spelled
from bot.domain.verdicts import VerdictKind

OVERRIDES = frozenset({"approved_with_edits", "rejected"})


@dataclass(frozen=True, slots=True)
class Plain:
    """One request as it stands, said in so many words. Times are UTC."""

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
        return self.decided_by is not None and self.status in OVERRIDES


class _Seen:
    """The same of a request that was read, worked out where it is asked for: of most requests little is."""

    __slots__ = ("_request",)

    def __init__(self, request: Counted) -> None:
        self._request = request

    @property
    def id(self) -> str:
        return self._request.id

    @property
    def owner(self) -> str:
        return self._request.routing.owner

    @property
    def agent(self) -> str:
        return self._request.agent_id

    @property
    def opened_at(self) -> datetime:
        return self._request.opened_at

    @property
    def held(self) -> bool:
        request = self._request
        followed = request.decision is not None and request.decision.origin is not None
        return request.assessment.verdict.kind is VerdictKind.HOLD and not followed

    @property
    def build(self) -> str | None:
        return self._request.assessment.context.build

    @property
    def customer(self) -> str | None:
        customer = self._request.assessment.context.customer
        return None if customer is None else spelled(customer) or None

    @property
    def status(self) -> str:
        decision = self._request.decision
        return "pending" if decision is None else decision.kind.value

    @property
    def decided_by(self) -> str | None:
        decision = self._request.decision
        return decision.by.id if decision is not None and decision.by.kind is ActorKind.PERSON else None

    @property
    def decided_at(self) -> datetime | None:
        decision = self._request.decision
        return None if decision is None else decision.at

    @property
    def signed_by(self) -> tuple[str, ...]:
        decision, decider = self._request.decision, self.decided_by
        signers = self._request.signatures if decision is None else decision.signatures
        return tuple(dict.fromkeys(one.id for one in signers if one.id != decider))

    @property
    def escalated(self) -> bool:
        return self._request.escalated > 0

    @property
    def executed_at(self) -> datetime | None:
        grant, outcome = self._request.grant, self._request.outcome
        if grant is None or grant.status is not GrantStatus.REDEEMED:
            return None
        return None if outcome is not None and outcome.status is OutcomeStatus.FAILED else grant.ended_at

    @property
    def amount(self) -> Decimal | None:
        amount = self._request.assessment.amount
        return None if amount is None else amount.amount

    @property
    def currency(self) -> str | None:
        amount = self._request.assessment.amount
        return None if amount is None else amount.currency

    @property
    def confidence(self) -> float | None:
        return self._request.assessment.context.confidence

    @property
    def question(self) -> str | None:
        answer = self._request.assessment.context.answer
        return None if answer is None else tagged(answer.question)

    @property
    def stance(self) -> str | None:
        answer = self._request.assessment.context.answer
        return None if answer is None else tagged(answer.stance)

    @property
    def answered_by(self) -> str | None:
        answer = self._request.assessment.context.answer
        return None if answer is None else answer.policy_version or self._request.assessment.verdict.policy_version

    @property
    def overridden(self) -> bool:
        return self.decided_by is not None and self.status in OVERRIDES


Fact = Plain | _Seen
"""What measures take."""


def fact_of(request: Counted) -> Fact:
    """What signals need to know of a request."""
    return _Seen(request)


def tagged(text: str) -> str:
    """A tag as it is compared: whatever its case and spaces."""
    return " ".join(text.split()).casefold()
